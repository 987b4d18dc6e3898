package ocf

import (
	"context"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"gpcs/internal/engine/builtin"
)

// ping counts the hosts that answer and writes the figure to a node attribute.
func ping() agent {
	return agent{describePing, map[string]action{
		"start": pingStart, "stop": pingStop, "monitor": pingMonitor, "validate-all": pingValidate, "reload-agent": nothing,
	}}
}

func describePing(c *Call) meta {
	return meta{version: "1.2", short: "node connectivity",
		long: "At each monitor counts how many hosts answer to fping or, where that is not installed, to ping, and writes the figure to a node attribute, for location rules.",
		params: []param{
			{name: "pidfile", group: "pidfile", kind: "string", value: value(c.runDir() + "/ping-" + c.instance()),
				short: "State file", long: "File that says that the resource is started."},
			{name: "dampen", reloadable: true, kind: "integer", value: value("5s"),
				short: "Dampening interval", long: "How long to wait for further changes before one takes effect."},
			{name: "name", group: "name", kind: "string", value: value("pingd"),
				short: "Attribute name", long: "Name of the node attribute, to be used in rules."},
			{name: "multiplier", kind: "integer", value: value("1"),
				short: "Value of each host", long: "The attribute is the number of hosts that answer times this."},
			{name: "host_list", required: true, kind: "string", value: value(""),
				short: "Hosts", long: "Names or addresses of the hosts, with blanks between them."},
			{name: "attempts", reloadable: true, kind: "integer", value: value("3"),
				short: "Attempts", long: "How often a host is asked before it counts as dead."},
			{name: "timeout", reloadable: true, kind: "integer", value: value("2"),
				short: "Timeout of an attempt in s", long: "How many seconds to wait for an answer."},
			{name: "options", kind: "string", value: value(""),
				short: "Further options", long: "Options that ping or fping get besides the agent's own."},
			{name: "failure_score", kind: "integer", value: value(""),
				short: "Least value", long: "The resource has failed where the attribute is less than this. Without it it never fails."},
			{name: "use_fping", kind: "boolean", value: value("1"),
				short: "Use fping", long: "Whether to use fping where it is installed."},
			{name: "debug", reloadable: true, kind: "string", value: value("false"),
				short: "Log more", long: "true logs each host that does not answer, verbose also what the programs print."},
		},
		actions: []op{
			{name: "start", timeout: "60s"}, {name: "stop", timeout: "20s"},
			{name: "monitor", timeout: "60s", interval: "10s", depth: "0"}, {name: "meta-data", timeout: "5s"},
			{name: "validate-all", timeout: "30s"}, {name: "reload-agent", timeout: "20s"},
		}}
}

func (c *Call) pingFile() string {
	name := c.param("name", "pingd")
	if c.unique() {
		name = c.instance()
	}
	return c.param("pidfile", filepath.Join(c.runDir(), "ping-"+name))
}

func (c *Call) hosts() []string { return strings.Fields(c.param("host_list", "")) }

// verbosity is 0, 1 or 2.
func (c *Call) verbosity() int {
	switch strings.ToLower(c.param("debug", "0")) {
	case "true", "1":
		return 1
	case "verbose", "2":
		return 2
	}
	return 0
}

func pingStart(ctx context.Context, c *Call) int {
	if pingMonitor(ctx, c) == success {
		return success
	}
	if status := c.touch(c.pingFile()); status != success {
		return status
	}
	return c.pingUpdate(ctx)
}

func pingStop(ctx context.Context, c *Call) int {
	drop(c.pingFile())
	c.Tool(ctx, "attrd_updater", "-D", "-n", c.param("name", "pingd"), "-d", c.param("dampen", "5s"))
	return success
}

func pingMonitor(ctx context.Context, c *Call) int {
	if !isFile(c.pingFile()) {
		return notRunning
	}
	return c.pingUpdate(ctx)
}

// pingUpdate counts and writes the attribute.
func (c *Call) pingUpdate(ctx context.Context) int {
	var active int
	if family, mixed := hostsFamily(c.hosts()); c.useFping(ctx) {
		if mixed {
			c.reason("host_list has IPv4 and IPv6 addresses, which fping cannot ask at once")
			return errConfigured
		}
		active = c.countFping(ctx, family)
	} else {
		active = c.countPing(ctx)
	}
	multiplier, _ := strconv.Atoi(c.param("multiplier", "1"))
	score := active * multiplier
	name := c.param("name", "pingd")
	if status := c.attribute(ctx, name, c.setOption(), strconv.Itoa(score), c.param("dampen", "5s")); status != 0 {
		c.logf("warn", "node attribute %s could not be set to %d: status %d", name, score, status)
		return errGeneric
	}
	if least, err := strconv.Atoi(c.param("failure_score", "")); err == nil && score < least {
		c.logf("warn", "%s is %d, less than failure_score %d", name, score, least)
		return errGeneric
	}
	return success
}

// noProgram is the status of a Program that does not exist.
const noProgram = 127

func (c *Call) useFping(ctx context.Context) bool {
	if !builtin.OCFTrue(c.param("use_fping", "1")) {
		return false
	}
	_, status := c.Exec(ctx, "fping", "-v")
	return status != noProgram
}

// countFping asks all hosts at once.
func (c *Call) countFping(ctx context.Context, family int) int {
	attempts := c.param("attempts", "3")
	n, _ := count(attempts)
	args := []string{"-r", attempts, "-t", strconv.Itoa(c.pingTimeout() * 1000 / max(n, 1)), "-B", "1.0"}
	if family == 6 {
		args = append(args, "-6")
	}
	args = append(args, strings.Fields(c.param("options", ""))...)
	out, status := c.Exec(ctx, "fping", append(args, c.hosts()...)...)
	switch {
	case status > 1:
		c.logf("err", "fping ended with status %d: %s", status, strings.ReplaceAll(strings.TrimSpace(out), "\n", "; "))
	case c.verbosity() > 1, status == 1 && c.verbosity() > 0:
		c.logf("info", "fping: %s", strings.ReplaceAll(strings.TrimSpace(out), "\n", "; "))
	}
	return strings.Count(out, "is alive")
}

// countPing asks one host after the other.
func (c *Call) countPing(ctx context.Context) int {
	active := 0
	for _, host := range c.hosts() {
		args := []string{"-n", "-q", "-W", strconv.Itoa(c.pingTimeout()), "-c", c.param("attempts", "3")}
		if strings.Contains(host, ":") {
			args = append(args, "-6")
		}
		args = append(append(args, strings.Fields(c.param("options", ""))...), host)
		out, status := c.Exec(ctx, "ping", args...)
		switch {
		case status == 0:
			active++
		case status > 1:
			c.logf("err", "ping of %s ended with status %d: %s", host, status, strings.TrimSpace(out))
		case c.verbosity() > 0:
			c.logf("warn", "%s does not answer", host)
		}
	}
	return active
}

// pingTimeout is how long to wait for an answer, in s. Where it is not set, the
// hosts share the time that the action has, but for a tenth.
func (c *Call) pingTimeout() int {
	text := c.param("timeout", "")
	digits := strings.TrimRight(text, "msechrin")
	seconds, ok := count(digits)
	if !ok {
		limit, known := count(c.param("CRM_meta_timeout", "20000"))
		attempts, _ := count(c.param("attempts", "3"))
		if !known || len(c.hosts()) == 0 {
			return 5
		}
		seconds = limit / len(c.hosts()) / max(attempts, 1) / 1100
	}
	switch strings.TrimPrefix(text, digits) {
	case "ms", "msec":
		seconds /= 1000
	case "m", "min":
		seconds *= 60
	case "h", "hr":
		seconds *= 3600
	}
	switch {
	case seconds < 1:
		return 5
	case seconds > 1000:
		return 300
	}
	return seconds
}

// hostsFamily is 4 or 6 if the hosts are addresses of that family, 0 if there
// are only names; mixed tells that there are both.
func hostsFamily(hosts []string) (family int, mixed bool) {
	for _, h := range hosts {
		addr, err := netip.ParseAddr(h)
		if err != nil {
			continue
		}
		f := 4
		if addr.Is6() {
			f = 6
		}
		if family != 0 && family != f {
			return 0, true
		}
		family = f
	}
	return family, false
}

func pingValidate(ctx context.Context, c *Call) int {
	file := c.pingFile()
	if c.checkLevel() == "10" {
		if !writable(file) {
			c.logf("err", "%s is no directory in which files can be made", filepath.Dir(file))
			return errArgs
		}
		if _, status := c.Exec(ctx, "ping", "-V"); status == noProgram {
			c.reason("the program ping is not installed")
			return errInstalled
		}
	}
	if !strings.HasPrefix(file, "/") {
		c.logf("warn", "pidfile '%s' should be an absolute path", file)
	}
	if len(c.hosts()) == 0 {
		c.logf("err", "host_list is empty: name at least one host to ping")
		return errConfigured
	}
	if _, mixed := hostsFamily(c.hosts()); mixed && c.useFping(ctx) {
		c.logf("err", "host_list has IPv4 and IPv6 addresses, which fping cannot ask at once")
		return errConfigured
	}
	return success
}
