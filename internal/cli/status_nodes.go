package cli

import (
	"context"
	"fmt"
	"slices"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/status"
)

// nodesStatus carries out "status nodes [corosync | both | config]".
func nodesStatus(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	what := ""
	if len(c.Args) == 1 {
		what = c.Args[0]
	}
	switch what {
	case "":
		return c.pacemakerNodes(ctx)
	case "corosync", "both":
		if err := c.only("--request-timeout"); err != nil {
			return err
		}
		text, err := c.corosyncNodes(ctx)
		if err != nil {
			return err
		}
		fmt.Fprint(c.Stdout, text)
		if what == "both" {
			return c.pacemakerNodes(ctx)
		}
		return nil
	case "config":
		return c.configuredNodes(ctx)
	}
	return errUsage
}

// only refuses options that this form of a verb does not take.
func (c *Call) only(options ...string) error { return c.supported(options) }

func (c *Call) pacemakerNodes(ctx context.Context) error {
	s, err := c.look(ctx, fail("error running crm_mon, is pacemaker running?\n  %s", startHint))
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	fmt.Fprint(c.Stdout, view.NodesText())
	return nil
}

// corosyncNodes parts the configured nodes by whether they are in the
// membership; where the cluster is stopped none is.
func (c *Call) corosyncNodes(ctx context.Context) (string, error) {
	conf, err := c.corosyncConf()
	if err != nil {
		return "", err
	}
	state, err := c.localState(ctx)
	if err != nil && err != errNoDaemon {
		return "", err
	}
	var online, offline []string
	for _, name := range conf.NodeNames() {
		if state.Running && inMembership(state.View, name) {
			online = append(online, name)
		} else {
			offline = append(offline, name)
		}
	}
	return status.CorosyncNodesText(online, offline), nil
}

func inMembership(v api.View, name string) bool {
	return slices.ContainsFunc(v.Members, func(m api.Member) bool { return m.Name == name && m.Online })
}

func (c *Call) configuredNodes(ctx context.Context) error {
	s, err := c.look(ctx, errMonStopped)
	if err != nil {
		return err
	}
	conf, err := c.corosyncConf()
	if err != nil {
		return err
	}
	fmt.Fprint(c.Stdout, status.ConfiguredNodesText(conf.NodeNames(), documentNodes(s.doc)))
	return nil
}

func documentNodes(doc *cib.Document) []string {
	var names []string
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			names = append(names, n.SelectAttrValue("uname", ""))
		}
	}
	return names
}

// corosyncStatus carries out "status corosync".
func corosyncStatus(ctx context.Context, c *Call) error {
	votes, err := c.votes(ctx, fail("corosync not running\n  %s", startHint))
	if err != nil {
		return err
	}
	fmt.Fprint(c.Stdout, status.MembershipText(votes))
	return nil
}

// pcsdStatus carries out "status pcsd [<node>]...".
func pcsdStatus(ctx context.Context, c *Call) error {
	nodes := c.Args
	if len(nodes) == 0 {
		conf, err := c.corosyncConf()
		if err != nil {
			return err
		}
		nodes = conf.NodeNames()
	}
	answers := c.askDaemons(ctx, nodes)
	fmt.Fprint(c.Stdout, daemonLines(answers))
	if slices.ContainsFunc(answers, func(a daemonAnswer) bool { return a.state != daemonOnline }) {
		return ExitError{Code: 2}
	}
	return nil
}
