package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// noDeviceClient is what is missing for a quorum device to count.
const noDeviceClient = "the daemon of this cluster has no client for quorum devices: the device will give no vote, " +
	"and a cluster of two nodes with a device in its configuration stops its resources when one of the nodes fails"

func newQuorumDevice() *cobra.Command {
	live := []string{"--corosync_conf", "--request-timeout", "--skip-offline"}
	forced := append([]string{"--force"}, live...)
	remove := func(word string) *cobra.Command {
		return verb(word, "Take the quorum device out of the configuration.", withoutArgs(quorumDeviceRemove), live...)
	}
	heuristics := func(word string) *cobra.Command {
		return verb(word, "Take the heuristics of the quorum device out of the configuration.",
			withoutArgs(quorumHeuristicsRemove), live...)
	}
	return noun("device", "Manage the quorum device of the cluster.", nil, nil,
		verb("add [<generic options>] model <device model> [<model options>] [heuristics <heuristics options>]",
			"Add a quorum device. Model 'net' takes algorithm=ffsplit|lms and host=<address of qnetd>, and optionally "+
				"connect_timeout, force_ip_version, port, tie_breaker, tls.", quorumDeviceAdd, forced...),
		noun("heuristics", "Manage the heuristics of the quorum device.", nil, nil, heuristics("delete"), heuristics("remove")),
		remove("delete"), remove("remove"),
		verb("status [--full]", "Show the state of the quorum device's client.", withoutArgs(quorumDeviceStatus), "--full"),
		verb("update [<generic options>] [model <model options>] [heuristics <heuristics options>]",
			"Change options of the quorum device; an empty value removes an option.", quorumDeviceUpdate, forced...),
	)
}

// deviceWords sorts the words of "quorum device add" and "update".
func (c *Call) deviceWords() (d conf.DeviceChange, given []string, err error) {
	g := splitKeywords(c.Args, "model", "heuristics")
	for _, k := range []string{"model", "heuristics"} {
		switch {
		case len(g.each[k]) > 1:
			return d, nil, fail("'%s' cannot be used more than once", k)
		case g.has(k) && len(g.groups[k]) == 0:
			return d, nil, fail("No %s options specified", k)
		case g.has(k):
			given = append(given, k)
		}
	}
	if len(g.first) > 0 {
		given = append(given, "generic")
	}
	model := g.groups["model"]
	if c.cmd.Name() == "add" {
		if len(model) == 0 || hasEquals(model[0]) {
			return d, nil, errUsage
		}
		d.Model, model = model[0], model[1:]
	}
	if d.Options, err = optionMap(g.first); err != nil {
		return d, nil, err
	}
	if d.ModelOpts, err = optionMap(model); err != nil {
		return d, nil, err
	}
	if d.Heuristics, err = optionMap(g.groups["heuristics"]); err != nil {
		return d, nil, err
	}
	if _, wrong := d.Options["model"]; wrong {
		return d, nil, fail("Model cannot be specified in generic options")
	}
	return d, given, nil
}

func hasEquals(word string) bool {
	for _, r := range word {
		if r == '=' {
			return true
		}
	}
	return false
}

// quorumDeviceAdd carries out "quorum device add". In a cluster, not in a
// file, it has to be forced for want of the device's client.
func quorumDeviceAdd(ctx context.Context, c *Call) error {
	d, _, err := c.deviceWords()
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	reports := cluster.ValidateAddDevice(d, c.Has("--force"))
	if _, file := c.Value("--corosync_conf"); !file && !reports.StoppedAlone() {
		reports = append(reports, report.Passed("QDEVICE_CLIENT_MISSING", noDeviceClient, report.Force, c.Has("--force")))
	}
	if err := c.conclude(reports); err != nil {
		return err
	}
	needsStop := cluster.AddDevice(d)
	c.say(cluster.HeuristicsWithoutCommands()...)
	return c.storeCorosyncConf(ctx, cluster, needsStop)
}

// quorumDeviceUpdate carries out "quorum device update".
func quorumDeviceUpdate(ctx context.Context, c *Call) error {
	d, given, err := c.deviceWords()
	if err != nil {
		return err
	}
	if len(given) == 0 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(cluster.ValidateUpdateDevice(d, c.Has("--force"))); err != nil {
		return err
	}
	cluster.UpdateDevice(d)
	c.say(cluster.HeuristicsWithoutCommands()...)
	return c.storeCorosyncConf(ctx, cluster, false)
}

// quorumDeviceRemove carries out "quorum device delete" and "remove".
func quorumDeviceRemove(ctx context.Context, c *Call) error {
	return c.editDevice(ctx, (*conf.Corosync).RemoveDevice)
}

// quorumHeuristicsRemove carries out "quorum device heuristics delete" and "remove".
func quorumHeuristicsRemove(ctx context.Context, c *Call) error {
	return c.editDevice(ctx, (*conf.Corosync).RemoveHeuristics)
}

func (c *Call) editDevice(ctx context.Context, edit func(*conf.Corosync) report.List) error {
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(edit(cluster)); err != nil {
		return err
	}
	return c.storeCorosyncConf(ctx, cluster, false)
}

// quorumDeviceStatus carries out "quorum device status" and says what there is.
func quorumDeviceStatus(_ context.Context, c *Call) error {
	cluster, err := c.corosyncConf()
	if err != nil {
		return err
	}
	if cluster.Device() == nil {
		return fail("no quorum device is defined in this cluster")
	}
	return fail("Unable to get quorum device status: %s", noDeviceClient)
}
