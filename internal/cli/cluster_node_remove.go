package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// nodeRemoval is nodes being taken out.
type nodeRemoval struct {
	*Call
	leaving []string
	targets []*client.Target // of the leaving nodes; those that are known
	staying []*client.Target // that can be reached
	lost    []string         // leaving nodes that cannot be told
}

// clusterNodeRemove carries out "cluster node remove".
func clusterNodeRemove(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(append(cluster.MissingNames(), cluster.ValidateRemoveNodes(c.Args)...)); err != nil {
		return err
	}
	r := &nodeRemoval{Call: c, leaving: unique(c.Args)}
	reports, err := r.check(ctx, cluster)
	if err != nil {
		return err
	}
	if err := c.conclude(reports); err != nil {
		return err
	}
	return r.do(ctx, cluster)
}

// check finds the nodes and says what is in the way of removing some.
func (r *nodeRemoval) check(ctx context.Context, cluster *conf.Corosync) (report.List, error) {
	all, reports, err := r.memberTargets(cluster.NodeNames(), true)
	if err != nil {
		return nil, err
	}
	online, unreachable := r.online(ctx, all)
	reports = append(reports, unreachable...)
	var away []string // nodes that stay and cannot be told
	for _, name := range cluster.NodeNames() {
		known := slices.IndexFunc(all, func(t *client.Target) bool { return t.Name == name })
		on := slices.IndexFunc(online, func(t *client.Target) bool { return t.Name == name })
		leaves := slices.Contains(r.leaving, name)
		switch {
		case leaves && known >= 0:
			r.targets = append(r.targets, all[known])
		case leaves:
			r.lost = append(r.lost, name)
		case on >= 0:
			r.staying = append(r.staying, online[on])
		default:
			away = append(away, name)
		}
	}
	if len(r.staying) == 0 {
		return append(reports, report.NewError("UNABLE_TO_CONNECT_TO_ANY_REMAINING_NODE", "Unable to connect to any remaining cluster node")), nil
	}
	if len(away) > 0 && r.Has("--skip-offline") {
		slices.Sort(away)
		reports = append(reports, report.NewWarning("UNABLE_TO_CONNECT_TO_ALL_REMAINING_NODE", fmt.Sprintf("Remaining cluster %s %s could "+
			"not be reached, run 'pcs cluster sync' on any currently online node once the unreachable %s become available",
			several(away, "node"), report.Quote(away), several(away, "one"))))
	}
	return append(reports, r.quorum(ctx)...), nil
}

func several(list []string, word string) string {
	if len(list) == 1 {
		return word
	}
	return word + "s"
}

// quorum reports whether the nodes that stay have no quorum without the
// others. The nodes that leave are asked: if none of them is in a partition
// with quorum, none is lost.
func (r *nodeRemoval) quorum(ctx context.Context) report.List {
	loss, unknown := r.losesQuorum(ctx, r.targets, r.leaving)
	var out report.List
	for _, u := range unknown {
		out = append(out, report.NewWarning("NODE_COMMUNICATION_ERROR", callFailed(u.err).Text))
	}
	switch {
	case loss == quorumLost:
		out = append(out, report.Passed("COROSYNC_QUORUM_WILL_BE_LOST", "This action will cause a loss of the quorum", report.Force, r.Has("--force")))
	case loss == quorumUnknown || len(r.targets) == 0:
		out = append(out, report.Passed("COROSYNC_QUORUM_LOSS_UNABLE_TO_CHECK",
			"Unable to determine whether this action will cause a loss of the quorum", report.Force, r.Has("--force")))
	}
	return out
}

// do takes the nodes out. They go first, so that they are never members of a
// cluster that has forgotten them.
func (r *nodeRemoval) do(ctx context.Context, cluster *conf.Corosync) error {
	if len(r.lost) > 0 {
		r.say(removedUnreachable(r.lost))
	}
	if len(r.targets) > 0 {
		r.destroy(ctx)
	}
	ctx = context.WithoutCancel(ctx) // half way out is worse than either
	next := cluster.Copy()
	next.RemoveNodes(r.leaving)
	took, reports := r.sendCorosyncConf(ctx, r.staying, next, false)
	for tries := 0; tries < 5 && slices.ContainsFunc(reports, func(p report.Report) bool { return p.Code == codeChangedMeanwhile }); tries++ {
		// The nodes are gone: there is no way but forward.
		now, err := r.rebase(ctx, r.staying)
		if err != nil {
			break
		}
		now.RemoveNodes(r.leaving)
		took, reports = r.sendCorosyncConf(ctx, r.staying, now, false)
	}
	if reports.Failed() {
		r.say(reports...)
		return r.unfinished(took)
	}
	if err := r.reload(ctx, r.staying); err != nil {
		return err
	}
	return r.conclude(r.forget(ctx))
}

func (r *nodeRemoval) destroy(ctx context.Context) {
	r.say(report.NewInfo("", fmt.Sprintf("Destroying cluster on hosts: %s...", report.Quote(targetNames(r.targets)))))
	var failed []string
	client.Each(ctx, r.targets, patiently("cluster_destroy", nil), func(t *client.Target, _ string, err error) {
		if err == nil {
			r.say(report.NewInfo("", t.Name+": Successfully destroyed cluster"))
			return
		}
		failed = append(failed, t.Name)
		r.say(report.NewWarning("NODE_COMMUNICATION_ERROR", callFailed(err).Text))
	})
	if len(failed) > 0 {
		slices.Sort(failed)
		r.say(removedUnreachable(failed))
	}
}

func removedUnreachable(names []string) report.Report {
	node := several(names, "node")
	return report.NewWarning("NODES_TO_REMOVE_UNREACHABLE", fmt.Sprintf("Removed %[1]s %[2]s could not be reached and subsequently "+
		"deconfigured. Run 'pcs cluster destroy' on the unreachable %[1]s.", node, report.Quote(names)))
}

// unfinished says how far a removal came that broke, and how it is ended. The
// nodes that are gone cannot be brought back.
func (r *nodeRemoval) unfinished(took []*client.Target) error {
	names := report.Quote(r.leaving)
	for _, t := range r.staying {
		state := fmt.Sprintf("%s: corosync.conf still names %s", t.Name, names)
		if slices.Contains(took, t) {
			state = fmt.Sprintf("%s: corosync.conf does not name %s any more, but is not in use yet", t.Name, names)
		}
		r.say(report.NewInfo("", state))
	}
	hint := "run the command again with --skip-offline, and 'pcs cluster sync' when all nodes can be reached"
	if len(took) > 0 {
		hint = fmt.Sprintf("when all nodes can be reached run on '%s' 'pcs cluster sync', 'pcs cluster reload corosync' and 'pcs cluster node clear %s'",
			took[0].Name, strings.Join(r.leaving, " "))
	}
	r.say(report.NewError("", "The nodes are not removed from the configuration of all others. The running cluster is unharmed; "+hint))
	return errUnable
}

// forget has the cluster forget the nodes. All nodes are asked: one where the
// cluster runs is enough, where it does not each has its own file.
func (r *nodeRemoval) forget(ctx context.Context) report.List {
	var reports report.List
	form := dataJSON(map[string]any{"node_list": r.leaving})
	client.Each(ctx, r.staying, func(ctx context.Context, t *client.Target) (fileResult, error) {
		var answer fileResult
		return answer, t.RemoteJSON(ctx, "remove_nodes_from_cib", form, &answer)
	}, func(t *client.Target, answer fileResult, err error) {
		switch {
		case err != nil:
			reports = append(reports, callFailed(err))
		case answer.Code != "success":
			reason := ""
			if answer.Message != "" {
				reason = ": " + answer.Message
			}
			reports = append(reports, report.NewError("NODE_REMOVE_IN_PACEMAKER_FAILED",
				fmt.Sprintf("%s: Unable to remove node(s) %s from pacemaker%s", t.Name, report.Quote(r.leaving), reason)))
		}
	})
	return reports
}
