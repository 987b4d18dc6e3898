package admin

import (
	"slices"
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// optionSets are the elements that hold pairs of names and values.
var optionSets = []string{propertySet, "instance_attributes", "meta_attributes", "utilization"}

// What schema 4.0 calls cluster properties, and values that they may no longer
// have.
var (
	properties4 = map[string]string{
		"crmd-finalization-timeout": "join-finalization-timeout",
		"crmd-integration-timeout":  "join-integration-timeout",
		"crmd-transition-delay":     "transition-delay",
	}
	gone4   = []string{"remove-after-stop"}
	values4 = map[[2]string]string{{"stonith-action", "poweroff"}: "off"}
)

func nvsets(doc *cib.Document) []*cib.Element { return within(doc.Root(), optionSets...) }

// upgradePairs drops from a set what has no value, and brings cluster
// properties to their names of today.
func upgradePairs(set *cib.Element) {
	for _, pair := range set.SelectElements("nvpair") {
		name, given := pair.SelectAttr("name"), pair.SelectAttr("value")
		switch {
		case given == nil && pair.SelectAttr("id-ref") == nil:
			drop(pair)
		case set.Tag != propertySet || name == nil || given == nil:
		case slices.Contains(gone4, name.Value):
			drop(pair)
		default:
			if now := properties4[name.Value]; now != "" {
				name.Value = now
			}
			if now := values4[[2]string{name.Value, given.Value}]; now != "" {
				given.Value = now
			}
		}
	}
}

// sortSets puts the sets of each element after its other parts, the highest
// score first: from schema 4.0 on the first one that gives a value counts.
func sortSets(e *cib.Element) {
	var sets []*cib.Element
	for _, c := range e.ChildElements() {
		if isTag(c, optionSets...) {
			sets = append(sets, c)
		} else {
			sortSets(c)
		}
	}
	slices.SortStableFunc(sets, func(a, b *cib.Element) int { return rank(b) - rank(a) })
	for _, set := range sets {
		e.RemoveChild(set)
		e.AddChild(set)
	}
}

// rank is the score of a set. The set of cluster properties that the cluster
// itself writes comes before all.
func rank(set *cib.Element) int {
	if set.Tag == propertySet && elementID(set) == "cib-bootstrap-options" {
		return value.Infinity + 1
	}
	score, _ := value.Score(set.SelectAttrValue("score", "0")) // what is none counts as 0
	return score
}

// dropDoubles leaves one pair of each name in a set: the first one after the
// last "#default", which took back all before it, or that if it comes last.
func dropDoubles(set *cib.Element) {
	kept := map[string]*cib.Element{}
	for _, pair := range set.SelectElements("nvpair") {
		name := pair.SelectAttr("name")
		if name == nil {
			continue
		}
		before := kept[name.Value]
		switch {
		case before == nil:
			kept[name.Value] = pair
		case isDefault(pair) || isDefault(before):
			drop(before)
			kept[name.Value] = pair
		default:
			drop(pair)
		}
	}
}

func isDefault(pair *cib.Element) bool { return pair.SelectAttrValue("value", "") == "#default" }

// upgradeDates drops the phase of the moon from dates.
func upgradeDates(doc *cib.Document) {
	for _, spec := range within(doc.Root(), "date_spec") {
		spec.RemoveAttr("moon")
	}
}

// lastLevel is the highest fencing level that there may be.
const lastLevel = 9

func upgradeLevels(doc *cib.Document) {
	for _, level := range within(doc.Configuration(), "fencing-level") {
		if n, err := strconv.Atoi(level.SelectAttrValue("index", "")); err != nil || n > lastLevel {
			drop(level)
		}
	}
}

// meta4 lists the meta attributes that schema 4.0 no longer has, by the
// elements that had them.
var meta4 = []struct{ parents, names []string }{
	{[]string{"op", "op_defaults"}, []string{"can_fail", "role_after_failure"}},
	{append([]string{"template", "rsc_defaults"}, resourceTags...), []string{"restart-type"}},
}

func goneMeta(set *cib.Element, name string) bool {
	for _, rule := range meta4 {
		if set.Tag == "meta_attributes" && isTag(set.Parent(), rule.parents...) && slices.Contains(rule.names, name) {
			return true
		}
	}
	return false
}

func dropMeta(doc *cib.Document) {
	for _, set := range within(doc.Configuration(), "meta_attributes") {
		for _, pair := range set.SelectElements("nvpair") {
			if goneMeta(set, pair.SelectAttrValue("name", "")) {
				set.RemoveChild(pair)
			}
		}
	}
}

// namesGone tells whether the document has an option, or a value of one, that
// schema 4.0 forbids by its name.
func namesGone(doc *cib.Document) bool {
	return slices.ContainsFunc(nvsets(doc), func(set *cib.Element) bool {
		return slices.ContainsFunc(set.SelectElements("nvpair"), func(pair *cib.Element) bool {
			name := pair.SelectAttrValue("name", "")
			if set.Tag != propertySet {
				return goneMeta(set, name)
			}
			return properties4[name] != "" || slices.Contains(gone4, name) || values4[[2]string{name, pair.SelectAttrValue("value", "")}] != ""
		})
	})
}
