package agent

import (
	"bytes"
	"os"
	"os/exec"
	"sync"
)

// scoreFile is where a process sets how likely the kernel ends it when memory is
// short, proc(5).
const scoreFile = "/proc/self/oom_score_adj"

// ordinary starts processes with the ordinary score where the daemon has been
// given a lower one (OOMScoreAdjust=). A child has its parent's score from its
// first instruction on, and so have its own children: so it is the daemon that
// has the ordinary score for the moment of the fork. The zero value is ready.
type ordinary struct{ mu sync.Mutex }

func (o *ordinary) start(cmd *exec.Cmd) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	own, err := os.ReadFile(scoreFile)
	if own = bytes.TrimSpace(own); err != nil || len(own) == 0 || own[0] != '-' {
		return cmd.Start()
	}
	if os.WriteFile(scoreFile, []byte("0"), 0) == nil {
		defer os.WriteFile(scoreFile, own, 0) // it was this a moment ago
	}
	return cmd.Start()
}
