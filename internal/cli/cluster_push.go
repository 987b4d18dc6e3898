package cli

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

// storeCorosyncConf writes a changed corosync.conf to the file of
// --corosync_conf, or to all nodes, where it is taken up at once. Some changes
// can only be made while the cluster is stopped.
func (c *Call) storeCorosyncConf(ctx context.Context, cluster *conf.Corosync, needsStop bool) error {
	if name, given := c.Value("--corosync_conf"); given {
		if err := durable.Write(name, cluster.Bytes(), 0o644); err != nil {
			return fail("Unable to write Corosync configuration '%s': %v", name, err)
		}
		return nil
	}
	targets, reports, err := c.memberTargets(cluster.NodeNames(), true)
	if err != nil {
		return err
	}
	reports = append(cluster.MissingNames(), reports...)
	if err := c.conclude(reports); err != nil {
		return err
	}
	if needsStop {
		if err := c.conclude(c.checkStopped(ctx, targets)); err != nil {
			return err
		}
	}
	took, reports := c.sendCorosyncConf(ctx, targets, cluster, true)
	if reports.Failed() {
		c.say(reports...)
		c.putBack(context.WithoutCancel(ctx), took, targets, cluster.Bytes())
		return errUnable
	}
	c.say(reports...)
	if needsStop {
		return nil
	}
	return c.reload(ctx, took)
}

// checkStopped reports nodes on which the cluster runs.
func (c *Call) checkStopped(ctx context.Context, targets []*client.Target) report.List {
	fmt.Fprintln(c.Stderr, "Checking corosync is not running on nodes...")
	var reports report.List
	skip := c.Has("--skip-offline")
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (bool, error) {
		var status struct {
			Node struct {
				Corosync bool `json:"corosync"`
			} `json:"node"`
		}
		err := t.RemoteJSON(ctx, "status", url.Values{"version": {"2"}}, &status)
		return status.Node.Corosync, err
	}, func(t *client.Target, runs bool, err error) {
		switch {
		case err != nil:
			reports = append(reports, offline(callFailed(err), skip), offline(report.NewError("COROSYNC_NOT_RUNNING_CHECK_NODE_ERROR",
				t.Name+": Unable to check if corosync is not running"), skip))
		case runs:
			reports = append(reports, report.NewError("COROSYNC_RUNNING_ON_NODE", t.Name+": corosync is running"))
		default:
			reports = append(reports, report.NewInfo("COROSYNC_NOT_RUNNING_ON_NODE", t.Name+": corosync is not running"))
		}
	})
	return reports
}

// reloadPatience is how long a node may take to be back after a reload that
// could not be done while cluster services run.
const reloadPatience = 15 * time.Second

// reload has the nodes take corosync.conf and the key into use, all at once:
// tokens, keys and votes have to be the same everywhere. It names the first
// that did, as pcs does: there corosync tells the others, here both do.
func (c *Call) reload(ctx context.Context, targets []*client.Target) error {
	ctx = context.WithoutCancel(ctx) // the files are there: some nodes with and some without them would be worse
	codes, failures := map[string]string{}, map[string]error{}
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		code, err := reloadNode(ctx, t)
		if code != "reloaded" {
			return code, err
		}
		if text, back := untilStarted(ctx, t, reloadPatience); !back {
			return "", fail("%s: the configuration was reloaded, but the node is not back in the cluster (%s): "+
				"run 'pcs status' there", t.Name, text)
		}
		return code, nil
	}, func(t *client.Target, code string, err error) {
		codes[t.Name] = code
		if err != nil {
			failures[t.Name] = err
		}
	})
	var reports report.List
	done := ""
	for _, t := range targets {
		err := failures[t.Name]
		switch {
		case err != nil:
			reports = append(reports, report.NewWarning("COROSYNC_CONFIG_RELOAD_ERROR", callFailed(err).Text))
		case codes[t.Name] == "reloaded" && done == "":
			done = t.Name
		case codes[t.Name] == "not_running" && done == "":
			reports = append(reports, report.NewWarning("COROSYNC_CONFIG_RELOAD_NOT_POSSIBLE",
				t.Name+": Corosync is not running, therefore reload of the corosync configuration is not possible"))
		}
	}
	if done != "" {
		reports = append(reports, report.NewInfo("COROSYNC_CONFIG_RELOADED", done+": Corosync configuration reloaded"))
	} else if len(failures) > 0 {
		reports = append(reports, errNoNodeLeft)
	}
	return c.conclude(reports)
}

// reloadNode returns "reloaded" or "not_running".
func reloadNode(ctx context.Context, t *client.Target) (code string, err error) {
	var answer struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if err := t.RemoteJSON(ctx, "reload_corosync_conf", nil, &answer); err != nil {
		return "", err
	}
	if answer.Code != "reloaded" && answer.Code != "not_running" {
		return "", fail("%s: Unable to reload corosync configuration: %s", t.Name, answer.Message)
	}
	return answer.Code, nil
}

// offline makes an error about a node that cannot be reached one that
// --skip-offline passes.
func offline(r report.Report, skip bool) report.Report {
	return report.Passed(r.Code, r.Text, report.SkipOffline, skip)
}

// sendCorosyncConf replaces corosync.conf on nodes and returns those that took
// it and what went wrong on the others.
func (c *Call) sendCorosyncConf(ctx context.Context, targets []*client.Target, cluster *conf.Corosync, maySkip bool) (took []*client.Target, reports report.List) {
	fmt.Fprintln(c.Stderr, "Sending updated corosync.conf to nodes...")
	answered := func(t *client.Target, _ string, err error) {
		if err == nil {
			fmt.Fprintf(c.Stderr, "%s: Succeeded\n", t.Name)
			took = append(took, t)
			return
		}
		failed := report.List{callFailed(err), report.NewError("COROSYNC_CONFIG_DISTRIBUTION_NODE_ERROR",
			t.Name+": Unable to set corosync config")}
		for _, r := range failed {
			if maySkip {
				r = offline(r, c.Has("--skip-offline"))
			}
			reports = append(reports, r)
		}
	}
	rest := slices.Clone(targets)
	for _, t := range c.judges(targets) {
		rest = slices.DeleteFunc(rest, func(o *client.Target) bool { return o == t })
		text, err := c.setCorosyncConf(cluster.Bytes(), c.base, true)(ctx, t)
		if replacedMeanwhile(err) {
			return nil, report.List{changedMeanwhile(t.Name)}
		}
		answered(t, text, err)
		if err == nil {
			break
		}
	}
	client.Each(ctx, rest, c.setCorosyncConf(cluster.Bytes(), c.base, false), answered)
	slices.SortFunc(took, func(a, b *client.Target) int { return cmp.Compare(a.Name, b.Name) })
	return took, reports
}

const codeChangedMeanwhile = "COROSYNC_CONFIG_CHANGED_MEANWHILE"

func changedMeanwhile(node string) report.Report {
	return report.NewError(codeChangedMeanwhile, fmt.Sprintf("%[1]s: corosync.conf there is not the one that this change was made from: "+
		"somebody has changed it at the same time, or this node has an old one. This command has changed no corosync.conf; "+
		"run it again, and if that does not help see 'pcs cluster corosync %[1]s' and 'pcs cluster sync'", node))
}

// rebase reads corosync.conf as it is now on the node that decides.
func (c *Call) rebase(ctx context.Context, targets []*client.Target) (*conf.Corosync, error) {
	for _, t := range c.judges(targets) {
		text, err := t.Remote(ctx, "get_corosync_conf", nil)
		if err != nil {
			continue
		}
		cluster, err := conf.ParseCorosync([]byte(text))
		if err == nil {
			c.base = []byte(text)
		}
		return cluster, err
	}
	return nil, errUnable
}

// judges are the nodes of the cluster as it is among targets, in an order that
// all commands share: the first that answers decides which of two changes made
// at the same time is taken.
func (c *Call) judges(targets []*client.Target) []*client.Target {
	if len(c.base) == 0 {
		return nil
	}
	known, err := conf.ParseCorosync(c.base)
	if err != nil {
		return nil
	}
	names := known.NodeNames()
	list := slices.DeleteFunc(slices.Clone(targets), func(t *client.Target) bool { return !slices.Contains(names, t.Name) })
	slices.SortFunc(list, func(a, b *client.Target) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// setCorosyncConf replaces the file that a change was made from.
func (c *Call) setCorosyncConf(file, from []byte, strict bool) func(context.Context, *client.Target) (string, error) {
	form := url.Values{"corosync_conf": {string(file)}}
	if len(from) > 0 {
		api.Replace{Digest: api.Digest(from), Strict: strict}.Put(form)
	}
	return remote("set_corosync_conf", 0, form)
}

func replacedMeanwhile(err error) bool {
	return err != nil && strings.Contains(err.Error(), api.ReplacedMeanwhile)
}

// putBack gives nodes that took a new corosync.conf the old one again, because
// others could not take it, and says what is where. Nobody has taken the new
// one into use yet. What somebody else has put in its place stays.
func (c *Call) putBack(ctx context.Context, took, all []*client.Target, sent []byte) {
	if len(c.base) == 0 || len(took) == 0 {
		return
	}
	client.Each(ctx, took, c.setCorosyncConf(c.base, sent, true), func(t *client.Target, _ string, err error) {
		switch {
		case replacedMeanwhile(err):
			return
		case err == nil:
			c.say(report.NewInfo("", t.Name+": corosync.conf is again what it was before"))
			return
		}
		c.say(report.NewError("", fmt.Sprintf("%s: corosync.conf is the new one and cannot be put back (%s). The running cluster is "+
			"unharmed; when the node can be reached again, run 'pcs cluster sync corosync' on another one", t.Name, reasonOf(t.Name, err))))
	})
	for _, t := range all {
		if !slices.Contains(took, t) {
			c.say(report.NewError("", fmt.Sprintf("%s: did not take corosync.conf, as far as is known it still has its old one; to be "+
				"sure run 'pcs cluster sync corosync' on another node when it can be reached again", t.Name)))
		}
	}
}
