package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceUpdate() *cobra.Command {
	return verb("update <resource id> [resource options] [op [<operation action> <operation options>]...] "+
		"[meta <meta options>...] [--agent-validation] [--wait[=n]]",
		"Change options of a resource; an empty value removes one. An operation takes the place of the first of its "+
			"name and role.", func(ctx context.Context, c *Call) error { return c.updateResource(ctx, false) },
		"-f", "--agent-validation", "--force", "--wait")
}

func (c *Call) updateResource(ctx context.Context, stonith bool) error {
	if len(c.Args) < 2 {
		return c.updateNothing(ctx, stonith)
	}
	change := admin.ResourceChange{Stonith: stonith, Force: c.Has("--force")}
	g := splitKeywords(c.Args[1:], "op", "meta")
	change.Attributes, change.Meta = loosePairs(g.first), loosePairs(g.groups["meta"])
	for _, words := range g.each["op"] {
		ops, err := c.changedOperations(words)
		if err != nil {
			return err
		}
		change.Operations = append(change.Operations, ops...)
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List {
		return c.updateIn(ctx, doc, change)
	})
}

// updateNothing is what update does without a change: it tells where a
// resource belongs to the other command before it shows its usage.
func (c *Call) updateNothing(ctx context.Context, stonith bool) error {
	var err error
	if len(c.Args) == 1 && stonith {
		err = c.refuseResources(ctx, c.Args, "update")
	} else if len(c.Args) == 1 {
		err = c.refuseStonith(ctx, c.Args, "stonith update")
	}
	if err != nil {
		return err
	}
	return errUsage
}

// updateIn changes a resource. Its agent is asked here, for the document says
// which one it is.
func (c *Call) updateIn(ctx context.Context, doc *cib.Document, change admin.ResourceChange) report.List {
	var asked report.List
	if name, found := admin.AgentOf(doc, c.Args[0]); found && name.IsStonith() == change.Stonith {
		var agent agentmeta.Agent
		if agent, asked = c.agent(ctx, name, true); asked.Failed() {
			return asked.Alone()
		}
		if c.Has("--agent-validation") {
			change.SelfCheck = func(p admin.Pairs) report.List { return c.selfCheck(ctx, agent, p) }
		}
	}
	agents := func(name agentmeta.Name) agentmeta.Agent { return c.agentOrVoid(ctx, name) }
	return append(asked, admin.UpdateResource(doc, c.Args[0], change, agents)...)
}

// changedOperations reads the words after "op" of update: an operation's name
// with its options; one without options changes nothing.
func (c *Call) changedOperations(words []string) ([]admin.Pairs, error) {
	var ops []admin.Pairs
	for i := 0; i < len(words); {
		end := i + 1
		for end < len(words) && strings.Contains(words[end], "=") {
			end++
		}
		if strings.Contains(words[i], "=") && end > i+1 {
			return nil, fail("%s does not appear to be a valid operation action", words[i])
		}
		op, err := c.operationPairs(words[i], words[i+1:end])
		if err != nil {
			return nil, err
		}
		ops, i = append(ops, op), end
	}
	return ops, nil
}

// operationPairs reads one operation; its name may be said again as name=, and
// of an option said twice the last value counts.
func (c *Call) operationPairs(name string, options []string) (admin.Pairs, error) {
	for _, w := range options {
		if _, _, err := splitPair(w); err != nil {
			return nil, err
		}
	}
	pairs := loosePairs(options)
	if said, given := pairs.Get("name"); given {
		c.say(report.NewDeprecation("DEPRECATED_SYNTAX", "Specifying an operation name with 'name=<value>' syntax is deprecated and "+
			"might be removed in a future release. Use the operation name as the first argument instead."))
		name = said
	}
	return append(admin.Pairs{{Name: "name", Value: name}}, pairs.Without("name")...), nil
}
