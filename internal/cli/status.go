package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/status"
)

func newStatus() *cobra.Command {
	options := []string{"--full", "--hide-inactive", "-f", "--corosync_conf", "--request-timeout", "--output-format"}
	return noun("status", "View the state of the cluster.", fullStatus, options,
		unnamed(verb("status [--full] [--hide-inactive]", "View the whole state of the cluster and its resources; --full adds "+
			"details, --hide-inactive leaves out resources that run nowhere.", withoutArgs(fullStatus), options...)),
		verb("resources [<resource id | tag id>] [node=<node>] [--hide-inactive]",
			"View resources: all, one, those of a tag, or those of a node.", resourceStatus, "--hide-inactive", "-f"),
		verb("cluster", "View the state of the cluster without its resources.", withoutArgs(clusterStatus),
			"-f", "--request-timeout"),
		verb("corosync", "View the members that corosync sees.", withoutArgs(corosyncStatus)),
		verb("quorum", "View votes and quorum.", withoutArgs(quorumStatus)),
		verb("nodes [corosync | both | config]", "View nodes as pacemaker has them, as corosync has them, as both "+
			"have them, or as they are configured.", nodesStatus, "-f", "--corosync_conf"),
		verb("pcsd [<node>]...", "View whether the daemon answers on nodes, by default on all nodes of the cluster.",
			pcsdStatus, "--request-timeout"),
		verb("booth", "View tickets, peers and the state of booth on this node.", withoutArgs(boothStatus), "--name"),
		verb("qdevice <device model> [--full] [<cluster name>]", "View the state of the quorum device on this host.", qdeviceStatus, "--full"),
		verb("xml", "View the state of the cluster as XML (crm_mon -r -1 -X).", withoutArgs(xmlStatus), "-f"),
		verb("wait [<timeout>]", "Wait until the cluster has nothing left to do, at most so many seconds.", waitStatus,
			"--request-timeout"),
		noun("query", "Ask for the state of one thing, for scripts.", nil, nil,
			verb("resource <resource id> <query> [...] [--quiet]", queryHelp, queryResource, "--quiet", "-f")),
	)
}

// withoutArgs makes words after the verb a usage error.
func withoutArgs(h handler) handler {
	return func(ctx context.Context, c *Call) error {
		if len(c.Args) > 0 {
			return errUsage
		}
		return h(ctx, c)
	}
}

// show is what crm_mon shows with the options that pcs gives it.
func (c *Call) show() status.Show {
	show := status.Show{Sections: status.Default, Inactive: !c.Has("--hide-inactive")}
	if c.Has("--full") {
		show.Sections |= status.Attributes | status.Failcounts | status.Fencing
		show.Detail = true
	}
	return show
}

// fullStatus carries out a bare "status".
func fullStatus(ctx context.Context, c *Call) error {
	if err := c.bothOrNone("-f", "--corosync_conf"); err != nil {
		return err
	}
	s, err := c.look(ctx, errMonStopped)
	if err == errMonStopped {
		c.sayTroubles(ctx)
	}
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	switch format, _ := c.Value("--output-format"); format {
	case "", "text":
	case "xml":
		fmt.Fprint(c.Stdout, view.XML("pcs status", status.Show{Sections: status.All, Inactive: true}))
		return nil
	case "json":
		_, err := c.Stdout.Write(view.JSON())
		return err
	default:
		return fail("Unknown value '%s' for '--output-format' option. Supported values are: 'json', 'text', 'xml'", format)
	}
	conf, err := c.corosyncConf()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Cluster name: %s\n", conf.ClusterName())
	warnings := s.warnings(view)
	if c.Has("--full") {
		warnings = append(warnings, s.linkTroubles()...)
	}
	if len(warnings) > 0 {
		fmt.Fprintf(&b, "\nWARNINGS:\n%s\n\n", strings.Join(warnings, "\n"))
	}
	b.WriteString(view.Text(c.show()))
	if c.Has("--full") {
		fmt.Fprintf(&b, "\nTickets:\n%s", view.TicketLines("  "))
	}
	if s.live && c.Has("--full") {
		fmt.Fprintf(&b, "\nPCSD Status:\n%s", daemonLines(c.askDaemons(ctx, conf.NodeNames())))
	}
	if s.live {
		fmt.Fprintf(&b, "\nDaemon Status:\n%s", s.services(c.Root))
	}
	_, err = fmt.Fprint(c.Stdout, b.String())
	return err
}

// clusterStatus carries out "status cluster".
func clusterStatus(ctx context.Context, c *Call) error {
	s, err := c.look(ctx, fail("cluster is not currently running on this node"))
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	text := view.Text(status.Show{Sections: status.Headers | status.Nodes})
	fmt.Fprintln(c.Stdout, "Cluster Status:")
	for _, line := range strings.Split(text, "\n") {
		if line != "" {
			fmt.Fprintln(c.Stdout, " "+line)
		}
	}
	if !s.live {
		return nil
	}
	conf, err := c.corosyncConf()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, "\nPCSD Status:\n%s", daemonLines(c.askDaemons(ctx, conf.NodeNames())))
	return nil
}

// xmlStatus carries out "status xml".
func xmlStatus(ctx context.Context, c *Call) error {
	const request = "/usr/sbin/crm_mon --one-shot --inactive --output-as xml"
	s, err := c.look(ctx, errMonStopped)
	if err == errMonStopped {
		fmt.Fprint(c.Stdout, status.Result{Version: status.APIVersion, Request: request, Code: exitDisconnected,
			Message: "Not connected", Errors: notConnected}.XML())
		return ExitError{Code: 1}
	}
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	fmt.Fprint(c.Stdout, view.XML(request, status.Show{Sections: status.All, Inactive: true}))
	return nil
}

// waitStatus carries out "status wait [<timeout>]".
func waitStatus(ctx context.Context, c *Call) error {
	var limit time.Duration
	switch len(c.Args) {
	case 0:
	case 1:
		n, err := strconv.Atoi(c.Args[0])
		if err != nil || n < 1 {
			return fail("'%s' is not a valid number of seconds to wait", c.Args[0])
		}
		limit = time.Duration(n) * time.Second
	default:
		return errUsage
	}
	return c.applied(ctx, limit)
}
