package server

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/agents"
	"gpcs/internal/auth"
)

// agentCommands describe the agents of this node.
func agentCommands() []libraryCommand {
	return published(auth.Read, []libraryCommand{
		{name: "resource_agent.get_agents_list", direct: listAgents},
		{name: "resource_agent.get_agent_metadata", fields: "agent_name", direct: describeAgent},
	})
}

// agentName is the name of an agent in pcs's form.
type agentName struct {
	Standard string  `json:"standard"`
	Provider *string `json:"provider"`
	Type     string  `json:"type"`
}

func nameOf(n agentmeta.Name) agentName {
	return agentName{Standard: n.Standard, Provider: orNull(n.Provider), Type: n.Type}
}

// orNull is a text, or null where there is none.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func listAgents(_ context.Context, s *Server, _ *params) (any, error) {
	find := agents.Finder{Root: s.Root}
	names := []agentName{}
	for _, n := range find.Resources() {
		names = append(names, nameOf(n))
	}
	for _, fence := range find.Fence() {
		names = append(names, nameOf(agentmeta.Name{Standard: "stonith", Type: fence}))
	}
	slices.SortStableFunc(names, func(a, b agentName) int { return cmp.Compare(a.Standard, b.Standard) })
	return map[string]any{"names": names}, nil
}

func describeAgent(ctx context.Context, s *Server, p *params) (any, error) {
	object, _ := p.values["agent_name"].(map[string]any)
	of := &params{values: object}
	name := agentmeta.Name{Standard: of.id("standard"), Provider: of.text("provider"), Type: of.id("type")}
	if of.err != nil {
		p.wrong("agent_name", "standard, provider and type")
		return nil, nil
	}
	m, err := agents.Finder{Root: s.Root}.Metadata(ctx, name)
	if err != nil {
		e := reportError(errorDTO("UNABLE_TO_GET_AGENT_METADATA", "Agent '"+name.String()+"' is not installed or does not provide valid metadata: "+err.Error(),
			map[string]any{"agent": name.String(), "reason": err.Error()}))
		return nil, &e
	}
	return agentDTO(m), nil
}

// agentDTO is what an agent says of itself in pcs's form.
func agentDTO(m agentmeta.Agent) map[string]any {
	parameters, actions := []map[string]any{}, []map[string]any{}
	for _, p := range m.Parameters {
		var def, group *string
		if p.HasDefault {
			def = &p.Default
		}
		if p.UniqueGroup != "" {
			group = &p.UniqueGroup
		}
		parameters = append(parameters, map[string]any{"name": p.Name, "shortdesc": orNull(p.ShortDesc), "longdesc": orNull(p.LongDesc), "type": p.Type,
			"default": def, "enum_values": p.Enum, "required": p.Required, "advanced": p.Advanced, "deprecated": p.Deprecated,
			"deprecated_by": append([]string{}, p.DeprecatedBy...), "deprecated_desc": orNull(p.DeprecatedDesc), "unique_group": group,
			"reloadable": p.Reloadable || strings.HasPrefix(p.UniqueGroup, agentmeta.LoneGroup)}) // OCF 1.0 has one word for both
	}
	for _, a := range m.Actions {
		actions = append(actions, map[string]any{"name": a.Name, "timeout": orNull(a.Timeout), "interval": orNull(a.Interval), "role": orNull(a.Role),
			"start_delay": orNull(a.StartDelay), "depth": orNull(a.Depth), "automatic": a.Automatic, "on_target": a.OnTarget})
	}
	return map[string]any{"name": nameOf(m.Name), "shortdesc": orNull(m.ShortDesc), "longdesc": orNull(m.LongDesc), "parameters": parameters, "actions": actions}
}
