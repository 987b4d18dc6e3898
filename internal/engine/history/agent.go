package history

import (
	"strings"

	"gpcs/internal/agentmeta"
)

// Agent is what the history keeps of an agent's metadata: which changes of
// parameters it can take without a restart.
type Agent struct {
	Reload  string   // the action for that: ReloadAgent, Reload (before OCF 1.1) or ""
	Restart []string // parameters whose change needs a restart, in the metadata's order
	Private []string // parameters that the secure digest leaves out
}

// FromMetadata reads the facts from metadata; nil stands for an agent of which
// nothing is known. An agent of OCF 1.1 says which parameters are reloadable;
// before, those that are not unique were taken for it.
func FromMetadata(m *agentmeta.Agent) Agent {
	var a Agent
	if m == nil {
		return a
	}
	for _, p := range m.Parameters {
		if p.Private {
			a.Private = append(a.Private, p.Name)
		}
	}
	modern := m.OCFVersion == "1.1"
	for _, act := range m.Actions {
		if modern && act.Name == ReloadAgent || !modern && act.Name == Reload {
			a.Reload = act.Name
		}
	}
	if a.Reload == "" {
		return a
	}
	for _, p := range m.Parameters {
		if modern && !p.Reloadable || !modern && strings.HasPrefix(p.UniqueGroup, agentmeta.LoneGroup) {
			a.Restart = append(a.Restart, p.Name)
		}
	}
	return a
}

// Action is the name under which the agent knows an operation: the scheduler
// asks for reload-agent, agents older than OCF 1.1 have reload.
func (a Agent) Action(operation string) string {
	switch {
	case operation != ReloadAgent && operation != Reload:
		return operation
	case a.Reload == Reload:
		return Reload
	}
	return ReloadAgent
}
