package cib

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"gpcs/internal/cib/value"
)

// ErrDenied says that access control lists keep a user from a change or a reading.
var ErrDenied = errors.New("permission denied by the access control lists of the cluster")

// Caller is a user as access control lists see one.
type Caller struct {
	User   string   `json:"user"`
	Groups []string `json:"groups,omitempty"`
}

// access is what one user may do with one element. A denial outweighs
// permissions of the same element; writing includes reading.
type access uint8

const (
	unsaid access = iota
	mayRead
	mayWrite
	denied
)

// accessRule gives an access to the elements that path names.
type accessRule struct {
	path string
	give access
}

// restricts tells whether access control lists apply to a user: they are
// switched on by the cluster option enable-acl, and never bind root and
// hacluster (Pacemaker Explained, chapter on ACLs).
func (d *Document) restricts(c Caller) bool {
	if c.User == "root" || c.User == "hacluster" {
		return false
	}
	options := d.Find("crm_config")
	if options == nil {
		return false
	}
	for _, set := range options.SelectElements("cluster_property_set") {
		for _, nv := range set.SelectElements("nvpair") {
			if nv.SelectAttrValue("name", "") == "enable-acl" {
				return value.True(nv.SelectAttrValue("value", ""))
			}
		}
	}
	return false
}

// accessRules collects what the lists say of a user and the user's groups: the
// permissions of all roles they have, and those that documents of Pacemaker
// 1.1.11 and older give to an acl_user directly.
func (d *Document) accessRules(c Caller) []accessRule {
	acls := d.Find("acls")
	if acls == nil {
		return nil
	}
	var rules []accessRule
	for _, holder := range acls.ChildElements() {
		if !c.holds(holder) {
			continue
		}
		for _, e := range holder.ChildElements() {
			if e.Tag != "role" && e.Tag != "role_ref" {
				rules = appendRule(rules, e)
				continue
			}
			for _, role := range acls.SelectElements("acl_role") {
				if role.SelectAttrValue("id", "") != e.SelectAttrValue("id", "") {
					continue
				}
				for _, p := range role.ChildElements() {
					rules = appendRule(rules, p)
				}
			}
		}
	}
	return rules
}

// holds tells whether an acl_target, acl_group or acl_user is about the caller.
func (c Caller) holds(e *Element) bool {
	name := e.SelectAttrValue("name", e.SelectAttrValue("id", ""))
	switch e.Tag {
	case "acl_target", "acl_user":
		return name == c.User
	case "acl_group":
		return slices.Contains(c.Groups, name)
	}
	return false
}

func appendRule(rules []accessRule, e *Element) []accessRule {
	give := map[string]access{"read": mayRead, "write": mayWrite, "deny": denied}[e.SelectAttrValue("kind", e.Tag)]
	if give == unsaid {
		return rules
	}
	return append(rules, accessRule{path: rulePath(e), give: give})
}

// rulePath writes the element that a permission names, in any of its three
// ways, as an XPath expression.
func rulePath(e *Element) string {
	first := func(names ...string) string {
		for _, n := range names {
			if v := e.SelectAttrValue(n, ""); v != "" {
				return v
			}
		}
		return ""
	}
	path := first("xpath")
	if path == "" {
		path = "//" + cmp.Or(first("object-type", "tag"), "*")
		if id := first("reference", "ref"); id != "" {
			path += "[@id=" + quoted(id) + "]"
		}
		if a := first("attribute"); a != "" {
			path += "[@" + a + "]"
		}
	}
	return path
}

// quoted writes a literal of XPath 1.0, which knows no escapes: one that holds
// both kinds of quotes names nothing.
func quoted(s string) string {
	if !strings.Contains(s, "'") {
		return "'" + s + "'"
	}
	return `"` + strings.ReplaceAll(s, `"`, "") + `"`
}

// said evaluates rules on a document: what they say of each element they name.
// A path that cannot be read denies everything: an administrator who mistyped
// a denial must not have opened what it should have closed.
func said(d *Document, rules []accessRule) map[*Element]access {
	out := map[*Element]access{}
	for _, r := range rules {
		found, err := d.XPath(r.path)
		if err != nil && r.give == denied {
			found = []*Element{d.Root()}
		}
		for _, e := range found {
			out[e] = max(out[e], r.give)
		}
	}
	return out
}
