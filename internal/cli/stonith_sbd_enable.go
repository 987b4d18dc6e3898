package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// sbdRestart ends enable and disable: services read the configuration at their start.
var sbdRestart = report.NewWarning("CLUSTER_RESTART_REQUIRED_TO_APPLY_CHANGES", "Cluster restart is required in order to apply these changes.")

// sbdEnable carries out "stonith sbd enable". Nothing is changed unless all
// nodes that are asked have what it takes.
func sbdEnable(ctx context.Context, c *Call) error {
	s, err := c.sbdWords()
	if err != nil {
		return err
	}
	nodes, err := c.clusterNodes()
	if err != nil {
		return err
	}
	reports := s.Validate(nodes, c.Has("--force"))
	if len(s.Devices) > 0 || len(s.NodeDevs) > 0 {
		reports = append(reports, report.NewError("SBD_UNSUPPORTED", noDisk))
	}
	targets, unknown, err := c.memberTargets(nodes, true)
	if err != nil {
		return err
	}
	if err := c.conclude(append(reports, unknown...)); err != nil {
		return err
	}
	online, reports := c.online(ctx, targets)
	if err := c.conclude(reports); err != nil {
		return err
	}
	if err := c.sbdCheck(ctx, s, online); err != nil {
		return err
	}
	if err := c.tieBreaker(ctx); err != nil {
		return err
	}
	c.say(report.NewInfo("SBD_CONFIG_DISTRIBUTION_STARTED", "Distributing SBD config..."))
	if err := c.sbdEach(ctx, online, "SBD config saved", func(t *client.Target) (string, url.Values) {
		return "set_sbd_config", url.Values{"config": {string(s.WatchdogOnly(t.Name))}}
	}); err != nil {
		return err
	}
	c.watchdogTimeout(ctx, online, "remove_stonith_watchdog_timeout")
	c.say(report.NewInfo("SERVICE_ACTION_STARTED", "Enabling sbd..."))
	if err := c.sbdEach(ctx, online, "sbd enabled", func(*client.Target) (string, url.Values) { return "sbd_enable", nil }); err != nil {
		return err
	}
	c.say(sbdRestart)
	return nil
}

// watchdogTimeout has the first node that can change stonith-watchdog-timeout;
// as with pcs nothing ends for that none could.
func (c *Call) watchdogTimeout(ctx context.Context, targets []*client.Target, command string) {
	for _, t := range targets {
		_, err := t.Remote(ctx, command, nil)
		if err == nil {
			return
		}
		r := callFailed(err)
		c.say(report.NewWarning(r.Code, r.Text))
	}
}

// sbdEach has nodes carry out a command and says what became of it.
func (c *Call) sbdEach(ctx context.Context, targets []*client.Target, done string, command func(*client.Target) (string, url.Values)) error {
	var out report.List
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		name, form := command(t)
		return t.Remote(ctx, name, form)
	}, func(t *client.Target, _ string, err error) {
		if err != nil {
			out = append(out, offline(callFailed(err), c.Has("--skip-offline")))
			return
		}
		out = append(out, report.NewInfo("SERVICE_ACTION_SUCCEEDED", t.Name+": "+done))
	})
	return c.conclude(out)
}

// sbdCheck asks the nodes whether they have their watchdogs.
func (c *Call) sbdCheck(ctx context.Context, s conf.SBD, online []*client.Target) error {
	skip := c.Has("--no-watchdog-validation")
	if skip {
		c.say(report.NewWarning("SBD_WATCHDOG_VALIDATION_INACTIVE", "Not validating the watchdog"))
	}
	c.say(report.NewInfo("SBD_CHECK_STARTED", "Running SBD pre-enabling checks..."))
	type found struct {
		Watchdog *struct{ Exist bool } `json:"watchdog"`
	}
	var out report.List
	client.Each(ctx, online, func(ctx context.Context, t *client.Target) (found, error) {
		form := url.Values{"device_list": {"[]"}, "watchdog": {s.WatchdogOf(t.Name)}}
		if skip {
			form.Del("watchdog")
		}
		var f found
		text, err := t.Remote(ctx, "check_sbd", form)
		if err == nil {
			err = json.Unmarshal([]byte(text), &f)
		}
		return f, err
	}, func(t *client.Target, f found, err error) {
		switch {
		case err != nil:
			out = append(out, report.NewError("INVALID_RESPONSE_FORMAT", fmt.Sprintf("%s: %s", t.Name, why(err))))
		case !skip && (f.Watchdog == nil || !f.Watchdog.Exist):
			out = append(out, report.NewError("WATCHDOG_NOT_FOUND",
				fmt.Sprintf("Watchdog '%s' does not exist on node '%s'", s.WatchdogOf(t.Name), t.Name)))
		default:
			out = append(out, report.NewInfo("SBD_CHECK_SUCCESS", t.Name+": SBD pre-enabling checks done"))
		}
	})
	return c.conclude(out)
}

// tieBreaker makes a cluster with an even number of nodes one whose halves do
// not both have quorum: a node that has it does not reset itself.
func (c *Call) tieBreaker(ctx context.Context) error {
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if !needsTieBreaker(cluster) {
		return nil
	}
	c.say(report.NewWarning("COROSYNC_QUORUM_ATB_WILL_BE_ENABLED_DUE_TO_SBD", "auto_tie_breaker quorum option will be enabled to make "+
		"SBD fencing effective. Cluster has to be offline to be able to make this change."))
	cluster.SetQuorumOptions(map[string]string{"auto_tie_breaker": "1"})
	return c.storeCorosyncConf(ctx, cluster, true)
}

// needsTieBreaker tells whether the cluster could fall into two halves of which
// neither, or with two_node each, has quorum.
func needsTieBreaker(cluster *conf.Corosync) bool {
	return !cluster.Quorum().AutoTieBreaker && len(cluster.NodeNames())%2 == 0 && cluster.Device() == nil
}

// sbdDisable carries out "stonith sbd disable". Nothing is changed unless all
// nodes that are asked answer.
func sbdDisable(ctx context.Context, c *Call) error {
	nodes, err := c.clusterNodes()
	if err != nil {
		return err
	}
	targets, reports, err := c.memberTargets(nodes, true)
	if err != nil {
		return err
	}
	if err := c.conclude(reports); err != nil {
		return err
	}
	online, reports := c.online(ctx, targets)
	if err := c.conclude(reports); err != nil {
		return err
	}
	c.watchdogTimeout(ctx, online, "set_stonith_watchdog_timeout_to_zero")
	c.say(report.NewInfo("SERVICE_ACTION_STARTED", "Disabling sbd..."))
	if err := c.sbdEach(ctx, online, "sbd disabled", func(*client.Target) (string, url.Values) { return "sbd_disable", nil }); err != nil {
		return err
	}
	c.say(sbdRestart)
	return nil
}

// sbdConfig carries out "stonith sbd config": the options of the first node
// that answers, for they are the same everywhere, and each node's watchdog.
func sbdConfig(ctx context.Context, c *Call) error {
	targets, err := c.sbdTargets()
	if err != nil {
		return err
	}
	files := map[string][]conf.Attr{}
	client.Each(ctx, targets, remote("get_sbd_config", 0, nil), func(t *client.Target, text string, err error) {
		if err != nil {
			c.sbdUnasked(t, "SBD configuration", err)
			return
		}
		files[t.Name] = conf.ParseEnvironment([]byte(text))
	})
	first := slices.IndexFunc(targets, func(t *client.Target) bool { return files[t.Name] != nil })
	if first < 0 {
		return fail("No config obtained.")
	}
	for _, a := range files[targets[first].Name] {
		if !slices.Contains([]string{"SBD_WATCHDOG_DEV", "SBD_OPTS", "SBD_PACEMAKER", "SBD_DEVICE"}, a.Name) {
			fmt.Fprintf(c.Stdout, "%s=%s\n", a.Name, a.Value)
		}
	}
	fmt.Fprint(c.Stdout, "\nWatchdogs:\n")
	for _, t := range targets {
		value := "<unknown>"
		for _, a := range files[t.Name] {
			if a.Name == "SBD_WATCHDOG_DEV" {
				value = a.Value
			}
		}
		fmt.Fprintf(c.Stdout, "  %s: %s\n", t.Name, value)
	}
	return nil
}
