package admin

import (
	"sort"

	"gpcs/internal/cib"
)

// Pair is one name=value as the administrator wrote it.
type Pair struct{ Name, Value string }

// Pairs are options in the order given; no name stands in it twice.
type Pairs []Pair

// Get returns a value and whether the name was given.
func (p Pairs) Get(name string) (string, bool) {
	for _, pair := range p {
		if pair.Name == name {
			return pair.Value, true
		}
	}
	return "", false
}

// With returns the pairs with name set to value: in its place, or at the end.
func (p Pairs) With(name, value string) Pairs {
	out := append(Pairs{}, p...)
	for i := range out {
		if out[i].Name == name {
			out[i].Value = value
			return out
		}
	}
	return append(out, Pair{name, value})
}

// Without returns the pairs that have another name.
func (p Pairs) Without(name string) Pairs {
	var out Pairs
	for _, pair := range p {
		if pair.Name != name {
			out = append(out, pair)
		}
	}
	return out
}

// Names returns the names, sorted.
func (p Pairs) Names() []string {
	names := make([]string, len(p))
	for i, pair := range p {
		names[i] = pair.Name
	}
	sort.Strings(names)
	return names
}

// Sorted returns the pairs ordered by name.
func (p Pairs) Sorted() Pairs {
	out := append(Pairs{}, p...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// newNvset appends a set ("instance_attributes", "meta_attributes",
// "utilization") with the pairs, ordered by name, to parent.
func (b *idBook) newNvset(parent *cib.Element, tag string, pairs Pairs) *cib.Element {
	set := cib.NewElement(tag, "id", b.below(parent, tag))
	parent.AddChild(set)
	for _, p := range pairs.Sorted() {
		b.addNvpair(set, p)
	}
	return set
}

func (b *idBook) addNvpair(set *cib.Element, p Pair) {
	set.AddChild(cib.NewElement("nvpair", "id", b.below(set, p.Name), "name", p.Name, "value", p.Value))
}

// setNvpair sets one name of a set; an empty value removes it.
func (b *idBook) setNvpair(set *cib.Element, p Pair) {
	old := findNvpair(set, p.Name)
	switch {
	case p.Value == "" && old != nil:
		for old != nil {
			set.RemoveChild(old)
			old = findNvpair(set, p.Name)
		}
	case p.Value == "":
	case old != nil:
		old.CreateAttr("value", p.Value)
	default:
		b.addNvpair(set, p)
	}
}

// updateNvset sets names in the element's first set of the tag, which is made
// behind all else if it is missing and there is something to set.
func (b *idBook) updateNvset(parent *cib.Element, tag string, pairs Pairs) {
	b.setIn(parent, tag, pairs.Sorted(), len(parent.Child))
}

// extendNvset is updateNvset for commands that keep the order in which pairs
// were said.
func (b *idBook) extendNvset(parent *cib.Element, tag string, pairs Pairs) {
	b.setIn(parent, tag, pairs, len(parent.Child))
}

// markNvset is updateNvset for marks such as target-role: pcs puts a set that
// is made for them before all else.
func (b *idBook) markNvset(parent *cib.Element, tag string, pairs Pairs) {
	b.setIn(parent, tag, pairs.Sorted(), 0)
}

func (b *idBook) setIn(parent *cib.Element, tag string, pairs Pairs, at int) {
	set := parent.SelectElement(tag)
	if set == nil {
		if !anyValue(pairs) {
			return
		}
		set = cib.NewElement(tag, "id", b.below(parent, tag))
		parent.InsertChildAt(at, set)
	}
	for _, p := range pairs {
		b.setNvpair(set, p)
	}
}

// anyValue tells whether pairs set anything: an empty value removes.
func anyValue(pairs Pairs) bool {
	for _, p := range pairs {
		if p.Value != "" {
			return true
		}
	}
	return false
}

func findNvpair(set *cib.Element, name string) *cib.Element {
	for _, nv := range set.SelectElements("nvpair") {
		if nv.SelectAttrValue("name", "") == name {
			return nv
		}
	}
	return nil
}

// nvsetValue looks a name up in the element's sets of the tag; the first that
// has it counts.
func nvsetValue(parent *cib.Element, tag, name string) (string, bool) {
	for _, set := range parent.SelectElements(tag) {
		if nv := findNvpair(set, name); nv != nil {
			return nv.SelectAttrValue("value", ""), true
		}
	}
	return "", false
}

// nvsetPairs reads one set in document order.
func nvsetPairs(set *cib.Element) Pairs {
	var pairs Pairs
	for _, nv := range set.SelectElements("nvpair") {
		pairs = append(pairs, Pair{nv.SelectAttrValue("name", ""), nv.SelectAttrValue("value", "")})
	}
	return pairs
}
