package admin

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// relocateMark begins the ids of the constraints that a relocation makes.
const relocateMark = "pcs-relocate-"

// Unstick takes the stickiness off resources, all or those named with what is
// in them, so that a simulation shows where they would best run. It returns
// the ids of those it touched, in order.
func Unstick(doc *cib.Document, ids []string) ([]string, report.List) {
	book, found := newIDs(doc), map[string]bool{}
	var touched []string
	for _, tag := range []string{"master", "clone", "group", "primitive"} {
		for _, r := range doc.Section("resources").FindElements(".//" + tag) {
			if len(ids) > 0 && !slices.Contains(ids, elementID(r)) {
				continue
			}
			found[elementID(r)] = true
			inside := append(r.FindElements(".//group"), r.FindElements(".//primitive")...)
			for _, e := range append([]*cib.Element{r}, inside...) {
				book.setIn(e, "meta_attributes", Pairs{{"resource-stickiness", "0"}}, 0)
				touched = append(touched, elementID(e))
			}
		}
	}
	var out report.List
	for _, id := range ids {
		if !found[id] {
			out = append(out, report.Stop("RESOURCE_NOT_FOUND", "unable to find a resource/clone/group: "+id))
		}
	}
	return touched, out
}

// Wish is where an instance of a resource would best run.
type Wish struct {
	Resource string // a primitive, without the number of the instance
	Node     string
	Promoted bool
}

// Relocate makes constraints that send resources where they would best run,
// and says so of each. The clone or bundle around a resource stands for it.
func Relocate(doc *cib.Document, wishes []Wish) report.List {
	book := newIDs(doc)
	constraints := doc.Section("constraints")
	var out report.List
	for _, w := range wishes {
		r := findResource(doc, w.Resource)
		if r == nil {
			continue
		}
		target := w.Resource
		for e := r.Parent(); e != nil; e = e.Parent() {
			if isClone(e) || e.Tag == "bundle" {
				target = elementID(e)
			}
		}
		c := cib.NewElement("rsc_location", "id", book.unique(relocateMark+target), "rsc", target, "score", "INFINITY", "node", w.Node)
		role := ""
		if w.Promoted {
			c.CreateAttr("role", roleFor(doc, "Promoted"))
			role = " role=Promoted"
		}
		constraints.AddChild(c)
		out = append(out, report.NewInfo("RELOCATE", "Creating location constraint: "+target+" prefers "+w.Node+"=INFINITY"+role))
	}
	return out
}

// Relocated removes the constraints that Relocate made.
func Relocated(doc *cib.Document) report.List {
	constraints := doc.Section("constraints")
	var out report.List
	for _, c := range constraints.SelectElements("rsc_location") {
		if id := elementID(c); strings.HasPrefix(id, relocateMark) {
			constraints.RemoveChild(c)
			out = append(out, report.NewInfo("RELOCATE", "Removing constraint "+id))
		}
	}
	return out
}
