package sched

import (
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// unpackResources reads the resources section into the tree of resources.
func (c *Cluster) unpackResources() {
	c.unfencing = c.usesUnfencing()
	var implicit []*cib.Element
	for _, e := range c.section("resources") {
		if isResource(e) {
			implicit = append(implicit, e)
		}
	}
	for i := 0; i < len(implicit); i++ {
		e := implicit[i]
		r := c.newResource(e, nil, -1)
		c.Resources = append(c.Resources, r)
		implicit = append(implicit, c.connectionsOf(r)...)
	}
	for _, r := range c.All {
		c.linkConnection(r)
		c.hasDevice = c.hasDevice || r.isFenceDevice
	}
	c.hasDevice = c.hasDevice || c.Config.HaveWatchdog
	sort.SliceStable(c.Resources, func(i, j int) bool { return c.Resources[i].Priority > c.Resources[j].Priority })
}

func isResource(e *cib.Element) bool {
	switch e.Tag {
	case "primitive", "group", "clone", "master", "bundle":
		return e.SelectAttrValue("id", "") != ""
	}
	return false
}

// connectionsOf returns the definitions of connection resources that the
// guest nodes launched by r or its members need.
func (c *Cluster) connectionsOf(r *Resource) []*cib.Element {
	var out []*cib.Element
	for _, p := range append([]*Resource{r}, r.Children...) {
		if p.Kind == Primitive && p.guestName != "" && (p == r || r.Kind == Group) {
			out = append(out, guestConnection(p.XML, p.Meta))
		}
	}
	return out
}

// linkConnection ties a remote connection to its node, and anything that is
// launched by another resource to that.
func (c *Cluster) linkConnection(r *Resource) {
	if r.Kind != Primitive {
		return
	}
	if n := c.nodeByID[r.ID]; n != nil && r.isRemoteConn {
		n.Connection = r
	}
	if id := r.Meta.Get("container"); id != "" {
		if by := c.rscByID[id]; by != nil && by != r {
			r.ContainedBy = by
			by.fillers = append(by.fillers, r)
		}
	}
}

// newResource makes a resource with all that is in it. number is the instance
// number where it is or belongs to an instance of a clone, else -1.
func (c *Cluster) newResource(e *cib.Element, parent *Resource, number int) *Resource {
	r := &Resource{Index: len(c.All), ID: e.SelectAttrValue("id", ""), XML: e, Parent: parent, Number: number,
		Role: RoleStopped, provisional: true}
	c.All = append(c.All, r)
	switch e.Tag {
	case "group":
		r.Kind = Group
	case "clone", "master":
		r.Kind = Clone
	case "bundle":
		r.Kind = Bundle
	default:
		r.expandTemplate(c)
	}
	if number >= 0 {
		r.ID += ":" + strconv.Itoa(number)
	}
	if c.rscByID[r.ID] == nil {
		c.rscByID[r.ID] = r
	}
	r.knownOn = make([]bool, len(c.Nodes))
	r.allowed = newTable(len(c.Nodes))
	if r.Kind != Bundle {
		c.allowEverywhere(r)
	}
	c.unpackMeta(r)
	c.unpackCommon(r)
	c.unpackChildren(r)
	if r.Kind == Bundle {
		c.allowEverywhere(r)
	}
	return r
}

// unpackMeta resolves the meta-attributes: the element's own attributes, its
// sets, those of the parents nearest first, rsc_defaults, what the parent resolved.
func (c *Cluster) unpackMeta(r *Resource) {
	env := &ruleEnv{kind: ruleKind(r)}
	for _, a := range r.XML.Attr {
		if a.Key != "id" && a.Space == "" {
			r.Meta.setDefault(a.Key, a.Value)
		}
	}
	c.addSets(&r.Meta, r.XML, "meta_attributes", "", env)
	for p := r.Parent; p != nil; p = p.Parent {
		c.addSets(&r.Meta, p.XML, "meta_attributes", "", env)
	}
	if d := c.doc.Find("rsc_defaults"); d != nil {
		c.addSets(&r.Meta, d, "meta_attributes", "", env)
	}
	if r.Parent != nil {
		for _, a := range r.Parent.Meta {
			switch a.Name {
			case "class", "provider", "type", "template":
			default:
				r.Meta.setDefault(a.Name, a.Value)
			}
		}
	}
}

func (c *Cluster) unpackCommon(r *Resource) {
	meta := func(name string) string { return r.Meta.Get(name) }
	r.Priority = parseScore(meta("priority"), 0)
	r.Critical = value.BoolOr(meta("critical"), true)
	r.Notify = value.True(meta("notify"))
	r.Managed = value.BoolOr(meta("is-managed"), true)
	if value.True(meta("maintenance")) || c.Config.Maintenance {
		r.Managed, r.Maintenance = false, true
	}
	// Connections to remote nodes migrate unless told not to; those to what a
	// resource launches go where that is.
	r.allowMigrate = value.BoolOr(meta("allow-migrate"), r.isRemoteConn && meta("container") == "")
	r.allowUnhealthy = value.True(meta("allow-unhealthy-nodes"))
	if !r.isRemoteConn { // a node is no guest of its connection
		r.guestName = meta("remote-node")
	}
	if r.isRemoteConn {
		r.reconnectMS = max(0, parseMS(c.params(r, nil).Get("reconnect_interval")))
	}
	if r.Parent != nil && r.Parent.Promotable {
		r.Promotable = true
	}
	r.Unique = r.Parent == nil || r.Parent.Unique
	r.migrationThreshold = Infinity
	if s, ok := r.Meta.Lookup("migration-threshold"); ok {
		if n, ok := value.Score(s); ok && n >= 0 {
			r.migrationThreshold = n
		}
	}
	r.failureTimeoutS = max(0, parseMS(meta("failure-timeout"))) / 1000
	if r.reconnectMS != 0 { // its failures count until the next attempt to connect
		r.failureTimeoutS = r.reconnectMS / 1000
	}
	switch strings.ToLower(meta("multiple-active")) {
	case "stop_only":
		r.multipleActive = stopOnly
	case "block":
		r.multipleActive = blockMultiple
	case "stop_unexpected":
		r.multipleActive = stopUnexpected
	}
	r.Stickiness = parseScore(meta("resource-stickiness"), 0)
	r.requires = c.requirementOf(r, meta("requires"))
	r.TargetRole = c.parseTargetRole(r, meta("target-role"))
	r.NextRole = r.TargetRole
	c.addSets(&r.utilization, r.XML, "utilization", "", &ruleEnv{})
}

// requirementOf reads requires or finds its default.
func (c *Cluster) requirementOf(r *Resource, value string) requirement {
	if r.Kind != Primitive {
		return requiresNothing
	}
	def, device := requiresQuorum, r.isFenceDevice || r.isRemoteConn
	switch {
	case device:
	case c.unfencing:
		def = requiresUnfencing
	case c.Config.Fencing:
		def = requiresFencing
	case c.Config.NoQuorumPolicy == QuorumIgnore:
		def = requiresNothing
	}
	switch strings.ToLower(value) {
	case "nothing":
		return requiresNothing
	case "quorum":
		return requiresQuorum
	case "fencing":
		if c.Config.Fencing && !device {
			return requiresFencing
		}
		return requiresQuorum
	case "unfencing":
		if c.Config.Fencing && !device {
			return requiresUnfencing
		}
		return requiresQuorum
	}
	if def == requiresUnfencing && !c.Config.Fencing {
		return requiresQuorum
	}
	return def
}

// parseRole reads a role under its present or old name.
func parseRole(s string) Role {
	switch strings.ToLower(s) {
	case "stopped":
		return RoleStopped
	case "started":
		return RoleStarted
	case "unpromoted", "slave":
		return RoleUnpromoted
	case "promoted", "master":
		return RolePromoted
	}
	return RoleUnknown
}

// parseTargetRole returns the role that target-role allows at most,
// RoleUnknown for no limit.
func (c *Cluster) parseTargetRole(r *Resource, s string) Role {
	role := parseRole(s)
	if role == RoleStarted {
		return RoleUnknown
	}
	if role > RoleStarted {
		top := r.Top()
		promotable := r.Promotable || top.Promotable || value.True(r.Meta.Get("promotable")) || r.XML.Tag == "master"
		if !promotable {
			return RoleUnknown
		}
		if role == RolePromoted {
			return RoleUnknown
		}
	}
	return role
}

func (c *Cluster) unpackChildren(r *Resource) {
	switch r.Kind {
	case Group:
		for _, e := range r.XML.SelectElements("primitive") {
			r.Children = append(r.Children, c.newResource(e, r, r.Number))
		}
	case Clone:
		c.unpackClone(r)
	case Bundle:
		c.unpackBundle(r)
	}
}

// params returns a resource's instance attributes on a node; node nil gives
// those that no rule ties to a node.
func (c *Cluster) params(r *Resource, n *Node) Values {
	key := -1
	if n != nil && c.paramsVary(r) {
		key = n.Index
	}
	if v, ok := r.params[key]; ok {
		return v
	}
	var v Values
	env := &ruleEnv{node: n}
	for p := r; p != nil; p = p.Parent {
		c.addSets(&v, p.XML, "instance_attributes", "", env)
	}
	if d := c.doc.Find("rsc_defaults"); d != nil {
		c.addSets(&v, d, "instance_attributes", "", env)
	}
	if r.params == nil {
		r.params = map[int]Values{}
	}
	r.params[key] = v
	return v
}

// paramsVary tells whether rules may give a resource other instance attributes
// on other nodes.
func (c *Cluster) paramsVary(r *Resource) bool {
	if r.ruled == unknownYet {
		r.ruled = no
		if c.hasRules(r.XML) || c.hasRules(c.doc.Find("rsc_defaults")) || r.Parent != nil && c.paramsVary(r.Parent) {
			r.ruled = yes
		}
	}
	return r.ruled == yes
}

type ternary uint8

const (
	unknownYet ternary = iota
	no
	yes
)

// hasRules tells whether a set of instance attributes in an element depends on rules.
func (c *Cluster) hasRules(e *cib.Element) bool {
	if e == nil {
		return false
	}
	for _, set := range e.SelectElements("instance_attributes") {
		if c.deref(set).SelectElement("rule") != nil {
			return true
		}
	}
	return false
}
