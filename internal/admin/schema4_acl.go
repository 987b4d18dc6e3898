package admin

import (
	"strings"

	"gpcs/internal/cib"
)

// upgradePermissions keeps permissions on single elements true: what became
// several elements is named by all their ids, and what is gone by a path that
// nothing fits.
func upgradePermissions(doc *cib.Document, moved map[string][]string) {
	there := map[string]bool{}
	for _, e := range within(doc.Root()) {
		if !isTag(e, "resource_ref", "obj_ref", "role") {
			there[elementID(e)] = true
		}
	}
	for _, p := range within(doc.Configuration(), "acl_permission") {
		ref := p.SelectAttr("reference")
		if ref == nil || there[ref.Value] {
			continue
		}
		ref.Key, ref.Value = "xpath", pathOf(moved[ref.Value])
	}
}

// pathOf is an XPath of the elements of some ids.
func pathOf(ids []string) string {
	if len(ids) == 0 {
		return "/*[false()]"
	}
	var terms []string
	for _, id := range ids {
		terms = append(terms, "@id = '"+id+"'")
	}
	return "//*[" + strings.Join(terms, " or ") + "]"
}
