package admin

import "gpcs/internal/cib"

// upgradePrefix begins the id of all that the upgrade to schema 4.0 makes.
const upgradePrefix = "pcmk__3_10_upgrade-"

// upgradeTo4 rewrites what schema 4.0 no longer has (the appendix on upgrades
// in Pacemaker Explained). References are written out first, so that each rule
// sees what is meant where it counts, and made references again at the end.
func upgradeTo4(doc *cib.Document) {
	refs := writeOut(doc)
	for _, set := range nvsets(doc) {
		upgradePairs(set)
	}
	sortSets(doc.Root())
	upgradeDates(doc)
	upgradeLevels(doc)
	for _, set := range nvsets(doc) {
		dropDoubles(set)
	}
	upgradeMasters(doc)
	upgradePings(doc)
	moved := splitLocations(doc, refs)
	upgradeLifetimes(doc)
	dropUnsupported(doc)
	dropMeta(doc)
	refs.restore(doc)
	upgradePermissions(doc, moved)
}

// within lists the elements of the given tags in and below an element, in the
// document's order; all elements if no tag is given.
func within(e *cib.Element, tags ...string) []*cib.Element {
	var all []*cib.Element
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		if len(tags) == 0 || isTag(e, tags...) {
			all = append(all, e)
		}
		for _, c := range e.ChildElements() {
			walk(c)
		}
	}
	walk(e)
	return all
}

func drop(e *cib.Element) { e.Parent().RemoveChild(e) }
