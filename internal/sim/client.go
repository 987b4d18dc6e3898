package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/replica"
)

// kind is what a client asks for.
type kind string

const (
	kindSet    kind = "set"    // a key's value, whatever it was
	kindCAS    kind = "cas"    // the same on the configuration of an epoch only
	kindCreate kind = "create" // an element that is not there
	kindRead   kind = "read"
	kindStatus kind = "status" // a change of status, which counts in memory
	kindAdmin  kind = "admin"  // an administrator's change
)

// call is one request of a client, or of an engine.
type call struct {
	id     string
	client *client
	d      *daemon
	kind   kind
	key    string
	value  string
	base   int64 // epoch, for cas
	on     *read // for cas: all that was read, not the epoch alone

	begun, ended int64 // tickets; ended 0 = not known what became of it
	ok           bool  // false with ended: refused by conflict
	alone        bool  // it was made, without quorum
	epoch        int64 // after it
	keys         string

	done func(replica.Reply) // of an engine's
}

// read is a configuration as a client read it.
type read struct {
	base *cib.Base
	keys string
}

// client asks one thing after the other, now here, now there.
type client struct {
	w       *world
	n       int
	busy    *call
	epoch   int64 // as last seen under quorum
	seen    *read // the same, where it was read
	stopped bool
}

// keys that clients write.
const keys = 3

// next asks something.
func (c *client) next() {
	w := c.w
	if c.stopped {
		return
	}
	h := w.hosts[w.rnd.IntN(len(w.hosts))]
	if h.d == nil || c.busy != nil {
		w.in(w.between(token/10, token), c.next)
		return
	}
	w.asked++
	k := &call{id: fmt.Sprintf("c%d", w.asked), client: c, d: h.d, value: fmt.Sprintf("v%d", w.asked),
		key: fmt.Sprintf("k%d", w.rnd.IntN(keys)), base: c.epoch}
	k.kind = []kind{kindSet, kindSet, kindCAS, kindCAS, kindCreate, kindRead, kindRead, kindStatus}[w.rnd.IntN(8)]
	if w.live && k.kind == kindCAS {
		k.on = c.seen
	}
	c.busy = k
	w.tickets++
	k.begun = w.tickets
	if k.kind != kindStatus {
		w.history = append(w.history, k)
	}
	w.logf("client %d asks %s: %s %s %s=%s base %d", c.n, h.name, k.id, k.kind, k.key, k.value, k.base)
	k.submit()
}

// submit asks the daemon, and gives up after a while.
func (k *call) submit() {
	c, d, w := k.client, k.d, k.client.w
	d.now(arrival, func() {
		if c.busy != k {
			return // given up before the machine went on
		}
		d.calls[k.id] = k
		if k.kind == kindRead {
			d.do(d.core.StepReplica(replica.Read{ID: k.id}, w.clock()))
			return
		}
		d.do(d.core.StepReplica(replica.Submit{Request: k.request()}, w.clock()))
	})
	d.in(w.between(2*token, 12*token), timer, func() {
		if c.busy == k {
			w.logf("client %d gives %s up", c.n, k.id)
			delete(d.calls, k.id)
			d.do(d.core.StepReplica(replica.Cancel{ID: k.id}, w.clock()))
			c.free()
		}
	})
}

// abandoned tells the client that the daemon it asked is gone.
func (c *client) abandoned(d *daemon) {
	if c.busy != nil && c.busy.d == d {
		c.free()
	}
}

func (c *client) free() {
	if c.busy.ended == 0 {
		c.w.stats.Unknown++
	}
	c.busy = nil
	pause := token
	if c.w.opt.Fencing {
		pause = 4 * token
	}
	c.w.in(c.w.between(10*time.Millisecond, pause), c.next)
}

func (k *call) request() cib.Request {
	r := cib.Request{ID: k.id, Origin: k.d.h.name, Client: "sim", User: "root"}
	switch k.kind {
	case kindStatus:
		r.Ops = []cib.Op{{Kind: cib.Modify, XML: fmt.Sprintf(`<status><tickets><ticket_state id="%s" owner="%s"/></tickets></status>`, k.key, k.value)}}
	case kindAdmin:
		r.Ops = []cib.Op{standbyOp(k.client.w.hostNamed(k.key), k.value), k.mark()}
	case kindCreate:
		r.Ops = []cib.Op{k.mark()}
	default:
		r.Ops = []cib.Op{{Kind: cib.Modify, XML: fmt.Sprintf(
			`<crm_config><cluster_property_set id="sim"><nvpair id="sim-%s" name="%s" value="%s"/></cluster_property_set></crm_config>`, k.key, k.key, k.value)}, k.mark()}
	}
	if k.kind == kindCAS {
		r.Base = &cib.Base{Version: cib.Version{Epoch: k.base}}
		if k.on != nil {
			r.Base = k.on.base
		}
	}
	return r
}

// mark is the operation by which every change leaves a trace for ever: it
// fails where the change was made before.
func (k *call) mark() cib.Op {
	return cib.Op{Kind: cib.Create, Path: "/cib/configuration/crm_config/cluster_property_set[@id='sim']",
		XML: fmt.Sprintf(`<nvpair id="sim-%s" name="%s" value="1"/>`, k.id, k.id)}
}

// marked are the changes that a document contains, with the epoch that each
// made: they stand in their order, and nobody else changes the configuration.
func marked(doc *cib.Document) map[string]int64 {
	ids := map[string]int64{}
	for _, nv := range simSet(doc) {
		if name := nv.SelectAttrValue("name", ""); name[0] == 'c' {
			ids[name] = int64(len(ids) + 1)
		}
	}
	return ids
}

// simSet are the clients' entries in a document.
func simSet(doc *cib.Document) []*cib.Element {
	for _, set := range doc.Section("crm_config").SelectElements("cluster_property_set") {
		if set.SelectAttrValue("id", "") == "sim" {
			return set.SelectElements("nvpair")
		}
	}
	return nil
}

// answered notes an answer. One that was given without quorum promises only
// that the change is not thrown away: to the history it is as if none had come.
func (k *call) answered(r replica.Reply, quorate bool) {
	if k.done != nil {
		k.done(r)
		return
	}
	w := k.client.w
	w.logf("client %d has its answer to %s: %s quorate %v %v", k.client.n, k.id, r.Version, quorate, r.Err)
	if quorate && (r.Err == nil || errors.Is(r.Err, cib.ErrConflict)) {
		w.tickets++
		if k.ended = w.tickets; k.kind == kindRead && w.disksFail() {
			k.ended = 0
		}
		k.ok = r.Err == nil
		k.epoch = r.Version.Epoch
		w.stats.Acked++
		switch {
		case k.kind == kindRead:
			w.stats.Reads++
			k.epoch, k.keys = r.Doc.Version().Epoch, keysOf(r.Doc)
			k.client.epoch, k.client.seen = k.epoch, &read{r.Doc.Base(), k.keys}
		case k.ok && k.kind != kindStatus:
			k.client.epoch, k.client.seen = k.epoch, nil
		}
	}
	k.alone = !quorate && r.Err == nil && k.kind != kindRead && k.kind != kindStatus
	if errors.Is(r.Err, cib.ErrExists) {
		w.fail("request %s was applied twice", k.id)
	}
	k.client.free()
	if quorate && !w.calm && !w.opt.Fencing && w.chance(10) {
		w.killDC(k.d)
	}
}

// disksFail tells whether a node could not store lately. A read is answered
// then, too, although what it shows may not be safe; who wrote it was told.
func (w *world) disksFail() bool {
	for _, h := range w.hosts {
		if h.failed != 0 && w.now-h.failed < 3*token {
			return true
		}
	}
	return false
}

func (w *world) hostNamed(name string) *host {
	for _, h := range w.hosts {
		if h.name == name {
			return h
		}
	}
	return nil
}

// keysOf prints the clients' keys and their values, one after the other.
func keysOf(doc *cib.Document) string {
	values := [keys]string{}
	for _, nv := range simSet(doc) {
		if name := nv.SelectAttrValue("name", ""); name[0] == 'k' {
			values[name[1]-'0'] = nv.SelectAttrValue("value", "")
		}
	}
	return strings.Join(values[:], " ")
}
