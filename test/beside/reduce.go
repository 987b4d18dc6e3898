package main

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// reduce takes from an input what can go without the difference going: some
// line that only one of both says must stay the same.
func (b *bench) reduce(in *input, real, ours answer) *cib.Element {
	level := ""
	for _, l := range []string{"end", "decisions", "placement", "before", "execution", "graph", "scores"} {
		if real.parts[l] != ours.parts[l] {
			level = l
			break
		}
	}
	want := unlike(real.parts[level], ours.parts[level])
	if level == "end" {
		want = nil // any fault will do
	}
	still := func(doc *cib.Element) bool {
		text := write(doc)
		now := b.ours(text, in.args)
		real := b.real(text, in.args)
		if !real.ok {
			return false
		}
		got := unlike(real.parts[level], now.parts[level])
		if want == nil {
			return len(got) > 0
		}
		return slices.ContainsFunc(got, func(l string) bool { return slices.Contains(want, l) })
	}
	doc := in.doc
	for {
		smaller := false
		for _, path := range []string{"status/*", "configuration/constraints/*", "configuration/resources/*", "configuration/*/*", "status/*/lrm/lrm_resources/*",
			"configuration/resources/*/*", "status/*/*", "configuration//*", "status//*"} {
			for i := 0; i < len(doc.FindElements(path)); {
				try := doc.Copy()
				e := try.FindElements(path)[i]
				if strings.HasPrefix(path, "configuration/resources/") || e.Tag == "primitive" || e.Tag == "group" || e.Tag == "clone" {
					gone := map[string]bool{id(e): true}
					for _, k := range e.FindElements(".//*") {
						gone[id(k)] = true
					}
					delete(gone, "")
					e.Parent().RemoveChild(e)
					dropReferences(&input{doc: try}, gone)
				} else {
					e.Parent().RemoveChild(e)
				}
				if still(try) {
					doc, smaller = try, true
				} else {
					i++
				}
			}
		}
		if !smaller {
			return doc
		}
	}
}
