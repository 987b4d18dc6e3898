package daemon

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/server"
)

// escalation is how long a graceful stop may take (shutdown-escalation).
const escalation = 20 * time.Minute

// destroyPatience is how long destroying a cluster waits for resources to stop.
const destroyPatience = time.Minute

// Do carries out a command on this node's cluster services.
func (d *Daemon) Do(ctx context.Context, c api.ClusterCommand) (api.ClusterResult, error) {
	d.commands.Lock()
	defer d.commands.Unlock()
	d.log.Info("command for cluster services", "do", c.Do, "component", c.Component, "force", c.Force)
	var err error
	switch c.Do {
	case "start":
		err = d.startServices()
	case "stop":
		err = d.stopServices(ctx, c)
	case "kill":
		err = d.killServices()
	case "enable":
		err = mark(d.enabledFile(), true)
	case "disable":
		err = mark(d.enabledFile(), false)
	case "reload":
		err = d.reload()
	case "destroy":
		err = d.destroy(ctx)
	default:
		err = &api.Error{Code: api.CodeInvalid, Message: fmt.Sprintf("unknown command %q", c.Do)}
	}
	return api.ClusterResult{}, err
}

func (d *Daemon) startServices() error {
	if i := d.current(); i != nil {
		return d.resume(i)
	}
	i, err := newInstance(d)
	if err != nil {
		return err
	}
	if err := mark(d.runningFile(), true); err != nil {
		return fmt.Errorf("it cannot be noted that cluster services run: %w", err)
	}
	d.mu.Lock()
	d.instance = i
	d.mu.Unlock()
	i.start(d.ctx)
	return nil
}

// resume takes a node back whose resources were stopped while it stayed a member.
func (d *Daemon) resume(i *instance) error {
	if !i.evacuated.Load() {
		return nil
	}
	if err := d.stay(i); err != nil {
		return fmt.Errorf("the cluster cannot be told that this node is back: %w", err)
	}
	i.mu.Lock()
	i.released = make(chan struct{})
	i.mu.Unlock()
	i.evacuated.Store(false)
	return nil
}

// stay takes back what evacuate told the cluster.
func (d *Daemon) stay(i *instance) error {
	ctx, cancel := context.WithTimeout(d.ctx, 10*time.Second)
	defer cancel()
	return i.unsetTransient(ctx, "shutdown")
}

// stopServices stops resources first and leaves the membership then; pcs asks
// for the two parts one by one.
func (d *Daemon) stopServices(ctx context.Context, c api.ClusterCommand) error {
	i := d.current()
	if i == nil {
		return nil
	}
	if c.Component != "corosync" && !i.evacuated.Load() {
		if err := d.evacuate(ctx, i); err != nil {
			return err
		}
	}
	if c.Component == "pacemaker" {
		return nil
	}
	return d.leave(i)
}

// evacuate has the cluster stop or move all that this node runs.
func (d *Daemon) evacuate(ctx context.Context, i *instance) error {
	ctx, cancel := context.WithTimeout(ctx, escalation)
	defer cancel()
	now := strconv.FormatInt(time.Now().Unix(), 10)
	if err := i.setTransient(ctx, "shutdown", now); err != nil {
		return fmt.Errorf("the cluster cannot be told that this node stops: %w", err)
	}
	i.mu.Lock()
	released := i.released
	i.mu.Unlock()
	select {
	case <-released:
		i.evacuated.Store(true)
		return nil
	case <-i.done:
		return nil
	case <-ctx.Done():
		// Half stopped is worse than either: the node goes on as a member.
		if err := d.stay(i); err != nil {
			d.log.Warn("this node goes on, but could not take its wish to stop back", "err", err)
		}
		return &api.Error{Code: api.CodeTimeout, Message: "resources on " + d.name + " did not stop in time; they and the " +
			"cluster services are still running; see 'pcs status' for what does not stop"}
	}
}

func (d *Daemon) leave(i *instance) error {
	leaving, cancel := context.WithTimeout(d.ctx, 2*time.Second)
	defer cancel()
	if err := i.cluster.Leave(leaving); err != nil {
		d.log.Warn("the others could not be told that this node leaves", "err", err)
	}
	return d.killServices()
}

// killServices ends cluster services at once; resources are left as they are.
func (d *Daemon) killServices() error {
	i := d.current()
	if i == nil {
		return mark(d.runningFile(), false)
	}
	d.mu.Lock()
	d.instance = nil
	d.mu.Unlock()
	i.end()
	return mark(d.runningFile(), false)
}

// destroy stops what runs here and takes the node out of its cluster.
func (d *Daemon) destroy(ctx context.Context) error {
	if i := d.current(); i != nil {
		patience, cancel := context.WithTimeout(ctx, destroyPatience)
		if err := d.evacuate(patience, i); err != nil {
			d.log.Warn("resources were not all stopped before the cluster was destroyed", "err", err)
		}
		cancel()
		if err := d.leave(i); err != nil {
			return err
		}
	}
	return errors.Join(mark(d.enabledFile(), false), mark(d.runningFile(), false), server.RemoveClusterFiles(d.opts.Root))
}

// reload takes a changed corosync.conf into use. Members and options are read
// when services start, so they are started anew; resources are not touched.
func (d *Daemon) reload() error {
	if d.current() == nil {
		return nil
	}
	if err := d.killServices(); err != nil {
		return err
	}
	return d.startServices()
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
