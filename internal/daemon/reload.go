package daemon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"gpcs/internal/cluster"
	"gpcs/internal/engine/controller"
)

// usedConfig is what cluster services run with: corosync.conf and the key.
type usedConfig struct {
	cfg cluster.Config
	key []byte
}

// reloadTimeout bounds how long taking a configuration into use may take.
const reloadTimeout = 10 * time.Second

// reload takes a changed corosync.conf and authkey into use while resources
// and membership go on. What cannot be changed so has cluster services started
// anew; resources are not touched by that either. A file that cannot be used
// is refused before anything happens. With pass the other members are told to
// do the same with their files, as corosync does: they should change at the
// same time.
func (d *Daemon) reload(pass bool) error {
	i := d.current()
	if i == nil {
		return nil
	}
	cfg, self, _, err := clusterConfig(d.opts.Root, d.name)
	if err != nil {
		return fmt.Errorf("cluster services go on with the configuration they have: %w", err)
	}
	key, err := clusterKey(d.opts.Root)
	if err != nil {
		return fmt.Errorf("cluster services go on with the key they have: %w", err)
	}
	if pass {
		i.passReload()
	}
	next := usedConfig{cfg, key}
	if reflect.DeepEqual(i.used, next) {
		return nil
	}
	ctx, cancel := context.WithTimeout(d.ctx, reloadTimeout)
	defer cancel()
	if self != i.self {
		err = cluster.ErrRestart
	} else {
		err = i.cluster.Configure(ctx, cfg, key)
	}
	switch {
	case err == nil:
		i.used = next
		i.retime(cfg.Token)
		return nil
	case errors.Is(err, cluster.ErrRestart):
		d.log.Info("cluster services are started anew for a changed configuration", "err", err)
		return d.restart()
	}
	return fmt.Errorf("the changed configuration could not be taken into use: %w", err)
}

func (d *Daemon) restart() error {
	if err := d.killServices(); err != nil {
		return err
	}
	if err := d.startServices(); err != nil {
		return fmt.Errorf("cluster services ended and cannot be started again, resources are left as they are: %w; "+
			"once that is mended run 'pcs cluster start'", err)
	}
	return nil
}

// reloadAsked does what another node asks for. It may end cluster services,
// which asked: so it is the daemon's work, not theirs.
func (d *Daemon) reloadAsked() {
	d.work.Go(func() {
		if err := d.alone(func() error { return d.reload(false) }); err != nil && d.ctx.Err() == nil {
			d.log.Error("a changed configuration cannot be used", "err", err)
		}
	})
}

// passReload tells the other members.
func (i *instance) passReload() {
	ctx, cancel := context.WithTimeout(i.ctx, time.Second)
	defer cancel()
	for _, m := range i.cluster.State().Members {
		if !m.Online || m.ID == i.self {
			continue
		}
		if err := i.cluster.Send(ctx, m.ID, kindReload, nil); err != nil {
			i.log.Warn("a node cannot be told of a changed configuration", "node", m.Name, "err", err)
		}
	}
}

// guardTime is what a lost node is given beyond the token to stop by itself.
func guardTime(token time.Duration) time.Duration { return token / 4 }

// retime gives the controller another token.
func (i *instance) retime(token time.Duration) {
	i.engine.post(i.ctx, func(c *controller.Controller, _ time.Time) []controller.Effect {
		c.Retime(token, guardTime(token))
		return nil
	})
}
