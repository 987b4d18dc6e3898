package admin

import (
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// The elements that may have a description.
var describedTags = map[string]bool{
	"acl_permission": true, "acl_role": true, "alert": true, "bundle": true, "clone": true,
	"group": true, "master": true, "node": true, "op": true, "primitive": true, "recipient": true, "template": true,
}

// describable finds the element of an id that may have a description.
func describable(doc *cib.Document, id string) (*cib.Element, report.List) {
	e := findElement(doc, id)
	switch {
	case e == nil:
		return nil, report.List{notFound(id)}
	case !describedTags[e.Tag]:
		return nil, report.List{report.NewError("CIB_ELEMENT_DOES_NOT_SUPPORT_DESCRIPTION",
			fmt.Sprintf("Element '%s' does not support descriptions", id))}
	}
	return e, nil
}

// Description returns the description of an element.
func Description(doc *cib.Document, id string) (string, report.List) {
	e, bad := describable(doc, id)
	if bad != nil {
		return "", bad
	}
	return e.SelectAttrValue("description", ""), nil
}

// SetDescription sets the description of an element; an empty one removes it.
func SetDescription(doc *cib.Document, id, text string) report.List {
	e, bad := describable(doc, id)
	switch {
	case bad != nil:
		return bad
	case text == "":
		e.RemoveAttr("description")
	default:
		e.CreateAttr("description", text)
	}
	return nil
}
