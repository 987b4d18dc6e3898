package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gpcs/internal/fence/watchdog"
)

// sbdWatchdogList carries out "stonith sbd watchdog list".
func sbdWatchdogList(_ context.Context, c *Call) error {
	found := watchdog.List(c.Root)
	if len(found) == 0 {
		fmt.Fprintln(c.Stderr, "No available watchdog")
		return nil
	}
	fmt.Fprintln(c.Stdout, "Available watchdog(s):")
	for _, name := range found {
		fmt.Fprintf(c.Stdout, "  %s\n", name)
	}
	return nil
}

// sbdWatchdogsJSON carries out "stonith sbd watchdog list_json", which pcsd's
// web interface asks.
func sbdWatchdogsJSON(_ context.Context, c *Call) error {
	list := map[string]watchdog.Info{}
	for _, name := range watchdog.List(c.Root) {
		list[name] = watchdog.Describe(c.Root, name)
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stdout, string(data))
	return nil
}

// testTimeout is after what time a watchdog that is tested is to strike.
const testTimeout = 5 * time.Second

// sbdWatchdogTest carries out "stonith sbd watchdog test": it opens the
// watchdog and lets it strike.
func sbdWatchdogTest(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	yes, err := c.sure(ctx, "This operation is expected to force-reboot this system without following any shutdown procedures")
	if err != nil || !yes {
		return err
	}
	fmt.Fprintln(c.Stderr, "System will reset shortly")
	found := watchdog.List(c.Root)
	device := watchdog.Default
	switch {
	case len(c.Args) == 1:
		device = c.Args[0]
	case len(found) > 1:
		return fail("Multiple watchdog devices available, therefore, watchdog which should be tested has to be specified.")
	case len(found) == 0:
		return fail("Unable to initialize test of the watchdog: there is no watchdog on this node; nothing was changed")
	default:
		device = found[0]
	}
	dog, err := watchdog.Open(c.Root, watchdog.Settings{Device: device, Timeout: testTimeout})
	if err != nil {
		return fail("Unable to initialize test of the watchdog: %v", err)
	}
	select {
	case <-time.After(2 * testTimeout):
		_ = dog.Disarm() // it does not work anyway
	case <-ctx.Done():
		if err := dog.Disarm(); err != nil {
			return fail("the watchdog cannot be stopped and may reset this machine: %v", err)
		}
		return ctx.Err()
	}
	return fail("System should have been reset already")
}
