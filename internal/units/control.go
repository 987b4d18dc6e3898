package units

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/client"
	"gpcs/internal/paths"
)

const (
	// stopPatience is longer than a stop of cluster services may take.
	stopPatience = 21 * time.Minute
	// awaitDaemon is how long to wait for a daemon that is being restarted.
	awaitDaemon = 10 * time.Second
)

// Control is what the units run: it has this node's daemon start or stop a
// component. There is nothing to stop where no daemon runs.
func Control(ctx context.Context, root paths.Root, do, component string) error {
	if do != "start" && do != "stop" || component != Corosync && component != Pacemaker {
		return fmt.Errorf("'%s %s' is no command of a unit: it is start or stop, and %s or %s", do, component, Corosync, Pacemaker)
	}
	c := client.New(client.Options{Root: root, Timeout: stopPatience})
	defer c.Close()
	until := time.Now().Add(awaitDaemon)
	for {
		err := c.Local().Do(ctx, api.ClusterCommand{Do: do, Component: component, Unit: true})
		switch absent := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED); {
		case !absent:
			return err
		case time.Now().After(until) && do == "stop":
			return nil
		case time.Now().After(until):
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
