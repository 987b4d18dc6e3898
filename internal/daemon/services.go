package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/server"
)

// destroyPatience is how long destroying a cluster waits for resources to stop.
const destroyPatience = time.Minute

// Do carries out a command on this node's cluster services, and has the units
// of systemd show what became of it.
func (d *Daemon) Do(ctx context.Context, c api.ClusterCommand) error {
	if c.Unit && d.units.Echo(c.Do, c.Component) {
		return nil
	}
	err := d.carryOut(ctx, c)
	switch {
	case c.Do != "start" && c.Do != "stop" && c.Do != "kill" && c.Do != "destroy" && c.Do != "reload":
	case c.Unit:
		d.units.Changed()
	default:
		d.units.Shown(ctx)
	}
	return err
}

func (d *Daemon) carryOut(ctx context.Context, c api.ClusterCommand) error {
	d.log.Info("command for cluster services", "do", c.Do, "component", c.Component)
	switch c.Do {
	case "start":
		return d.alone(d.startServices)
	case "stop":
		return d.stopServices(ctx, c)
	case "kill":
		return d.alone(d.killServices)
	case "enable":
		return d.alone(func() error { return d.enable(ctx, true) })
	case "disable":
		return d.alone(func() error { return d.enable(ctx, false) })
	case "reload":
		return d.alone(func() error { return d.reload(true) })
	case "destroy":
		return d.destroy(ctx)
	case "forget":
		return d.forget(ctx, c.Nodes)
	case "expected-votes":
		return d.expectVotes(ctx, c.Votes)
	case "unblock":
		return d.unblock(ctx, c.Nodes)
	}
	return &api.Error{Code: api.CodeInvalid, Message: fmt.Sprintf("unknown command %q", c.Do)}
}

// alone runs a command while no other one runs.
func (d *Daemon) alone(command func() error) error {
	d.commands.Lock()
	defer d.commands.Unlock()
	return command()
}

// startServices starts cluster services. Why they could not be started is kept
// for State: at boot nobody reads the answer.
func (d *Daemon) startServices() error {
	err := d.tryStart()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unstart = ""
	if err != nil {
		d.unstart = fmt.Sprintf("Cluster services on %s could not be started at %s: %v. Once that is mended run 'pcs cluster start' there",
			d.name, time.Now().Format(time.DateTime), err)
	}
	return err
}

func (d *Daemon) tryStart() error {
	if i := d.current(); i != nil {
		return i.resume()
	}
	ran := exists(d.runningFile())
	if err := mark(d.runningFile(), true); err != nil {
		return fmt.Errorf("it cannot be noted that cluster services run: %w", err)
	}
	i, err := newInstance(d)
	if err != nil {
		return errors.Join(err, mark(d.runningFile(), ran))
	}
	i.start(d.ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.instance = i
	return nil
}

// stopServices stops resources first and leaves the membership then; pcs asks
// for the two parts one by one.
func (d *Daemon) stopServices(ctx context.Context, c api.ClusterCommand) error {
	if c.Component != "corosync" {
		if err := d.evacuate(ctx); err != nil {
			return err
		}
	}
	if c.Component == "pacemaker" {
		return nil
	}
	return d.alone(d.leave)
}

// evacuate has the cluster stop or move all that this node runs, and waits for
// it. Other commands may be given meanwhile: a start takes the node back, a
// kill ends the wait. When ctx ends first the evacuation goes on, as a stop
// does in pcs whose caller lost patience; asking again joins it.
func (d *Daemon) evacuate(ctx context.Context) error {
	var e *evacuation
	_ = d.alone(func() error {
		if i := d.current(); i != nil {
			e = i.evacuate()
		}
		return nil
	})
	if e == nil {
		return nil
	}
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		return &api.Error{Code: api.CodeTimeout, Message: "resources on " + d.name + " have not stopped yet, the node goes on " +
			"stopping them; see 'pcs status' for what still runs, 'pcs cluster start' takes the node back"}
	}
}

// leave tells the others that this node goes, and ends cluster services.
func (d *Daemon) leave() error {
	if i := d.current(); i != nil {
		leaving, cancel := context.WithTimeout(d.ctx, 2*time.Second)
		defer cancel()
		if err := i.cluster.Leave(leaving); err != nil {
			d.log.Warn("the others could not be told that this node leaves", "err", err)
		}
	}
	return d.killServices()
}

// killServices ends cluster services at once; resources are left as they are.
func (d *Daemon) killServices() error {
	d.mu.Lock()
	i := d.instance
	d.instance, d.unstart = nil, ""
	d.mu.Unlock()
	if i != nil {
		i.end()
	}
	return mark(d.runningFile(), false)
}

// destroy stops what runs here and takes the node out of its cluster.
func (d *Daemon) destroy(ctx context.Context) error {
	patience, cancel := context.WithTimeout(ctx, destroyPatience)
	defer cancel()
	if err := d.evacuate(patience); err != nil {
		d.log.Warn("resources were not all stopped before the cluster was destroyed", "err", err)
	}
	return d.alone(func() error {
		if err := d.leave(); err != nil {
			return err
		}
		return errors.Join(d.enable(ctx, false), server.RemoveClusterFiles(d.opts.Root))
	})
}

// Document returns the CIB: this node's copy, or the DC's.
func (d *Daemon) Document(ctx context.Context, local bool) (*cib.Document, error) {
	i, err := d.running()
	if err != nil {
		return nil, err
	}
	if local {
		return i.cluster.Document(), nil
	}
	return i.cluster.Read(ctx)
}

// Submit changes the CIB.
func (d *Daemon) Submit(ctx context.Context, r cib.Request) (cib.Version, error) {
	i, err := d.running()
	if err != nil {
		return cib.Version{}, err
	}
	if r.Origin == "" {
		r.Origin = d.name
	}
	if r.Dampen != nil {
		return cib.Version{}, i.dampen(ctx, r)
	}
	return i.cluster.Submit(ctx, r)
}

// Idle waits until the cluster has nothing left to do.
func (d *Daemon) Idle(ctx context.Context) error {
	i, err := d.running()
	if err != nil {
		return err
	}
	return i.idle(ctx)
}

// Refresh makes nodes forget what they know of resources, so that the cluster
// probes them again.
func (d *Daemon) Refresh(ctx context.Context, r api.RefreshRequest) error {
	i, err := d.running()
	if err != nil {
		return err
	}
	return i.refresh(ctx, r)
}
