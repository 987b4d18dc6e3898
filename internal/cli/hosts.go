package cli

import (
	"errors"
	"os"

	"gpcs/internal/auth"
	"gpcs/internal/client"
)

// knownHosts reads root's list of hosts.
func (c *Call) knownHosts() (auth.KnownHosts, error) {
	known, err := auth.LoadKnownHosts(c.Root.KnownHosts())
	switch {
	case errors.Is(err, os.ErrPermission):
		return known, fail("the tokens of other nodes are in %s, which only root can read: become root", c.Root.KnownHosts())
	case err != nil:
		return known, fail("Unable to read known-hosts: %v", err)
	}
	return known, nil
}

// targets returns the daemons of nodes. A node that is not in known-hosts is
// looked for under its name, without a token, as pcs does.
func (c *Call) targets(names []string) ([]*client.Target, error) {
	known, err := c.knownHosts()
	if err != nil {
		return nil, err
	}
	peers, err := c.peers()
	if err != nil {
		return nil, err
	}
	var targets []*client.Target
	for _, n := range names {
		targets = append(targets, peers.Host(n, known.Hosts[n]))
	}
	return targets, nil
}

// clusterNodes lists the nodes of corosync.conf.
func (c *Call) clusterNodes() ([]string, error) {
	conf, err := c.corosyncConf()
	if err != nil {
		return nil, err
	}
	names := conf.NodeNames()
	if len(names) == 0 {
		return nil, fail("No nodes found in corosync.conf")
	}
	return names, nil
}

// legacy words an error as pcs's older commands do.
func legacy(err error) string {
	var f *client.Failure
	if errors.As(err, &f) {
		return f.Legacy()
	}
	return err.Error()
}
