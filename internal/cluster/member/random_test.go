package member

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

const token = 20 // ticks

// world is some members on a network that delays messages, loses whole
// connections and is cut into parts; and disks that survive crashes.
type world struct {
	t      *testing.T
	rnd    *rand.Rand
	now    int
	cfg    quorum.Config
	ids    []uint32
	node   map[uint32]*host
	part   map[uint32]int         // the part of the network a node is in
	wires  map[[2]uint32][]flight // in order, per direction
	acked  map[string]bool        // changes acknowledged by a majority
	doomed []uint32               // crash at the end of this tick
	calm   bool
	asked  int                    // changes asked so far
	views  map[view.Ballot]string // what each ballot installed
	trace  strings.Builder
}

type host struct {
	self  view.Peer
	core  *Core // nil = down
	doc   *cib.Document
	line  view.Lineage
	disk  []replica.Store // being written
	told  map[uint32]view.Peer
	floor uint64
	last  view.Ballot
}

type flight struct {
	at   int
	from view.Peer
	to   view.Peer
	m    Message
}

func newWorld(t *testing.T, seed uint64, n int) *world {
	w := &world{t: t, rnd: rand.New(rand.NewPCG(seed, 7)), node: map[uint32]*host{}, part: map[uint32]int{},
		wires: map[[2]uint32][]flight{}, acked: map[string]bool{}, views: map[view.Ballot]string{}}
	w.cfg.Votes = map[uint32]int{}
	for id := uint32(1); id <= uint32(n); id++ {
		w.ids = append(w.ids, id)
		w.cfg.Votes[id] = 1
		w.node[id] = &host{self: view.Peer{ID: id}, doc: cib.New("pacemaker-3.9", "3.16.2")}
	}
	for _, id := range w.ids {
		w.boot(id)
	}
	return w
}

func (w *world) logf(format string, args ...any) {
	fmt.Fprintf(&w.trace, "%5d "+format+"\n", append([]any{w.now}, args...)...)
}

func (w *world) boot(id uint32) {
	h := w.node[id]
	h.self.Incarnation++
	h.told = map[uint32]view.Peer{}
	h.disk = nil
	h.core = New(Config{Self: h.self, Nodes: w.ids, Quorum: w.cfg, Token: token, Floor: h.floor, Name: func(id uint32) string { return fmt.Sprint(id) }}, h.doc, h.line)
	w.logf("%d boots with %s@%s", id, h.doc.Version(), h.line)
}

func (w *world) crash(id uint32) {
	w.logf("%d crashes", id)
	w.node[id].floor = w.node[id].core.Counter()
	w.node[id].core = nil
	for pair := range w.wires {
		if pair[0] == id || pair[1] == id {
			delete(w.wires, pair)
		}
	}
}

func (w *world) connected(a, b uint32) bool {
	return w.node[a].core != nil && w.node[b].core != nil && w.part[a] == w.part[b]
}

// detect tells nodes of peers that came or went, each at its own time.
func (w *world) detect() {
	for _, a := range w.ids {
		h := w.node[a]
		if h.core == nil {
			continue
		}
		for _, b := range w.ids {
			if a == b || w.rnd.IntN(3) > 0 {
				continue
			}
			was, up := h.told[b]
			is := w.connected(a, b)
			switch {
			case is && (!up || was != w.node[b].self):
				h.told[b] = w.node[b].self
				w.do(a, h.core.StepView(view.Reach{Peer: w.node[b].self, Up: true}, ""))
			case !is && up:
				delete(h.told, b)
				delete(w.wires, [2]uint32{a, b})
				delete(w.wires, [2]uint32{b, a})
				w.do(a, h.core.StepView(view.Reach{Peer: was, Up: false}, ""))
			}
		}
	}
}

func (w *world) do(id uint32, effects []Effect) {
	h := w.node[id]
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			pair := [2]uint32{id, e.To.ID}
			at := w.now + 1 + w.rnd.IntN(3)
			if q := w.wires[pair]; len(q) > 0 {
				at = max(at, q[len(q)-1].at)
			}
			w.wires[pair] = append(w.wires[pair], flight{at, h.self, e.To, e.Message})
		case view.Entered:
			w.logf("%d entered %s holding %s", id, e.View, h.core.Document().Version())
			w.entered(h, e.View)
		case view.Opened:
			w.logf("%d opened %s", id, e.View.Ballot)
		case view.Isolated:
			w.logf("%d isolated %v", id, e.Now)
		case replica.Store:
			h.disk = append(h.disk, e)
		case replica.Reply:
			w.replied(id, e)
		}
	}
}

func (w *world) entered(h *host, v *view.View) {
	if h.last.Compare(v.Ballot) >= 0 && h.core != nil && h.last != (view.Ballot{}) {
		w.fail("node %d went from view %s back to %s", h.self.ID, h.last, v.Ballot)
	}
	h.last = v.Ballot
	if had, ok := w.views[v.Ballot]; ok && had != v.String() {
		w.fail("ballot %s installed as %s and as %s", v.Ballot, had, v)
	}
	w.views[v.Ballot] = v.String()
}

func (w *world) replied(id uint32, r replica.Reply) {
	if r.Err != nil {
		if !errors.Is(r.Err, cib.ErrExists) {
			w.logf("%d refused %s: %v", id, r.ID, r.Err)
		}
		return
	}
	v := w.node[id].core.View()
	w.logf("%d answered %s with %s in %s", id, r.ID, r.Version, v.Ballot)
	if v.Quorum.Quorate && w.node[id].core.Open() {
		w.acked[r.ID] = true
	}
	if dc := w.node[v.DC]; w.rnd.IntN(8) == 0 && !w.calm {
		w.doomed = append(w.doomed, dc.self.ID) // the worst moment for the DC to die
	}
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	name := os.Getenv("TRACE")
	if name != "" {
		_ = os.WriteFile(name, []byte(w.trace.String()), 0o600)
	}
	w.t.Fatalf(format, args...)
}

// step is one tick of the world.
func (w *world) step() {
	w.now++
	w.detect()
	for _, a := range w.ids {
		for _, b := range w.ids {
			w.deliver([2]uint32{a, b})
		}
	}
	for _, id := range w.ids {
		h := w.node[id]
		if h.core == nil {
			continue
		}
		w.do(id, h.core.Tick(""))
		if len(h.disk) > 0 && w.rnd.IntN(3) == 0 {
			last := h.disk[len(h.disk)-1]
			h.disk, h.doc, h.line = nil, last.Doc, last.Lineage
			w.do(id, h.core.StepReplica(replica.Stored{N: last.N}, ""))
		}
	}
}

func (w *world) doom() {
	for _, id := range w.doomed {
		if w.node[id].core != nil {
			w.crash(id)
		}
	}
	w.doomed = nil
}

func (w *world) deliver(pair [2]uint32) {
	for {
		q := w.wires[pair]
		if len(q) == 0 || q[0].at > w.now {
			return
		}
		f := q[0]
		w.wires[pair] = q[1:]
		to := w.node[pair[1]]
		if !w.connected(pair[0], pair[1]) || to.self != f.to || w.node[pair[0]].self != f.from {
			continue
		}
		w.do(pair[1], to.core.Receive(f.from, f.m, ""))
	}
}

func (w *world) submit() {
	id := w.ids[w.rnd.IntN(len(w.ids))]
	if w.node[id].core == nil {
		return
	}
	w.asked++
	name := fmt.Sprintf("c%d", w.asked)
	req := cib.Request{ID: name, Ops: []cib.Op{{Kind: cib.Create, Path: "/cib/configuration/resources",
		XML: fmt.Sprintf(`<primitive id="%s" class="ocf" provider="heartbeat" type="Dummy"/>`, name)}}}
	if w.rnd.IntN(2) == 0 {
		req.Ops[0] = cib.Op{Kind: cib.Modify, XML: fmt.Sprintf(`<status><node_state id="%d" uname="%s"/></status>`, id, name)}
	}
	w.logf("%d submits %s (%s)", id, name, req.Ops[0].Kind)
	w.do(id, w.node[id].core.StepReplica(replica.Submit{Request: req}, ""))
	if req.Ops[0].Kind == cib.Modify {
		w.node[id].core.StepReplica(replica.Tick{}, "")
	}
}

// trouble makes one fault or heals one.
func (w *world) trouble() {
	id := w.ids[w.rnd.IntN(len(w.ids))]
	switch w.rnd.IntN(7) {
	case 0:
		if w.node[id].core != nil {
			w.crash(id)
		}
	case 1, 2:
		if w.node[id].core == nil {
			w.boot(id)
		}
	case 3:
		if w.node[id].core != nil { // restarted before anybody noticed
			w.crash(id)
			w.boot(id)
		}
	case 4:
		w.part[id] = w.rnd.IntN(2)
		w.logf("%d is moved to part %d", id, w.part[id])
	case 5:
		for _, id := range w.ids {
			w.part[id] = 0
		}
		w.logf("the network is whole")
	case 6:
		other := w.ids[w.rnd.IntN(len(w.ids))]
		delete(w.wires, [2]uint32{id, other})
		w.logf("messages from %d to %d are lost", id, other)
	}
}

func (w *world) converged() string {
	var v *view.View
	var stamp view.Stamp
	for i, id := range w.ids {
		c := w.node[id].core
		switch {
		case !c.Open():
			return fmt.Sprintf("no view is open on %d", id)
		case i == 0:
			v, stamp = c.View(), c.Stamp()
		case c.View().Ballot != v.Ballot || len(v.Members) != len(w.ids):
			return fmt.Sprintf("%d is in %s, %d in %s", w.ids[0], v, id, c.View())
		case c.Stamp() != stamp:
			return fmt.Sprintf("%d holds %v, %d holds %v", w.ids[0], stamp, id, c.Stamp())
		}
	}
	return ""
}

// Whatever happened: when the faults are over all are in one view with one
// document, which contains every acknowledged change of the configuration.
func TestRandomFaults(t *testing.T) {
	seeds, acked := uint64(40), 0
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		runSeed(t, s)
		return
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { acked += runSeed(t, seed) })
	}
	if acked == 0 {
		t.Error("nothing was ever acknowledged: the test tests nothing")
	}
}

// runSeed returns how many changes were acknowledged.
func runSeed(t *testing.T, seed uint64) int {
	w := newWorld(t, seed, 3+int(seed%5))
	for range 1500 {
		w.step()
		w.doom()
		if w.rnd.IntN(40) == 0 {
			w.trouble()
		}
		if w.rnd.IntN(15) == 0 {
			w.submit()
		}
	}
	w.logf("the faults are over")
	w.calm = true
	for _, id := range w.ids {
		w.part[id] = 0
		if w.node[id].core == nil {
			w.boot(id)
		}
	}
	for i := 0; ; i++ {
		w.step()
		if i > 10*token && w.converged() == "" {
			break
		}
		if i > 40*token {
			w.fail("seed %d: not settled: %s (SEED=%d TRACE=file replays it)", seed, w.converged(), seed)
		}
	}
	text := string(w.node[1].core.Document().Bytes())
	for id := range w.acked {
		if created := strings.Contains(w.trace.String(), "submits "+id+" (create)"); created && !strings.Contains(text, `"`+id+`"`) {
			w.fail("seed %d: acknowledged change %s is lost (SEED=%d TRACE=file replays it)", seed, id, seed)
		}
	}
	return len(w.acked)
}
