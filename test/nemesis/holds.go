package main

import (
	"net"
	"sync"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
	"gpcs/test/nemesis/history"
)

// closely is the time between two looks at all nodes' kernels.
const closely = 2 * time.Millisecond

// holds watches which nodes' kernels have the virtual address. What it records
// is sure: from the end of the first look that saw it to the begin of the last.
type holds struct {
	r     *run
	ip    net.IP
	mu    sync.Mutex
	looks map[string]*look
}

// look is the sight of one node.
type look struct {
	network     *sandbox.Network
	watch       *sandbox.Watch
	has         bool
	first, last time.Duration
}

func (r *run) watchHolds() (*holds, error) {
	h := &holds{r: r, ip: net.ParseIP(failover.VIP), looks: map[string]*look{}}
	r.wg.Go(func() {
		ticker := time.NewTicker(closely)
		defer ticker.Stop()
		for {
			select {
			case <-r.stop:
				return
			case <-ticker.C:
				h.sweep()
			}
		}
	})
	return h, nil
}

// look begins to look at a node that was booted.
func (h *holds) look(c *failover.Cluster, node string) error {
	network, err := c.Network(node)
	if err != nil {
		return err
	}
	watch, err := network.Watch()
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looks[node] = &look{network: network, watch: watch}
	return nil
}

// gone ends the look at a node that was powered off.
func (h *holds) gone(node string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.looks[node]; l != nil {
		h.note(node, l, false, h.r.Now())
		l.watch.Close()
		_ = l.network.Close()
		delete(h.looks, node)
	}
}

// end writes down what is still held.
func (h *holds) end() {
	for _, node := range h.r.c.Nodes() {
		h.gone(node)
	}
}

func (h *holds) sweep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for node, l := range h.looks {
		before := h.r.Now()
		if has, err := l.watch.Has(h.ip); err == nil {
			h.note(node, l, has, before)
		}
	}
}

// note takes the outcome of a look that began at a time.
func (h *holds) note(node string, l *look, has bool, before time.Duration) {
	switch {
	case has && !l.has:
		l.has, l.first, l.last = true, h.r.Now(), h.r.Now()
	case has:
		l.last = before
	case l.has:
		l.has = false
		h.r.Add(history.Event{Kind: history.Hold, Node: node, Begun: l.first, Ended: l.last})
	}
}

// holders are the nodes that have the address now.
func (h *holds) holders() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for node, l := range h.looks {
		if l.has {
			list = append(list, node)
		}
	}
	return list
}

// askSite is the time between two requests of the site's client.
const askSite = 25 * time.Millisecond

// watchSite records in which times nobody got an answer.
func (r *run) watchSite() {
	ticker := time.NewTicker(askSite)
	defer ticker.Stop()
	good, down := r.Now(), false
	defer func() {
		if down {
			r.Add(history.Event{Kind: history.Gap, Begun: good, Ended: r.Now()})
		}
	}()
	for {
		select {
		case <-r.stop:
			return
		case <-ticker.C:
		}
		answer := failover.Get(r.c.Client, failover.VIP)
		switch {
		case answer.Err != nil:
			down = true
			continue
		case down:
			r.Add(history.Event{Kind: history.Gap, Begun: good, Ended: r.At(answer.End), Node: answer.Body})
		}
		good, down = r.At(answer.End), false
	}
}
