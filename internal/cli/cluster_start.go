package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/client"
)

// chosenNodes returns the nodes that a verb with [--all | NODE...] is about;
// none means this node, without a word to any other.
func (c *Call) chosenNodes() ([]string, error) {
	if !c.Has("--all") {
		return unique(c.Args), nil
	}
	if len(c.Args) > 0 {
		return nil, fail("Cannot specify both --all and a list of nodes.")
	}
	return c.clusterNodes()
}

func unique(words []string) []string {
	var kept []string
	for _, w := range words {
		if !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// onNodes sends one command to nodes, prints what each says as "NODE: ..." and
// returns the lines of those that failed.
func (c *Call) onNodes(ctx context.Context, nodes []string, send func(context.Context, *client.Target) (string, error)) (failed map[string]string, err error) {
	targets, err := c.targets(nodes)
	if err != nil {
		return nil, err
	}
	failed = map[string]string{}
	client.Each(ctx, targets, send, func(t *client.Target, text string, err error) {
		if err != nil {
			text = legacy(err)
		}
		line := t.Name + ": " + strings.TrimSpace(text)
		fmt.Fprintln(c.Stderr, line)
		if err != nil {
			failed[t.Name] = line
		}
	})
	return failed, nil
}

func remote(command string, limit time.Duration, form url.Values) func(context.Context, *client.Target) (string, error) {
	return func(ctx context.Context, t *client.Target) (string, error) {
		return t.RemoteWithin(ctx, limit, command, form)
	}
}

// lines joins what failed, in the order of the nodes.
func lines(failed map[string]string, nodes []string) string {
	var all []string
	for _, n := range nodes {
		if l, ok := failed[n]; ok {
			all = append(all, l)
		}
	}
	return strings.Join(all, "\n")
}

// startTimeout is how long a node may take to answer a start: nodes start one
// another's work, so it grows with their number, as in pcs. 0 = what
// --request-timeout says.
func (c *Call) startTimeout(nodes int) time.Duration {
	if c.Has("--request-timeout") {
		return 0
	}
	return client.DefaultTimeout * time.Duration((nodes+7)/8)
}

// clusterStart carries out "cluster start".
func clusterStart(ctx context.Context, c *Call) error {
	wait, err := c.startWait()
	if err != nil {
		return err
	}
	nodes, err := c.chosenNodes()
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return c.startHere(ctx, wait)
	}
	failed, err := c.onNodes(ctx, nodes, remote("cluster_start", c.startTimeout(len(nodes)), nil))
	switch {
	case err != nil:
		return err
	case len(failed) > 0:
		return fail("unable to start all nodes\n%s", lines(failed, nodes))
	case wait < 0:
		return nil
	}
	fmt.Fprintln(c.Stderr, "Waiting for node(s) to start...")
	return c.waitStarted(ctx, nodes, wait)
}

// defaultStartWait is how long --wait without a value waits for nodes.
const defaultStartWait = 15 * time.Minute

// startWait reads --wait of start and setup; negative = do not wait.
func (c *Call) startWait() (time.Duration, error) {
	wait, err := c.waitSeconds()
	if v, given := c.Value("--wait"); given && v == "" && err == nil {
		wait = defaultStartWait
	}
	return wait, err
}

func (c *Call) startHere(ctx context.Context, wait time.Duration) error {
	if _, err := c.corosyncConf(); err != nil {
		return fail("cluster is not currently configured on this node")
	}
	fmt.Fprintln(c.Stderr, "Starting Cluster...")
	if err := c.doHere(ctx, api.ClusterCommand{Do: "start"}, "unable to start cluster"); err != nil || wait < 0 {
		return err
	}
	fmt.Fprintln(c.Stderr, "Waiting for node(s) to start...")
	daemon, err := c.local()
	if err != nil {
		return err
	}
	text, ok := untilStarted(ctx, daemon, wait)
	if !ok {
		return fail("%s", text)
	}
	fmt.Fprintln(c.Stderr, text)
	return nil
}

// doHere has this node's daemon carry a command out.
func (c *Call) doHere(ctx context.Context, command api.ClusterCommand, what string) error {
	daemon, err := c.local()
	if err != nil {
		return err
	}
	if err := daemon.Do(ctx, command); err != nil {
		return fail("%s: %s", what, why(err))
	}
	return nil
}

// waitStarted waits until nodes are online and says so of each.
func (c *Call) waitStarted(ctx context.Context, nodes []string, wait time.Duration) error {
	targets, err := c.targets(nodes)
	if err != nil {
		return err
	}
	bad := false
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		text, ok := untilStarted(ctx, t, wait)
		if !ok {
			return "", errors.New(text)
		}
		return text, nil
	}, func(t *client.Target, text string, err error) {
		if err != nil {
			bad, text = true, err.Error()
		}
		fmt.Fprintf(c.Stderr, "%s: %s\n", t.Name, text)
	})
	if bad {
		return fail("unable to verify all nodes have started")
	}
	return nil
}

// startPoll is the time between two questions whether a node has started.
const startPoll = 200 * time.Millisecond

// untilStarted asks a daemon until its node is online, or something is wrong
// that will not mend itself.
func untilStarted(ctx context.Context, t *client.Target, wait time.Duration) (text string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(startPoll)
	defer tick.Stop()
	for {
		started, err := nodeStarted(ctx, t)
		var f *client.Failure
		switch {
		case ctx.Err() != nil:
			return "Waiting timeout", false
		case started:
			return "Started", true
		case errors.As(err, &f) && f.Status != 0:
			return f.Legacy(), false
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "Waiting timeout", false
		}
	}
}

func nodeStarted(ctx context.Context, t *client.Target) (bool, error) {
	text, err := t.Remote(ctx, "pacemaker_node_status", nil)
	if err != nil {
		return false, err
	}
	var status struct {
		Online  bool `json:"online"`
		Pending bool `json:"pending"`
	}
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		return false, err
	}
	return status.Online && !status.Pending, nil
}

// clusterEnable carries out "cluster enable".
func clusterEnable(ctx context.Context, c *Call) error { return c.switchBoot(ctx, "enable") }

// clusterDisable carries out "cluster disable".
func clusterDisable(ctx context.Context, c *Call) error { return c.switchBoot(ctx, "disable") }

func (c *Call) switchBoot(ctx context.Context, do string) error {
	nodes, err := c.chosenNodes()
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return c.doHere(ctx, api.ClusterCommand{Do: do}, "unable to "+do+" cluster")
	}
	failed, err := c.onNodes(ctx, nodes, remote("cluster_"+do, 0, nil))
	if err == nil && len(failed) > 0 {
		err = fail("unable to %s all nodes\n%s", do, lines(failed, nodes))
	}
	return err
}

// clusterKill carries out "cluster kill".
func clusterKill(ctx context.Context, c *Call) error {
	return c.doHere(ctx, api.ClusterCommand{Do: "kill"}, "unable to kill cluster")
}
