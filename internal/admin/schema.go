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

// ensureSchema names the latest schema in the document if it needs a newer
// one than it names. Schemas from 3.0 on differ in what they allow besides,
// so nothing else has to be rewritten.
func ensureSchema(doc *cib.Document, major, minor int) report.List {
	if schemaAtLeast(doc, major, minor) {
		return nil
	}
	doc.Root().CreateAttr("validate-with", latestSchema)
	return report.List{report.NewInfo("CIB_UPGRADE_SUCCESSFUL", "Cluster CIB has been upgraded to latest version")}
}
