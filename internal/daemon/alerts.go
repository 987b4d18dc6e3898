package daemon

import (
	"os"
	"sync"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/engine/alert"
	"gpcs/internal/engine/alerter"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/history"
	"gpcs/internal/journal"
)

// alerts hands what happens to the alert agents that are configured for it.
// Every node tells of nodes and of fencing, the node where it ran of an
// operation, the DC of node attributes.
type alerts struct {
	i      *instance
	runner *alerter.Runner

	mu         sync.Mutex // guards the following, and keeps events in order
	members    alert.Members
	fencings   alert.Fencings
	attributes alert.Attributes
	known      known
}

// known are targets as a configuration had them at a second: rules may ask for
// the time.
type known struct {
	adminEpoch, epoch int64
	second            int64
	targets           []alert.Target
}

func newAlerts(i *instance) *alerts {
	o := alerter.Options{Log: part(i.base, journal.Execd)}
	if os.Geteuid() == 0 {
		o.Account = func() (uid, gid int, ok bool) { return auth.IDs(i.root) }
	}
	return &alerts{i: i, runner: alerter.New(o)}
}

// send needs a.mu.
func (a *alerts) send(doc *cib.Document, events ...alert.Event) {
	if len(events) == 0 || doc == nil {
		return
	}
	now, v := time.Now(), doc.Version()
	if k := a.known; k.adminEpoch != v.AdminEpoch || k.epoch != v.Epoch || k.second != now.Unix() {
		a.known = known{v.AdminEpoch, v.Epoch, now.Unix(), alert.Targets(doc, now)}
	}
	for _, e := range events {
		a.runner.Send(a.known.targets, e)
	}
}

func (a *alerts) view(v controller.View) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.send(a.i.cluster.Document(), a.members.Changed(v)...)
}

func (a *alerts) document(doc *cib.Document) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.send(doc, a.fencings.Changed(doc)...)
	if doc.Find("alerts") == nil { // nobody is told: what is there now will be old when somebody is
		a.attributes = alert.Attributes{}
		return
	}
	if events := a.attributes.Changed(doc); a.i.cluster.State().IsDC() {
		a.send(doc, events...)
	}
}

func (a *alerts) result(r history.Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e, ok := alert.Operated(a.i.name, r); ok {
		a.send(a.i.cluster.Document(), e)
	}
}
