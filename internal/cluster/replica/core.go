package replica

import (
	"encoding/json"
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// keepRecent is how many requests are remembered at least so that none is
// applied twice: those of several seconds at the highest rate, for a node asks
// again a token after its answer was lost.
const keepRecent = 2048

// keepLost is how many of the requests in an unshared patch are named.
const keepLost = 256

// keepStored is how many of them are stored with the document.
const keepStored = 64

// Core is one node's part in replication.
type Core struct {
	cfg     Config
	doc     *cib.Document
	lineage view.Lineage
	digest  string // of doc; "" = not computed yet
	recent  []Applied

	unshared Unshared
	base     *cib.Document // what the unshared changes since the last patch began with; nil = none
	ids      []string      // of the requests since then
	unsafe   int64         // number of the last of them in this view
	kept     bool          // all of them were given to be stored

	view    *view.View // nil = none is open on this node
	opened  bool       // on the DC: all members are in it
	config  int64      // on the DC: number of the view's last change of the configuration
	seq     int64      // number of the last change of the view that doc contains
	broken  bool       // a number was missed: waiting for the whole document
	fetched int        // tick of the last Fetch

	storing int   // number of the last Store, 0 = none
	stored  int   // number of the last one done
	durable int64 // all configuration of the view up to this number is stored; -1 = not yet what it began with
	failing string
	failed  int // tick of the last failure

	waiting []*request // clients of this node
	duty    *duty      // on the DC
	now     int        // ticks since start
	out     []Effect
}

// request is a client's, until it is answered.
type request struct {
	id     string
	change *cib.Request // nil = a read
	sent   int          // tick at which it was last sent to a DC
	view   view.Ballot  // in which it was last given to a DC; zero = none yet
	before bool         // it was given to the DC of an earlier view too
}

// given notes that the DC of a view has the request now.
func (r *request) given(v *view.View) {
	r.before = r.before || (r.view != view.Ballot{} && r.view != v.Ballot)
	r.view = v.Ballot
}

// New returns a core that holds doc, which must not be changed any more.
func New(cfg Config, doc *cib.Document, lineage view.Lineage) *Core {
	return &Core{cfg: cfg, doc: doc, lineage: lineage, recent: cfg.Recent, unshared: cfg.Unshared, kept: true}
}

// Document is this node's present document. It must not be changed.
func (c *Core) Document() *cib.Document { return c.doc }

// Stamp says which document this node holds.
func (c *Core) Stamp() view.Stamp {
	if c.digest == "" {
		c.digest = c.doc.FinalDigest()
	}
	return view.Stamp{Lineage: c.lineage, Version: c.doc.Version(), Digest: c.digest}
}

// Snapshot is the document with what belongs to it, for another member.
func (c *Core) Snapshot() []byte {
	return snapshot{Lineage: c.lineage, Text: string(c.doc.Final()), Recent: c.recent, Unshared: c.Unshared()}.encode()
}

// Failing says why this node cannot store its document, "" if it can.
func (c *Core) Failing() string { return c.failing }

// Step takes one event and returns what is to be done about it, in order. now
// is the time in the form of ctime(3), for the document's cib-last-written.
func (c *Core) Step(ev Event, now string) []Effect {
	switch ev := ev.(type) {
	case Submit:
		c.ask(&request{id: ev.Request.ID, change: &ev.Request}, now)
	case Read:
		c.ask(&request{id: ev.ID}, now)
	case Cancel:
		c.forget(ev.ID)
	case Enter:
		c.enter(ev)
	case Open:
		c.open(now)
	case Close:
		c.view, c.duty, c.opened, c.broken = nil, nil, false, false
	case Adopt:
		c.load(ev.Document)
	case Receive:
		c.receive(ev.From, ev.Message, now)
	case Stored:
		c.onStored(ev)
	case Tick:
		c.tick(now)
	}
	out := c.out
	c.out = nil
	return out
}

func (c *Core) emit(e Effect) { c.out = append(c.out, e) }

func (c *Core) send(to uint32, m Message) { c.emit(Send{To: to, Message: m}) }

// Configure takes other votes.
func (c *Core) Configure(votes quorum.Config) { c.cfg.Quorum = votes }

func (c *Core) isDC() bool { return c.view != nil && c.view.DC == c.cfg.Self }

func (c *Core) enter(ev Enter) {
	c.view, c.duty, c.opened, c.broken, c.seq, c.config = ev.View, nil, false, false, 0, 0
	if ev.Document != nil && !c.load(ev.Document) {
		c.fetch()
	}
	c.fold()
	if c.lineage.Ballot != c.view.Ballot && c.agree() {
		c.store() // whatever it holds is agreed on now, see DESIGN.md
	}
	if c.durable = 0; c.storing > c.stored {
		c.durable = -1
	}
	if c.isDC() {
		c.duty = newDuty(c.view)
		c.note(c.cfg.Self, c.ackNow())
		return
	}
	c.acknowledge()
	for _, r := range c.waiting {
		c.forward(r)
	}
}

func (c *Core) open(now string) {
	if !c.isDC() {
		return
	}
	c.opened = true
	held := c.duty.held
	c.duty.held = nil
	for _, r := range c.waiting {
		r.given(c.view)
		c.serve(c.cfg.Self, r.id, r.change, now)
	}
	for _, h := range held {
		c.serve(h.from, h.id, h.change, now)
	}
	c.settle()
}

// load takes a snapshot as this node's document and has it stored. It returns
// false for one that cannot be read.
func (c *Core) load(data []byte) bool {
	var s snapshot
	if err := json.Unmarshal(data, &s); err != nil {
		return false
	}
	doc, err := cib.Parse([]byte(s.Text))
	if err != nil {
		return false
	}
	c.unshared = c.giveWay(doc, s.Recent, s.Unshared)
	c.lineage, c.recent = s.Lineage, s.Recent
	c.base, c.ids, c.unsafe = nil, nil, 0
	c.take(doc)
	c.store()
	return true
}

// take makes doc this node's document.
func (c *Core) take(doc *cib.Document) {
	c.doc, c.digest = doc, ""
	c.emit(Changed{Doc: doc})
}

// agree notes that the document is what a quorate view holds.
func (c *Core) agree() bool {
	if !c.view.Quorum.Quorate {
		return false
	}
	c.lineage = view.Lineage{Ballot: c.view.Ballot, Agreed: c.doc.Version()}
	return true
}

func (c *Core) store() {
	c.storing++
	c.doc.Final() // before it goes to who stores it
	u := c.unshared
	if c.view == nil || !c.shared() {
		u = c.Unshared()
		c.kept = true
	}
	c.emit(Store{N: c.storing, Doc: c.doc, Lineage: c.lineage, Recent: c.toStore(), Unshared: u})
}

// toStore picks the changes of the configuration, which alone are stored.
func (c *Core) toStore() []Applied {
	out := make([]Applied, 0, min(len(c.recent), keepStored))
	for i := len(c.recent) - 1; i >= 0 && len(out) < keepStored; i-- {
		if a := c.recent[i]; a.Version.NumUpdates == 0 {
			out = append(out, a)
		}
	}
	slices.Reverse(out)
	return out
}

func (c *Core) remember(id string, v cib.Version) {
	c.recent = append(c.recent, Applied{id, v})
	if len(c.recent) >= 2*keepRecent { // seldom, for it copies
		c.recent = append([]Applied(nil), c.recent[len(c.recent)-keepRecent:]...)
	}
}

func (c *Core) applied(id string) (cib.Version, bool) {
	if c.cfg.Mutant == view.ApplyTwice {
		return cib.Version{}, false
	}
	for i := len(c.recent) - 1; i >= 0; i-- {
		if c.recent[i].ID == id {
			return c.recent[i].Version, true
		}
	}
	return cib.Version{}, false
}

// ask takes a client's request and sends it on its way.
func (c *Core) ask(r *request, now string) {
	c.waiting = append(c.waiting, r)
	switch {
	case c.isDC() && c.opened:
		r.given(c.view)
		c.serve(c.cfg.Self, r.id, r.change, now)
		c.settle()
	case !c.isDC():
		c.forward(r)
	}
}

func (c *Core) forward(r *request) {
	r.sent = c.now
	if c.view != nil {
		r.given(c.view)
		c.send(c.view.DC, Message{Kind: Forward, ID: r.id, Request: r.change})
	}
}

// forget takes a request off the list and tells whether it was on it.
func (c *Core) forget(id string) *request {
	for i, r := range c.waiting {
		if r.id == id {
			c.waiting = append(c.waiting[:i:i], c.waiting[i+1:]...)
			return r
		}
	}
	return nil
}

// answer gives a client of this node its answer. A DC that refuses a change
// does not know what the DC of an earlier view, whose answer is lost, did.
func (c *Core) answer(r Reply) {
	asked := c.forget(r.ID)
	if asked == nil {
		return
	}
	if r.Err != nil && asked.change != nil && asked.before {
		r.Err = fault{r.Err.Error() + "; the nodes that this node lost may have carried it out before", r.Err}
	}
	c.emit(r)
}

func (c *Core) tick(now string) {
	c.now++
	if c.failing != "" && c.now-c.failed >= c.cfg.Retry {
		c.failed = c.now
		c.store()
	}
	if c.view == nil {
		return
	}
	if c.isDC() {
		c.pursue()
		return
	}
	if c.broken && c.now-c.fetched >= c.cfg.Retry {
		c.fetch()
	}
	for _, r := range c.waiting {
		if c.now-r.sent >= c.cfg.Retry {
			c.forward(r)
		}
	}
}

func (c *Core) receive(from uint32, m Message, now string) {
	switch m.Kind {
	case Forward:
		c.onForward(from, m, now)
	case Result:
		c.onResult(m)
	default:
		if c.view == nil || m.Ballot != c.view.Ballot {
			return
		}
		switch m.Kind {
		case Patch:
			c.onPatch(m)
		case Snapshot:
			c.onSnapshot(m)
		case Ack:
			c.onAck(from, m)
		case Fetch:
			c.onFetch(from)
		case Settled:
			if from == c.view.DC {
				c.settled(m.Seq)
			}
		}
	}
}
