package admin

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// Resources is the configuration of resources as it is shown and exported.
type Resources struct {
	Primitives []Primitive `json:"primitives"`
	Clones     []CloneInfo `json:"clones"`
	Groups     []Group     `json:"groups"`
	Bundles    []Bundle    `json:"bundles"`
}

// Nvset is one set of name-value pairs.
type Nvset struct {
	ID      string     `json:"id"`
	Options Pairs      `json:"options"`
	Rule    *Condition `json:"rule"`
	Pairs   []Nvpair   `json:"nvpairs"` // by name
}

// Nvpair is one pair of a set.
type Nvpair struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// AttributeSets are the sets that resources, operations and alerts have alike.
type AttributeSets struct {
	Meta     []Nvset `json:"meta_attributes"`
	Instance []Nvset `json:"instance_attributes"`
}

// AgentInfo names an agent; what it has no provider has none here.
type AgentInfo struct {
	Standard string  `json:"standard"`
	Provider *string `json:"provider"`
	Type     string  `json:"type"`
}

// Primitive is one resource proper.
type Primitive struct {
	ID          string          `json:"id"`
	Agent       AgentInfo       `json:"agent_name"`
	Description *string         `json:"description"`
	Operations  []OperationInfo `json:"operations"`
	AttributeSets
	Utilization []Nvset `json:"utilization"`
}

// OperationInfo is one operation of a primitive.
type OperationInfo struct {
	ID             string  `json:"id"`
	Name           string  `json:"name"`
	Interval       string  `json:"interval"`
	Description    *string `json:"description"`
	StartDelay     *string `json:"start_delay"`
	IntervalOrigin *string `json:"interval_origin"`
	Timeout        *string `json:"timeout"`
	Enabled        *bool   `json:"enabled"`
	RecordPending  *bool   `json:"record_pending"`
	Role           *string `json:"role"`
	OnFail         *string `json:"on_fail"`
	AttributeSets
}

// CloneInfo is a clone, promotable or not.
type CloneInfo struct {
	ID          string  `json:"id"`
	Description *string `json:"description"`
	Member      string  `json:"member_id"`
	AttributeSets
}

// Group is a group.
type Group struct {
	ID          string   `json:"id"`
	Description *string  `json:"description"`
	Members     []string `json:"member_ids"`
	AttributeSets
}

// Bundle is a bundle.
type Bundle struct {
	ID          string           `json:"id"`
	Description *string          `json:"description"`
	Member      *string          `json:"member_id"`
	Type        *string          `json:"container_type"`
	Container   *ContainerInfo   `json:"container_options"`
	Network     *NetworkInfo     `json:"network"`
	Ports       []PortMapping    `json:"port_mappings"`
	Storage     []StorageMapping `json:"storage_mappings"`
	AttributeSets
}

// ContainerInfo is how a bundle's containers are run.
type ContainerInfo struct {
	Image           string  `json:"image"`
	Replicas        *int    `json:"replicas"`
	ReplicasPerHost *int    `json:"replicas_per_host"`
	PromotedMax     *int    `json:"promoted_max"`
	RunCommand      *string `json:"run_command"`
	Network         *string `json:"network"`
	Options         *string `json:"options"`
}

// NetworkInfo is how a bundle's containers are reached.
type NetworkInfo struct {
	IPRangeStart  *string `json:"ip_range_start"`
	ControlPort   *int    `json:"control_port"`
	HostInterface *string `json:"host_interface"`
	HostNetmask   *int    `json:"host_netmask"`
	AddHost       *bool   `json:"add_host"`
}

// PortMapping maps a port of the host to one of the containers.
type PortMapping struct {
	ID           string  `json:"id"`
	Port         *int    `json:"port"`
	InternalPort *int    `json:"internal_port"`
	Range        *string `json:"range"`
}

// StorageMapping maps a directory of the host into the containers.
type StorageMapping struct {
	ID            string  `json:"id"`
	SourceDir     *string `json:"source_dir"`
	SourceDirRoot *string `json:"source_dir_root"`
	TargetDir     string  `json:"target_dir"`
	Options       *string `json:"options"`
}

// ReadResources reads the resources of a document. Rules are judged at now.
// Reports warn of what cannot be shown.
func ReadResources(doc *cib.Document, now time.Time) (Resources, report.List) {
	r := Resources{[]Primitive{}, []CloneInfo{}, []Group{}, []Bundle{}}
	var out report.List
	for _, e := range allResources(doc) {
		switch e.Tag {
		case "primitive":
			r.Primitives = append(r.Primitives, readPrimitive(e, now))
		case "group":
			r.Groups = append(r.Groups, readGroup(e, now))
		case "clone", "master":
			r.Clones = append(r.Clones, readClone(e, now))
		case "bundle":
			b, more := readBundle(e, now)
			r.Bundles = append(r.Bundles, b)
			out = append(out, more...)
		}
	}
	return r, out
}

func optional(e *cib.Element, name string) *string {
	if a := e.SelectAttr(name); a != nil {
		return &a.Value
	}
	return nil
}

func optionalInt(e *cib.Element, name string) *int {
	n, err := strconv.Atoi(e.SelectAttrValue(name, ""))
	if err != nil {
		return nil
	}
	return &n
}

func optionalBool(e *cib.Element, name string) *bool {
	v := e.SelectAttrValue(name, "")
	if !value.IsBool(v) {
		return nil
	}
	b := value.True(v)
	return &b
}

func readNvsets(e *cib.Element, tag string, now time.Time) []Nvset {
	sets := []Nvset{}
	for _, s := range e.SelectElements(tag) {
		set := Nvset{ID: elementID(s), Options: attributesBut(s, "id"), Pairs: []Nvpair{}}
		if rule := s.SelectElement("rule"); rule != nil {
			c := readRule(rule, now)
			set.Rule = &c
		}
		for _, nv := range s.SelectElements("nvpair") {
			set.Pairs = append(set.Pairs, Nvpair{elementID(nv), nv.SelectAttrValue("name", ""), nv.SelectAttrValue("value", "")})
		}
		sort.SliceStable(set.Pairs, func(i, j int) bool { return set.Pairs[i].Name < set.Pairs[j].Name })
		sets = append(sets, set)
	}
	return sets
}

func readAttributeSets(e *cib.Element, now time.Time) AttributeSets {
	return AttributeSets{readNvsets(e, "meta_attributes", now), readNvsets(e, "instance_attributes", now)}
}

func readPrimitive(e *cib.Element, now time.Time) Primitive {
	name := agentName(e)
	p := Primitive{
		ID: elementID(e), Agent: AgentInfo{name.Standard, nil, name.Type}, Description: optional(e, "description"),
		Operations: []OperationInfo{}, AttributeSets: readAttributeSets(e, now), Utilization: readNvsets(e, "utilization", now),
	}
	if name.Provider != "" {
		p.Agent.Provider = &name.Provider
	}
	for _, ops := range e.SelectElements("operations") {
		for _, op := range ops.SelectElements("op") {
			p.Operations = append(p.Operations, readOperation(op, now))
		}
	}
	return p
}

func readOperation(e *cib.Element, now time.Time) OperationInfo {
	op := OperationInfo{
		ID: elementID(e), Name: e.SelectAttrValue("name", ""), Interval: e.SelectAttrValue("interval", ""),
		Description: optional(e, "description"), StartDelay: optional(e, "start-delay"), IntervalOrigin: optional(e, "interval-origin"),
		Timeout: optional(e, "timeout"), Enabled: optionalBool(e, "enabled"), RecordPending: optionalBool(e, "record-pending"),
		Role: optional(e, "role"), OnFail: optional(e, "on-fail"),
		AttributeSets: readAttributeSets(e, now),
	}
	if op.Role != nil {
		role := newRoleName(*op.Role)
		op.Role = &role
	}
	return op
}

func readGroup(e *cib.Element, now time.Time) Group {
	g := Group{
		ID: elementID(e), Description: optional(e, "description"), Members: []string{},
		AttributeSets: readAttributeSets(e, now),
	}
	for _, m := range e.SelectElements("primitive") {
		g.Members = append(g.Members, elementID(m))
	}
	return g
}

func readClone(e *cib.Element, now time.Time) CloneInfo {
	c := CloneInfo{
		ID: elementID(e), Description: optional(e, "description"),
		AttributeSets: readAttributeSets(e, now),
	}
	for _, m := range e.ChildElements() {
		if isResource(m) {
			c.Member = elementID(m)
		}
	}
	if e.Tag == "master" {
		c.Meta = masterMeta(c.Meta)
	}
	return c
}

// masterMeta is the meta attributes that a <master> would have as a <clone>.
func masterMeta(sets []Nvset) []Nvset {
	promotable := Nvpair{Name: "promotable", Value: "true"}
	if len(sets) == 0 {
		return []Nvset{{Options: Pairs{}, Pairs: []Nvpair{promotable}}}
	}
	pairs := append([]Nvpair{promotable}, sets[0].Pairs...)
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].Name < pairs[j].Name })
	sets[0].Pairs = pairs
	return sets
}

// containerTags are the kinds of containers that can be shown.
var containerTags = []string{"docker", "podman"}

func readBundle(e *cib.Element, now time.Time) (Bundle, report.List) {
	b := Bundle{
		ID: elementID(e), Description: optional(e, "description"), Ports: []PortMapping{}, Storage: []StorageMapping{},
		AttributeSets: readAttributeSets(e, now),
	}
	if p := e.SelectElement("primitive"); p != nil {
		id := elementID(p)
		b.Member = &id
	}
	for i, tag := range containerTags {
		if c := e.SelectElement(tag); c != nil {
			b.Type = &containerTags[i]
			b.Container = readContainer(c)
		}
	}
	if n := e.SelectElement("network"); n != nil {
		b.Network = &NetworkInfo{
			optional(n, "ip-range-start"), optionalInt(n, "control-port"), optional(n, "host-interface"),
			optionalInt(n, "host-netmask"), optionalBool(n, "add-host"),
		}
		for _, p := range n.SelectElements("port-mapping") {
			b.Ports = append(b.Ports, PortMapping{elementID(p), optionalInt(p, "port"), optionalInt(p, "internal-port"), optional(p, "range")})
		}
	}
	if s := e.SelectElement("storage"); s != nil {
		for _, m := range s.SelectElements("storage-mapping") {
			b.Storage = append(b.Storage, StorageMapping{
				elementID(m), optional(m, "source-dir"), optional(m, "source-dir-root"), m.SelectAttrValue("target-dir", ""), optional(m, "options"),
			})
		}
	}
	if b.Type == nil {
		return b, report.List{report.NewWarning("RESOURCE_BUNDLE_UNSUPPORTED_CONTAINER_TYPE",
			"Bundle '"+b.ID+"' uses unsupported container type. Supported container types are: "+report.Quote(containerTags))}
	}
	return b, nil
}

func readContainer(c *cib.Element) *ContainerInfo {
	info := &ContainerInfo{
		Image: c.SelectAttrValue("image", ""), Replicas: optionalInt(c, "replicas"), ReplicasPerHost: optionalInt(c, "replicas-per-host"),
		PromotedMax: optionalInt(c, "promoted-max"), RunCommand: optional(c, "run-command"), Network: optional(c, "network"), Options: optional(c, "options"),
	}
	if info.PromotedMax == nil {
		info.PromotedMax = optionalInt(c, "masters")
	}
	return info
}

// newRoleName returns the name of a role as of schema 3.7.
func newRoleName(role string) string {
	switch strings.ToLower(role) {
	case "master":
		return "Promoted"
	case "slave":
		return "Unpromoted"
	}
	return role
}
