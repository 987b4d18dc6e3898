package cli

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
)

func newResourceStandards() *cobra.Command {
	return verb("standards", "List the standards of which there are agents.", func(_ context.Context, c *Call) error {
		if len(c.Args) > 0 {
			return errUsage
		}
		c.printLines(c.agents().Standards())
		return nil
	})
}

func newResourceProviders() *cobra.Command {
	return verb("providers", "List the providers of OCF agents.", func(_ context.Context, c *Call) error {
		if len(c.Args) > 0 {
			return errUsage
		}
		providers := c.agents().Providers()
		if len(providers) == 0 {
			return fail("No ocf providers")
		}
		c.printLines(providers)
		return nil
	})
}

func newResourceAgents() *cobra.Command {
	return verb("agents [standard[:provider]]", "List the types of agents, of one standard or provider.", resourceAgents)
}

func resourceAgents(_ context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	of := ""
	if len(c.Args) == 1 {
		of = c.Args[0]
	}
	var types []string
	for _, n := range c.agents().Resources() {
		if of == "" || n.Standard == of || n.Standard+":"+n.Provider == of {
			types = append(types, n.Type)
		}
	}
	if len(types) == 0 {
		suffix := ""
		if of != "" {
			suffix = " for " + of
		}
		return fail("No agents found%s", suffix)
	}
	slices.SortFunc(types, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	c.printLines(types)
	return nil
}

func newResourceList() *cobra.Command {
	return verb("list [filter] [--nodesc]", "List agents with what they are for, all or those whose name holds the filter.",
		func(ctx context.Context, c *Call) error {
			return c.listAgents(ctx, c.agents().Resources(), "resource", agentmeta.Name.String)
		}, "--nodesc")
}

// listAgents lists agents by their names, with descriptions.
func (c *Call) listAgents(ctx context.Context, all []agentmeta.Name, kind string, shown func(agentmeta.Name) string) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	var names []agentmeta.Name
	for _, n := range all {
		if len(c.Args) == 0 || strings.Contains(strings.ToLower(n.String()), strings.ToLower(c.Args[0])) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		if len(c.Args) == 1 {
			return fail("No %s agents matching the filter.", kind)
		}
		return fail("No %s agents available.", kind)
	}
	short := make([]string, len(names))
	if !c.Has("--nodesc") {
		short = c.agents().Short(ctx, names)
	}
	lines := make([]string, len(names))
	for i, n := range names {
		lines[i] = shown(n)
		if short[i] != "" {
			lines[i] += " - "
			lines[i] += hanging(short[i], len(lines[i]))
		}
	}
	c.printLines(lines)
	return nil
}

func newResourceDescribe() *cobra.Command {
	return verb("describe [<standard>:[<provider>:]]<type> [--full]",
		"Show what an agent does and which options it takes; with --full, advanced and deprecated ones too.",
		resourceDescribe, "--full")
}

func resourceDescribe(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	name, reports := c.agentNamed(c.Args[0])
	if reports.Failed() {
		return c.conclude(reports.Alone())
	}
	c.say(reports...)
	return c.describeAgent(ctx, name)
}

// describeAgent shows an agent.
func (c *Call) describeAgent(ctx context.Context, name agentmeta.Name) error {
	agent, reports := c.agent(ctx, name, false)
	if reports.Failed() {
		return c.conclude(reports)
	}
	c.printLines(admin.DescribeAgent(agent, c.Has("--full")))
	return nil
}

// listWidth is how wide a list of agents is printed, in columns.
const listWidth = 80

// hyphenated finds the places in a word where a line may be broken: behind a
// hyphen between letters.
var hyphenated = regexp.MustCompile(`([A-Za-z]-)([A-Za-z]{2})`)

// hanging breaks a text that starts in a column so that it stays within
// listWidth and goes on in the same column.
func hanging(text string, column int) string {
	var b strings.Builder
	at := column
	for i, word := range strings.Fields(text) {
		gap := 1
		if i == 0 {
			gap = 0
		}
		for _, part := range strings.Split(hyphenated.ReplaceAllString(word, "$1\x00$2"), "\x00") {
			if at+gap+len(part) > listWidth && at > column {
				b.WriteString("\n" + strings.Repeat(" ", column))
				at, gap = column, 0
			}
			b.WriteString(strings.Repeat(" ", gap) + part)
			at += gap + len(part)
			gap = 0
		}
	}
	return b.String()
}
