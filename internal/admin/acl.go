package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// Permission is one thing that a role may do: kind is read, write or deny;
// scope is xpath or id.
type Permission struct{ Kind, Scope, Value string }

// The kinds of holders of roles, by element.
const (
	ACLUser  = "acl_target"
	ACLGroup = "acl_group"
)

func acls(doc *cib.Document) *cib.Element { return doc.Section("acls") }

// findACL returns the element of a tag and id in the section, nil if there is none.
func findACL(doc *cib.Document, tag, id string) *cib.Element {
	section := doc.Find("acls")
	if section == nil {
		return nil
	}
	for _, e := range section.SelectElements(tag) {
		if elementID(e) == id {
			return e
		}
	}
	return nil
}

// ACLLines shows whether access control is on, and users, groups and roles.
func ACLLines(doc *cib.Document) []string {
	head := "ACLs are disabled, run 'pcs acl enable' to enable"
	if section := doc.Find("crm_config"); section != nil {
		if v, _ := nvsetValue(section, propertySet, "enable-acl"); value.True(v) {
			head = "ACLs are enabled"
		}
	}
	lines := []string{head}
	lines = append(lines, "")
	section := doc.Find("acls")
	if section == nil {
		return lines
	}
	for _, holder := range []struct{ tag, title string }{{ACLUser, "User: "}, {ACLGroup, "Group: "}} {
		for _, e := range section.SelectElements(holder.tag) {
			var roles []string
			for _, r := range e.SelectElements("role") {
				roles = append(roles, elementID(r))
			}
			lines = append(lines, holder.title+elementID(e), strings.TrimRight("  Roles: "+strings.Join(roles, " "), " "))
		}
	}
	for _, e := range section.SelectElements("acl_role") {
		lines = append(lines, "Role: "+elementID(e))
		if d := e.SelectAttrValue("description", ""); d != "" {
			lines = append(lines, "  Description: "+d)
		}
		for _, p := range e.SelectElements("acl_permission") {
			lines = append(lines, "  "+permissionLine(p))
		}
	}
	return lines
}

func permissionLine(p *cib.Element) string {
	words := []string{"Permission:", p.SelectAttrValue("kind", "")}
	if x := p.SelectAttrValue("xpath", ""); x != "" {
		words = append(words, "xpath", x)
	}
	if r := p.SelectAttrValue("reference", ""); r != "" {
		words = append(words, "id", r)
	}
	return strings.Join(append(words, "("+elementID(p)+")"), " ")
}

// EnableACL turns access control on or off.
func EnableACL(doc *cib.Document, on bool) report.List {
	return SetProperties(doc, Pairs{{"enable-acl", fmt.Sprint(on)}}, PropertyOptions{})
}

func checkPermissions(doc *cib.Document, permissions []Permission) report.List {
	var out report.List
	for _, p := range permissions {
		out = append(out, checkValues(Pairs{{"permission", p.Kind}}, report.Never, false, oneOf("permission", "deny", "read", "write"))...)
		out = append(out, checkValues(Pairs{{"scope type", p.Scope}}, report.Never, false, oneOf("scope type", "id", "xpath"))...)
		if p.Scope == "id" && !idExists(doc, p.Value) {
			out = append(out, report.NewError("ID_NOT_FOUND", fmt.Sprintf("id '%s' does not exist", p.Value)))
		}
	}
	return out
}

// CreateRole makes a role.
func CreateRole(doc *cib.Document, id, description string, permissions []Permission) report.List {
	out := checkPermissions(doc, permissions)
	b := newIDs(doc)
	out = append(out, b.checkNewID(id, "ACL role")...)
	if out.Failed() {
		return out
	}
	role := cib.NewElement("acl_role", "id", id)
	setAttr(role, "description", description)
	acls(doc).AddChild(role)
	b.addPermissions(role, permissions)
	return nil
}

func (b *idBook) addPermissions(role *cib.Element, permissions []Permission) {
	for _, p := range permissions {
		e := cib.NewElement("acl_permission", "id", b.below(role, p.Kind), "kind", p.Kind)
		attribute := "xpath"
		if p.Scope == "id" {
			attribute = "reference"
		}
		e.CreateAttr(attribute, p.Value)
		role.AddChild(e)
	}
}

// AddPermissions adds permissions to a role, which is made if missing.
func AddPermissions(doc *cib.Document, id string, permissions []Permission) report.List {
	out := checkPermissions(doc, permissions)
	role := findACL(doc, "acl_role", id)
	b := newIDs(doc)
	switch {
	case role != nil:
	case b.has(id):
		out = append(out, wrongKind(id, "acl_role"))
	default:
		out = append(out, b.checkNewID(id, "ACL role")...)
	}
	if out.Failed() {
		return out
	}
	if role == nil {
		role = cib.NewElement("acl_role", "id", id)
		acls(doc).AddChild(role)
	}
	b.addPermissions(role, permissions)
	return nil
}

// DeletePermission removes a permission by its id.
func DeletePermission(doc *cib.Document, id string) report.List {
	e, bad := lookUp(doc, id, "acl_permission")
	if e == nil {
		return bad.Alone()
	}
	e.Parent().RemoveChild(e)
	return nil
}

// DeleteRole removes a role and takes it from those who hold it; autodelete
// removes users and groups that hold no other.
func DeleteRole(doc *cib.Document, id string, autodelete bool) report.List {
	role, bad := lookUp(doc, id, "acl_role")
	if role == nil {
		return bad.Alone()
	}
	section := acls(doc)
	section.RemoveChild(role)
	for _, holder := range append(section.SelectElements(ACLUser), section.SelectElements(ACLGroup)...) {
		dropRole(holder, id, autodelete)
	}
	return nil
}

// dropRole takes a role from its holder and tells whether it held it.
func dropRole(holder *cib.Element, id string, autodelete bool) bool {
	had := false
	for _, r := range holder.SelectElements("role") {
		if elementID(r) == id {
			holder.RemoveChild(r)
			had = true
		}
	}
	if had && autodelete && len(holder.SelectElements("role")) == 0 {
		holder.Parent().RemoveChild(holder)
	}
	return had
}

// findHolder returns a user or group; tag "" looks for both.
func findHolder(doc *cib.Document, tag, id string) (*cib.Element, report.List) {
	tags := []string{tag}
	if tag == "" {
		tags = []string{ACLUser, ACLGroup}
	}
	for _, t := range tags {
		if e := findACL(doc, t, id); e != nil {
			return e, nil
		}
	}
	if idExists(doc, id) {
		// Where either would do pcs asks for a user first.
		return nil, report.List{wrongKind(id, tags[0])}.Alone()
	}
	return nil, report.List{notFound(id, tags...)}.Alone()
}

// AssignRole gives a role to a user or group.
func AssignRole(doc *cib.Document, role, tag, id string) report.List {
	holder, bad := findHolder(doc, tag, id)
	if holder == nil {
		return bad
	}
	if findACL(doc, "acl_role", role) == nil {
		_, bad := lookUp(doc, role, "acl_role")
		return bad.Alone()
	}
	for _, r := range holder.SelectElements("role") {
		if elementID(r) == role {
			return report.List{report.Stop("CIB_ACL_ROLE_IS_ALREADY_ASSIGNED_TO_TARGET",
				fmt.Sprintf("Role '%s' is already assigned to '%s'", role, id))}
		}
	}
	holder.AddChild(cib.NewElement("role", "id", role))
	return nil
}

// UnassignRole takes a role from a user or group; autodelete removes who
// holds no other.
func UnassignRole(doc *cib.Document, role, tag, id string, autodelete bool) report.List {
	holder, bad := findHolder(doc, tag, id)
	if holder == nil {
		return bad
	}
	if !dropRole(holder, role, autodelete) {
		return report.List{report.Stop("CIB_ACL_ROLE_IS_NOT_ASSIGNED_TO_TARGET", fmt.Sprintf("Role '%s' is not assigned to '%s'", role, id))}
	}
	return nil
}

// CreateHolder makes a user or group that holds roles.
func CreateHolder(doc *cib.Document, tag, id string, roles []string) report.List {
	if findACL(doc, tag, id) != nil || tag == ACLGroup && idExists(doc, id) {
		return report.List{report.Stop("ID_ALREADY_EXISTS", fmt.Sprintf("'%s' already exists", id))}
	}
	var out report.List
	if tag == ACLGroup {
		if out = checkID(id, "ACL group"); out.Failed() {
			return out
		}
	}
	e := cib.NewElement(tag, "id", id)
	for i, r := range roles {
		switch {
		case findACL(doc, "acl_role", r) == nil:
			_, bad := lookUp(doc, r, "acl_role")
			out = append(out, bad...)
		case slices.Contains(roles[:i], r):
			out = append(out, report.NewError("CIB_ACL_ROLE_IS_ALREADY_ASSIGNED_TO_TARGET", fmt.Sprintf("Role '%s' is already assigned to '%s'", r, id)))
		}
		e.AddChild(cib.NewElement("role", "id", r))
	}
	if out.Failed() {
		return out.Alone()
	}
	acls(doc).AddChild(e)
	return nil
}

// DeleteHolder removes a user or group.
func DeleteHolder(doc *cib.Document, tag, id string) report.List {
	e, bad := findHolder(doc, tag, id)
	if e == nil {
		return bad
	}
	e.Parent().RemoveChild(e)
	return nil
}
