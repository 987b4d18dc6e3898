package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/conf"
)

// clusterAuth carries out "cluster auth": it gets tokens from those nodes of
// the cluster that do not accept ours, and sends ours to all if all do.
func clusterAuth(ctx context.Context, c *Call) error {
	cluster, err := c.corosyncConf()
	if err != nil {
		return err
	}
	known, err := c.knownHosts()
	if err != nil {
		return err
	}
	hosts, have, missing := c.clusterHosts(cluster, known)
	denied, err := c.checkAuth(ctx, have)
	if err != nil {
		return err
	}
	missing = append(missing, denied...)
	if len(missing) == 0 {
		fmt.Fprintln(c.Stderr, "Sending cluster config files to the nodes...")
		return c.changeHosts(ctx, known, nil, nil)
	}
	fmt.Fprintf(c.Stdout, "Nodes to authorize: %s\n", strings.Join(missing, ", "))
	user, password, err := c.credentials(ctx)
	if err != nil {
		return err
	}
	ask := map[string]auth.Host{}
	var order []string
	for _, n := range missing {
		if h, ok := hosts[n]; ok {
			ask[n] = h
			order = append(order, n)
			continue
		}
		fmt.Fprintf(c.Stderr, "%s: No addresses defined in corosync.conf, use the 'pcs host auth' command to authenticate the node\n", n)
	}
	return c.authenticate(ctx, ask, order, user, password)
}

// clusterHosts returns where the nodes of a cluster are, which of them are in
// known-hosts and which are not.
func (c *Call) clusterHosts(cluster *conf.Corosync, known auth.KnownHosts) (hosts map[string]auth.Host, have, missing []string) {
	hosts = map[string]auth.Host{}
	unnamed := false
	for _, n := range cluster.Nodes() {
		if n.Name == "" {
			unnamed = true
			continue
		}
		if len(n.Addrs) > 0 {
			hosts[n.Name] = auth.Host{Dests: []auth.Dest{{Addr: n.Addrs[0].Addr, Port: auth.DefaultPort}}}
		}
		if _, ok := known.Hosts[n.Name]; ok {
			have = append(have, n.Name)
			continue
		}
		fmt.Fprintf(c.Stderr, "%s: Not authorized\n", n.Name)
		missing = append(missing, n.Name)
	}
	if unnamed {
		fmt.Fprintln(c.Stderr, "Warning: Skipping nodes which do not have their name defined in corosync.conf, use the "+
			"'pcs host auth' command to authenticate them")
	}
	return hosts, have, missing
}

// checkAuth returns the nodes that do not accept our tokens.
func (c *Call) checkAuth(ctx context.Context, nodes []string) (denied []string, err error) {
	targets, err := c.targets(nodes)
	if err != nil {
		return nil, err
	}
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "check_auth", map[string][]string{"check_auth_only": {"1"}})
	}, func(t *client.Target, _ string, err error) {
		if err == nil {
			fmt.Fprintf(c.Stderr, "%s: Already authorized\n", t.Name)
			return
		}
		text := err.Error()
		var f *client.Failure
		if errors.As(err, &f) {
			text = f.Error()
		}
		fmt.Fprintln(c.Stderr, text)
		denied = append(denied, t.Name)
	})
	return denied, nil
}
