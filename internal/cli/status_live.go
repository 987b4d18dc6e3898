package cli

import (
	"context"
	"errors"

	"gpcs/internal/client"
)

// askDaemons asks the daemons of nodes, all at once, whether they are there
// and take our token. The answers are in the order of the nodes.
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
