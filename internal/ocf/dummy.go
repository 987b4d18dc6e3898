package ocf

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dummy runs nothing: a file says that it is started. It is for tests.
func dummy() agent {
	return agent{describeDummy, dumping(map[string]action{
		"start": dummyStart, "stop": dummyStop, "monitor": dummyMonitor, "reload": nothing,
		"reload-agent": dummyStart, "migrate_to": dummyStop, "migrate_from": dummyStart, "validate-all": dummyValidate,
	})}
}

// dumping lets each action append its environment to the file envfile first.
func dumping(acts map[string]action) map[string]action {
	for name, do := range acts {
		acts[name] = func(ctx context.Context, c *Call) int {
			c.dumpEnvironment()
			return do(ctx, c)
		}
	}
	return acts
}

// envFile is the parameter of the agents that do.
var envFile = param{name: "envfile", reloadable: true, kind: "string", value: value(""),
	short: "File for the environment", long: "File to which each action appends its environment."}

func describeDummy(c *Call) meta {
	return meta{version: "2.1", short: "Example stateless resource agent",
		long: "Does nothing but remember whether it was started. For tests of the cluster: its actions can be made to fail or to take long.",
		params: []param{
			{name: "state", group: "state", kind: "string", value: value(c.runDir() + "/Dummy-" + c.instance() + ".state"),
				short: "State file", long: "File that says that the resource is started."},
			{name: "passwd", reloadable: true, kind: "string", value: value(""),
				short: "Password", long: "Without effect; it is for tests of secrets."},
			{name: "fake", reloadable: true, kind: "string", value: value("dummy"),
				short: "Without effect", long: "Without effect; changing it makes the cluster reload the agent."},
			{name: "op_sleep", reloadable: true, kind: "string", value: value("0"),
				short: "Seconds that actions take", long: "How many seconds an action waits, for tests of timeouts."},
			{name: "fail_start_on", reloadable: true, kind: "string", value: value(""),
				short: "Host on which a start is reported as failed",
				long:  "On this host start, migrate_from and reload-agent report a failure although the resource runs afterwards, for tests of on-fail=ignore."},
			envFile,
		},
		actions: []op{
			{name: "start", timeout: "20s"}, {name: "stop", timeout: "20s"},
			{name: "monitor", timeout: "20s", interval: "10s", depth: "0"}, {name: "reload", timeout: "20s"},
			{name: "reload-agent", timeout: "20s"}, {name: "migrate_to", timeout: "20s"},
			{name: "migrate_from", timeout: "20s"}, {name: "validate-all", timeout: "20s"}, {name: "meta-data", timeout: "5s"},
		}}
}

// dumpEnvironment appends the environment to the file that envfile names.
func (c *Call) dumpEnvironment() {
	name := c.param("envfile", "")
	if name == "" {
		return
	}
	var lines []string
	for k, v := range c.Vars {
		lines = append(lines, k+"="+v)
	}
	slices.Sort(lines)
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		c.logf("warn", "the environment cannot be written: %v", err)
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "### %s @ %s ###\n%s\n###\n", c.Action, c.Now().Format(time.UnixDate), strings.Join(lines, "\n"))
}

func dummyStart(ctx context.Context, c *Call) int {
	status := dummyMonitor(ctx, c)
	if status != success {
		status = c.touch(c.stateFile("Dummy"))
	}
	if c.Host == c.param("fail_start_on", "") {
		return errGeneric
	}
	return status
}

func dummyStop(ctx context.Context, c *Call) int {
	c.opSleep(ctx)
	state := c.stateFile("Dummy")
	drop(state)
	drop(state + ".serialized")
	return success
}

func (c *Call) opSleep(ctx context.Context) bool {
	seconds, _ := count(c.param("op_sleep", "0"))
	if seconds == 0 {
		return false
	}
	c.Sleep(ctx, time.Duration(seconds)*time.Second)
	return true
}

// dummyMonitor fails on purpose at some check levels.
func dummyMonitor(ctx context.Context, c *Call) int {
	state := c.stateFile("Dummy")
	busy := state + ".serialized"
	if seconds, _ := count(c.param("op_sleep", "0")); seconds > 0 {
		// The executor runs one action of a resource at a time.
		if isFile(busy) {
			c.reason("another action of the resource runs at the same time")
			return errGeneric
		}
		if status := c.touch(busy); status != success {
			return status
		}
		c.opSleep(ctx)
		drop(busy)
	}
	if !isFile(state) {
		return notRunning
	}
	switch c.checkLevel() {
	case "10":
		c.Sleep(ctx, 30*time.Second)
	case "20":
		if rand.IntN(5) == 1 {
			c.reason("this check level fails once in a while")
			return errGeneric
		}
	case "30":
		c.reason("this check level always fails")
		return errGeneric
	case "40":
		text, _ := os.ReadFile(state)
		if code, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			c.reason("the state file asks for exit status %d", code)
			return code
		}
	}
	return success
}

func dummyValidate(_ context.Context, c *Call) int {
	if _, ok := count(c.param("op_sleep", "0")); !ok {
		return errConfigured
	}
	if c.checkLevel() != "10" {
		return success
	}
	for _, name := range []string{c.stateFile("Dummy"), c.param("envfile", "")} {
		if name != "" && !writable(name) {
			c.logf("err", "%s is no directory in which files can be made", filepath.Dir(name))
			return errArgs
		}
	}
	return success
}
