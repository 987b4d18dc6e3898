package sim

import (
	"fmt"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// host is one machine: power, disk, what runs on it, and its daemon.
type host struct {
	w     *world
	id    uint32
	index int
	name  string

	power   bool
	mains   bool // what it takes to be on: the mains, one of two feeds, and its own switch
	feeds   [2]bool
	chassis bool
	boots   int // how often it went down
	stalled bool
	backlog []late   // what came while it stood still
	paused  []func() // programs

	// On the disk.
	conf        *configuration // nil = it is no node of a cluster
	doc         *cib.Document
	lineage     view.Lineage
	recent      []replica.Applied
	unshared    replica.Unshared
	incarnation uint64
	clock       time.Duration // that the time of day is fast
	ballots     uint64        // reserved
	first       *cib.Document
	slow        time.Duration // writes take up to this
	full        bool
	failed      time.Duration // when a write failed last
	disks       int           // how many it had before
	memory      quorum.Memory // of the views that it was in, until it boots
	kept        quorum.Memory // the same, on the disk
	seenAll     bool          // since the boot, as the checks know it

	last     view.Ballot // installed last, ever
	d        *daemon     // nil: not running
	stays    bool        // left on purpose: does not come back by itself
	machine  *machine    // what agents did here
	stallEnd time.Duration
	stood    time.Duration // how long it stands still, or did last
	resumed  time.Duration // when it last went on after a stall
}

// late is something that waits for the end of a stall.
type late struct {
	kind lateKind
	do   func()
}

type lateKind int

const (
	timer   lateKind = iota // the daemon's own
	arrival                 // from outside
)

func newHost(w *world, id uint32, doc *cib.Document) *host {
	h := &host{w: w, id: id, index: int(id) - 1, name: hostName(id), power: true, doc: doc, first: doc}
	h.machine = newMachine(h)
	h.repaired()
	return h
}

// timeOfDay is what the host's clock shows, in epoch seconds.
func (h *host) timeOfDay() int64 { return h.w.wall().Add(h.clock).Unix() }

func hostName(id uint32) string { return fmt.Sprintf("n%d", id) }

// boot starts the daemon.
func (h *host) boot() {
	if h.d != nil || !h.power || h.conf == nil {
		return
	}
	h.incarnation++
	if h.w.more { // by the clock, which may have been set back, as package cluster does
		h.incarnation = max(h.incarnation, uint64((h.w.now + h.clock).Milliseconds()))
	}
	h.stays = false
	h.d = newDaemon(h)
	h.w.logf("%s starts with %s of %s", h.name, h.doc.Version(), h.lineage)
	h.d.start()
}

// kill ends the daemon at once; the machine closes its connections.
func (h *host) kill() {
	d := h.d
	if d == nil {
		return
	}
	h.w.logf("%s: the daemon dies", h.name)
	d.end()
	for _, p := range d.peers {
		if p != nil && p.conn != nil {
			p.conn.close(d)
		}
	}
}

// powerOff takes the machine down: nobody hears of it, nothing runs on.
func (h *host) powerOff() {
	h.w.logf("%s loses power", h.name)
	if d := h.d; d != nil {
		d.end()
		for _, p := range d.peers {
			if p != nil && p.conn != nil {
				p.conn.wires[p.conn.end(d)].waiting = nil
			}
		}
	}
	h.power, h.stalled, h.backlog, h.memory = false, false, nil, h.kept.AfterBoot()
	h.machine.off()
	h.seenAll = false
	h.boots++
	h.goOn()
}

// loseDisk replaces the disk by an empty one.
func (h *host) loseDisk() {
	h.w.logf("%s has a new, empty disk", h.name)
	h.doc, h.lineage, h.recent, h.ballots = h.first, view.Lineage{}, nil, 0
	h.last, h.memory, h.kept = view.Ballot{}, quorum.Memory{}, quorum.Memory{}
	h.disks++
	if h.w.more {
		h.incarnation = 0
	}
}

// stall lets the whole machine stand still for a while.
func (h *host) stall(d time.Duration) {
	if h.stalled || !h.power {
		return
	}
	h.w.logf("%s stands still for %v", h.name, d)
	h.stalled, h.stallEnd, h.stood = true, h.w.now+d, d
	h.w.fences.late(d)
	end := h.stallEnd
	h.w.in(d, func() {
		if h.stalled && h.stallEnd == end {
			h.resume()
		}
	})
}

// resume lets it go on: what came in the meantime is handled in one of the
// orders in which a real one may wake up.
func (h *host) resume() {
	h.w.logf("%s goes on", h.name)
	h.stalled, h.resumed = false, h.w.now
	h.machine.resumed()
	h.goOn()
	list := h.backlog
	h.backlog = nil
	first := h.w.rnd.IntN(3)
	for _, kind := range []lateKind{timer, arrival} {
		if first == 0 {
			kind = 1 - kind
		}
		for _, l := range list {
			if first == 2 || l.kind == kind {
				l.do()
			}
		}
		if first == 2 {
			return
		}
	}
}
