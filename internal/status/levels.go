package status

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// LevelsText prints the fencing topology as pcs does: for each target its
// levels in order, each with its devices. Lines start with indent.
func LevelsText(doc *cib.Document, indent string) string {
	section := doc.Find("fencing-topology")
	if section == nil {
		return ""
	}
	type level struct {
		number  int
		devices string
	}
	targets := map[string][]level{}
	for _, e := range section.SelectElements("fencing-level") {
		n, _ := strconv.Atoi(e.SelectAttrValue("index", ""))
		title := levelTarget(e)
		devices := strings.Join(strings.Split(e.SelectAttrValue("devices", ""), ","), " ")
		targets[title] = append(targets[title], level{n, devices})
	}
	var b strings.Builder
	titles := slices.Sorted(maps.Keys(targets))
	sort.SliceStable(titles, func(i, j int) bool { return kindRank(titles[i]) < kindRank(titles[j]) })
	for _, title := range titles {
		fmt.Fprintf(&b, "%sTarget %s\n", indent, title)
		levels := targets[title]
		sort.SliceStable(levels, func(i, j int) bool { return levels[i].number < levels[j].number })
		for _, l := range levels {
			fmt.Fprintf(&b, "%s  Level %d: %s\n", indent, l.number, l.devices)
		}
	}
	return b.String()
}

// kindRank orders targets by kind: names, patterns, attributes.
func kindRank(title string) int {
	for rank, kind := range []string{"(node)", "(regexp)", "(attribute)"} {
		if strings.HasPrefix(title, kind) {
			return rank
		}
	}
	return 0
}

func levelTarget(e *cib.Element) string {
	if t := e.SelectAttrValue("target", ""); t != "" {
		return "(node): " + t
	}
	if t := e.SelectAttrValue("target-pattern", ""); t != "" {
		return "(regexp): " + t
	}
	return "(attribute): " + e.SelectAttrValue("target-attribute", "") + "=" + e.SelectAttrValue("target-value", "")
}
