// Package option reads attribute sets as the cluster does: which of them
// count, in which order, and what the cluster's own options are called. It
// stands for the nvpair blocks of Pacemaker's scheduler library, for those who
// need an option or a parameter and no policy engine. It is pure.
package option

import (
	"slices"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
)

// older are the names that options had before Pacemaker 3.0.2; both count, the
// present name first.
var older = map[string]string{
	"fencing-enabled": "stonith-enabled", "fencing-action": "stonith-action", "fencing-timeout": "stonith-timeout",
	"fencing-watchdog-timeout": "stonith-watchdog-timeout", "fencing-max-attempts": "stonith-max-attempts", "fencing-reaction": "fence-reaction",
	"stop-removed-resources": "stop-orphan-resources", "cancel-removed-actions": "stop-orphan-actions",
}

// Older is the name that an option had before Pacemaker 3.0.2, "" if it had no other.
func Older(name string) string { return older[name] }

// bootstrap is the id of the set of cluster options that precedes all others.
const bootstrap = "cib-bootstrap-options"

// Set are options with their values.
type Set map[string]string

// Read returns the cluster's options (crm_config) at a time, s since 1970. At
// time 0 it is not known, and sets that depend on it do not count.
func Read(doc *cib.Document, now int64) Set {
	section := doc.Find("crm_config")
	if section == nil {
		return nil
	}
	env := &rule.Env{Now: now, Deref: Deref(doc)}
	return values(section, "cluster_property_set", bootstrap, env.Deref, func(r *cib.Element) bool { return now > 0 && rule.Holds(r, env) })
}

// Lookup returns an option by its present name, as it stands there under
// either of its names.
func (s Set) Lookup(name string) (string, bool) {
	if v, ok := s[name]; ok {
		return v, true
	}
	v, ok := s[Older(name)]
	return v, ok
}

// Get is Lookup with "" for what is not set.
func (s Set) Get(name string) string {
	v, _ := s.Lookup(name)
	return v
}

// Flag is an option that is a boolean; def where it is not set, or is none.
func (s Set) Flag(name string, def bool) bool { return value.BoolOr(s.Get(name), def) }

// Milliseconds is an option that is a span of time, in ms; def where it is not
// set, or is none above 0.
func (s Set) Milliseconds(name string, def int64) int64 {
	if ms, ok := value.Milliseconds(s.Get(name)); ok && ms > 0 {
		return ms
	}
	return def
}

// Values returns the pairs of an element's attribute sets of a kind whose
// rules hold. Of two sets with the same name that of the higher score counts,
// of equal ones the later, as in Pacemaker.
func Values(e *cib.Element, kind string, env *rule.Env) map[string]string {
	return values(e, kind, "", env.Deref, func(r *cib.Element) bool { return rule.Holds(r, env) })
}

func values(e *cib.Element, kind, first string, deref func(*cib.Element) *cib.Element, holds func(*cib.Element) bool) map[string]string {
	var sets []*cib.Element
	for _, set := range e.SelectElements(kind) {
		set = deref(set)
		if rules := set.SelectElements("rule"); len(rules) == 0 || slices.ContainsFunc(rules, holds) {
			sets = append(sets, set)
		}
	}
	slices.Reverse(sets)
	rank := func(e *cib.Element) int {
		if first != "" && e.SelectAttrValue("id", "") == first {
			return value.Infinity + 1
		}
		n, _ := value.Score(e.SelectAttrValue("score", "")) // what is no score is 0
		return n
	}
	sort.SliceStable(sets, func(i, j int) bool { return rank(sets[i]) > rank(sets[j]) })
	found := map[string]string{}
	for _, set := range sets {
		for _, ref := range set.SelectElements("nvpair") {
			nv := deref(ref)
			name := ref.SelectAttrValue("name", nv.SelectAttrValue("name", ""))
			text := nv.SelectAttr("value")
			if _, have := found[name]; have || text == nil || text.Value == "#default" {
				continue
			}
			found[name] = text.Value
		}
	}
	return found
}

// Deref returns how id-ref is followed in a document's configuration.
func Deref(doc *cib.Document) func(*cib.Element) *cib.Element {
	return func(e *cib.Element) *cib.Element {
		id := e.SelectAttrValue("id-ref", "")
		if id == "" || strings.Contains(id, "'") {
			return e
		}
		if section := doc.Root().SelectElement("configuration"); section != nil {
			if target := section.FindElement(".//" + e.Tag + "[@id='" + id + "']"); target != nil {
				return target
			}
		}
		return e
	}
}
