package main

import (
	"math/rand/v2"
	"strings"

	"gpcs/internal/cib"
)

// A change alters an input a little and says what it did, "" if there is
// nothing of that kind to change.
type change struct {
	kind   string
	weight int
	apply  func(r *rand.Rand, in *input) string
}

// changes are all kinds of changes.
func changes() []change {
	return []change{
		{"score", 3, changeScore}, {"constraint", 4, changeConstraint}, {"new-order", 3, addOrder}, {"new-coloc", 3, addColocation},
		{"new-location", 3, addLocation}, {"new-set", 2, addSet}, {"rule", 3, addRule}, {"ticket", 2, addTicket},
		{"option", 4, changeOption}, {"quorum", 2, changeQuorum}, {"meta", 5, changeMeta}, {"clone", 5, changeClone},
		{"bundle", 1, changeBundle}, {"default", 1, changeDefault}, {"target", 3, changeTarget}, {"managed", 2, changeManaged},
		{"node-attr", 3, changeNodeAttribute}, {"node-state", 4, changeNodeState}, {"transient", 2, changeTransient},
		{"result", 5, changeResult}, {"new-result", 5, addResult}, {"pending", 3, addPending}, {"fail-count", 2, addFailCount},
		{"no-history", 3, dropHistory}, {"removed", 2, dropResource}, {"op", 3, changeOperation}, {"param", 2, changeParameter},
		{"utilization", 2, changeUtilization}, {"attribute", 3, changeAnyAttribute}, {"element", 3, dropElement},
		{"event", 5, addEvent}, {"inject", 3, addInjection}, {"op-fail", 2, failOperation}, {"lock", 1, addLock}, {"new-clone", 2, wrapInClone},
		{"fencing", 1, changeTopology},
	}
}

// changed is one of the cases with some changes.
func changed(r *rand.Rand, cases []*input, s settings, number int) *input {
	from := cases[r.IntN(len(cases))]
	in := &input{from: from, name: from.name, doc: from.doc.Copy(), args: append([]string(nil), from.args...)}
	alter(r, in, 1+r.IntN(s.changes), s.kinds)
	if in.kind == "" {
		return nil
	}
	return in
}

// alter makes n changes.
func alter(r *rand.Rand, in *input, n int, kinds string) {
	var urn []change
	for _, c := range changes() {
		for range c.weight {
			if kinds == "" || strings.Contains(","+kinds+",", ","+c.kind+",") {
				urn = append(urn, c)
			}
		}
	}
	for try := 0; n > 0 && try < 40; try++ {
		c := urn[r.IntN(len(urn))]
		if what := c.apply(r, in); what != "" {
			if in.kind != "" {
				in.kind += " "
				in.what += "; "
			}
			in.kind += c.kind
			in.what += what
			n--
		}
	}
}

// one picks one of a list, the zero value of an empty one.
func one[T any](r *rand.Rand, list ...T) (out T) {
	if len(list) > 0 {
		out = list[r.IntN(len(list))]
	}
	return out
}

func id(e *cib.Element) string { return e.SelectAttrValue("id", "") }

// sub is the first child with a tag, made if there is none.
func sub(e *cib.Element, tag string, pairs ...string) *cib.Element {
	if k := e.SelectElement(tag); k != nil {
		return k
	}
	k := cib.NewElement(tag, pairs...)
	if tag == "meta_attributes" || tag == "instance_attributes" || tag == "utilization" {
		e.InsertChildAt(0, k)
	} else {
		e.AddChild(k)
	}
	return k
}

// put sets a name in a list of names and values.
func put(set *cib.Element, name, value string) {
	for _, p := range set.SelectElements("nvpair") {
		if p.SelectAttrValue("name", "") == name {
			p.CreateAttr("value", value)
			return
		}
	}
	set.AddChild(cib.NewElement("nvpair", "id", id(set)+"-x-"+strings.Map(plainID, name), "name", name, "value", value))
}

func plainID(c rune) rune {
	if c == '#' || c == ':' || c == '@' || c == ' ' {
		return '_'
	}
	return c
}

func setOption(doc *cib.Element, name, value string) {
	config := doc.FindElement("configuration/crm_config")
	if config == nil {
		return
	}
	for _, p := range config.FindElements("cluster_property_set/nvpair") {
		if p.SelectAttrValue("name", "") == name {
			p.CreateAttr("value", value)
			return
		}
	}
	put(sub(config, "cluster_property_set", "id", "cib-bootstrap-options"), name, value)
}

func setMeta(e *cib.Element, name, value string) {
	put(sub(e, "meta_attributes", "id", id(e)+"-x"), name, value)
}

// resources are the resources with one of the tags, at any depth.
func resources(in *input, tags ...string) []*cib.Element {
	var out []*cib.Element
	for _, tag := range tags {
		for _, e := range in.doc.FindElements("configuration/resources//" + tag) {
			if id(e) != "" {
				out = append(out, e)
			}
		}
	}
	return out
}

var anyResource = []string{"primitive", "group", "clone", "master", "bundle"}

// tops are the ids that constraints are mostly about, now and then any other.
func tops(r *rand.Rand, in *input) []string {
	list := in.doc.FindElements("configuration/resources/*")
	if r.IntN(5) == 0 {
		list = resources(in, anyResource...)
	}
	var out []string
	for _, e := range list {
		if e.Tag != "template" && id(e) != "" {
			out = append(out, id(e))
		}
	}
	return out
}

func nodes(in *input) []*cib.Element { return in.doc.FindElements("configuration/nodes/node") }

// states are the states of members.
func states(in *input) []*cib.Element {
	var out []*cib.Element
	for _, e := range in.doc.FindElements("status/node_state") {
		if e.SelectAttr("in_ccm") != nil && e.SelectAttrValue("remote_node", "") != "true" {
			out = append(out, e)
		}
	}
	return out
}

func constraints(in *input) *cib.Element { return in.doc.FindElement("configuration/constraints") }

// addTo puts a new element into a parent and says so.
func addTo(parent *cib.Element, tag string, pairs ...string) (e *cib.Element, what string) {
	e = cib.NewElement(tag, pairs...)
	parent.AddChild(e)
	return e, tag + " " + strings.Join(pairs, " ")
}

func score(r *rand.Rand) string {
	return one(r, "INFINITY", "-INFINITY", "0", "100", "-100", "1", "500", "-1")
}
