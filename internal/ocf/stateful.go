package ocf

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"
)

// stateful runs nothing: a file says that it is started, and in which role.
func stateful() agent {
	return agent{describeStateful, dumping(map[string]action{
		"start": statefulStart, "stop": statefulStop, "monitor": statefulMonitor, "notify": statefulNotify,
		"promote": statefulRole("Promoted"), "demote": statefulRole("Unpromoted"), "reload-agent": nothing, "validate-all": nothing,
	})}
}

func describeStateful(c *Call) meta {
	return meta{version: "1.2", short: "Example stateful resource agent",
		long: "Does nothing but remember whether it was started and promoted. For tests of promotable clones.",
		params: []param{
			{name: "state", group: "state", kind: "string", value: value(c.runDir() + "/Stateful-" + c.instance() + ".state"),
				short: "State file", long: "File that holds the role."},
			envFile,
			{name: "notify_delay", reloadable: true, kind: "string", value: value(""),
				short: "Seconds that a notification takes", long: "How many seconds the notify action waits, for tests of slow ones."},
		},
		actions: []op{
			{name: "start", timeout: "20s"}, {name: "stop", timeout: "20s"},
			{name: "monitor", timeout: "20s", interval: "10s", depth: "0", role: "Promoted"},
			{name: "monitor", timeout: "20s", interval: "11s", depth: "0", role: "Unpromoted"},
			{name: "promote", timeout: "10s"}, {name: "demote", timeout: "10s"}, {name: "notify", timeout: "5s"},
			{name: "meta-data", timeout: "5s"}, {name: "reload-agent", timeout: "10s"}, {name: "validate-all", timeout: "30s"},
		}}
}

// promotionScores are what an instance asks for in each role.
var promotionScores = map[string]string{"Unpromoted": "5", "Promoted": "10"}

// role reads the role from the state file; ok is false if there is none.
func (c *Call) role() (role string, ok bool) {
	text, err := os.ReadFile(c.stateFile("Stateful"))
	return strings.TrimSpace(string(text)), err == nil
}

// become writes the role and asks for its promotion score.
func (c *Call) become(ctx context.Context, role string) int {
	if err := os.WriteFile(c.stateFile("Stateful"), []byte(role+"\n"), 0o644); err != nil {
		c.reason("the state file cannot be written: %v", err)
		return errGeneric
	}
	c.score(ctx, role)
	return success
}

func (c *Call) score(ctx context.Context, role string) {
	if _, status := c.Tool(ctx, "crm_attribute", "--promotion", "-v", promotionScores[role]); status != 0 {
		c.logf("warn", "the promotion score could not be set: status %d", status)
	}
}

func statefulStart(ctx context.Context, c *Call) int {
	if role, _ := c.role(); role == "Promoted" {
		return runningPromoted
	}
	return c.become(ctx, "Unpromoted")
}

func statefulRole(role string) action {
	return func(ctx context.Context, c *Call) int {
		if _, running := c.role(); !running {
			return notRunning
		}
		return c.become(ctx, role)
	}
}

func statefulStop(ctx context.Context, c *Call) int {
	c.Tool(ctx, "crm_attribute", "--promotion", "-D")
	if role, _ := c.role(); role == "Promoted" {
		return runningPromoted
	}
	drop(c.stateFile("Stateful"))
	return success
}

func statefulMonitor(ctx context.Context, c *Call) int {
	if text, err := os.ReadFile(c.stateFile("Stateful") + ".rc"); err == nil {
		code, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		c.reason("the file beside the state file asks for exit status %d", code)
		return code
	}
	role, running := c.role()
	if !running {
		return notRunning
	}
	if promotionScores[role] == "" {
		c.reason("the state file holds no role but '%s'", role)
		return errGeneric
	}
	if c.probe() {
		// The score does not outlive the node's membership, the resource may.
		c.score(ctx, role)
	}
	if role == "Promoted" {
		return runningPromoted
	}
	return success
}

func statefulNotify(ctx context.Context, c *Call) int {
	if seconds, _ := count(c.param("notify_delay", "0")); seconds > 0 {
		c.Sleep(ctx, time.Duration(seconds)*time.Second)
	}
	return success
}
