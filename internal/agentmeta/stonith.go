package agentmeta

// asStonith makes a fence agent's parameters those of a fence device: the
// cluster itself says which action to run, and Pacemaker finds the port.
func asStonith(a *Agent) {
	for i := range a.Parameters {
		p := &a.Parameters[i]
		switch p.Name {
		case "action":
			p.Required, p.Advanced = false, true
			p.ShortDesc = "Fencing action\nWARNING: specifying 'action' is deprecated and not necessary with current Pacemaker versions."
			p.LongDesc = ""
		case "port", "plug", "method":
			p.Required = false
		}
	}
	for _, p := range deviceParameters {
		if a.Parameter(p.Name) == nil {
			a.Parameters = append(a.Parameters, p)
		}
	}
}
