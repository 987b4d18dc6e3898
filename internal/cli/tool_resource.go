package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/helper"
	"gpcs/internal/status"
)

var crmResourceOptions = []toolOption{
	{'r', "resource", needsValue}, {'l', "list-raw", noValue}, {'L', "list", noValue}, {'W', "locate", noValue},
	{'q', "query-xml", noValue}, {'w', "query-xml-raw", noValue}, {'g', "get-parameter", needsValue},
	{'p', "set-parameter", needsValue}, {'v', "parameter-value", needsValue}, {'d', "delete-parameter", needsValue},
	{'m', "meta", noValue}, {'z', "utilization", noValue}, {'N', "node", needsValue}, {'H', "host", needsValue},
	{'O', "list-operations", noValue}, {'o', "list-all-operations", noValue}, {0, "list-options", needsValue}, {0, "all", noValue},
	{0, "element", noValue}, {'f', "force", noValue}, {0, "recursive", noValue}, {'t', "resource-type", needsValue},
	{'a', "constraints", noValue}, {'A', "stack", noValue}, {'Y', "why", noValue}, {0, "digests", noValue},
	{'D', "delete", noValue}, {'F', "fail", noValue}, {0, "validate", mayHaveValue}, {0, "option", needsValue},
	{0, "class", needsValue}, {0, "provider", needsValue}, {0, "agent", needsValue},
	{'C', "cleanup", noValue}, {'R', "refresh", noValue}, {'M', "move", noValue}, {'B', "ban", noValue}, {'U', "clear", noValue},
	{'u', "lifetime", needsValue}, {0, "promoted", noValue}, {0, "master", noValue}, {'e', "expired", noValue},
	{0, "force-start", noValue}, {0, "force-stop", noValue}, {0, "force-promote", noValue}, {0, "force-demote", noValue},
	{0, "force-check", mayHaveValue}, {0, "wait", noValue}, {0, "restart", noValue}, {'T', "timeout", needsValue},
	{'n', "operation", needsValue}, {'I', "interval", needsValue}, {0, "list-ocf-alternatives", needsValue},
	{0, "list-agents", needsValue}, {0, "list-standards", noValue}, {0, "list-ocf-providers", noValue},
	{0, "show-metadata", needsValue}, {'s', "set-name", needsValue}, {'i', "nvpair", needsValue},
	{'G', "get-property", needsValue}, {'S', "set-property", needsValue},
}

// resourceTool is one call of crm_resource.
type resourceTool struct {
	*answer
	*look
	cluster *sched.Cluster
	shown   *status.View
	id      string          // as given
	rsc     *sched.Resource // nil if none is named
	node    *sched.Node     // nil if none is named
}

// resourceCommand is what an option makes crm_resource do.
type resourceCommand struct {
	option      string
	named, node bool // needs a resource, a node
	run         func(*resourceTool, context.Context) int
}

// resourceCommands are those that work on the document.
func resourceCommands() []resourceCommand {
	return []resourceCommand{
		{"list", false, false, (*resourceTool).list}, {"list-raw", false, false, (*resourceTool).listRaw},
		{"list-operations", false, false, (*resourceTool).operations}, {"list-all-operations", false, false, (*resourceTool).operations},
		{"why", false, false, (*resourceTool).why}, {"locate", true, false, (*resourceTool).locate},
		{"query-xml", true, false, (*resourceTool).queryXML}, {"query-xml-raw", true, false, (*resourceTool).queryXML},
		{"constraints", true, false, (*resourceTool).constraints}, {"stack", true, false, (*resourceTool).constraints},
		{"get-property", true, false, (*resourceTool).getProperty}, {"set-property", true, false, (*resourceTool).setProperty},
		{"digests", true, true, (*resourceTool).digests},
		{"get-parameter", true, false, (*resourceTool).getParameter}, {"set-parameter", true, false, (*resourceTool).setParameter},
		{"delete-parameter", true, false, (*resourceTool).deleteParameter},
		{"move", true, false, (*resourceTool).move}, {"ban", true, false, (*resourceTool).ban}, {"clear", false, false, (*resourceTool).clear},
		{"delete", true, false, (*resourceTool).remove}, {"fail", true, true, (*resourceTool).fail},
	}
}

const needsResource = "Must supply a resource ID with -r/--resource"

// crmResource shows and changes resources: crm_resource(8).
func crmResource(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmResourceOptions)
	if done {
		return code
	}
	a.rename(map[string]string{"host": "node", "master": "promoted"})
	if text := a.resourceMisuse(); text != "" {
		return a.end(exitUsage, "%s", text)
	}
	if kind, ok := a.value("list-options"); ok {
		switch kind {
		case "primitive":
			return a.listOptions(helper.PrimitiveOptions())
		case "fencing":
			return a.listOptions(helper.FencingOptions())
		}
		a.xml = false
		return a.end(exitUsage, "Error parsing option --list-options")
	}
	if code, ok := a.resourceVerb(ctx); ok {
		return code
	}
	r := &resourceTool{answer: a}
	command := r.command()
	r.id, _ = a.value("resource")
	if !a.has("resource") && (command.named || command.option == "clear" && !a.has("expired")) {
		return a.end(exitUsage, needsResource)
	}
	if command.option == "delete" && !a.has("resource-type") {
		return a.end(exitUsage, "You need to specify a resource type with -t")
	}
	if command.node && !a.has("node") {
		return a.end(exitUsage, "Must supply a node name with -N/--node")
	}
	if code := r.open(ctx, command); code != exitOK {
		return code
	}
	return command.run(r, ctx)
}

// listOptions prints what can be set; --all also what few need.
func (a *answer) listOptions(l helper.OptionList) int {
	a.put(l.XML(status.Version), "%s", l.Lines(a.has("all")))
	return a.end(exitOK, "")
}

// command is what the options ask for: the last one counts, and a list is
// printed where there is none.
func (r *resourceTool) command() resourceCommand {
	list := resourceCommands()
	found := list[0]
	for _, w := range r.given {
		for _, c := range list {
			if c.option == w.name {
				found = c
			}
		}
	}
	return found
}

// resourceMisuse says what is wrong with the options, "" if nothing is.
func (a *answer) resourceMisuse() string {
	if len(a.rest) > 0 && !a.has("digests") && !a.has("validate") && !strings.Contains(a.rest[0], "=") {
		text := "non-option ARGV-elements:"
		for i, word := range a.rest {
			text += fmt.Sprintf("\n[%d of %d] %s", i+1, len(a.rest), word)
		}
		return text
	}
	if !a.has("class") && !a.has("provider") && !a.has("agent") {
		return ""
	}
	switch {
	case a.has("resource"):
		return "--class, --agent, and --provider cannot be used with -r/--resource"
	case !a.has("validate") && a.forced() == "":
		return "--class, --agent, and --provider can only be used with --validate and --force-*"
	}
	return ""
}

// open reads the document and finds what the options name.
func (r *resourceTool) open(ctx context.Context, command resourceCommand) int {
	stopped := errors.New("stopped")
	s, err := r.lookTool(ctx, stopped)
	switch {
	case err == stopped:
		return r.end(exitDisconnected, "Could not connect to the CIB: Transport endpoint is not connected\nError performing operation: Not connected")
	case errors.Is(err, cib.ErrDenied):
		r.blame("Could not obtain the current CIB: Permission denied")
		return r.end(exitDenied, "Error performing operation: %s", exitText(exitDenied))
	case err != nil:
		return r.end(exitError, "%s", why(err))
	}
	r.look = s
	if r.cluster, err = sched.Unpack(s.doc, sched.Options{Now: s.now.Unix()}); err != nil {
		return r.end(exitError, "%s", why(err))
	}
	r.shown = status.Of(r.cluster, s.doc, s.now)
	if r.has("resource") && command.option != "list" && command.option != "list-operations" && command.option != "list-all-operations" {
		if r.rsc = r.cluster.Find(r.id); r.rsc == nil || r.id == "" {
			return r.end(exitNoSuch, "Resource '%s' not found\nError performing operation: No such object", r.id)
		}
	}
	if name, ok := r.value("node"); ok {
		if r.node = r.cluster.Node(name); r.node == nil {
			return r.end(exitNoSuch, "Node '%s' not found\nError performing operation: No such object", name)
		}
	}
	return exitOK
}

// failsWith ends with an error in the words that belong to the exit status.
func (r *resourceTool) failsWith(code int) int {
	return r.end(code, "Error performing operation: %s", exitText(code))
}

// definition is what the configuration has of the resource named.
func (r *resourceTool) definition() *cib.Element { return definition(r.doc, r.id) }
