package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/agents"
	"gpcs/internal/cib"
	"gpcs/internal/status"
)

// forced is the option that has an agent do something whatever the cluster
// thinks of it, "" if there is none.
func (a *answer) forced() string {
	for _, d := range debugActions {
		if a.has(d.force) {
			return d.force
		}
	}
	return ""
}

// agentAction has an agent carry out one action here: --validate and --force-*.
func (a *answer) agentAction(ctx context.Context) int {
	option, action := a.forced(), "validate-all"
	for _, d := range debugActions {
		if d.force == option {
			action = d.action
		}
	}
	if option == "" {
		option = "validate"
	}
	id, named := a.value("resource")
	target := admin.DebugTarget{Agent: agentmeta.Name{Standard: a.last("class"), Provider: a.last("provider"), Type: a.last("agent")}}
	if named {
		var code int
		if target, code = a.forceable(ctx, id, option, action); code != exitOK {
			return code
		}
	} else if target.Agent.Type == "" {
		return a.end(exitUsage, needsResource)
	} else {
		target.Env = []string{"OCF_RESOURCE_INSTANCE=test"} // agents ask for one
	}
	overrides := cib.NewElement("overrides")
	for _, word := range a.rest {
		name, value, _ := strings.Cut(word, "=")
		target.Env = append(target.Env, "OCF_RESKEY_"+name+"="+value)
		override := cib.NewElement("override", "name", name, "value", value)
		if named {
			override.CreateAttr("rsc", id)
		}
		overrides.AddChild(override)
	}
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "OCF_RESKEY_") && !named {
			target.Env = append(target.Env, v)
		}
	}
	limit := time.Duration(admin.TimeoutSeconds(target.Timeout)) * time.Second
	outcome, err := a.agents().Run(ctx, target.Agent, action, target.Env, limit)
	switch {
	case errors.Is(err, agents.ErrNotInstalled):
		return a.end(exitUsage, "%s is not a known resource", target.Agent)
	case err != nil:
		return a.end(exitError, "%v", err)
	}
	return a.agentOutcome(option, id, target.Agent, overrides, outcome)
}

// forceable finds the agent of a resource, if it is one that can be told to do
// something past the cluster.
func (a *answer) forceable(ctx context.Context, id, option, action string) (admin.DebugTarget, int) {
	doc, err := a.document(ctx)
	if err != nil {
		return admin.DebugTarget{}, a.failed(err)
	}
	e := definition(doc, id)
	if e == nil {
		return admin.DebugTarget{}, a.end(exitNoSuch, "Resource '%s' not found\nError performing operation: No such object", id)
	}
	if isCloneTag(e.Tag) {
		for _, tag := range []string{"primitive", "group"} {
			if inner := e.SelectElement(tag); inner != nil {
				e = inner
				break
			}
		}
	}
	unable := func(what string) (admin.DebugTarget, int) {
		a.blame("Sorry, the %s option doesn't support %s resources", option, what)
		return admin.DebugTarget{}, a.end(exitUnimplemented, "")
	}
	switch {
	case e.Tag == "group":
		return unable("group")
	case e.Tag == "bundle":
		return unable("bundled")
	case e.SelectAttrValue("class", "") == "stonith" && option != "validate":
		a.blame("Sorry, the %s option doesn't support %s resources yet", option, "stonith")
		return admin.DebugTarget{}, a.end(exitUnimplemented, "")
	}
	target, reports := admin.Debuggable(doc, e.SelectAttrValue("id", ""), "", action)
	if reports.Failed() {
		return target, a.end(exitError, "%s", reports[0].Text)
	}
	return target, exitOK
}

// agentOutcome prints what an agent's action came to.
func (a *answer) agentOutcome(option, id string, agent agentmeta.Name, overrides *cib.Element, o agents.Outcome) int {
	text := status.ExitText3(o.Code)
	of := ""
	e := cib.NewElement("resource-agent-action", "action", option, "class", agent.Standard, "type", agent.Type)
	if id != "" {
		of = "for " + id + " "
		e.CreateAttr("rsc", id)
	}
	if agent.Provider != "" {
		e.CreateAttr("provider", agent.Provider)
	}
	e.AddChild(overrides)
	e.AddChild(cib.NewElement("agent-status", "code", strconv.Itoa(o.Code), "message", text,
		"execution_code", "0", "execution_message", status.StateText(0)))
	if out := strings.TrimRight(o.Output, "\n"); out != "" && o.Code == 0 {
		command := cib.NewElement("command", "code", "0")
		command.AddChild(textElement("output", out))
		e.AddChild(command)
	}
	a.put(e, "Operation %s %s(%s) returned %d (%s)\n", option, of, agent, o.Code, text)
	if o.Code == 0 {
		return a.end(exitOK, "")
	}
	return a.end(o.Code, "Error performing operation: %s", exitText(o.Code))
}

// listAgents lists what is installed here.
func (a *answer) listAgents() int {
	finder := a.agents()
	switch {
	case a.has("list-standards"):
		have := finder.Standards()
		if len(finder.Fence()) > 0 {
			have = append(have, "stonith")
		}
		order := []string{"ocf", "lsb", "service", "systemd", "stonith"}
		slices.SortFunc(have, func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) })
		return a.putNames(namedList("standards"), have)
	case a.has("list-ocf-providers"):
		return a.putNames(namedList("providers"), finder.Providers())
	}
	if agent, ok := a.value("list-ocf-alternatives"); ok {
		e := cib.NewElement("providers", "for", agent)
		var have []string
		for _, p := range finder.Providers() {
			if slices.Contains(finder.OCF(p), agent) {
				have = append(have, p)
				e.AddChild(textElement("provider", p))
			}
		}
		a.put(e, "%s", wordLines(have))
		if have == nil {
			return a.end(exitError, "No OCF providers found for agent %s\nError performing operation: Error occurred", agent)
		}
		return a.end(exitOK, "")
	}
	return a.agentsOf(a.last("list-agents"))
}

func (a *answer) putNames(list itemList, names []string) int {
	for _, n := range names {
		list.add(n)
	}
	a.put(list.element(), "%s", wordLines(names))
	return a.end(exitOK, "")
}

// agentsOf lists the agents of a standard, of OCF those of one provider or all.
func (a *answer) agentsOf(spec string) int {
	standard, provider, _ := strings.Cut(spec, ":")
	e := cib.NewElement("agents", "standard", standard)
	if provider != "" {
		e.CreateAttr("provider", provider)
	}
	var names []string
	if standard == "stonith" {
		names = a.agents().Fence()
	}
	for _, n := range a.agents().Resources() {
		if n.Standard == standard && (provider == "" || n.Provider == provider) {
			names = append(names, n.Type)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		of := ""
		if provider != "" {
			of = " and provider '" + provider + "'"
		}
		return a.end(exitError, "No agents found for standard '%s'%s\nError performing operation: Error occurred", standard, of)
	}
	for _, n := range names {
		e.AddChild(textElement("agent", n))
	}
	a.put(e, "%s", wordLines(names))
	return a.end(exitOK, "")
}

// metadata prints an agent's metadata as the agent has it.
func (a *answer) metadata(ctx context.Context, spec string) int {
	name, err := agentmeta.ParseName(spec)
	if err != nil {
		return a.end(exitNoSuch, "'%s' is not a valid agent specification\nError performing operation: No such object", spec)
	}
	text, err := a.agents().Raw(ctx, name)
	switch {
	case errors.Is(err, agents.ErrNotInstalled):
		return a.end(exitNoSuch, "Metadata query for %s failed: No such device or address\nError performing operation: No such object", spec)
	case err != nil:
		return a.end(exitError, "Metadata query for %s failed: %v", spec, err)
	}
	var xml *cib.Element
	if a.xml {
		xml, _ = cib.ParseElement(text) // an agent that prints none has none to be shown
	}
	a.put(xml, "%s", text)
	return a.end(exitOK, "")
}
