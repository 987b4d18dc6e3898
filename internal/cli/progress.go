package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress is the line on a terminal that tells what a command waits for once
// that takes more than a second. Where stderr is no terminal there is none:
// nothing that scripts read changes.
type progress struct {
	out io.Writer // the terminal

	mu    sync.Mutex
	open  map[string]int // names of nodes -> requests under way
	since time.Time      // something is waited for without a pause
	shown bool           // the line is on the screen
	stop  chan struct{}
	ended sync.WaitGroup
}

// The times of the progress line.
const (
	progressAfter = time.Second
	progressEvery = 500 * time.Millisecond
)

// newProgress returns the progress line of a terminal, nil if w is none.
func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	p := &progress{out: w, open: map[string]int{}, stop: make(chan struct{})}
	p.ended.Go(p.run)
	return p
}

func (p *progress) run() {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			p.draw(now)
		}
	}
}

// close takes the line off the screen for good.
func (p *progress) close() {
	if p == nil {
		return
	}
	close(p.stop)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// waiting notes a request to a node; the function that it returns notes its end.
func (p *progress) waiting(node string) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) == 0 {
		p.since = time.Now()
	}
	p.open[node]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.open[node]--; p.open[node] == 0 {
			delete(p.open, node)
		}
		p.erase()
	}
}

func (p *progress) draw(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	passed := now.Sub(p.since)
	if len(p.open) == 0 || passed < progressAfter {
		return
	}
	p.erase()
	nodes := strings.Join(slices.Sorted(maps.Keys(p.open)), ", ")
	fmt.Fprintf(p.out, "waiting for %s, %d s", nodes, int(passed.Seconds()))
	p.shown = true
}

// erase needs p.mu.
func (p *progress) erase() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}

// over returns a writer that takes the line off the screen before it writes.
func (p *progress) over(w io.Writer) io.Writer { return &overProgress{p, w} }

type overProgress struct {
	p *progress
	w io.Writer
}

func (o *overProgress) Write(data []byte) (int, error) {
	o.p.mu.Lock()
	defer o.p.mu.Unlock()
	o.p.erase()
	return o.w.Write(data)
}
