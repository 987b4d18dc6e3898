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
		upgradeRequires(doc, r)
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
				moveDefault(doc, pair, moved.section, moved.name)
			case strings.ReplaceAll(name, "_", "-") == "default-resource-failure-stickiness" && pair.SelectAttrValue("value", "") == "-INFINITY":
				set.RemoveChild(pair)
				pair.CreateAttr("value", "1")
				moveDefault(doc, pair, "rsc_defaults", "migration-threshold")
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

// moveDefault makes a default of a property, unless there is one already.
func moveDefault(doc *cib.Document, pair *cib.Element, section, name string) {
	if home := doc.Find(section); home != nil {
		if _, has := nvsetValue(home, "meta_attributes", name); has {
			return
		}
	}
	pair.CreateAttr("name", name)
	defaultsFor(doc, section).AddChild(pair)
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
			if name == "pcmk_arg_map" {
				if host, ok := strings.CutPrefix(pair.SelectAttrValue("value", ""), "port:"); ok && !strings.Contains(host, ",") {
					pair.CreateAttr("name", "pcmk_host_argument")
					pair.CreateAttr("value", host)
				} else {
					set.RemoveChild(pair) // it names more than the agents take now
				}
			}
		}
	}
	for _, set := range r.SelectElements("meta_attributes") {
		for _, pair := range set.SelectElements("nvpair") {
			upgradeMeta(set, pair)
		}
		if len(set.ChildElements()) == 0 && set.SelectAttr("id-ref") == nil {
			r.RemoveChild(set)
		}
	}
}

// upgradeMeta rewrites one meta attribute of a resource: what ran isolated is
// kept stopped, and a failure that forbade a node does by its threshold.
func upgradeMeta(set, pair *cib.Element) {
	become := func(name, value string) {
		for _, other := range set.SelectElements("nvpair") {
			if other != pair && other.SelectAttrValue("name", "") == name {
				set.RemoveChild(pair)
				return
			}
		}
		pair.CreateAttr("name", name)
		pair.CreateAttr("value", value)
	}
	switch pair.SelectAttrValue("name", "") {
	case "isolation-wrapper":
		become("target-role", "Stopped")
	case "isolation", "isolation-host", "isolation-instance":
		set.RemoveChild(pair)
	case "resource-failure-stickiness", "resource_failure_stickiness":
		if pair.SelectAttrValue("value", "") == "-INFINITY" {
			become("migration-threshold", "1")
		} else {
			set.RemoveChild(pair)
		}
	}
}

// upgradeRequires moves what a start or promote operation required to the
// resource, where it is a meta attribute, unless that has one already; other
// operations lose it. An attribute of the operation counts before sets in it,
// start before promote.
func upgradeRequires(doc *cib.Document, r *cib.Element) {
	ops := r.SelectElement("operations")
	if ops == nil {
		return
	}
	_, has := nvsetValue(r, "meta_attributes", "requires")
	found := map[string]*cib.Element{} // by the operation's name
	for _, op := range ops.SelectElements("op") {
		if meta := takeRequires(doc, r, op); meta != nil && found[op.SelectAttrValue("name", "")] == nil {
			found[op.SelectAttrValue("name", "")] = meta
		}
	}
	for _, name := range []string{"start", "promote"} {
		if meta := found[name]; meta != nil && !has {
			r.AddChild(meta)
			return
		}
	}
}

// takeRequires takes out of an operation what it requires, nil if that is
// nothing, as a set of meta attributes.
func takeRequires(doc *cib.Document, r, op *cib.Element) (meta *cib.Element) {
	if given := op.SelectAttr("requires"); given != nil {
		meta = cib.NewElement("meta_attributes", "id", "_2TO3_"+elementID(r)+"-meta")
		meta.AddChild(cib.NewElement("nvpair", "id", "_2TO3_"+elementID(op)+"-meta-requires", "name", "requires", "value", given.Value))
		op.RemoveAttr("requires")
	}
	for _, set := range op.ChildElements() {
		kept := 0
		for _, pair := range set.SelectElements("nvpair") {
			if pair.SelectAttrValue("name", "") != "requires" {
				kept++
				continue
			}
			if meta == nil {
				meta = onlyPair(set, pair)
			}
			detach(doc, set)
			set.RemoveChild(pair)
		}
		if kept == 0 && set.SelectAttr("id-ref") == nil {
			op.RemoveChild(set)
		}
	}
	return meta
}

// onlyPair is a set with one of its pairs and its comments, as meta attributes.
func onlyPair(set, pair *cib.Element) *cib.Element {
	meta := set.Copy()
	for _, other := range meta.SelectElements("nvpair") {
		if elementID(other) != elementID(pair) {
			meta.RemoveChild(other)
		}
	}
	meta.Tag = "meta_attributes"
	meta.CreateAttr("id", "_2TO3_"+elementID(set))
	return meta
}

// detach gives each element that refers to a set a copy of it, under ids of
// its own: the set is about to lose what they meant.
func detach(doc *cib.Document, set *cib.Element) {
	id := elementID(set)
	for _, e := range doc.Configuration().FindElements(".//" + set.Tag) {
		if e.SelectAttrValue("id-ref", "") != id {
			continue
		}
		e.RemoveAttr("id-ref")
		e.CreateAttr("id", "_cibtr-2_"+id)
		for _, pair := range set.SelectElements("nvpair") {
			own := pair.Copy()
			own.CreateAttr("id", "__cibtr-2_"+id+"__"+elementID(pair))
			e.AddChild(own)
		}
	}
}
