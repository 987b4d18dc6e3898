package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Agents write to files, not to pipes: a service that an agent leaves running
// keeps its descriptors, must not make the wait for the agent hang, and must
// not get SIGPIPE when this daemon ends. The files are in /run/gpcs/agents,
// one pair for each resource and action, and are emptied before each run.

const (
	// keepOutput is how much of the end of an agent's output is kept, bytes.
	keepOutput = 8 << 10
	// maxOutput is the size at which a file is emptied while the agent runs.
	maxOutput = 4 << 20
	// reasonPrefix marks an agent's exit reason (OCF_EXIT_REASON_PREFIX).
	reasonPrefix = "ocf-exit-reason:"
)

func (r *Runner) outputDir() string { return filepath.Join(r.opts.Root.RunDir(), "agents") }

// output is the pair of files of one run.
type output struct {
	out, err *os.File
}

func (r *Runner) openOutput(rsc, action string) (*output, error) {
	base := filepath.Join(r.outputDir(), fileName(rsc)+"."+fileName(action))
	open := func(suffix string) (*os.File, error) {
		return os.OpenFile(base+suffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	}
	out, err := open(".out")
	if err != nil {
		return nil, fmt.Errorf("output of the agent cannot be kept: %w", err)
	}
	errs, err := open(".err")
	if err != nil {
		out.Close()
		return nil, fmt.Errorf("output of the agent cannot be kept: %w", err)
	}
	return &output{out, errs}, nil
}

// bound empties files that have grown too large.
func (o *output) bound() {
	for _, f := range []*os.File{o.out, o.err} {
		if st, err := f.Stat(); err == nil && st.Size() > maxOutput {
			_ = f.Truncate(0)
		}
	}
}

func (o *output) close() {
	o.out.Close()
	o.err.Close()
}

// tail returns the last bytes of a file, from the start of a line on.
func tail(f *os.File) string {
	st, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(0, st.Size()-keepOutput)
	buf := make([]byte, st.Size()-from)
	n, err := f.ReadAt(buf, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	text := string(buf[:n])
	if from > 0 {
		if _, rest, ok := strings.Cut(text, "\n"); ok {
			text = rest
		}
	}
	return strings.ToValidUTF8(text, "?")
}

// exitReason returns the last exit reason in an agent's standard error.
func exitReason(stderr string) string {
	i := strings.LastIndex(stderr, reasonPrefix)
	if i < 0 {
		return ""
	}
	line, _, _ := strings.Cut(stderr[i+len(reasonPrefix):], "\n")
	return strings.TrimSpace(line)
}
