package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// term names a ballot of one disk of its node: with a new one a node may come
// upon a number that it has used, alone.
type term struct {
	view.Ballot
	disk int
}

// viewEntered checks that a node's views rise and that one ballot is one view.
func (w *world) viewEntered(h *host, v *view.View) {
	w.stats.Views++
	if h.last.Compare(v.Ballot) >= 0 {
		w.fail("%s went from view %s back to %s", h.name, h.last, v.Ballot)
	}
	h.last = v.Ballot
	w.waited(h, v)
	text, t := v.String(), term{v.Ballot, w.hosts[v.Ballot.Node-1].disks}
	if had, ok := w.views[t]; ok && had != text {
		w.fail("ballot %s was installed as %s and as %s", v.Ballot, had, v)
	}
	w.views[t] = text
}

// viewOpened checks that no two views with a quorum hold at one time. Where a
// higher view than all others opens, those who still take changes of an
// earlier one have no quorum of it. A DC that stood still may open its view
// when the others are in a higher one: it is alone with it then.
func (w *world) viewOpened(view *view.View, votes quorum.Config) {
	v := opened{view, votes}
	if !v.Quorum.Quorate || votes.TwoNode {
		return // each of two nodes may go on alone
	}
	for _, old := range w.opened {
		if old.Ballot == v.Ballot || !w.held(old) {
			continue
		}
		if v.Ballot.Compare(old.Ballot) > 0 || w.held(v) {
			w.fail("%s opened while a quorum still holds %s", v, old)
		}
	}
	w.opened = append(w.opened, v)
}

// agreedOn checks that what members of a view with a quorum store under one
// version is one document.
func (w *world) agreedOn(d *daemon, s replica.Store) {
	v, has := d.core.View(), s.Doc.Version()
	if v == nil || s.Lineage.Ballot != v.Ballot || s.Lineage.Agreed != has {
		return
	}
	at := stored{term{v.Ballot, w.hosts[v.DC-1].disks}, has}
	text, known := w.texts[at]
	if !known {
		w.texts[at] = s.Doc.Final()
	} else if !bytes.Equal(text, s.Doc.Final()) {
		w.fail("%s stores another document as %s of view %s than a member before", d.h.name, has, v.Ballot)
	}
}

// stored names a document of a view.
type stored struct {
	term
	version cib.Version
}

// held tells whether those who take changes of a view's DC would have a quorum
// if they went on by themselves. The votes do not say it: of a half that won a
// tie those who are left have too few without the one that broke it, although
// that one may have no vote.
func (w *world) held(v opened) bool {
	var in []uint32
	for _, h := range w.hosts {
		if h.d == nil {
			continue
		}
		if has := h.d.core.View(); has != nil && has.Ballot == v.Ballot && h.d.core.Open() {
			in = append(in, h.id)
		}
	}
	return len(in) > 0 && v.votes.Enough(in, v.Quorum.Memory.Settled(), false)
}

// truthful checks that a daemon counts no peer up that is silent for long,
// whatever else comes in its name.
func (w *world) truthful(d *daemon) {
	long := 4 * w.longest()
	if w.now-d.h.resumed < long {
		return
	}
	for _, h := range w.hosts {
		if _, up := upIn(d, h); !up || d.judge.WaitsFor(h.id) {
			continue
		}
		if silent := w.now - w.net.heard[d.h.index*w.net.n+h.index]; silent > long {
			w.fail("%s counts %s up, which it has not heard for %v", d.h.name, h.name, silent)
		}
	}
}

func upIn(d *daemon, h *host) (uint64, bool) {
	if h == d.h {
		return 0, false
	}
	return d.judge.IsUp(h.id)
}

// waited checks that nobody acts after a boot before all have been seen, where
// the configuration says so. Who has seen all tells those that it meets.
func (w *world) waited(h *host, v *view.View) {
	votes := w.conf.votes
	if votes.WaitForAll == nil || w.live {
		return // of votes that change it is not known by which all were seen
	}
	seen := votes.Total(v.IDs()) >= votes.Total(w.conf.nodes)
	for _, id := range v.IDs() {
		seen = seen || w.hosts[id-1].seenAll
	}
	if v.Quorum.Quorate && !seen {
		w.fail("%s entered %s, but nobody there has seen all since the boot", h.name, v)
	}
	h.seenAll = seen
}

// unsettled says why the cluster is not as it should be when nothing is wrong
// any more: one view of all, one document, nothing left to do.
func (w *world) unsettled() string {
	first := w.first().d
	for _, h := range w.members() {
		d := h.d
		switch {
		case d == nil:
			return h.name + " does not run"
		case !d.core.Open():
			return "no view is open on " + h.name
		case d.core.View().Ballot != first.core.View().Ballot || len(d.core.View().Members) != len(w.conf.nodes):
			return fmt.Sprintf("%s is in %s, %s in %s", w.first().name, first.core.View(), h.name, d.core.View())
		case d.conf != w.conf:
			return fmt.Sprintf("%s uses configuration %d, not %d", h.name, d.conf.version, w.conf.version)
		case d.core.Isolated():
			return h.name + " counts itself isolated"
		case d.core.Stamp() != first.core.Stamp():
			return fmt.Sprintf("%s holds %v, %s %v", w.first().name, first.core.Stamp(), h.name, d.core.Stamp())
		case len(d.calls) > 0 && !h.w.clientsBusy():
			return h.name + " has calls without an answer"
		}
		if why := d.engine.unsettled(); why != "" {
			return h.name + ": " + why
		}
	}
	return w.plan.unsettled(w)
}

func (w *world) clientsBusy() bool {
	for _, c := range w.clients {
		if c.busy != nil {
			return true
		}
	}
	return false
}

// peace looks at what is left when all is settled: the acknowledged changes
// are there, a last read of everything fits, and nothing happens any more.
func (w *world) peace() {
	if w.broken != nil {
		return
	}
	w.stopClients()
	w.until(w.now+2*token, nil) // what was asked last is carried out everywhere
	if w.broken != nil {
		return
	}
	w.nothingLost()
	w.lastRead()
	w.quiet()
	if w.broken == nil {
		w.checkLinear()
	}
}

// nothingLost looks for every change in the final document. Those that nobody
// answered for and that are not there never happened, as far as all can tell.
func (w *world) nothingLost() {
	there := marked(w.first().d.core.Document())
	history := w.history[:0]
	for _, k := range w.history {
		epoch, write := there[k.id], k.kind != kindRead
		switch {
		case k.alone && epoch == 0 && !w.saved[k.id] && !w.disksLost():
			w.fail("change %s, made without quorum, is lost and nowhere saved", k.id)
		case write && k.ok && epoch == 0:
			w.fail("acknowledged change %s is lost", k.id)
		case write && k.ended != 0 && !k.ok:
			if epoch != 0 {
				w.fail("change %s is there although it was refused", k.id)
			}
			continue // that it was refused says nothing of the configuration then
		case k.ended == 0 && epoch == 0:
			continue
		case k.ended == 0:
			k.epoch = epoch
		}
		history = append(history, k)
	}
	w.history = history
}

// gaveWay notes what a node saves of a document that gave way.
func (w *world) gaveWay(h *host, l replica.Lost) {
	w.stats.Lost++
	w.logf("%s: gives %s up for %s, %d requests are saved", h.name, l.Version, l.Winner, l.Changes.Requests())
	for _, p := range l.Changes {
		for _, id := range p.IDs {
			w.saved[id] = strings.Contains(p.Diff, `"`+id+`"`) || w.saved[id]
		}
	}
}

// disksLost tells whether a node came back without its disk: what only that
// one had is gone with it.
func (w *world) disksLost() bool {
	return slices.ContainsFunc(w.hosts, func(h *host) bool { return h.disks > 0 })
}

// stopClients lets the calls under way end.
func (w *world) stopClients() {
	for _, c := range w.clients {
		c.stopped = true
	}
	if !w.until(w.now+15*token, func() bool { return !w.clientsBusy() }) {
		w.fail("a client of a healthy cluster gets no answer")
	}
}

// lastRead adds a read of the final document to the history: what it does not
// show was lost.
func (w *world) lastRead() {
	doc := w.first().d.core.Document()
	w.tickets += 2
	w.history = append(w.history, &call{id: "final", kind: kindRead, begun: w.tickets - 1, ended: w.tickets, ok: true,
		epoch: doc.Version().Epoch, keys: keysOf(doc)})
}

// restartsAreHarmless ends daemons for a moment, the DC's among them: what
// they run is left alone.
func (w *world) restartsAreHarmless() {
	if w.plan == nil || w.broken != nil || w.opt.Fencing {
		return
	}
	v := w.first().d.core.View()
	for _, id := range []uint32{v.DC, w.conf.nodes[w.rnd.IntN(len(w.conf.nodes))]} {
		before := w.stats
		w.restart(w.hosts[id-1], w.between(0, grace/3))
		w.until(w.now+2*token, nil)
		if !w.until(w.now+settling, func() bool { return w.unsettled() == "" }) && w.broken == nil {
			w.fail("not settled after a restart of the daemon of n%d: %s", id, w.unsettled())
		}
		if w.stats.Starts != before.Starts || w.stats.Stops != before.Stops {
			w.fail("a restart of the daemon of n%d led to %d starts and %d stops", id,
				w.stats.Starts-before.Starts, w.stats.Stops-before.Stops)
		}
	}
}

// quiet checks that a cluster that is left alone changes nothing.
func (w *world) quiet() {
	if w.broken != nil {
		return
	}
	before, views := w.first().d.core.Stamp(), w.stats.Views
	w.until(w.now+10*time.Second, nil)
	if w.broken != nil {
		return
	}
	if why := w.unsettled(); why != "" {
		w.fail("left alone, it did not stay as it was: %s", why)
	}
	if after := w.first().d.core.Stamp(); after != before || w.stats.Views != views {
		w.fail("left alone, it went from %v to %v in %d new views", before, after, w.stats.Views-views)
	}
}
