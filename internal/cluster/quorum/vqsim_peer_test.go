package quorum

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// peer is a running corosync-vqsim, the simulator of corosync's own votequorum.
type peer struct {
	t     *testing.T
	in    io.WriteCloser
	lines chan string
	ghost uint32 // a node that stands for the quorum device; 0 = none
	end   func()
}

// startPeer runs corosync-vqsim with corosync.conf's sections but for system,
// which keeps its files in a directory of this run's own.
func startPeer(t *testing.T, conf string, ghost uint32) *peer {
	dir := t.TempDir()
	conf = fmt.Sprintf("system {\n state_dir: %s\n}\n%s", dir, conf)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("corosync-vqsim", "-c", "conf") // it refuses long paths
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, in: in, lines: make(chan string, 10000), ghost: ghost}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	p.end = sync.OnceFunc(func() {
		_, _ = io.WriteString(in, "exit\n")
		_ = in.Close()
		stop := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		<-done
		stop.Stop()
		_ = cmd.Wait()
	})
	t.Cleanup(p.end)
	return p
}

func (p *peer) say(line string) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		var said []string
		for line := range p.lines {
			said = append(said, line)
		}
		p.t.Fatalf("corosync-vqsim ended: %s: %q", err, said)
	}
}

var nodeLine = regexp.MustCompile(`^(\d+):(\d+): q=(\d) ring=\[[^]]*\] nodes=\[([\d ]*)\]`)

// show returns, for each node, "quorate members" as the peer sees it.
func (p *peer) show() map[uint32]string {
	p.say("show")
	for line := range p.lines {
		if strings.HasSuffix(line, "show") {
			break
		}
	}
	out := map[uint32]string{}
	for line := range p.lines {
		if strings.HasPrefix(line, "#autofence") {
			break
		}
		if m := nodeLine.FindStringSubmatch(line); m != nil {
			id, _ := strconv.ParseUint(m[2], 10, 32)
			if uint32(id) != p.ghost {
				members := slices.DeleteFunc(parseIDs(m[4]), func(id uint32) bool { return id == p.ghost })
				out[uint32(id)] = describe(m[3] == "1", members)
			}
		}
	}
	return out
}

func parseIDs(s string) []uint32 {
	var out []uint32
	for _, f := range strings.Fields(s) {
		n, _ := strconv.ParseUint(f, 10, 32)
		out = append(out, uint32(n))
	}
	slices.Sort(out)
	return out
}

func describe(quorate bool, members []uint32) string {
	return fmt.Sprintf("quorate=%v %v", quorate, members)
}

// expect waits until the peer says the same twice in a row.
func (p *peer) expect(want map[uint32]string, patience time.Duration) (got map[uint32]string, same bool) {
	equal := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(15 * time.Millisecond) {
		got = p.show()
		if !agrees(got, want) {
			equal = 0
			continue
		}
		if equal++; equal == 2 {
			return got, true
		}
	}
	return got, false
}

// agrees tells whether the peer says what is wanted; it may say what it likes
// of a node of which "" is wanted.
func agrees(got, want map[uint32]string) bool {
	if len(got) != len(want) {
		return false
	}
	for id, says := range got {
		if want[id] != says && want[id] != "" {
			return false
		}
	}
	return true
}

// contradicts tells whether nodes that are in one partition differ about it.
func contradicts(got map[uint32]string) bool {
	says := map[string]string{}
	for _, v := range got {
		_, members, _ := strings.Cut(v, " ")
		if was, ok := says[members]; ok && was != v {
			return true
		}
		says[members] = v
	}
	return false
}
