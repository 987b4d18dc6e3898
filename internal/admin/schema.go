package admin

import (
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// latestSchema is the newest schema whose features the engine knows.
const latestSchema = "pacemaker-4.0"

// schemaVersion reads the number of the schema that the document names;
// 0, 0 for "none".
func schemaVersion(doc *cib.Document) (major, minor int) {
	name := strings.TrimPrefix(doc.Root().SelectAttrValue("validate-with", ""), "pacemaker-")
	first, second, _ := strings.Cut(name, ".")
	major, _ = strconv.Atoi(first) // what is no number counts as 0
	minor, _ = strconv.Atoi(second)
	return major, minor
}

func schemaAtLeast(doc *cib.Document, major, minor int) bool {
	a, b := schemaVersion(doc)
	return a > major || a == major && b >= minor
}

// newRoleNames tells whether the document may hold the role names Promoted
// and Unpromoted, which came with schema 3.7.
func newRoleNames(doc *cib.Document) bool { return schemaAtLeast(doc, 3, 7) }

// oldRole returns the name of a role before schema 3.7.
func oldRole(role string) string {
	switch role {
	case "Promoted":
		return "Master"
	case "Unpromoted":
		return "Slave"
	}
	return role
}

// roleFor returns the name of a role that the document's schema knows.
func roleFor(doc *cib.Document, role string) string {
	if newRoleNames(doc) {
		return role
	}
	return oldRole(role)
}

// ensureSchema upgrades the document if it needs a newer schema than it names.
func ensureSchema(doc *cib.Document, major, minor int) report.List {
	if schemaAtLeast(doc, major, minor) {
		return nil
	}
	UpgradeSchema(doc)
	return report.List{report.NewInfo("CIB_UPGRADE_SUCCESSFUL", "Cluster CIB has been upgraded to latest version")}
}

// ensureSchemaNew is ensureSchema in the words of the newer commands.
func ensureSchemaNew(doc *cib.Document, major, minor int) report.List {
	out := ensureSchema(doc, major, minor)
	for i := range out {
		out[i].Text = "CIB has been upgraded to the latest schema version."
	}
	return out
}

// oldestKept is the oldest schema whose words the engine reads; Pacemaker 2
// reads them, too.
const oldestKept = "pacemaker-3.0"

// TakeOver rewrites a document of schema 1 or 2, which a cluster of old left on
// disk, in the words of schema 3.0, as the next version; false if it needs none
// of that or cannot be read by its own schema.
func TakeOver(doc *cib.Document) bool {
	major, _ := schemaVersion(doc)
	if major < 1 || major > 2 || cib.Validate(doc.Bytes()) != nil {
		return false
	}
	if major == 1 {
		upgradeTo2(doc)
	}
	upgradeTo3(doc)
	doc.Root().CreateAttr("validate-with", oldestKept)
	v := doc.Version()
	v.Epoch, v.NumUpdates = v.Epoch+1, 0
	doc.SetVersion(v)
	return true
}

// UpgradeSchema brings the document to the latest schema and rewrites what
// that no longer has.
func UpgradeSchema(doc *cib.Document) {
	if had, _ := schemaVersion(doc); had == 1 {
		upgradeTo2(doc)
	}
	if !schemaAtLeast(doc, 3, 0) {
		upgradeTo3(doc)
	}
	if cib.ValidateAs(doc.Bytes(), latestSchema) != nil || namesGone(doc) {
		upgradeTo4(doc) // as the field does: what needs no change keeps its order, too
	}
	doc.Root().CreateAttr("validate-with", latestSchema)
}
