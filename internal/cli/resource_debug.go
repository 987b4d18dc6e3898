package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agents"
)

// debugActions are the verbs, what they have the agent do, and the options of
// crm_resource that do the same.
var debugActions = []struct{ verb, action, force, what string }{
	{"debug-start", "start", "force-start", "start"}, {"debug-stop", "stop", "force-stop", "stop"},
	{"debug-promote", "promote", "force-promote", "promote"}, {"debug-demote", "demote", "force-demote", "demote"},
	{"debug-monitor", "monitor", "force-check", "monitor"},
}

// debugVerbs run an agent's action on this node, whatever the cluster says.
func debugVerbs() []*cobra.Command {
	var verbs []*cobra.Command
	for _, d := range debugActions {
		verbs = append(verbs, verb(d.verb+" <resource id> [--full]",
			"Have the agent "+d.what+" the resource on this node, whatever the cluster would do, and show what it says. "+
				"This is for finding out why a resource does not run; the cluster is not told. "+
				"--full also names the parameters that the agent gets.",
			func(ctx context.Context, c *Call) error { return c.debugResource(ctx, d.verb, d.action, d.force) }, "--force", "--full"))
	}
	return verbs
}

func (c *Call) debugResource(ctx context.Context, verb, action, force string) error {
	if len(c.Args) != 1 {
		return fail("You must specify a resource to debug")
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	target, reports := admin.Debuggable(doc, c.Args[0], verb, action)
	if reports.Failed() {
		return c.conclude(reports)
	}
	if c.Has("--full") {
		var names []string
		for _, v := range target.Env {
			name, _, _ := strings.Cut(v, "=") // values may be secrets
			names = append(names, name)
		}
		fmt.Fprintf(c.Stdout, "%s %s gets: %s\n", target.Agent, action, strings.Join(names, " "))
	}
	limit := time.Duration(admin.TimeoutSeconds(target.Timeout)) * time.Second
	outcome, err := c.agents().Run(ctx, target.Agent, action, target.Env, limit)
	if errors.Is(err, agents.ErrNotInstalled) {
		return fail("the agent %s of resource %s is not installed on this node", target.Agent, c.Args[0])
	}
	if err != nil {
		return fail("%s of resource %s failed: %v", action, c.Args[0], err)
	}
	fmt.Fprintf(c.Stdout, "Operation %s for %s (%s) returned %d (%s)\n", force, c.Args[0], target.Agent, outcome.Code, outcome.Word())
	if text := strings.TrimRight(outcome.Output, "\n"); text != "" {
		fmt.Fprintln(c.Stdout, text)
	}
	if outcome.Code != 0 {
		return ExitError{Code: outcome.Code}
	}
	return nil
}
