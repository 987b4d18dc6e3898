package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
	"gpcs/internal/status"
)

// stonithVerbs make, change and show fence devices.
func stonithVerbs() []*cobra.Command {
	remove := func(ctx context.Context, c *Call) error {
		if len(c.Args) == 0 {
			return errUsage
		}
		return c.deleteResources(ctx, c.Args, true)
	}
	return []*cobra.Command{
		verb("create <stonith id> <stonith device type> [stonith device options] [op <operation action> <operation options> "+
			"[<operation action> <operation options>]...] [meta <meta options>] [--disabled] [--agent-validation] [--wait[=n]]",
			"Create a fence device.", stonithCreate, "-f", "--after", "--agent-validation", "--before", "--disabled", "--force",
			"--group", "--no-default-ops", "--wait"),
		verb("config [--show-secrets] [--output-format text|cmd|json] [<stonith id>]...", "Show how fence devices are configured.",
			stonithConfig, "-f", "--output-format", "--show-secrets"),
		verb("delete <stonith id>...", "Delete fence devices.", remove, "-f", "--force"),
		verb("remove <stonith id>...", "Delete fence devices.", remove, "-f", "--force"),
		verb("update <stonith id> [stonith options] [op [<operation action> <operation options>]...] [meta <meta options>] "+
			"[--agent-validation] [--wait[=n]]", "Change options of a fence device; an empty value removes one.",
			func(ctx context.Context, c *Call) error { return c.updateResource(ctx, true) }, "-f", "--agent-validation", "--force", "--wait"),
		verb("enable <stonith id>... [--wait[=n]]", "Let the cluster use fence devices.",
			func(ctx context.Context, c *Call) error { return c.stonithState(ctx, "enable") }, "-f", "--wait"),
		verb("disable <stonith id>... [--wait[=n]]", "Keep the cluster from using fence devices.",
			func(ctx context.Context, c *Call) error { return c.stonithState(ctx, "disable") }, "-f", "--force", "--wait"),
		verb("list [filter] [--nodesc]", "List fence agents with what they are for.", stonithList, "--nodesc"),
		verb("describe <stonith agent> [--full]", "Show what a fence agent does and which options it takes.", stonithDescribe, "--full"),
		noun("op", "Manage operations of fence devices", nil, nil,
			append(opVerbs(true), newDefaults(admin.OperationDefaults))...),
		newDefaults(admin.ResourceDefaults), newMeta(true), newDescription("stonith"),
		newStonithLevel(), newStonithSBD(), newUpdateScsiDevices(),
	}
}

// changedSyntax refuses options that a command took in earlier versions of pcs.
func (c *Call) changedSyntax(options ...string) error {
	var given []string
	for _, o := range c.Given() {
		for _, removed := range options {
			if o == removed {
				given = append(given, o)
			}
		}
	}
	if given == nil {
		return nil
	}
	is := "is"
	if len(given) > 1 {
		is = "are"
	}
	return fail("Specified %s %s %s not supported in this command\nHint: Syntax has changed from previous version. "+
		"See 'man pcs' -> Changes in pcs-0.12.", pluralWord("option", len(given)), report.Quote(given), is)
}

// stonithAgent reads the name of a fence agent.
func stonithAgent(word string) (agentmeta.Name, report.List) {
	if strings.Contains(word, ":") {
		return agentmeta.Name{}, report.List{report.NewError("INVALID_STONITH_AGENT_NAME", fmt.Sprintf(
			"Invalid stonith agent name '%s'. Agent name cannot contain the ':' character, do not use the 'stonith:' prefix. "+
				"List of agents can be obtained by using command 'pcs stonith list'.", word))}
	}
	return agentmeta.Name{Standard: "stonith", Type: word}, nil
}

func stonithCreate(ctx context.Context, c *Call) error {
	if err := c.changedSyntax("--after", "--before", "--group"); err != nil {
		return err
	}
	if len(c.Args) < 2 {
		return errUsage
	}
	var words createWords
	if err := words.primitiveWords(splitKeywords(c.Args[2:], "op", "meta")); err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	name, reports := stonithAgent(c.Args[1])
	if reports.Failed() {
		return c.conclude(reports)
	}
	agent, reports := c.agent(ctx, name, true)
	if reports.Failed() {
		return c.conclude(reports)
	}
	c.say(reports...)
	device := admin.NewResource{
		ID: c.Args[0], Agent: agent, Attributes: words.options, Meta: words.meta, Operations: words.operations,
		MonitorsOnly: c.Has("--no-default-ops"), Disabled: c.Has("--disabled"), Force: c.Has("--force"),
	}
	if c.Has("--agent-validation") {
		device.SelfCheck = c.selfCheck(ctx, agent, words.options)
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List { return admin.CreateStonith(doc, device) })
}

// stonithState carries out enable and disable.
func (c *Call) stonithState(ctx context.Context, name string) error {
	if len(c.Args) == 0 {
		return fail("You must specify stonith resource(s) to %s", name)
	}
	if err := c.refuseResources(ctx, c.Args, name); err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, c.Args, func(doc *cib.Document) report.List {
		if name == "enable" {
			return admin.EnableResources(doc, c.Args)
		}
		return admin.DisableStonith(doc, c.Args, c.Has("--force"))
	})
}

// refuseResources fails if an id is that of a resource that is no fence
// device.
func (c *Call) refuseResources(ctx context.Context, ids []string, command string) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if admin.IsPlainResource(doc, id) {
			return fail("This command does not accept resources. Please use 'pcs resource %s' instead.", command)
		}
	}
	return nil
}

func stonithList(ctx context.Context, c *Call) error {
	var names []agentmeta.Name
	for _, n := range c.agents().Fence() {
		names = append(names, agentmeta.Name{Standard: "stonith", Type: n})
	}
	return c.listAgents(ctx, names, "stonith", func(n agentmeta.Name) string { return n.Type })
}

func stonithDescribe(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	name, reports := stonithAgent(c.Args[0])
	if reports.Failed() {
		return c.conclude(reports)
	}
	return c.describeAgent(ctx, name)
}

// stonithConfig shows fence devices; as text, with the fencing levels.
func stonithConfig(ctx context.Context, c *Call) error {
	format, doc, err := c.toShow(ctx)
	if err != nil {
		return err
	}
	all, _ := admin.ReadResources(doc, time.Now())
	devices := all.Stonith()
	if len(c.Args) > 0 {
		var known []string
		for _, id := range c.Args {
			if name, found := admin.AgentOf(doc, id); found && name.IsStonith() {
				known = append(known, id)
			} else {
				c.say(report.NewWarning("RESOURCE_NOT_FOUND", fmt.Sprintf("Unable to find stonith device '%s'", id)))
			}
		}
		if known == nil {
			return fail("No stonith device found")
		}
		devices = devices.Filter(known)
	}
	switch format {
	case "json":
		c.say(report.NewWarning("FENCING_LEVELS_NOT_INCLUDED", "Fencing levels are not included because this command could only export "+
			"stonith configuration previously. This cannot be changed to avoid breaking existing tooling. To export fencing levels, "+
			"run 'pcs stonith level config --output-format=json'"))
		fmt.Fprintln(c.Stdout, admin.JSONLine(devices))
	case "cmd":
		commands := devices.Commands()
		c.printLines([]string{strings.Join(append(commands, admin.ReadLevels(doc).Commands()...), ";\n")})
	default:
		c.printLines(admin.View{All: devices, Secrets: c.Has("--show-secrets")}.StonithText())
		if levels := status.LevelsText(doc, "  "); levels != "" {
			fmt.Fprintf(c.Stdout, "\nFencing Levels:\n%s", levels)
		}
	}
	return nil
}
