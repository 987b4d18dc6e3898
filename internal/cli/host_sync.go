package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/conf"
)

// addHosts saves hosts, here and on all nodes of this node's cluster.
func (c *Call) addHosts(ctx context.Context, add map[string]auth.Host) error {
	known, err := c.knownHosts()
	if err != nil {
		return err
	}
	return c.changeHosts(ctx, known, add, nil)
}

// changeHosts saves a change of known-hosts here and, if this node is in a
// cluster, on all its nodes. Where a node has a newer list than ours the
// change is made on that one.
func (c *Call) changeHosts(ctx context.Context, known auth.KnownHosts, add map[string]auth.Host, remove []string) error {
	next := known.Change(add, remove)
	if err := next.Save(c.Root.KnownHosts()); err != nil {
		return fail("Unable to save known-hosts: %v", err)
	}
	cluster, err := c.corosyncConf()
	if err != nil || len(cluster.NodeNames()) == 0 {
		return nil // in no cluster: nobody else to tell
	}
	// A node that is taken out must still be told, with the token that it gave.
	tokens := known.Copy()
	for name, h := range add {
		tokens.Hosts[name] = h
	}
	s := hostSync{Call: c, cluster: cluster, tokens: tokens}
	newest, failed, err := s.send(ctx, next)
	if err != nil {
		return err
	}
	if newest.DataVersion >= next.DataVersion && len(newest.Hosts) > 0 {
		next = newest.Change(add, remove)
		if err := next.Save(c.Root.KnownHosts()); err != nil {
			return fail("Unable to save known-hosts: %v", err)
		}
		if _, failed, err = s.send(ctx, next); err != nil {
			return err
		}
	}
	if len(failed) > 0 {
		return fail("Unable to synchronize and save known-hosts on nodes: %s. Run 'pcs host auth %s' to make sure the "+
			"nodes are authorized.", strings.Join(failed, ", "), strings.Join(failed, " "))
	}
	return nil
}

// hostSync sends known-hosts to the nodes of a cluster.
type hostSync struct {
	*Call
	cluster *conf.Corosync
	tokens  auth.KnownHosts
}

// send offers a list to all nodes. It returns the newest list of those that
// rejected ours as too old, and the nodes that could not be reached.
func (s hostSync) send(ctx context.Context, list auth.KnownHosts) (newest auth.KnownHosts, failed []string, err error) {
	peers, err := s.peers()
	if err != nil {
		return newest, nil, err
	}
	form := url.Values{"configs": {setConfigsBody(s.cluster.ClusterName(), list)}}
	var targets []*client.Target
	for _, name := range s.cluster.NodeNames() {
		targets = append(targets, peers.Host(name, s.tokens.Hosts[name]))
	}
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (auth.KnownHosts, error) {
		return s.offer(ctx, t, form)
	}, func(t *client.Target, theirs auth.KnownHosts, err error) {
		if err != nil {
			failed = append(failed, t.Name)
		}
		if theirs.DataVersion > newest.DataVersion {
			newest = theirs
		}
	})
	return newest, failed, nil
}

func setConfigsBody(cluster string, list auth.KnownHosts) string {
	body, _ := json.Marshal(map[string]any{"cluster_name": cluster, "force": false, // strings always marshal
		"configs": map[string]any{"known-hosts": map[string]string{"type": "file", "text": string(list.Bytes())}}})
	return string(body)
}

// offer sends a list to one node and returns the node's own list if that is
// why ours was rejected.
func (s hostSync) offer(ctx context.Context, t *client.Target, form url.Values) (auth.KnownHosts, error) {
	var answer struct {
		Status string            `json:"status"`
		Result map[string]string `json:"result"`
	}
	if err := t.RemoteJSON(ctx, "set_configs", form, &answer); err != nil {
		return auth.KnownHosts{}, err
	}
	switch answer.Result["known-hosts"] {
	case "accepted":
		return auth.KnownHosts{}, nil
	case "rejected":
		return s.fetch(ctx, t)
	}
	return auth.KnownHosts{}, errors.New("known-hosts was not taken: " + answer.Status)
}

func (s hostSync) fetch(ctx context.Context, t *client.Target) (auth.KnownHosts, error) {
	var answer struct {
		Configs map[string]struct {
			Text string `json:"text"`
		} `json:"configs"`
	}
	if err := t.RemoteJSON(ctx, "get_configs", url.Values{"cluster_name": {s.cluster.ClusterName()}}, &answer); err != nil {
		return auth.KnownHosts{}, err
	}
	return auth.ParseKnownHosts([]byte(answer.Configs["known-hosts"].Text))
}
