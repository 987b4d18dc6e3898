package admin

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// What the step from schema 2.10 to 3.0 does to cluster properties (the
// appendix on upgrades in Pacemaker Explained): names with underscores get
// hyphens, some properties became defaults of resources and operations, and
// some are gone.
var (
	renamedProperties = map[string]string{
		"cluster_recheck_interval": "cluster-recheck-interval", "dc_deadtime": "dc-deadtime", "election_timeout": "election-timeout",
		"no_quorum_policy": "no-quorum-policy", "remove_after_stop": "remove-after-stop", "shutdown_escalation": "shutdown-escalation",
		"startup_fencing": "startup-fencing", "stonith_action": "stonith-action", "stonith_enabled": "stonith-enabled",
		"stop_orphan_actions": "stop-orphan-actions", "stop_orphan_resources": "stop-orphan-resources",
		"symmetric_cluster": "symmetric-cluster", "transition_idle_timeout": "cluster-delay",
	}
	defaultOfProperty = map[string]struct{ section, name string }{
		"default-action-timeout": {"op_defaults", "timeout"}, "default_action_timeout": {"op_defaults", "timeout"},
		"default-resource-stickiness": {"rsc_defaults", "resource-stickiness"}, "default_resource_stickiness": {"rsc_defaults", "resource-stickiness"},
		"is-managed-default": {"rsc_defaults", "is-managed"}, "is_managed_default": {"rsc_defaults", "is-managed"},
	}
	goneProperties = []string{"default-migration-threshold", "default_migration_threshold", "default-resource-failure-stickiness",
		"default_resource_failure_stickiness", "expected-quorum-votes", "notification-agent", "notification-recipient"}
	oldStacks = []string{"heartbeat", "openais", "classic openais", "classic openais (with plugin)", "cman"}
)

// upgradeTo2 rewrites the access control of schemas 1.x: users become targets,
// what roles say becomes permissions.
func upgradeTo2(doc *cib.Document) {
	acls := doc.Find("acls")
	if acls == nil {
		return
	}
	for _, e := range acls.ChildElements() {
		switch e.Tag {
		case "acl_role":
			turnPermissions(e)
		case "acl_user":
			upgradeUser(acls, e)
		}
	}
}

// upgradeUser makes a target of a user; permissions of its own move to a role
// made for it.
func upgradeUser(acls, user *cib.Element) {
	id := elementID(user)
	role := cib.NewElement("acl_role", "id", "acl_role-"+id)
	for _, e := range user.ChildElements() {
		if e.Tag == "role_ref" {
			e.Tag = "role"
			continue
		}
		user.RemoveChild(e)
		role.AddChild(e)
	}
	if len(role.ChildElements()) > 0 {
		turnPermissions(role)
		acls.AddChild(role)
		user.AddChild(cib.NewElement("role", "id", elementID(role)))
	}
	user.Tag = "acl_target"
}

func turnPermissions(role *cib.Element) {
	for _, e := range role.ChildElements() {
		if !slices.Contains([]string{"read", "write", "deny"}, e.Tag) {
			continue
		}
		attrs := []string{"id", elementID(e), "kind", e.Tag}
		for _, a := range []struct{ old, new string }{{"xpath", "xpath"}, {"ref", "reference"}, {"tag", "object-type"}, {"attribute", "attribute"}} {
			given := e.SelectAttr(a.old)
			switch {
			case given == nil:
			case a.old == "tag" && e.SelectAttr("ref") != nil, a.old == "attribute" && e.SelectAttr("tag") == nil:
				// the reference or path says enough
			default:
				attrs = append(attrs, a.new, given.Value)
			}
		}
		at := e.Index()
		role.RemoveChildAt(at)
		role.InsertChildAt(at, cib.NewElement("acl_permission", attrs...))
	}
}

// upgradeTo3 rewrites what schema 3.0 no longer has.
func upgradeTo3(doc *cib.Document) {
	if nodes := doc.Find("nodes"); nodes != nil {
		for _, n := range nodes.SelectElements("node") {
			if a := n.SelectAttr("type"); a != nil && a.Value == "normal" {
				a.Value = "member"
			}
		}
	}
	upgradeProperties(doc)
	for _, c := range doc.Section("constraints").SelectElements("rsc_colocation") {
		c.RemoveAttr("score-attribute")
		c.RemoveAttr("score-attribute-mangle")
	}
	for _, r := range allResources(doc) {
		upgradeParameters(r)
		upgradeRequires(r)
	}
}

func upgradeProperties(doc *cib.Document) {
	for _, set := range doc.Section("crm_config").SelectElements(propertySet) {
		for _, pair := range set.SelectElements("nvpair") {
			name := pair.SelectAttrValue("name", "")
			moved, moves := defaultOfProperty[name]
			switch {
			case moves:
				set.RemoveChild(pair)
				pair.CreateAttr("name", moved.name)
				defaultsFor(doc, moved.section).AddChild(pair)
			case slices.Contains(goneProperties, name),
				name == "cluster-infrastructure" && slices.Contains(oldStacks, pair.SelectAttrValue("value", "")):
				set.RemoveChild(pair)
			case renamedProperties[name] != "":
				pair.CreateAttr("name", renamedProperties[name])
			}
		}
		if len(set.ChildElements()) == 0 && set.SelectAttr("id-ref") == nil {
			set.Parent().RemoveChild(set)
		}
	}
}

// defaultsFor returns the set of defaults that moved properties go to: the
// first one without a rule, or a new one.
func defaultsFor(doc *cib.Document, section string) *cib.Element {
	home := doc.Section(section)
	for _, set := range home.SelectElements("meta_attributes") {
		if set.SelectElement("rule") == nil && set.SelectAttr("id-ref") == nil {
			return set
		}
	}
	set := cib.NewElement("meta_attributes", "id", "_2TO3_-"+strings.ReplaceAll(section, "_", "-"))
	home.AddChild(set)
	return set
}

// upgradeParameters renames parameters of fence devices and drops what meant
// isolation.
func upgradeParameters(r *cib.Element) {
	for _, set := range r.SelectElements("instance_attributes") {
		for _, pair := range set.SelectElements("nvpair") {
			name := pair.SelectAttrValue("name", "")
			if base, ok := strings.CutSuffix(name, "_cmd"); ok && strings.HasPrefix(name, "pcmk_") {
				pair.CreateAttr("name", base+"_action")
			}
		}
	}
	for _, set := range r.SelectElements("meta_attributes") {
		for _, pair := range set.SelectElements("nvpair") {
			switch pair.SelectAttrValue("name", "") {
			case "isolation", "isolation-host", "isolation-instance", "isolation-wrapper":
				set.RemoveChild(pair)
			}
		}
	}
}

// upgradeRequires moves what a start operation required to the resource, where
// it is a meta attribute, unless that has one already; other operations lose it.
func upgradeRequires(r *cib.Element) {
	ops := r.SelectElement("operations")
	if ops == nil {
		return
	}
	for _, op := range ops.SelectElements("op") {
		given := op.SelectAttr("requires")
		if given == nil {
			continue
		}
		value := given.Value
		op.RemoveAttr("requires")
		if _, has := nvsetValue(r, "meta_attributes", "requires"); op.SelectAttrValue("name", "") != "start" || has {
			continue
		}
		meta := cib.NewElement("meta_attributes", "id", "_2TO3_"+elementID(r)+"-meta")
		meta.AddChild(cib.NewElement("nvpair", "id", "_2TO3_"+elementID(op)+"-meta-requires", "name", "requires", "value", value))
		r.AddChild(meta)
	}
}
