package daemon

import (
	"context"
	"net"
	"reflect"
	"strconv"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster"
	"gpcs/internal/engine/controller"
)

// watchViews passes the membership on to the controller, and takes this
// node's addresses away at once when it is isolated.
func (i *instance) watchViews(ctx context.Context) error {
	states, stop := i.cluster.Watch()
	defer stop()
	var last controller.View
	isolated, late, tooLate := false, i.lateAt, false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-late:
			late, tooLate = nil, true
			i.log.Warn("the others may have counted this node lost before its daemon was back")
			if !isolated {
				isolated = true
				i.isolation(true)
			}
		case s := <-states:
			if s.Open && s.Quorate() {
				late, tooLate = nil, false
			}
			if now := s.Isolated || tooLate; now != isolated {
				isolated = now
				i.isolation(isolated)
			}
			// While the next view is being made nothing is certain; what the
			// controller sends in the meantime is refused by who is ahead.
			v := viewOf(s)
			if !s.Open || reflect.DeepEqual(v, last) {
				continue
			}
			last = v
			i.alerts.view(v)
			i.handIn(ctx)
			i.engine.post(ctx, func(c *controller.Controller, now time.Time) []controller.Effect { return c.View(now, v) })
		}
	}
}

// isolation is told to this node by its own cluster core, before any view is
// agreed on: the others start what ran here as soon as the guard time is over.
func (i *instance) isolation(now bool) {
	if !now {
		i.log.Info("this node reaches a quorum again")
		i.executor.Recheck()
		return
	}
	i.log.Warn("this node does not reach a quorum")
	if controller.DropsWhenIsolated(i.cluster.Document()) {
		if gone := i.executor.Withdraw(); len(gone) > 0 {
			i.log.Warn("addresses taken off this node because it is isolated", "addresses", gone)
		}
	}
}

func viewOf(s cluster.State) controller.View {
	v := controller.View{Self: s.Self.ID, DC: s.IsDC(), Quorate: s.Quorate()}
	if s.View != nil {
		v.Number = s.View.Ballot.Counter
	}
	for _, m := range s.Members {
		n := controller.Node{ID: m.ID, Name: m.Name, Online: m.Online, Incarnation: m.Incarnation, Since: m.Since, FeatureSet: m.FeatureSet}
		for _, l := range s.Lost {
			if l.ID == m.ID && !m.Online {
				n.Left, n.Heard = l.Left, l.LastHeard
			}
		}
		v.Nodes = append(v.Nodes, n)
	}
	return v
}

func (i *instance) watchDocuments(ctx context.Context) error {
	docs, stop := i.cluster.WatchDocument()
	defer stop()
	pace := pace{spare: paceBurst, at: time.Now()}
	for {
		select {
		case <-ctx.Done():
			return nil
		case doc := <-docs:
			if err := i.ledger.Take(doc); err != nil {
				i.log.Error("this node's fencing ledger is incomplete", "err", err)
			}
			i.dog.announce(ctx, i, doc)
			i.matrix.document(doc)
			i.alerts.document(doc)
			if i.wasFenced(doc) {
				return nil
			}
			took := make(chan time.Duration, 1)
			decide := i.engine.document(doc)
			i.engine.post(ctx, func(c *controller.Controller, now time.Time) []controller.Effect {
				effects := decide(c, now)
				took <- time.Since(now)
				return effects
			})
			select {
			case <-ctx.Done():
				return nil
			case t := <-took:
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(pace.spend(time.Now(), t)):
				}
			}
		}
	}
}

// dc returns the node id of the DC, 0 if there is none at the moment.
func (i *instance) dc() uint32 { return i.cluster.State().DC }

// setTransient sets an attribute of this node that lives until it leaves.
func (i *instance) setTransient(ctx context.Context, name, value string) error {
	id := i.node().ID
	nv := cib.NewElement("nvpair", "id", "status-"+id+"-"+name, "name", name, "value", value)
	set := cib.NewElement("instance_attributes", "id", "status-"+id)
	set.AddChild(nv)
	attrs := cib.NewElement("transient_attributes", "id", id)
	attrs.AddChild(set)
	state := cib.NewElement("node_state", "id", id)
	state.AddChild(attrs)
	status := cib.NewElement("status")
	status.AddChild(state)
	_, err := i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "attrd", User: "hacluster",
		Ops: []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(status))}}})
	return err
}

// unsetTransient removes it.
func (i *instance) unsetTransient(ctx context.Context, name string) error {
	path := "/cib/status/node_state[@id='" + i.node().ID + "']/transient_attributes/instance_attributes/nvpair[@name='" + name + "']"
	_, err := i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "attrd", User: "hacluster",
		Ops: []cib.Op{{Kind: cib.Delete, Path: path}}})
	return err
}

// dial connects to pcsd's port of another node.
func (d *Daemon) dial(ctx context.Context, _ uint32, host string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(d.opts.Port)))
}
