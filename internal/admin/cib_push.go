package admin

import (
	"fmt"
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// Scopes are the parts of a CIB that can be read and pushed alone.
var Scopes = []string{
	"acls", "alerts", "configuration", "constraints", "crm_config", "fencing-topology", "nodes",
	"op_defaults", "resources", "rsc_defaults", "tags",
}

// CheckScope says whether a scope has a name that pcs knows.
func CheckScope(scope string) report.List {
	if slices.Contains(Scopes, scope) {
		return nil
	}
	return report.List{report.Stop("CIB_SCOPE_INVALID", fmt.Sprintf("invalid CIB scope '%s'", scope))}
}

// CIBSection returns the part of a document that a scope names, nil if it is
// missing; all of it for "".
func CIBSection(doc *cib.Document, scope string) *cib.Element {
	switch scope {
	case "":
		return doc.Root()
	case "configuration":
		return doc.Root().SelectElement("configuration")
	}
	return doc.Find(scope)
}

// PushCIB puts another document in the place of doc; it must not be older. Of
// a running cluster, status and version are the cluster's own and stay.
func PushCIB(doc, pushed *cib.Document, running bool) report.List {
	if pushed.Version().Compare(doc.Version()) < 0 {
		return report.List{report.Stop("CIB_PUSH_ERROR", "Unable to push to the CIB because pushed configuration is older than existing one. "+
			"If you are sure you want to push this configuration, try to use --config to replace only configuration part instead of whole CIB. "+
			"Otherwise get current configuration by running command 'pcs cluster cib' and update that.")}
	}
	if !running {
		become(doc.Root(), pushed.Root())
		return nil
	}
	if schema := pushed.Root().SelectAttr("validate-with"); schema != nil {
		doc.Root().CreateAttr("validate-with", schema.Value)
	}
	become(doc.Configuration(), pushed.Configuration())
	return nil
}

// PushSection puts the part of a document that scope names in the place of
// that of doc.
func PushSection(doc, pushed *cib.Document, scope string) report.List {
	from := CIBSection(pushed, scope)
	if from == nil {
		return report.List{report.Stop("CIB_PUSH_ERROR", fmt.Sprintf("unable to push cib, scope '%s' not present in new cib", scope))}
	}
	to := doc.Configuration()
	if scope != "configuration" {
		to = doc.Section(scope)
	}
	become(to, from)
	return nil
}

// PushDiff makes the changes in doc that lead from original to pushed. It
// tells whether there are any.
func PushDiff(doc, original, pushed *cib.Document) (changed bool, out report.List) {
	diff := cib.Diff(original, pushed)
	if cib.DiffEmpty(diff) {
		return false, nil
	}
	next, err := cib.Apply(doc, cib.Request{Ops: []cib.Op{{Kind: cib.Patch, XML: string(cib.Print(diff))}}}, "")
	if err != nil {
		return true, report.List{report.Stop("CIB_PUSH_ERROR", "unable to push cib\n"+err.Error())}
	}
	become(doc.Root(), next.Root())
	return true, nil
}

// become gives an element the attributes and contents of another.
func become(e, other *cib.Element) {
	from := other.Copy()
	e.Attr = from.Attr
	for _, c := range slices.Clone(e.Child) {
		e.RemoveChild(c)
	}
	for _, c := range slices.Clone(from.Child) {
		e.AddChild(c)
	}
}
