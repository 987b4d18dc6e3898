package agentmeta

import "slices"

// asStonith makes a fence agent's parameters those of a fence device: the
// cluster itself says which action to run, and Pacemaker finds the port.
func asStonith(a *Agent) {
	a.Parameters = slices.DeleteFunc(a.Parameters, func(p Parameter) bool {
		return p.Name == "help" || p.Name == "version" // questions of people to the program
	})
	for i := range a.Parameters {
		p := &a.Parameters[i]
		switch p.Name {
		case "action":
			p.Required, p.Advanced, p.Deprecated = false, true, true
			p.DeprecatedBy = []string{"pcmk_off_action", "pcmk_reboot_action"}
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
