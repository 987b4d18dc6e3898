package cli

import (
	"context"
	"errors"

	"gpcs/internal/api"
)

// errNoDaemon says that no gpcsd answers on this node.
var errNoDaemon = errors.New("the local gpcsd cannot be reached")

// localState asks this node's daemon what it knows.
func (c *Call) localState(ctx context.Context) (api.State, error) {
	return api.State{}, errNoDaemon
}

// askDaemons asks the daemons of nodes, all at once, whether they are there.
func (c *Call) askDaemons(ctx context.Context, nodes []string) []daemonAnswer {
	answers := make([]daemonAnswer, len(nodes))
	for i, n := range nodes {
		answers[i] = daemonAnswer{n, daemonOffline}
	}
	return answers
}
