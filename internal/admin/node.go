package admin

import (
	"gpcs/internal/cib"
)

// KnownNodes lists the nodes that a document names: those of the cluster in
// document order, then remote and guest nodes.
func KnownNodes(doc *cib.Document) []string {
	var names []string
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			names = append(names, n.SelectAttrValue("uname", ""))
		}
	}
	for _, r := range allResources(doc) {
		if r.Tag != "primitive" {
			continue
		}
		if isRemote(r) {
			names = append(names, elementID(r))
		}
		if name, ok := nvsetValue(r, "meta_attributes", "remote-node"); ok {
			names = append(names, name)
		}
	}
	return names
}
