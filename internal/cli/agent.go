package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/agents"
	"gpcs/internal/report"
)

func (c *Call) agents() agents.Finder { return agents.Finder{Root: c.Root} }

// agentNamed turns what a person wrote into an agent's full name: a full
// name, or the type of an OCF agent that only one provider has.
func (c *Call) agentNamed(word string) (agentmeta.Name, report.List) {
	if strings.Contains(word, ":") {
		name, err := agentmeta.ParseName(word)
		if err != nil {
			return name, report.List{report.NewError("INVALID_RESOURCE_AGENT_NAME", fmt.Sprintf(
				"Invalid resource agent name '%s'. Use standard:provider:type when standard is 'ocf' or standard:type otherwise. "+
					"List of standards and providers can be obtained by using commands 'pcs resource standards' and 'pcs resource providers'.", word))}
		}
		return name, nil
	}
	found := c.agents().ByType(word)
	switch len(found) {
	case 0:
		return agentmeta.Name{}, report.List{report.NewError("AGENT_NAME_GUESS_FOUND_NONE",
			fmt.Sprintf("Unable to find agent '%s', try specifying its full name", word))}
	case 1:
		return found[0], report.List{report.NewInfo("AGENT_NAME_GUESSED",
			fmt.Sprintf("Assumed agent name '%s' (deduced from '%s')", found[0], word))}
	}
	var names []string
	for _, f := range found {
		names = append(names, "'"+f.String()+"'")
	}
	last := len(names) - 1
	return agentmeta.Name{}, report.List{report.NewError("AGENT_NAME_GUESS_FOUND_MORE_THAN_ONE", fmt.Sprintf(
		"Multiple agents match '%s', please specify full name: %s or %s", word, strings.Join(names[:last], ", "), names[last]))}
}

// agent asks an agent what it is. One that cannot answer can be forced: then
// nothing is known of it.
func (c *Call) agent(ctx context.Context, name agentmeta.Name, mayForce bool) (agentmeta.Agent, report.List) {
	a, err := c.agents().Metadata(ctx, name)
	if err == nil {
		return a, nil
	}
	code, text := "UNABLE_TO_GET_AGENT_METADATA", fmt.Sprintf(
		"Agent '%s' is not installed or does not provide valid metadata: %s", name, agents.Describe(name, err))
	if errors.Is(err, agentmeta.ErrVersion) {
		code, text = "AGENT_IMPLEMENTS_UNSUPPORTED_OCF_VERSION", fmt.Sprintf(
			"Unable to process agent '%s' as it implements unsupported OCF version %s, supported versions are: '1.0', '1.1'",
			name, strings.TrimPrefix(err.Error(), agentmeta.ErrVersion.Error()+" "))
	}
	if !mayForce {
		return a, report.List{report.NewError(code, text)}
	}
	return agentmeta.Agent{Name: name, Void: true}, report.List{report.Passed(code, text, report.Force, c.Has("--force"))}
}

// agentOrVoid asks an agent, and makes do with nothing if it does not answer.
func (c *Call) agentOrVoid(ctx context.Context, name agentmeta.Name) agentmeta.Agent {
	a, err := c.agents().Metadata(ctx, name)
	if err != nil {
		return agentmeta.Agent{Name: name, Void: true}
	}
	return a
}

// selfCheck has the agent check the parameters of a resource.
func (c *Call) selfCheck(ctx context.Context, a agentmeta.Agent, params admin.Pairs) report.List {
	if a.Void || !slices.Contains(a.ActionNames(), "validate-all") {
		return nil
	}
	var words []string
	for _, p := range params {
		words = append(words, p.Name+"="+p.Value)
	}
	ok, output := c.agents().Check(ctx, a.Name, words)
	return admin.SelfCheck(ok, output, c.Has("--force"))
}
