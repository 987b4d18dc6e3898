package admin

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

// ConfigLines shows the configuration that a document holds, as "pcs config"
// does after the lists of nodes: each kind of thing under its title, kinds
// that there are none of left out. secrets shows values that are kept outside
// of the document.
func ConfigLines(doc *cib.Document, secrets bool, now time.Time) []string {
	all, _ := ReadResources(doc, now)
	view := View{All: all, Secrets: secrets}
	var stonith []string
	for _, p := range all.Primitives {
		if p.IsStonith() {
			stonith = append(stonith, view.primitiveLines(p)...)
		}
	}
	tags, _ := ReadTags(doc, nil)
	var lines []string
	section := func(title string, body []string) {
		if len(body) == 0 {
			return
		}
		lines = append(lines, "")
		if title != "" {
			lines = append(lines, title+":")
			body = indent(body)
		}
		lines = append(lines, body...)
	}
	section("Resources", view.Text())
	section("Stonith Devices", stonith)
	section("Fencing Levels", fencingLevelLines(doc))
	section("", ReadConstraints(doc, now).WithoutExpired().Lines(true))
	section("Alerts", ReadAlerts(doc, now).Lines())
	section("Resources Defaults", view.defaultLines(doc, "rsc_defaults", now))
	section("Operations Defaults", view.defaultLines(doc, "op_defaults", now))
	section("", ReadProperties(doc, now).Lines(false, nil))
	section("Tags", tags.Lines())
	return lines
}

func (v View) defaultLines(doc *cib.Document, section string, now time.Time) []string {
	e := doc.Find(section)
	if e == nil {
		return nil
	}
	sets := readNvsets(e, "meta_attributes", now)
	return v.setLines(keep(sets, func(s *Nvset) bool { return s.Rule == nil || s.Rule.Effect != rule.Expired }), "Meta Attrs")
}

// fencingLevelLines shows fencing levels by what they are for, in document
// order: nodes first, then patterns of names, then attributes.
func fencingLevelLines(doc *cib.Document) []string {
	section := doc.Find("fencing-topology")
	if section == nil {
		return nil
	}
	var order [3][]string
	levels := map[string][]string{}
	for _, l := range section.SelectElements("fencing-level") {
		kind, target := levelTarget(l)
		if levels[target] == nil {
			order[kind] = append(order[kind], target)
		}
		levels[target] = append(levels[target], fmt.Sprintf("Level %s: %s", l.SelectAttrValue("index", ""),
			strings.ReplaceAll(l.SelectAttrValue("devices", ""), ",", " ")))
	}
	var lines []string
	for _, targets := range order {
		for _, target := range targets {
			lines = append(append(lines, target), indent(levels[target])...)
		}
	}
	return lines
}

func levelTarget(l *cib.Element) (kind int, text string) {
	switch {
	case l.SelectAttr("target") != nil:
		return 0, "Target (node): " + l.SelectAttrValue("target", "")
	case l.SelectAttr("target-pattern") != nil:
		return 1, "Target (regexp): " + l.SelectAttrValue("target-pattern", "")
	}
	return 2, "Target (attribute): " + l.SelectAttrValue("target-attribute", "") + "=" + l.SelectAttrValue("target-value", "")
}

// ClusterNameIn returns the name that the document gives the cluster.
func ClusterNameIn(doc *cib.Document) string {
	section := doc.Find("crm_config")
	if section == nil {
		return ""
	}
	name, _ := nvsetValue(section, propertySet, nameOfCluster)
	return name
}
