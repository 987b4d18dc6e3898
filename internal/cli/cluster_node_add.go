package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// nodeAdd is a node being added. The new node gets all that it needs first;
// then corosync.conf, which makes it a node of the cluster, goes to all nodes
// at once. If a step fails everything is as it was before.
type nodeAdd struct {
	setupRun                  // of the new node
	members  []*client.Target // nodes of the cluster that take part
	cluster  *conf.Corosync   // as it is
	node     conf.NewNode
	wait     time.Duration
}

// clusterNodeAdd carries out "cluster node add".
func clusterNodeAdd(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	node, sbd, err := parseAddedNode(c.Args)
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	known, err := c.knownHosts()
	if err != nil {
		return err
	}
	a := &nodeAdd{setupRun: setupRun{Call: c, known: known, written: map[string][]string{}}, cluster: cluster, node: node}
	reports, err := a.check(ctx, sbd)
	if err != nil {
		return err
	}
	if reports.Failed() {
		return errUnable
	}
	return a.do(ctx)
}

// parseAddedNode reads the words of "cluster node add"; sbd are the options of
// SBD among them.
func parseAddedNode(words []string) (node conf.NewNode, sbd []string, err error) {
	if strings.Contains(words[0], "=") {
		return node, nil, fail("Invalid character '=' in node name '%s'", words[0])
	}
	var rest []string
	for _, w := range words[1:] {
		switch name, _, _ := strings.Cut(w, "="); name {
		case "watchdog":
			sbd = append(sbd, "watchdog")
		case "device":
			sbd = append(sbd, "devices")
		default:
			rest = append(rest, w)
		}
	}
	slices.Sort(sbd)
	node, err = parseNode(words[0], rest)
	return node, slices.Compact(sbd), err
}

// check finds out whether the node can be added, and says what is in the way.
func (a *nodeAdd) check(ctx context.Context, sbd []string) (all report.List, err error) {
	say := func(reports report.List) {
		a.say(reports...)
		all = append(all, reports...)
	}
	say(a.cluster.MissingNames())
	members, reports, err := a.memberTargets(a.cluster.NodeNames(), true)
	if err != nil {
		return nil, err
	}
	say(reports)
	added, reports, err := a.memberTargets([]string{a.node.Name}, false)
	if err != nil {
		return nil, err
	}
	say(reports)
	a.targets, a.names = added, []string{a.node.Name}
	a.node = a.defaultAddresses(conf.Setup{Nodes: []conf.NewNode{a.node}}, a.known, false).Nodes[0]
	others, reports := a.otherNodes(ctx)
	say(reports)
	say(a.cluster.ValidateAddNodes([]conf.NewNode{a.node}, others, resolves(ctx), a.Has("--force")))
	if len(sbd) > 0 {
		say(report.List{report.NewError("SBD_NOT_USED_CANNOT_SET_SBD_OPTIONS", fmt.Sprintf("Cluster is not configured to use SBD, "+
			"cannot specify SBD option(s) %s for node '%s'", report.Quote(sbd), a.node.Name))})
	}
	wait, reports := a.checkedWait()
	say(reports)
	a.wait = wait
	if len(members) > 0 {
		a.members, reports = a.online(ctx, members)
		say(reports)
		if len(a.members) == 0 {
			say(report.List{errNoNodeLeft})
		}
	}
	hosts, busy := checkHosts(ctx, added, a.Has("--force"))
	say(hosts)
	a.busy = busy
	return all, nil
}

// checkedWait reads --wait of verbs that can start nodes.
func (c *Call) checkedWait() (time.Duration, report.List) {
	wait, err := c.startWait()
	switch {
	case err != nil:
		return wait, report.List{report.NewError("INVALID_TIMEOUT_VALUE", err.Error())}
	case wait >= 0 && !c.Has("--start"):
		return wait, report.List{report.NewError("WAIT_FOR_NODE_STARTUP_WITHOUT_START", "Cannot specify '--wait' without specifying '--start'")}
	}
	return wait, nil
}

// do carries the addition out.
func (a *nodeAdd) do(ctx context.Context) error {
	files, err := a.clusterFiles()
	if err != nil {
		return err
	}
	a.shared = append(a.cluster.NodeNames(), a.node.Name)
	steps := []func(context.Context) bool{a.clean, a.shareHosts, a.disableSBD,
		func(ctx context.Context) bool { return len(files) == 0 || a.put(ctx, files) }}
	for _, step := range steps {
		if !step(ctx) {
			a.takeBack(context.WithoutCancel(ctx))
			return errUnable
		}
	}
	next := a.cluster.Copy()
	next.AddNodes([]conf.NewNode{a.node})
	all := append(slices.Clone(a.members), a.targets...)
	if took, reports := a.sendCorosyncConf(ctx, all, next, false); reports.Failed() {
		a.say(reports...)
		took = slices.DeleteFunc(took, func(t *client.Target) bool { return t.Name == a.node.Name })
		a.putBack(context.WithoutCancel(ctx), took, a.members, next.Bytes())
		if !a.addedByOthers(context.WithoutCancel(ctx), reports) {
			a.takeBack(context.WithoutCancel(ctx))
		}
		return errUnable
	}
	if err := a.reload(ctx, a.members); err != nil {
		return err
	}
	if a.Has("--enable") && !a.enable(ctx) {
		return errUnable
	}
	if a.Has("--start") && !a.start(ctx, a.wait) {
		return errUnable
	}
	return nil
}

// clusterFiles reads what the new node needs besides corosync.conf.
func (a *nodeAdd) clusterFiles() ([]setupFile, error) {
	var files []setupFile
	for _, f := range []struct{ path, key, name, kind string }{
		{a.Root.CorosyncAuthkey(), "corosync authkey", "corosync authkey", "corosync_authkey"},
		{a.Root.PacemakerAuthkey(), "pacemaker_remote authkey", "pacemaker authkey", "pcmk_remote_authkey"},
	} {
		data, err := os.ReadFile(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fail("Unable to read %s '%s': %v", f.name, f.path, err)
		}
		files = append(files, setupFile{f.key, f.name, f.kind, base64.StdEncoding.EncodeToString(data), true})
	}
	return files, nil
}

// clean removes what earlier clusters left on the new node. Where it is in
// one now, --force has asked for that and it is said.
func (a *nodeAdd) clean(ctx context.Context) bool {
	if a.busy {
		return a.destroy(ctx)
	}
	return a.all(ctx, "cluster_destroy", nil, nil)
}

func (a *nodeAdd) disableSBD(ctx context.Context) bool {
	a.info("Disabling sbd...")
	return a.all(ctx, "sbd_disable", nil, infoOf("sbd disabled"))
}

// addedByOthers tells whether somebody else was adding the same node and was
// faster. What both gave to it is the same but for corosync.conf, which this
// command may have removed again.
func (a *nodeAdd) addedByOthers(ctx context.Context, reports report.List) bool {
	if !slices.ContainsFunc(reports, func(r report.Report) bool { return r.Code == codeChangedMeanwhile }) {
		return false
	}
	now, err := a.rebase(ctx, a.members)
	if err != nil || !slices.Contains(now.NodeNames(), a.node.Name) {
		return false
	}
	return a.all(ctx, "set_corosync_conf", url.Values{"corosync_conf": {string(a.base)}}, nil)
}

// takeBack removes from the new node what it got.
func (a *nodeAdd) takeBack(ctx context.Context) {
	if a.busy {
		a.say(report.NewError("", fmt.Sprintf("The node has not been added. The cluster that '%s' was in before is gone there, as "+
			"--force asked for", a.node.Name)))
	}
	a.removeWritten(ctx)
}

func reasonOf(node string, err error) string {
	return strings.TrimPrefix(callFailed(err).Text, node+": ")
}

// sharedHosts are the tokens and pins of the nodes that are told to others.
func (r *setupRun) sharedHosts() map[string]auth.Host {
	hosts := map[string]auth.Host{}
	for _, n := range r.shared {
		if h, ok := r.known.Hosts[n]; ok {
			hosts[n] = h
		}
	}
	return hosts
}
