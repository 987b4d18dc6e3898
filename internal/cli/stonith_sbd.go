package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/fence/watchdog"
	"gpcs/internal/report"
)

var sbdProgram = foreign{"sbd", "/usr/sbin/sbd"}

// noDisk is why SBD does not use disks here.
const noDisk = "SBD with shared disks cannot be used with this cluster, only with watchdogs. Nothing was changed."

func newStonithSBD() *cobra.Command {
	local := verb("local_config_in_json", "Print the configuration of SBD on this node as JSON.", withoutArgs(sbdLocalConfig))
	watchdogs := verb("list_json", "Print the watchdogs of this node as JSON.", withoutArgs(sbdWatchdogsJSON))
	local.Hidden, watchdogs.Hidden = true, true
	return noun("sbd", "Manage SBD: nodes without a fence device that reset themselves by a watchdog.", nil, nil,
		verb("enable [watchdog=<path>[@<node>]]... [device=<path>[@<node>]]... [<SBD_OPTION>=<value>]... [--no-watchdog-validation]",
			"Have all nodes fed their watchdogs, so that a node that is lost resets itself.", sbdEnable,
			"--force", "--no-watchdog-validation", "--request-timeout", "--skip-offline"),
		verb("disable", "Let watchdogs alone on all nodes.", withoutArgs(sbdDisable), "--force", "--request-timeout", "--skip-offline"),
		noun("device", "Manage the disks of SBD.", nil, nil,
			verb("setup device=<path> [device=<path>]... [watchdog-timeout=<integer>] [allocate-timeout=<integer>] [loop-timeout=<integer>] "+
				"[msgwait-timeout=<integer>] [--yes]", "Prepare disks for SBD; what is on them is lost.", sbdDeviceSetup, "--force", "--yes"),
			verb("message <device-path> <node> <message-type>", "Leave a message for a node on a disk: test, reset, off, crashdump, exit or clear.",
				sbdMessage)),
		verb("status [--full]", "Show whether SBD is installed, enabled and running on the nodes.", withoutArgs(sbdStatus),
			"--full", "--request-timeout"),
		verb("config", "Show the configuration of SBD.", withoutArgs(sbdConfig), "--request-timeout"),
		noun("watchdog", "View and test watchdogs.", nil, nil,
			verb("list", "List the watchdogs of this node.", withoutArgs(sbdWatchdogList)),
			verb("test [<watchdog-path>] [--yes]", "Test a watchdog: this node is reset.", sbdWatchdogTest, "--force", "--yes"),
			watchdogs),
		local)
}

// sbdWords reads the words of "stonith sbd enable".
func (c *Call) sbdWords() (conf.SBD, error) {
	s := conf.SBD{Watchdogs: map[string]string{}, NodeDevs: map[string][]string{}}
	var plain []string
	for _, w := range c.Args {
		name, value, hasValue := strings.Cut(w, "=")
		value, node, ofNode := cutLast(value, "@")
		switch {
		case !hasValue:
			plain = append(plain, w)
		case name == "device" && ofNode:
			s.NodeDevs[node] = append(s.NodeDevs[node], value)
		case name == "device":
			s.Devices = append(s.Devices, value)
		case name == "watchdog" && ofNode:
			if _, twice := s.Watchdogs[node]; twice {
				return s, fail("Multiple watchdog definitions for node '%s'", node)
			}
			s.Watchdogs[node] = value
		case name == "watchdog" && s.Watchdog != "":
			return s, fail("Multiple watchdog definitions.")
		case name == "watchdog":
			s.Watchdog = value
		default:
			plain = append(plain, w)
		}
	}
	options, err := optionMap(plain)
	if err != nil {
		return s, err
	}
	s.Options = map[string]string{}
	for name, value := range options {
		s.Options[strings.ToUpper(name)] = value
	}
	return s, nil
}

// cutLast cuts at the last of several separators.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// sbdTargets are the nodes of the cluster that this one knows; it warns of the
// others, and ends where there are none.
func (c *Call) sbdTargets() ([]*client.Target, error) {
	nodes, err := c.clusterNodes()
	if err != nil {
		return nil, err
	}
	targets, unknown, err := c.memberTargets(nodes, false)
	if err == nil && len(unknown) > 0 {
		unknown[0] = report.NewWarning(unknown[0].Code, unknown[0].Text)
		err = c.conclude(unknown)
	}
	return targets, err
}

// sbdUnasked warns that a node did not say what is wanted of it.
func (c *Call) sbdUnasked(t *client.Target, what string, err error) {
	failed := callFailed(err)
	c.say(report.NewWarning(failed.Code, failed.Text))
	c.say(report.NewWarning("UNABLE_TO_GET_SBD_"+strings.ToUpper(what[:len("config")]), fmt.Sprintf("Unable to get %s from node '%s'", what, t.Name)))
}

// sbdStatus carries out "stonith sbd status".
func sbdStatus(ctx context.Context, c *Call) error {
	targets, err := c.sbdTargets()
	if err != nil {
		return err
	}
	type service struct{ Installed, Enabled, Running bool }
	type host struct {
		Services map[string]service `json:"services"`
	}
	lines := map[string]string{}
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (host, error) {
		var h host
		err := t.RemoteJSON(ctx, "check_host", nil, &h)
		return h, err
	}, func(t *client.Target, h host, err error) {
		if err != nil {
			c.sbdUnasked(t, "status of SBD", err)
			lines[t.Name] = "N/A | N/A | N/A"
			return
		}
		s := h.Services["sbd"]
		lines[t.Name] = yesNo(s.Installed) + " | " + yesNo(s.Enabled) + " | " + yesNo(s.Running)
	})
	fmt.Fprint(c.Stdout, "SBD STATUS\n<node name>: <installed> | <enabled> | <running>\n")
	for _, t := range targets {
		fmt.Fprintf(c.Stdout, "%s: %s\n", t.Name, lines[t.Name])
	}
	return nil
}

func yesNo(is bool) string {
	if is {
		return "YES"
	}
	return " NO"
}

func sbdLocalConfig(_ context.Context, c *Call) error {
	data, err := os.ReadFile(watchdog.File(c.Root))
	if err != nil {
		return fail("Unable to get SBD configuration from node 'local node': %s", pathReason(err))
	}
	text, err := json.Marshal(string(data))
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stdout, string(text))
	return nil
}

// sure asks before something that cannot be undone; the option "yes" answers
// for a script, and "force" as it did up to pcs 0.11.
func (c *Call) sure(ctx context.Context, warning string) (bool, error) {
	if c.Has("--force") && !c.Has("--yes") {
		c.say(report.NewDeprecation("DEPRECATED_OPTION", "Using --force to confirm this action is deprecated and might be removed "+
			"in a future release, use --yes instead"))
	}
	switch {
	case c.Has("--yes") || c.Has("--force"):
		c.say(report.NewWarning("CONFIRMED", warning))
		return true, nil
	case !c.interactive():
		return false, fail("%s, use --yes to override", warning)
	}
	return c.confirm(ctx, warning)
}

// sbdSetupOptions are sbd's letters for the timeouts of a disk, sbd(8).
var sbdSetupOptions = map[string]string{"watchdog-timeout": "-1", "allocate-timeout": "-2", "loop-timeout": "-3", "msgwait-timeout": "-4"}

// sbdDeviceSetup carries out "stonith sbd device setup".
func sbdDeviceSetup(ctx context.Context, c *Call) error {
	var devices, args, plain []string
	for _, w := range c.Args {
		if d, ok := strings.CutPrefix(w, "device="); ok {
			devices = append(devices, d)
			args = append(args, "-d", d)
		} else {
			plain = append(plain, w)
		}
	}
	pairs, err := parsePairs(plain)
	if err != nil {
		return err
	}
	if len(devices) == 0 {
		return fail("No device defined")
	}
	for _, p := range pairs {
		letter, known := sbdSetupOptions[p.Name]
		if !known {
			return fail("invalid option '%s', allowed options are: 'allocate-timeout', 'loop-timeout', 'msgwait-timeout', 'watchdog-timeout'", p.Name)
		}
		if strings.Trim(p.Value, "0123456789") != "" || p.Value == "" {
			return fail("'%s' is not a valid %s value, use a non-negative integer", p.Value, p.Name)
		}
		args = append(args, letter, p.Value)
	}
	if !c.has(sbdProgram) {
		return fail("%s; nothing was changed", sbdProgram.missing())
	}
	plural := ""
	if len(devices) > 1 {
		plural = "s"
	}
	yes, err := c.sure(ctx, fmt.Sprintf("All current content on device%s %s will be overwritten", plural, report.Quote(devices)))
	if err != nil || !yes {
		return err
	}
	out, errs, code, err := c.runForeign(ctx, sbdProgram, append(args, "create")...)
	if err != nil || code != 0 {
		return fail("Initialization of device%s %s failed: %s", plural, report.Quote(devices), reasonOrError(out, errs, err))
	}
	c.say(report.NewInfo("SBD_DEVICE_INITIALIZATION_SUCCESS", fmt.Sprintf("Device%s %s initialized successfully", plural, report.Quote(devices))))
	return nil
}

// reasonOrError words why a program failed.
func reasonOrError(out, errs string, err error) string {
	if err != nil {
		return err.Error()
	}
	return reason(out, errs)
}

// sbdMessage carries out "stonith sbd device message".
func sbdMessage(ctx context.Context, c *Call) error {
	if len(c.Args) != 3 {
		return errUsage
	}
	device, node, message := c.Args[0], c.Args[1], c.Args[2]
	types := []string{"test", "reset", "off", "crashdump", "exit", "clear"}
	if !slices.Contains(types, message) {
		slices.Sort(types)
		return fail("'%s' is not a valid message type value, use %s", message, report.Quote(types))
	}
	out, errs, code, err := c.runForeign(ctx, sbdProgram, "-d", device, "message", node, message)
	if err != nil || code != 0 {
		return fail("Unable to set message '%s' for node '%s' on device '%s': %s", message, node, device, reasonOrError(out, errs, err))
	}
	return nil
}
