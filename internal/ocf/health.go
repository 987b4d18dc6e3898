package ocf

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usageAgent is one of the two agents that measure how the processors spend their
// time and write a health attribute.
type usageAgent struct {
	file      string // begins its state files
	attribute string
	dampen    string
	column    int // of /proc/stat
	yellow    int // defaults in percent
	red       int
	worse     func(percent, limit int) bool
}

func healthCPU() agent {
	u := usageAgent{file: "HealthCPU", attribute: "#health-cpu", dampen: "30s", column: 3, yellow: 50, red: 10,
		worse: func(idle, limit int) bool { return idle < limit }}
	acts := u.actions()
	acts["reload-agent"] = nothing
	return agent{describeHealthCPU, acts}
}

func healthIOWait() agent {
	u := usageAgent{file: "HealthIoWait", attribute: "#health-iowait", dampen: "5s", column: 4, yellow: 10, red: 15,
		worse: func(wait, limit int) bool { return wait > limit }}
	return agent{describeHealthIOWait, u.actions()}
}

// limits are the two parameters that the agents share.
func limits(kind, yellow, red, what, crossed string, reloadable bool) []param {
	return []param{
		{name: "yellow_limit", reloadable: reloadable, kind: kind, value: value(yellow), short: "Limit for yellow",
			long: "The health attribute is yellow while " + what + " is " + crossed + " this percentage."},
		{name: "red_limit", reloadable: reloadable, kind: kind, value: value(red), short: "Limit for red",
			long: "The health attribute is red while " + what + " is " + crossed + " this percentage."},
	}
}

var healthActions = []op{
	{name: "start", timeout: "10s"}, {name: "stop", timeout: "10s"}, {name: "monitor", timeout: "10s", interval: "10s", delay: "0s"},
	{name: "meta-data", timeout: "5s"}, {name: "validate-all", timeout: "10s"},
}

var reloadAgent = op{name: "reload-agent", timeout: "20s"}

func describeHealthCPU(c *Call) meta {
	return meta{version: "1.1", short: "System health CPU usage",
		long: "Measures how much of their time the processors are idle and writes the node attribute #health-cpu, which node-health-strategy acts on.",
		params: append([]param{stateParam(c, "health-cpu")},
			limits("string", "50", "10", "the idle time", "less than", true)...),
		actions: append([]op{reloadAgent}, healthActions...)}
}

func describeHealthIOWait(c *Call) meta {
	return meta{version: "1.2", short: "System health based on CPU iowait measurement",
		long: "Measures how much of their time the processors wait for disks and writes the node attribute #health-iowait, which node-health-strategy acts on.",
		params: append([]param{stateParam(c, "health-iowait")},
			limits("integer", "10", "15", "the time spent waiting for disks", "more than", false)...),
		actions: healthActions}
}

func stateParam(c *Call, prefix string) param {
	return param{name: "state", group: "state", kind: "string", value: value(c.runDir() + "/" + prefix + "-" + c.instance() + ".state"),
		short: "State file", long: "File that says that the resource is started."}
}

func (u usageAgent) actions() map[string]action {
	return map[string]action{
		"start": func(_ context.Context, c *Call) int { return c.touch(c.stateFile(u.file)) },
		"stop": func(_ context.Context, c *Call) int {
			drop(c.stateFile(u.file))
			return success
		},
		"monitor": u.monitor, "validate-all": u.validate,
	}
}

// sample is over how long the processors are watched.
const sample = 3 * time.Second

func (u usageAgent) monitor(ctx context.Context, c *Call) int {
	if !isFile(c.stateFile(u.file)) {
		return notRunning
	}
	before, err := c.processorTimes()
	if err == nil {
		c.Sleep(ctx, sample)
	}
	after, err2 := c.processorTimes()
	if err != nil || err2 != nil {
		c.reason("/proc/stat cannot be read")
		return errGeneric
	}
	percent := share(before, after, u.column)
	color := "green"
	switch {
	case u.worse(percent, c.limit("red_limit", u.red)):
		color = "red"
	case u.worse(percent, c.limit("yellow_limit", u.yellow)):
		color = "yellow"
	}
	c.attribute(ctx, u.attribute, "-U", color, u.dampen)
	return success
}

func (c *Call) limit(name string, otherwise int) int {
	n, err := strconv.Atoi(c.param(name, strconv.Itoa(otherwise)))
	if err != nil {
		return otherwise
	}
	return n
}

// processorTimes reads the first line of proc(5)'s stat: user, nice, system,
// idle, iowait, irq, softirq, steal.
func (c *Call) processorTimes() ([]int64, error) {
	text, err := os.ReadFile(c.Root.Join("/proc/stat"))
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var times []int64
	for _, f := range strings.Fields(strings.TrimPrefix(line, "cpu")) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil, err
		}
		times = append(times, n)
	}
	return times[:min(len(times), 8)], nil // guests' time is in user already
}

// share is the percentage, rounded down, of the time between two readings that
// went to one column.
func share(before, after []int64, column int) int {
	var all, part int64
	for i := range min(len(before), len(after)) {
		all += after[i] - before[i]
		if i == column {
			part = after[i] - before[i]
		}
	}
	if all <= 0 {
		return 0
	}
	return int(100 * part / all)
}

func (u usageAgent) validate(_ context.Context, c *Call) int {
	for _, name := range []string{"yellow_limit", "red_limit"} {
		if n, ok := count(c.param(name, "0")); !ok || n > 100 {
			c.logf("err", "%s '%s' is no percentage", name, c.param(name, ""))
			return errConfigured
		}
	}
	if file := c.stateFile(u.file); c.checkLevel() == "10" && !writable(file) {
		c.logf("err", "%s is no directory in which files can be made", filepath.Dir(file))
		return errArgs
	}
	return success
}
