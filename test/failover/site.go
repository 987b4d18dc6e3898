package failover

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"gpcs/internal/sandbox"
)

const (
	// Every is the time between two requests of a watched site.
	Every = 10 * time.Millisecond
	// requestPatience is how long one request may take before it counts as lost.
	requestPatience = 250 * time.Millisecond
)

// Request is one GET, on a connection of its own.
type Request struct {
	At, End time.Time
	Body    string // first line; the sandbox's pages name the node
	Err     error  // nil for an answer with status 200
}

// Site polls a web site as a client would.
type Site struct {
	network *sandbox.Network
	address string

	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	done   []Request
}

// WatchSite starts to poll http://ADDRESS/ from a network, until Stop.
func WatchSite(network *sandbox.Network, address string) *Site {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Site{network: network, address: address, cancel: cancel}
	s.wg.Go(func() {
		ticker := time.NewTicker(Every)
		defer ticker.Stop()
		for {
			s.wg.Go(s.request)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return s
}

func (s *Site) request() {
	r := Get(s.network, s.address)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, r)
}

// Requests returns those that have ended so far, in the order of their start.
func (s *Site) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := slices.Clone(s.done)
	slices.SortFunc(requests, func(a, b Request) int { return a.At.Compare(b.At) })
	return requests
}

// Stop ends the polling and returns all requests.
func (s *Site) Stop() []Request {
	s.cancel()
	s.wg.Wait()
	return s.Requests()
}

// Get asks a web server for its front page, once.
func Get(network *sandbox.Network, address string) Request {
	r := Request{At: time.Now()}
	r.Body, r.Err = get(network, address)
	r.End = time.Now()
	return r
}

func get(network *sandbox.Network, address string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), requestPatience)
	defer cancel()
	conn, err := network.Dial(ctx, "tcp", address+":80")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", address); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", answer.StatusCode)
	}
	body, err := io.ReadAll(answer.Body)
	line, _, _ := strings.Cut(string(body), "\n")
	return line, err
}

// Outage is what one failure meant to the clients of a site.
type Outage struct {
	Last  Request // the last good one before
	First Request // the first good one after all that were lost
	Lost  int
	Back  bool // there is a First
}

// Gap is the time in which nobody got an answer.
func (o Outage) Gap() time.Duration { return o.First.End.Sub(o.Last.End) }

// FindOutage reads the outage off the requests, given in the order of their
// start; none lost gives the zero value with Back set.
func FindOutage(requests []Request) Outage {
	lost := func(r Request) bool { return r.Err != nil }
	first := slices.IndexFunc(requests, lost)
	if first < 0 {
		return Outage{Back: true}
	}
	var o Outage
	if first > 0 {
		o.Last = requests[first-1]
	}
	for i, r := range requests {
		if lost(r) {
			o.Lost++
			o.Back = i+1 < len(requests)
			if o.Back {
				o.First = requests[i+1]
			}
		}
	}
	return o
}
