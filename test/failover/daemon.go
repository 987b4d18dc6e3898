package failover

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"gpcs/internal/api"
)

// State asks a node's daemon what it knows.
func (c *Cluster) State(node string) (api.State, error) {
	var state api.State
	return state, c.ask(node, api.PathState, time.Second, &state)
}

// ask puts a question to a node's daemon, over its local socket.
func (c *Cluster) ask(node, question string, patience time.Duration, answer any) error {
	socket, err := c.Path(node, "/run/pcsd.socket")
	if err != nil {
		return err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}
	client := &http.Client{Transport: transport, Timeout: patience}
	said, err := client.Get("http://" + node + question)
	if err != nil {
		return err
	}
	defer said.Body.Close()
	if said.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", node, said.Status)
	}
	return json.NewDecoder(said.Body).Decode(answer)
}

// Online tells whether all the named nodes are members in the view of each of
// them, and that view has a DC.
func (c *Cluster) Online(nodes ...string) bool {
	for _, node := range nodes {
		state, err := c.State(node)
		if err != nil || state.View.DC == 0 {
			return false
		}
		for _, other := range nodes {
			if !isMember(state.View.Members, other) {
				return false
			}
		}
	}
	return true
}

// AwaitOnline waits until Online.
func (c *Cluster) AwaitOnline(patience time.Duration, nodes ...string) error {
	for deadline := time.Now().Add(patience); !c.Online(nodes...); time.Sleep(Every) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%v are not all online after %v", nodes, patience)
		}
	}
	return nil
}

// AwaitSettled waits until all nodes are online and the cluster has nothing
// left to do.
func (c *Cluster) AwaitSettled(patience time.Duration) error {
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		return err
	}
	return c.AwaitIdle(c.Nodes()[0], patience)
}

// AwaitIdle waits until the cluster that a node is in has nothing left to do.
func (c *Cluster) AwaitIdle(node string, patience time.Duration) error {
	var answer api.Idle
	question := fmt.Sprintf("%s?timeout=%d", api.PathIdle, int(patience.Seconds()))
	if err := c.ask(node, question, patience+time.Second, &answer); err != nil {
		return err
	}
	if !answer.Idle {
		return fmt.Errorf("the cluster does not come to rest within %v", patience)
	}
	return nil
}

// AwaitLost waits until a survivor's view is without a node, and returns that
// survivor and the time.
func (c *Cluster) AwaitLost(ctx context.Context, victim string) (string, time.Time, error) {
	for {
		for _, node := range c.Nodes() {
			if node == victim {
				continue
			}
			state, err := c.State(node)
			if err != nil {
				continue
			}
			if !isMember(state.View.Members, victim) {
				return node, time.Now(), nil
			}
		}
		select {
		case <-ctx.Done():
			return "", time.Time{}, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func isMember(members []api.Member, node string) bool {
	return slices.ContainsFunc(members, func(m api.Member) bool { return m.Name == node && m.Online })
}
