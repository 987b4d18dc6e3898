package replica

import (
	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
)

// onPatch applies the next change of the view. Whatever does not fit leads to
// fetching the whole document.
func (c *Core) onPatch(m Message) {
	if c.isDC() || c.broken {
		return
	}
	if m.Seq <= c.seq {
		c.acknowledge()
		return
	}
	if c.cfg.Mutant == view.PatchAnything {
		c.patchAnything(m)
	} else if m.Seq != c.seq+1 || !c.apply(m) {
		c.fetch()
		return
	}
	c.seq = m.Seq
	c.acknowledge()
}

func (c *Core) apply(m Message) bool {
	if m.Diff == "" {
		return true
	}
	diff, err := cib.ParseElement([]byte(m.Diff))
	if err != nil {
		return false
	}
	next, err := cib.PatchDocument(c.doc, diff)
	if err != nil || next.Version() != m.Version {
		return false
	}
	digest := ""
	if m.Digest != "" {
		if digest = next.FinalDigest(); digest != m.Digest {
			return false
		}
	}
	if m.Digest != "" {
		c.record(m.ID)
	}
	c.remember(m.ID, m.Version)
	c.take(next)
	c.agree()
	if c.digest = digest; digest != "" {
		c.store()
	}
	return true
}

// patchAnything is apply without its rules, for view.PatchAnything.
func (c *Core) patchAnything(m Message) {
	if m.Diff == "" {
		return
	}
	next, err := cib.Apply(c.doc, cib.Request{Ops: []cib.Op{{Kind: cib.Patch, XML: m.Diff}}}, "")
	if err != nil {
		return
	}
	if next == c.doc {
		next = c.doc.Copy()
	}
	next.SetVersion(m.Version)
	if m.Digest != "" {
		c.record(m.ID)
	}
	c.remember(m.ID, m.Version)
	c.take(next)
	c.agree()
	if m.Digest != "" {
		c.store()
	}
}

func (c *Core) fetch() {
	c.broken, c.fetched = true, c.now
	c.send(c.view.DC, Message{Kind: Fetch, Ballot: c.view.Ballot, Seq: c.seq})
}

func (c *Core) onSnapshot(m Message) {
	if c.isDC() {
		return
	}
	if m.Seq <= c.seq && !c.broken {
		c.acknowledge() // the DC did not hear of it
		return
	}
	if !c.load(m.Document) {
		return // asked for again at a tick
	}
	c.seq, c.broken = m.Seq, false
	c.acknowledge()
}

// ackNow says what this node has of the view's changes.
func (c *Core) ackNow() Message {
	if c.storing == c.stored || c.cfg.Mutant == view.SkipDisk {
		c.durable = c.seq
	}
	return Message{Kind: Ack, Ballot: c.view.Ballot, Seq: c.seq, Durable: c.durable, Error: c.failing}
}

// acknowledge tells the DC, which may be this node, what is here.
func (c *Core) acknowledge() {
	if c.view == nil || c.broken {
		return
	}
	if c.isDC() {
		c.note(c.cfg.Self, c.ackNow())
		c.settle()
		return
	}
	c.send(c.view.DC, c.ackNow())
}

// onStored counts what is on the disk. A failure is told to the DC and tried
// again at a tick.
func (c *Core) onStored(ev Stored) {
	if ev.Err != "" {
		c.failing, c.failed = ev.Err, c.now
		c.acknowledge()
		return
	}
	if ev.N > c.stored {
		c.stored = ev.N
	}
	c.failing = ""
	c.acknowledge()
}

func (c *Core) onResult(m Message) {
	r := Reply{ID: m.ID, Version: m.Version}
	switch {
	case m.Error != "":
		r.Err = fault{m.Error, faults[m.Code]}
	case m.Document != nil:
		doc, err := cib.Parse(m.Document)
		if err != nil {
			return // asked again at a tick
		}
		r.Doc = doc
	}
	c.answer(r)
}
