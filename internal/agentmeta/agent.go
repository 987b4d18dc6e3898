package agentmeta

// Agent is what an agent says about itself.
type Agent struct {
	Name       Name
	OCFVersion string // "1.0" or "1.1", the version of the standard
	ShortDesc  string
	LongDesc   string
	Parameters []Parameter
	Actions    []Action
	Void       bool // nothing is known: the agent is not installed, --force was given
}

// Parameter is one instance attribute that the agent takes.
type Parameter struct {
	Name       string
	ShortDesc  string
	LongDesc   string
	Type       string // "string", "boolean", "integer", "select", "second", ...
	Default    string
	HasDefault bool
	Enum       []string // the values of type select
	Required   bool
	Advanced   bool
	// Deprecated by others (names in DeprecatedBy) or altogether (none).
	Deprecated     bool
	DeprecatedBy   []string
	DeprecatedDesc string
	// UniqueGroup names the parameters whose values together may stand in
	// one resource only (OCF 1.1). Each unique parameter of OCF 1.0 is a
	// group of its own, named with the prefix LoneGroup.
	UniqueGroup string
	Reloadable  bool
	Private     bool // a secret: the history's secure digest leaves it out
}

// LoneGroup starts the group names made for OCF 1.0's unique parameters.
const LoneGroup = "__pcs_unique_group_"

// Action is one action that the agent carries out, with the times it advises
// ("20s", "20") as the agent wrote them.
type Action struct {
	Name       string
	Timeout    string
	Interval   string
	Role       string // "Promoted", "Unpromoted" or ""
	StartDelay string
	Depth      string // OCF_CHECK_LEVEL
	Automatic  bool   // fence agents: unfencing when a node joins
	OnTarget   bool   // fence agents: runs on the node itself
}

// Parameter returns the parameter of a name, or nil.
func (a *Agent) Parameter(name string) *Parameter {
	for i := range a.Parameters {
		if a.Parameters[i].Name == name {
			return &a.Parameters[i]
		}
	}
	return nil
}

// Unfences tells a fence agent that switches nodes on when they join.
func (a *Agent) Unfences() bool {
	for _, act := range a.Actions {
		if act.Name == "on" && act.Automatic && act.OnTarget {
			return true
		}
	}
	return false
}

// Promotable tells an agent that has promote and demote actions.
func (a *Agent) Promotable() bool {
	found := 0
	for _, name := range []string{"promote", "demote"} {
		for _, act := range a.Actions {
			if act.Name == name {
				found++
				break
			}
		}
	}
	return found == 2
}

// ActionNames lists the names of actions in the agent's order, each once.
func (a *Agent) ActionNames() []string {
	var names []string
	seen := map[string]bool{}
	for _, act := range a.Actions {
		if !seen[act.Name] {
			seen[act.Name] = true
			names = append(names, act.Name)
		}
	}
	return names
}

// Operation is an operation of a resource that follows from an action.
type Operation struct {
	Name       string
	Interval   string
	Timeout    string // "" where the agent advises none
	Role       string
	StartDelay string
	CheckLevel string // OCF_CHECK_LEVEL, "" for none
}

// The actions that the cluster does not run as operations of a resource; all
// others an agent names become operations of a new one.
var noOperations = map[string]bool{"meta-data": true, "status": true, "validate-all": true}

// Intervals where the agent names none, in seconds.
const (
	defaultInterval        = "0s"
	defaultMonitorInterval = "60s"
)

// DefaultInterval is the interval of an operation of which none is said.
func DefaultInterval(operation string) string {
	if operation == "monitor" {
		return defaultMonitorInterval
	}
	return defaultInterval
}

// DefaultOperations returns the operations that a new resource gets if the
// administrator says nothing, in the agent's order: all that the cluster
// runs, or monitors only. There is always a monitor. Fence agents get
// monitors only: Pacemaker runs the rest by itself.
func (a *Agent) DefaultOperations(monitorsOnly bool) []Operation {
	var ops []Operation
	monitors := 0
	for _, act := range a.Actions {
		if noOperations[act.Name] || (monitorsOnly || a.Name.IsStonith()) && act.Name != "monitor" {
			continue
		}
		op := Operation{Name: act.Name, Interval: act.Interval, Timeout: act.Timeout, Role: act.Role, StartDelay: act.StartDelay}
		if op.Interval == "" {
			op.Interval = DefaultInterval(act.Name)
		}
		if act.Depth != "" && act.Depth != "0" {
			op.CheckLevel = act.Depth
		}
		if act.Name == "monitor" {
			monitors++
		}
		ops = append(ops, op)
	}
	if monitors == 0 {
		ops = append(ops, Operation{Name: "monitor", Interval: defaultMonitorInterval})
	}
	return ops
}
