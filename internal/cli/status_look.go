package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/conf"
	"gpcs/internal/paths"
	"gpcs/internal/report"
	"gpcs/internal/status"
)

// What crm_mon says where the cluster is stopped; scripts look for it.
var notConnected = []string{
	"error: Could not connect to launcher: Connection refused",
	"crm_mon: Connection to cluster failed: Connection refused",
}

// startHint tells what to type where the cluster is stopped.
const startHint = "the cluster is stopped on this node, to start it type: pcs cluster start"

// errMonStopped is pcs's text where the cluster is stopped on this node.
var errMonStopped = fail("error running crm_mon, is pacemaker running?\n  %s\n  %s", strings.Join(notConnected, "\n  "), startHint)

// look is what a status command sees: a document and, of the running cluster,
// what this node knows of itself.
type look struct {
	doc   *cib.Document
	live  bool
	state api.State
	now   time.Time
}

// look reads the document that the command is about. Where that is the
// cluster's and the cluster is stopped on this node, it returns stopped.
func (c *Call) look(ctx context.Context, stopped error) (*look, error) {
	if _, file := c.Value("-f"); file || c.plan != nil {
		doc, err := c.readCIB(ctx)
		return &look{doc: doc, now: time.Now()}, err
	}
	state, err := c.localState(ctx)
	if errors.Is(err, errNoDaemon) || (err == nil && !state.Running) {
		return nil, stopped
	}
	if err != nil {
		return nil, err
	}
	daemon, err := c.local()
	if err != nil {
		return nil, err
	}
	// This node's own copy: a status must not wait for a peer.
	doc, err := daemon.CIB(ctx, true)
	if err != nil {
		return nil, fail("unable to get cib: %s", why(err))
	}
	return &look{doc: doc, live: true, state: state, now: time.Now()}, nil
}

// sayTroubles prints, where the cluster is stopped on this node, what its
// daemon knows of the reason. Nobody else may have been told: it starts the
// cluster by itself at boot.
func (c *Call) sayTroubles(ctx context.Context) {
	state, err := c.localState(ctx)
	if err != nil {
		return // no daemon runs, which is said anyway
	}
	for _, t := range state.Troubles {
		fmt.Fprintln(c.Stderr, "Warning: "+t)
	}
}

func (l *look) view() (*status.View, error) {
	view, err := status.New(l.doc, l.now)
	if err != nil {
		return nil, fail("cannot work out the state of the cluster: %v", err)
	}
	view.Live = l.live
	return view, nil
}

// warnings are those of the configuration, then what troubles the node.
func (l *look) warnings(view *status.View) []string {
	found := append(status.Warnings(l.doc, view.Summary.Options.Stonith, false), l.state.Troubles...)
	found = append(found, l.waiting()...)
	return append(append(found, view.FencingTroubles()...), view.DeviceTroubles(l.doc, l.fenceMatrix())...)
}

// waiting says that quorum waits for all nodes to be seen once, and which are
// missing: nothing runs, and the figures of votes do not say why. A node that
// has just started and is in no view yet knows of nobody.
func (l *look) waiting() []string {
	var missing []string
	started := false
	for _, m := range l.state.View.Members {
		started = started || m.Online
		if !m.Online {
			missing = append(missing, m.Name)
		}
	}
	if !l.state.Quorum.Waits || !started || len(missing) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Nothing is started before all nodes were seen once since this start (wait_for_all); missing: %s.\n"+
		"Start what is missing; if it is surely off, run 'pcs quorum unblock'", report.Quote(missing))}
}

// linkTroubles names links that are down to nodes that are in the view by
// another one, and nodes that are kept out although daemons reach each other.
func (l *look) linkTroubles() []string {
	var found []string
	for _, m := range l.state.View.Members {
		if !m.Online && m.Seen {
			found = append(found, fmt.Sprintf("Node %s is not in the cluster, but some node's daemon reaches its daemon: "+
				"see 'corosync-cfgtool -s' on all nodes for the links that are down", m.Name))
		}
		if !m.Online {
			continue
		}
		for _, link := range l.state.Links {
			if link.Peer == m.ID && !link.Up {
				found = append(found, fmt.Sprintf("Link %d to node %s (%s) is down; the cluster goes on by its other links",
					link.Number, m.Name, link.Address))
			}
		}
	}
	return found
}

// services words the state of the stack's services on this node. They are one
// daemon; "pcsd" is the part that is always there.
func (l *look) services(root paths.Root) string {
	atBoot := map[bool]string{true: "enabled", false: "disabled"}
	cluster := atBoot[l.state.Enabled]
	return fmt.Sprintf("  corosync: active/%s\n  pacemaker: active/%s\n  pcsd: active/%s\n",
		cluster, cluster, atBoot[daemonAtBoot(root)])
}

// daemonAtBoot tells whether systemd starts the daemon at boot. Where there is
// no systemd, whatever starts the node starts the daemon.
func daemonAtBoot(root paths.Root) bool {
	if _, err := os.Stat(root.Join("/run/systemd/system")); err != nil {
		return true
	}
	for _, unit := range []string{"pcsd.service", "gpcsd.service"} {
		if _, err := os.Lstat(root.StartedAtBoot(unit)); err == nil {
			return true
		}
	}
	return false
}

// corosyncConfFile reads the file that the command is about: that of
// --corosync_conf or this node's own.
func (c *Call) corosyncConfFile() (name string, data []byte, err error) {
	name, given := c.Value("--corosync_conf")
	if !given {
		name = c.Root.CorosyncConf()
	}
	data, err = os.ReadFile(name)
	return name, data, err
}

// corosyncConf reads corosync.conf, or the file of --corosync_conf, with the
// messages of pcs's older commands.
func (c *Call) corosyncConf() (*conf.Corosync, error) {
	name, data, err := c.corosyncConfFile()
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fail("Unable to read %s: No such file or directory", name)
	case err != nil:
		return nil, fail("Unable to read %s: %v", name, err)
	}
	parsed, err := conf.ParseCorosync(data)
	if err != nil {
		return nil, fail("Unable to parse %s: %v", name, err)
	}
	return parsed, nil
}

// bothOrNone refuses one of two options without the other: a mix of files and
// the running cluster would show what never was.
func (c *Call) bothOrNone(a, b string) error {
	if c.Has(a) == c.Has(b) {
		return nil
	}
	if c.Has(b) {
		a, b = b, a
	}
	return fail("When '%s' is specified, '%s' must be specified as well", a, b)
}

// nodesNamed returns the nodes that a name stands for: itself, or those of a tag.
func nodesNamed(doc *cib.Document, name string) []string {
	ids := tagged(doc, name)
	if ids == nil {
		return []string{name}
	}
	names := []string{}
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			if slices.Contains(ids, n.SelectAttrValue("id", "")) {
				names = append(names, n.SelectAttrValue("uname", ""))
			}
		}
	}
	return names
}

// tagged returns the ids that a tag has, nil if there is no such tag.
func tagged(doc *cib.Document, id string) []string {
	section := doc.Find("tags")
	if section == nil {
		return nil
	}
	for _, tag := range section.SelectElements("tag") {
		if tag.SelectAttrValue("id", "") == id {
			members := []string{}
			for _, ref := range tag.SelectElements("obj_ref") {
				members = append(members, ref.SelectAttrValue("id", ""))
			}
			return members
		}
	}
	return nil
}
