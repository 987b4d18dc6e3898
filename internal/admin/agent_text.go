package admin

import (
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/report"
)

// DescribeAgent shows what an agent does, which options it takes and the
// operations that a new resource gets. full shows advanced and deprecated
// options too.
func DescribeAgent(a agentmeta.Agent, full bool) []string {
	name, kind := a.Name.String(), "Resource"
	if a.Name.IsStonith() {
		name, kind = a.Name.Type, "Stonith"
	}
	if a.ShortDesc != "" {
		name += " - " + oneLine(a.ShortDesc)
	}
	lines := []string{name}
	if a.LongDesc != "" {
		lines = append(lines, "", oneLine(a.LongDesc))
	}
	var options []string
	for _, p := range a.Parameters {
		if full || !p.Advanced && !p.Deprecated {
			options = append(options, parameterLines(p)...)
		}
	}
	if options != nil {
		lines = append(lines, "", kind+" options:")
		lines = append(lines, indent(options)...)
	}
	// What two operations share is told apart as when a resource is made.
	if ops, _ := uniqueIntervals(a.DefaultOperations(false)); len(ops) > 0 {
		lines = append(lines, "", "Default operations:")
		for _, op := range ops {
			lines = append(lines, "  "+op.Name+":", "    "+nameValues(advisedPairs(op).Without("name")))
		}
	}
	return lines
}

// oneLine puts a text of several lines on one.
func oneLine(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))
}

func parameterLines(p agentmeta.Parameter) []string {
	var notes []string
	if p.Advanced {
		notes = append(notes, "advanced use only")
	}
	switch {
	case p.Deprecated && len(p.DeprecatedBy) > 0:
		notes = append(notes, "deprecated by "+strings.Join(p.DeprecatedBy, ", "))
	case p.Deprecated:
		notes = append(notes, "deprecated")
	}
	if p.Required {
		notes = append(notes, "required")
	}
	switch {
	case p.UniqueGroup == "":
	case strings.HasPrefix(p.UniqueGroup, agentmeta.LoneGroup):
		notes = append(notes, "unique")
	default:
		notes = append(notes, "unique group: "+p.UniqueGroup)
	}
	head := p.Name
	if notes != nil {
		head += " (" + strings.Join(notes, ") (") + ")"
	}
	text := p.LongDesc
	if text == "" {
		text = p.ShortDesc
	}
	if text == "" {
		text = "No description available"
	}
	lines := []string{head, "  Description: " + oneLine(text)}
	if p.Type == "select" && len(p.Enum) > 0 {
		lines = append(lines, "  Allowed values: "+report.Quote(p.Enum))
	} else if p.Type != "" {
		lines = append(lines, "  Type: "+p.Type)
	}
	if p.HasDefault && p.Default != "" {
		lines = append(lines, "  Default: "+p.Default)
	}
	if p.DeprecatedDesc != "" {
		lines = append(lines, "  Deprecation: "+oneLine(p.DeprecatedDesc))
	}
	return lines
}
