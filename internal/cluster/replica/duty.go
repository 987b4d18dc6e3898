package replica

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
)

// duty is what the DC of a view keeps for it.
type duty struct {
	pending []*entry
	held    []held            // came before the view was open
	has     map[uint32]have   // by member
	quiet   map[uint32]int    // tick at which a member last got further or was helped
	errors  map[uint32]string // why a member cannot store
	safe    int64             // number of the last change up to which all is on enough disks; -1 = not yet what the view began with
	told    int64             // what members know of that
}

// entry is a change, or a read, that is not acknowledged by enough members.
type entry struct {
	id      string
	seq     int64
	config  bool  // counts on a member when it is stored there
	stored  int64 // of a read: what it shows must be stored up to here
	version cib.Version
	read    *cib.Document // of a read: what it answers
	waiters []uint32
}

type held struct {
	from   uint32
	id     string
	change *cib.Request
}

// have is how far a member is.
type have struct{ applied, durable int64 }

func newDuty(v *view.View) *duty {
	d := &duty{has: map[uint32]have{}, quiet: map[uint32]int{}, errors: map[uint32]string{}, safe: -1, told: -1}
	for _, id := range v.IDs() {
		d.has[id] = have{-1, -1}
	}
	return d
}

func (c *Core) onForward(from uint32, m Message, now string) {
	if !c.isDC() || !c.view.Has(from) {
		return // the sender asks again in the next view
	}
	id := m.ID
	if m.Request != nil {
		id = m.Request.ID
	}
	if !c.opened {
		c.duty.held = append(c.duty.held, held{from, id, m.Request})
		return
	}
	c.serve(from, id, m.Request, now)
	c.settle()
}

// serve carries one request out, unless it was before.
func (c *Core) serve(from uint32, id string, change *cib.Request, now string) {
	for _, e := range c.duty.pending {
		if e.id == id {
			if !slices.Contains(e.waiters, from) {
				e.waiters = append(e.waiters, from)
			}
			return
		}
	}
	if change == nil {
		if c.cfg.Mutant == view.ReadAlone {
			c.deliver(from, &entry{id: id, version: c.doc.Version(), read: c.doc}, Message{ID: id, Version: c.doc.Version()})
			return
		}
		c.seq++
		c.queue(&entry{id: id, version: c.doc.Version(), read: c.doc, stored: c.config, waiters: []uint32{from}})
		c.broadcast(Message{ID: id, Version: c.doc.Version()})
		return
	}
	if v, done := c.applied(id); done {
		// Applied in an earlier view: answered as soon as it is safe in this one.
		c.queue(&entry{id: id, config: true, version: v, waiters: []uint32{from}})
		return
	}
	next, err := cib.Apply(c.doc, *change, now)
	if err == nil && configChanged(c.doc, next) {
		err = c.storable()
	}
	if err != nil {
		c.result(from, Message{ID: id, Error: err.Error(), Code: codeOf(err)})
		return
	}
	if next == c.doc {
		c.queue(&entry{id: id, version: c.doc.Version(), waiters: []uint32{from}})
		return
	}
	c.commit(from, id, next)
}

func configChanged(old, next *cib.Document) bool {
	a, b := old.Version(), next.Version()
	return a.AdminEpoch != b.AdminEpoch || a.Epoch != b.Epoch
}

// commit makes next the document, here and then on the members.
func (c *Core) commit(from uint32, id string, next *cib.Document) {
	m := Message{ID: id, Version: next.Version(), Diff: string(cib.PrintPatch(cib.Diff(c.doc, next)))}
	config := configChanged(c.doc, next)
	c.seq++
	if config {
		c.record(id)
	}
	c.remember(id, m.Version)
	c.take(next)
	c.agree()
	if config {
		c.store()
		m.Digest = c.Stamp().Digest
	}
	if config {
		c.config = c.seq
	}
	c.queue(&entry{id: id, config: config, version: m.Version, waiters: []uint32{from}})
	c.broadcast(m)
}

func (c *Core) queue(e *entry) {
	e.seq = c.seq
	c.duty.pending = append(c.duty.pending, e)
	c.note(c.cfg.Self, c.ackNow())
}

func (c *Core) broadcast(m Message) {
	m.Kind, m.Ballot, m.Seq = Patch, c.view.Ballot, c.seq
	for _, id := range c.view.IDs() {
		if id == c.cfg.Self {
			continue
		}
		if h := c.duty.has[id]; h.applied >= c.seq-1 {
			c.duty.quiet[id] = c.now // had nothing to do until now
		}
		c.send(id, m)
	}
}

func (c *Core) result(to uint32, m Message) {
	m.Kind = Result
	if to == c.cfg.Self {
		c.onResult(m)
		return
	}
	c.send(to, m)
}

func (c *Core) onAck(from uint32, m Message) {
	if c.isDC() && c.view.Has(from) {
		c.note(from, m)
		c.settle()
	}
}

// note keeps how far a member is.
func (c *Core) note(id uint32, m Message) {
	h := have{m.Seq, m.Durable}
	if h != c.duty.has[id] {
		c.duty.has[id], c.duty.quiet[id] = h, c.now
	}
	if delete(c.duty.errors, id); m.Error != "" {
		c.duty.errors[id] = m.Error
	}
}

// enough tells whether a set of members may acknowledge for the view.
func (c *Core) enough(who []uint32) bool {
	if c.cfg.Mutant == view.AckAlone {
		return len(who) > 0
	}
	if q := c.view.Quorum; q.Quorate && q.Majority {
		return c.cfg.Quorum.Total(who) >= q.Needed
	}
	return len(who) == len(c.view.Members)
}

// holders are the members that an entry counts on. What a read shows must not
// be lost any more either, unless it cannot be made safe for want of disks.
func (c *Core) holders(e *entry) []uint32 {
	safe := e.read != nil && c.storable() == nil
	var who []uint32
	for _, id := range c.view.IDs() {
		h := c.duty.has[id]
		if h.applied >= e.seq && (!e.config || h.durable >= e.seq) && (!safe || h.durable >= e.stored) {
			who = append(who, id)
		}
	}
	return who
}

// settle answers the clients of all entries that are acknowledged, and of
// those that cannot be for want of disks.
func (c *Core) settle() {
	if !c.opened {
		return
	}
	var left, done []*entry
	for _, e := range c.duty.pending {
		if c.enough(c.holders(e)) || (e.config && c.storable() != nil) {
			done = append(done, e)
		} else {
			left = append(left, e)
		}
	}
	c.duty.pending = left
	c.conclude()
	for _, e := range done {
		m := Message{ID: e.id, Version: e.version}
		if !c.enough(c.holders(e)) {
			err := fmt.Errorf("%w: it is in force as version %s but will be lost when these nodes stop: %s",
				ErrNotStored, e.version, c.diskTroubles())
			m.Error, m.Code = err.Error(), codeOf(err)
		}
		for _, to := range e.waiters {
			c.deliver(to, e, m)
		}
	}
}

func (c *Core) deliver(to uint32, e *entry, m Message) {
	switch {
	case e.read == nil:
	case to == c.cfg.Self:
		c.answer(Reply{ID: e.id, Version: e.version, Doc: e.read})
		return
	case m.Document == nil:
		m.Document = e.read.Final()
	}
	c.result(to, m)
}

// storable returns an error where the members that can write are too few to
// acknowledge a change of the configuration.
func (c *Core) storable() error {
	var able []uint32
	for _, id := range c.view.IDs() {
		if c.duty.errors[id] == "" {
			able = append(able, id)
		}
	}
	if c.enough(able) {
		return nil
	}
	return fmt.Errorf("%w, nothing was changed: %s", ErrNotStored, c.diskTroubles())
}

func (c *Core) diskTroubles() string {
	var list []string
	for _, id := range slices.Sorted(maps.Keys(c.duty.errors)) {
		list = append(list, fmt.Sprintf("node '%s': %s", c.cfg.Name(id), c.duty.errors[id]))
	}
	return strings.Join(list, "; ")
}

// conclude notes, on the DC, that the configuration is on enough disks: what
// the view began with, and all changes. That a client was told that its change
// could not be stored is not enough.
func (c *Core) conclude() {
	if c.duty.safe == c.config || slices.ContainsFunc(c.duty.pending, func(e *entry) bool { return e.config }) {
		return
	}
	var who []uint32
	for _, id := range c.view.IDs() {
		if c.duty.has[id].durable >= c.config {
			who = append(who, id)
		}
	}
	if c.enough(who) {
		c.duty.safe = c.config
		c.settled(c.seq)
	}
}

// tellSettled has the members know it too, once for all changes of a tick.
func (c *Core) tellSettled() {
	if !c.opened || c.duty.told >= c.duty.safe || !c.shared() {
		return
	}
	c.duty.told = c.duty.safe
	for _, id := range c.view.IDs() {
		if id != c.cfg.Self {
			c.send(id, Message{Kind: Settled, Ballot: c.view.Ballot, Seq: c.duty.safe})
		}
	}
}

// pursue sends the whole document to members that do not get further.
func (c *Core) pursue() {
	c.tellSettled()
	for _, id := range c.view.IDs() {
		if c.opened && c.duty.has[id].applied < c.seq && c.now-c.duty.quiet[id] >= c.cfg.Retry {
			c.onFetch(id)
		}
	}
}

func (c *Core) onFetch(from uint32) {
	if c.isDC() && c.view.Has(from) && from != c.cfg.Self {
		c.duty.quiet[from] = c.now
		c.send(from, Message{Kind: Snapshot, Ballot: c.view.Ballot, Seq: c.seq, Document: c.Snapshot()})
	}
}
