package helper

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// Param names an option of a resource as crm_resource does. Kind is the tag of
// its set, "" for any; Set and ID narrow it down where they are given.
type Param struct{ Kind, Name, Set, ID string }

// In finds the option among a resource's own, nil if it has none such.
func (p Param) In(rsc *cib.Element) *cib.Element {
	for _, set := range rsc.ChildElements() {
		if !p.inSet(set) {
			continue
		}
		for _, pair := range set.SelectElements("nvpair") {
			if p.is(pair) {
				return pair
			}
		}
	}
	return nil
}

// Inside finds the option in a resource or what it holds.
func (p Param) Inside(rsc *cib.Element) *cib.Element {
	if all := p.All(rsc); len(all) > 0 {
		return all[0]
	}
	return nil
}

// All finds the option in a resource and all that it holds, in the order of
// the document.
func (p Param) All(rsc *cib.Element) []*cib.Element {
	var found []*cib.Element
	for _, e := range rsc.ChildElements() {
		if e.Tag == "nvpair" && p.inSet(rsc) && p.is(e) {
			found = append(found, e)
		}
		found = append(found, p.All(e)...)
	}
	return found
}

func (p Param) inSet(set *cib.Element) bool {
	kinds := "instance_attributes meta_attributes utilization"
	if p.Kind != "" {
		kinds = p.Kind
	}
	return strings.Contains(kinds, set.Tag) && (p.Set == "" || set.SelectAttrValue("id", "") == p.Set)
}

func (p Param) is(pair *cib.Element) bool {
	return pair.SelectAttrValue("name", "") == p.Name && (p.ID == "" || pair.SelectAttrValue("id", "") == p.ID)
}

// Placed completes the ids of a parameter that is to be set: those that it has
// already, or new ones.
func (p Param) Placed(rsc *cib.Element) Param {
	if pair := p.In(rsc); pair != nil {
		p.ID, p.Set = pair.SelectAttrValue("id", ""), pair.Parent().SelectAttrValue("id", "")
		return p
	}
	if p.Set == "" {
		p.Set = rsc.SelectAttrValue("id", "") + "-" + p.Kind
		if set := rsc.SelectElement(p.Kind); set != nil {
			p.Set = set.SelectAttrValue("id", p.Set)
		}
	}
	if p.ID == "" {
		p.ID = SafeID(p.Set + "-" + p.Name)
	}
	return p
}

// XML is what was set, as a result has it.
func (p Param) XML(rsc *cib.Element, value string) *cib.Element {
	e := cib.NewElement(rsc.Tag, "id", rsc.SelectAttrValue("id", ""))
	set := cib.NewElement(p.Kind, "id", p.Set)
	set.AddChild(cib.NewElement("nvpair", "id", p.ID, "value", value, "name", p.Name))
	e.AddChild(set)
	return e
}

// SafeID replaces what an XML id must not hold.
func SafeID(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r > 127:
			return r
		}
		return '.'
	}, id)
}

// Followers are the ids of all resources that have to be where r is, and of
// those that have to be where they are.
func Followers(ties *sched.Ties, r *sched.Resource) []string {
	seen := map[*sched.Resource]bool{r: true}
	var ids []string
	var walk func(*sched.Resource)
	walk = func(r *sched.Resource) {
		for _, t := range ties.Followers(r) {
			if t.Score <= 0 || seen[t.Dependent] {
				continue
			}
			seen[t.Dependent] = true
			ids = append(ids, t.Dependent.ID)
			walk(t.Dependent)
		}
	}
	walk(r)
	return ids
}
