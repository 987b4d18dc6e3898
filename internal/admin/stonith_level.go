package admin

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// LevelTarget says which nodes a fencing level is for: one of a name, those
// whose names match, or those with an attribute's value.
type LevelTarget struct {
	Kind  string // "node", "regexp", "attrib"
	Value string // a name, a pattern, or name=value
}

// attribute splits the value of kind "attrib".
func (t LevelTarget) attribute() (name, value string) {
	name, value, _ = strings.Cut(t.Value, "=")
	return name, value
}

// set writes the target into a fencing level.
func (t LevelTarget) set(e *cib.Element) {
	switch t.Kind {
	case "regexp":
		e.CreateAttr("target-pattern", t.Value)
	case "attrib":
		name, value := t.attribute()
		e.CreateAttr("target-attribute", name)
		e.CreateAttr("target-value", value)
	default:
		e.CreateAttr("target", t.Value)
	}
}

// targetOf reads the target of a fencing level.
func targetOf(e *cib.Element) LevelTarget {
	switch {
	case e.SelectAttr("target-pattern") != nil:
		return LevelTarget{"regexp", e.SelectAttrValue("target-pattern", "")}
	case e.SelectAttr("target-attribute") != nil:
		return LevelTarget{"attrib", e.SelectAttrValue("target-attribute", "") + "=" + e.SelectAttrValue("target-value", "")}
	}
	return LevelTarget{"node", e.SelectAttrValue("target", "")}
}

// Level is one fencing level, or what to look for among levels.
type Level struct {
	ID      string
	Index   string       // "" for any
	Target  *LevelTarget // nil for any
	Devices []string     // none for any
}

// text describes a level in messages.
func (l Level) text() string {
	text := "Fencing level"
	if l.Target != nil {
		text += " for '" + l.Target.Value + "'"
	}
	if l.Index != "" {
		text += " at level '" + l.Index + "'"
	}
	if len(l.Devices) > 0 {
		text += " with device(s) " + report.Quote(slices.Sorted(slices.Values(l.Devices)))
	}
	return text
}

var levelForm = regexp.MustCompile(`^0*[1-9]$`)

// AddLevel makes a fencing level.
func AddLevel(doc *cib.Document, l Level, force bool) report.List {
	var out report.List
	ids := newIDs(doc)
	if l.ID != "" {
		out = append(out, ids.checkNewID(l.ID, "fencing level id")...)
	}
	if !levelForm.MatchString(l.Index) {
		out = append(out, invalidValue("level", l.Index, "1..9", report.Never, false))
	}
	if l.Target.Kind == "node" && !nodeKnown(doc, l.Target.Value) {
		out = append(out, report.Passed("NODE_NOT_FOUND",
			fmt.Sprintf("Node '%s' does not appear to exist in configuration", l.Target.Value), report.Force, force))
	}
	var missing []string
	for _, d := range l.Devices {
		e := findResource(doc, d)
		switch bad := checkID(d, "device id"); {
		case e != nil && !isStonith(e):
			return stopf("This command does not accept resources.")
		case bad != nil:
			out = append(out, bad...)
		case e == nil:
			missing = append(missing, d)
		}
	}
	if missing != nil {
		out = append(out, report.Passed("STONITH_RESOURCES_DO_NOT_EXIST",
			fmt.Sprintf("Stonith resource(s) %s do not exist", report.Quote(slices.Sorted(slices.Values(missing)))), report.Force, force))
	}
	if !out.Failed() && len(findLevels(doc, l)) > 0 {
		out = append(out, report.NewError("CIB_FENCING_LEVEL_ALREADY_EXISTS", l.text()+" already exists"))
	}
	if out.Failed() {
		return out
	}
	if l.ID == "" {
		name := l.Target.Value
		if l.Target.Kind == "attrib" {
			name, _ = l.Target.attribute()
		}
		l.ID = ids.unique(sanitizeID("fl-" + name + "-" + l.Index))
	}
	e := cib.NewElement("fencing-level", "index", l.Index, "devices", strings.Join(l.Devices, ","), "id", l.ID)
	l.Target.set(e)
	doc.Section("fencing-topology").AddChild(e)
	return out
}

// levels lists the fencing levels of a document.
func levels(doc *cib.Document) []*cib.Element {
	section := doc.Find("fencing-topology")
	if section == nil {
		return nil
	}
	return section.SelectElements("fencing-level")
}

// findLevels finds the levels that are as l says; an index counts as number.
func findLevels(doc *cib.Document, l Level) []*cib.Element {
	var found []*cib.Element
	for _, e := range levels(doc) {
		if l.Index != "" && e.SelectAttrValue("index", "") != l.Index ||
			l.Target != nil && targetOf(e) != *l.Target ||
			len(l.Devices) > 0 && e.SelectAttrValue("devices", "") != strings.Join(l.Devices, ",") {
			continue
		}
		found = append(found, e)
	}
	return found
}

// DeleteLevels removes the fencing levels that are as l says.
func DeleteLevels(doc *cib.Document, l Level) report.List {
	var out report.List
	for _, d := range l.Devices {
		out = append(out, checkID(d, "stonith id")...)
	}
	if out.Failed() {
		return out
	}
	found := findLevels(doc, l)
	if len(found) == 0 && (l.Index != "" || l.Target != nil || len(l.Devices) > 0) {
		return report.List{report.NewError("CIB_FENCING_LEVEL_DOES_NOT_EXIST", l.text()+" does not exist")}
	}
	for _, e := range found {
		e.Parent().RemoveChild(e)
	}
	return nil
}

// VerifyLevels says which devices and nodes of fencing levels do not exist.
func VerifyLevels(doc *cib.Document) report.List {
	var devices, nodes []string
	for _, e := range levels(doc) {
		for _, d := range strings.Split(e.SelectAttrValue("devices", ""), ",") {
			if !isStonith(findResource(doc, d)) {
				devices = append(devices, d)
			}
		}
		if t := targetOf(e); t.Kind == "node" && !nodeKnown(doc, t.Value) && !slices.Contains(nodes, t.Value) {
			nodes = append(nodes, t.Value)
		}
	}
	var out report.List
	if devices != nil {
		out = append(out, report.NewError("STONITH_RESOURCES_DO_NOT_EXIST", fmt.Sprintf("Stonith resource(s) %s do not exist", quoteSorted(devices))))
	}
	for _, n := range nodes {
		out = append(out, report.NewError("NODE_NOT_FOUND", fmt.Sprintf("Node '%s' does not appear to exist in configuration", n)))
	}
	return out
}

// Levels are fencing levels by the kind of their targets, as they are exported.
type Levels struct {
	Node      []nodeLevel      `json:"target_node"`
	Regex     []regexLevel     `json:"target_regex"`
	Attribute []attributeLevel `json:"target_attribute"`
}

type nodeLevel struct {
	ID      string   `json:"id"`
	Target  string   `json:"target"`
	Index   int      `json:"index"`
	Devices []string `json:"devices"`
}

type regexLevel struct {
	ID      string   `json:"id"`
	Target  string   `json:"target_pattern"`
	Index   int      `json:"index"`
	Devices []string `json:"devices"`
}

type attributeLevel struct {
	ID      string   `json:"id"`
	Name    string   `json:"target_attribute"`
	Value   string   `json:"target_value"`
	Index   int      `json:"index"`
	Devices []string `json:"devices"`
}

// ReadLevels reads the fencing levels of a document.
func ReadLevels(doc *cib.Document) Levels {
	l := Levels{[]nodeLevel{}, []regexLevel{}, []attributeLevel{}}
	for _, e := range levels(doc) {
		index, _ := strconv.Atoi(e.SelectAttrValue("index", ""))
		devices := strings.Split(e.SelectAttrValue("devices", ""), ",")
		switch t := targetOf(e); t.Kind {
		case "regexp":
			l.Regex = append(l.Regex, regexLevel{elementID(e), t.Value, index, devices})
		case "attrib":
			name, value := t.attribute()
			l.Attribute = append(l.Attribute, attributeLevel{elementID(e), name, value, index, devices})
		default:
			l.Node = append(l.Node, nodeLevel{elementID(e), t.Value, index, devices})
		}
	}
	return l
}

// Commands writes the commands that make the levels again.
func (l Levels) Commands() []string {
	var commands []string
	add := func(id, target string, index int, devices []string) {
		commands = append(commands, fmt.Sprintf("pcs stonith level add --force -- %d %s %s id=%s",
			index, shellQuoteTarget(target), strings.Join(quoteAll(devices), " "), shellQuote(id)))
	}
	for _, n := range l.Node {
		add(n.ID, n.Target, n.Index, n.Devices)
	}
	for _, r := range l.Regex {
		add(r.ID, "regexp%"+r.Target, r.Index, r.Devices)
	}
	for _, a := range l.Attribute {
		add(a.ID, "attrib%"+a.Name+"="+a.Value, a.Index, a.Devices)
	}
	return commands
}

// shellQuoteTarget writes a target as a word of a command line.
func shellQuoteTarget(target string) string {
	kind, value, found := strings.Cut(target, "%")
	if !found {
		return shellQuote(target)
	}
	if kind == "regexp" && regexp.MustCompile(`^[\w.*+-]+$`).MatchString(value) {
		return target
	}
	return shellQuote(target)
}
