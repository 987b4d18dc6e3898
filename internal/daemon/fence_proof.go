package daemon

import (
	"context"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
	"gpcs/internal/fence/watchdog"
)

// wasFenced tells that the document counts this very daemon as fenced, so that
// others may run what runs here: a device lied, or a human was wrong. What can
// be let go at once is, and cluster services start anew as those of a node of
// which nothing is known; unless fencing-reaction wants more.
func (i *instance) wasFenced(doc *cib.Document) bool {
	s := i.cluster.State()
	for _, m := range s.Members {
		if m.ID != i.self || !controller.WasFenced(doc, i.node().ID, m.Incarnation) {
			continue
		}
		i.log.Error("this node was fenced and is still alive: it gives up its addresses and joins the cluster anew; " +
			"check the fence device that said it was off, see 'pcs stonith ledger'")
		i.executor.Withdraw()
		reaction := controller.Reaction(doc, time.Now())
		if reaction == controller.Panic {
			i.log.Error("fencing-reaction is panic: this machine restarts now")
			if err := watchdog.Restart(); err != nil {
				i.log.Error("this machine cannot be restarted, it leaves the cluster instead", "err", err)
			}
		}
		i.anew(reaction != controller.Rejoin)
		return true
	}
	return false
}

// knownAgain is the time in which the cluster finds out what runs on a node that
// has joined anew.
const knownAgain = time.Minute

// anew starts cluster services again, if they are still those of i: the cluster
// finds what runs here and stops what should not. If leave is set this node goes
// then. It is the daemon's work: it ends them.
func (d *Daemon) anew(i *instance, leave bool) {
	d.work.Go(func() {
		others := false
		err := d.alone(func() error {
			if others = d.current() != i; others {
				return nil
			}
			return d.restart()
		})
		if err == nil && leave && !others {
			d.log.Error("this node was fenced while it was alive: it leaves the cluster now")
			known, cancel := context.WithTimeout(d.ctx, knownAgain)
			_ = d.Idle(known) // a wish to leave counts from the moment on at which it is a member again
			cancel()
			err = d.stopServices(d.ctx, api.ClusterCommand{})
		}
		if err != nil && d.ctx.Err() == nil {
			d.log.Error("cluster services could not be started anew after this node was fenced", "err", err)
		}
	})
}

// handIn gives the cluster's document what it lacks of this node's ledger: the
// document began anew with the cluster, or this node was alone for a while.
func (i *instance) handIn(ctx context.Context) {
	ops := fence.Offer(i.cluster.Document(), i.ledger.Records())
	if len(ops) == 0 {
		return
	}
	i.group.Go(func() error {
		if _, err := i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "pacemaker-fenced", User: "hacluster", Ops: ops}); err != nil {
			i.fenced().Warn("records of this node's fencing ledger were not handed in", "records", len(ops), "err", err)
		}
		return nil
	})
}
