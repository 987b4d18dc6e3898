package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/client"
)

// daemonPatience bounds the wait for one node's daemon: a status must come
// while a peer is half dead.
const daemonPatience = 2 * time.Second

// daemonAnswer is how a node's daemon answered.
type daemonAnswer struct{ node, state string }

// The states of a daemon, as pcs words them.
const (
	daemonOnline  = "Online"
	daemonOffline = "Offline"
	daemonDenied  = "Unable to authenticate"
)

// askDaemons asks the daemons of nodes, all at once, whether they are there
// and accept this node's token. The answers are in the order of the nodes.
func (c *Call) askDaemons(ctx context.Context, nodes []string) []daemonAnswer {
	answers := make([]daemonAnswer, len(nodes))
	place := map[string]int{}
	for i, n := range nodes {
		answers[i] = daemonAnswer{n, daemonOffline}
		place[n] = i
	}
	targets, err := c.targets(nodes)
	if err != nil {
		for i := range answers {
			answers[i].state = daemonDenied
		}
		return answers
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "check_auth", nil)
	}, func(t *client.Target, _ string, err error) {
		var f *client.Failure
		switch i := place[t.Name]; {
		case err == nil:
			answers[i].state = daemonOnline
		case errors.As(err, &f) && (f.Layer == client.LayerToken || f.Layer == client.LayerPin):
			answers[i].state = daemonDenied
		}
	})
	return answers
}

func daemonLines(answers []daemonAnswer) string {
	var b strings.Builder
	for _, a := range answers {
		fmt.Fprintf(&b, "  %s: %s\n", a.node, a.state)
	}
	return b.String()
}
