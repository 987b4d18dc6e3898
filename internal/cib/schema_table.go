package cib

import "strings"

// shape is what one element may have. A word of attrs is NAME or NAME:FORM,
// with "!" where it has to be there; one of holds is a tag with the number of
// such children: "?" at most one, "!" exactly one, "+" at least one, "*" any.
// A mark "@SINCE-UNTIL" limits a word to some schemas.
type shape struct {
	attrs, holds string
	any          bool // whatever is in it
	also         func(v *validator, p *spot, counts map[string]int)
}

// enumerations are the values of attributes that take one of some words.
var enumerations = map[string]string{
	"boolean":   "true false 1 0",
	"action":    "start promote demote stop",
	"role":      "Stopped Started Promoted@3.7 Unpromoted@3.7 Master Slave",
	"kind":      "Optional Mandatory Serialize",
	"discovery": "always never exclusive",
	"loss":      "stop demote fence freeze",
	"nodetype":  "normal@-2.10 member ping remote",
	"onfail":    "ignore block demote@3.4 stop restart standby fence restart-container",
	"ordering":  "group listed",
	"boolop":    "or and",
	"compare":   "lt gt lte gte eq ne defined not_defined",
	"exprtype":  "string integer@3.5 number version",
	"source":    "literal param meta",
	"datetest":  "in_range gt lt date_spec in-range",
	"class":     "ocf lsb heartbeat stonith upstart service systemd nagios",
	"aclkind":   "read write deny",
}

const (
	calendar  = "id:id! years months monthdays hours minutes seconds yeardays weekyears weeks weekdays days moon yearsdays"
	container = "image! replicas:integer replicas-per-host:integer masters:integer promoted-max:integer run-command network options"
	agent     = "class:class! provider type! description"
	settings  = "meta_attributes* instance_attributes*"
)

// grammar is the CIB of Pacemaker Explained, element by element.
var grammar = map[string]shape{
	"cib": {attrs: "validate-with! epoch! num_updates! admin_epoch! crm_feature_set remote-tls-port remote-clear-port " +
		"have-quorum dc-uuid cib-last-written no-quorum-panic:boolean update-origin update-client update-user execution-date " +
		"ignore-dtd dc_uuid generated num_peers ccm_transition last_written", holds: "configuration! status?"},
	"configuration": {holds: "crm_config! nodes! resources! constraints! rsc_defaults? op_defaults? fencing-topology?@1.2 acls?@1.1 tags?@1.3 alerts?@2.5"},
	"status":        {any: true},

	"crm_config":           {holds: "cluster_property_set*"},
	"cluster_property_set": {attrs: "id:id! id-ref:ref score:score", holds: "rule? nvpair*"},
	"rsc_defaults":         {holds: "meta_attributes*"},
	"op_defaults":          {holds: "meta_attributes*"},
	"meta_attributes":      {attrs: "id:id! id-ref:ref score:score", holds: "rule? nvpair*"},
	"instance_attributes":  {attrs: "id:id! id-ref:ref score:score", holds: "rule? nvpair*"},
	"utilization":          {attrs: "id:id! id-ref:ref score:score", holds: "rule? nvpair*"},
	"nvpair":               {attrs: "id:id! id-ref:ref name! value"},

	"nodes": {holds: "node*"},
	"node":  {attrs: "id! uname! type:nodetype description score:score", holds: "instance_attributes* utilization*"},

	"resources":  {holds: "primitive* template* group* clone* master*@-3.10 bundle*@2.8"},
	"primitive":  {attrs: "id:id! class:class provider type template:ref description", holds: settings + " operations? utilization*", also: checkPrimitive},
	"template":   {attrs: "id:id! " + agent, holds: settings + " operations? utilization*", also: checkProvider},
	"group":      {attrs: "id:id! description", holds: settings + " primitive+"},
	"clone":      {attrs: "id:id! description", holds: settings + " primitive? group?", also: checkOneResource},
	"master":     {attrs: "id:id! description", holds: settings + " primitive? group?", also: checkOneResource},
	"operations": {attrs: "id:id id-ref:ref", holds: "op*"},
	"op": {attrs: "id:id! name! interval! description start-delay interval-origin timeout enabled:boolean record-pending:boolean " +
		"role:role on-fail:onfail requires@-2.10 prereq@-1.0 disabled:boolean@-1.0", holds: settings},
	"bundle": {attrs: "id:id! description", holds: settings + " docker? podman?@2.10 rkt?@-3.10 network? storage? primitive?",
		also: checkContainer},
	"docker":          {attrs: container},
	"podman":          {attrs: container},
	"rkt":             {attrs: container},
	"network":         {attrs: "id:id ip-range-start control-port:integer host-interface host-netmask:integer add-host:boolean", holds: "port-mapping*"},
	"port-mapping":    {attrs: "id:id! port:integer internal-port:integer range"},
	"storage":         {holds: "storage-mapping*"},
	"storage-mapping": {attrs: "id:id! source-dir source-dir-root target-dir! options"},

	"constraints": {holds: "rsc_location* rsc_colocation* rsc_order* rsc_ticket*@1.1"},
	"rsc_location": {attrs: "id:id! rsc:ref rsc-pattern@2.2 role:role score:score score-attribute@-1.3 score-attribute-mangle@-1.3 " +
		"node resource-discovery:discovery@2.2 domain@-1.3", holds: "resource_set* rule* lifetime?", also: checkLocation},
	"rsc_colocation": {attrs: "id:id! rsc:ref with-rsc:ref rsc-role:role with-rsc-role:role node-attribute score:score " +
		"score-attribute@-2.10 score-attribute-mangle@-2.10 influence@3.5", holds: "resource_set* lifetime?", also: needsPair("rsc", "with-rsc")},
	"rsc_order": {attrs: "id:id! first:ref then:ref first-action:action then-action:action symmetrical:boolean " +
		"require-all:boolean score:score kind:kind", holds: "resource_set* lifetime?", also: needsPair("first", "then")},
	"rsc_ticket": {attrs: "id:id! rsc:ref rsc-role:role ticket! loss-policy:loss", holds: "resource_set*", also: needsPair("rsc")},
	"resource_set": {attrs: "id:id! id-ref:ref sequential:boolean require-all:boolean ordering:ordering action:action role:role " +
		"score:score kind:kind", holds: "resource_ref*"},
	"resource_ref": {attrs: "id:ref!"},
	"lifetime":     {holds: "rule+"},

	"rule": {attrs: "id:id! id-ref:ref boolean-op:boolop role score:score score-attribute",
		holds: "expression* date_expression* rule* rsc_expression*@3.4 op_expression*@3.4", also: checkRule},
	"expression":      {attrs: "id:id! attribute! operation:compare! value type:exprtype value-source:source"},
	"date_expression": {attrs: "id:id! operation:datetest! start end", holds: "duration? date_spec?"},
	"duration":        {attrs: calendar},
	"date_spec":       {attrs: calendar},
	"rsc_expression":  {attrs: "id:id! class provider type"},
	"op_expression":   {attrs: "id:id! name! interval"},

	"fencing-topology": {holds: "fencing-level*"},
	"fencing-level":    {attrs: "id:id! target target-pattern target-attribute target-value index:integer! devices!", also: checkLevel},

	"acls":           {holds: "acl_target*@2.0 acl_group*@2.0 acl_role* acl_user*@-1.3"},
	"acl_target":     {attrs: "id! name@3.8", holds: "role*"},
	"acl_group":      {attrs: "id! name@3.8", holds: "role*"},
	"role":           {attrs: "id:ref!"},
	"acl_role":       {attrs: "id:id! description", holds: "acl_permission*@2.0 read*@-1.3 write*@-1.3 deny*@-1.3"},
	"acl_user":       {attrs: "id!", holds: "role_ref* read* write* deny*"},
	"role_ref":       {attrs: "id:ref!"},
	"acl_permission": {attrs: "id:id! kind:aclkind! xpath reference:ref object-type attribute description", also: checkPermission},
	"read":           {attrs: "id:id! tag ref:ref xpath attribute"},
	"write":          {attrs: "id:id! tag ref:ref xpath attribute"},
	"deny":           {attrs: "id:id! tag ref:ref xpath attribute"},

	"tags":    {holds: "tag*"},
	"tag":     {attrs: "id:id!", holds: "obj_ref+"},
	"obj_ref": {attrs: "id!"},

	"alerts":            {holds: "alert*"},
	"alert":             {attrs: "id:id! description path!", holds: settings + " select? recipient*"},
	"recipient":         {attrs: "id:id! description value!", holds: settings},
	"select":            {holds: "select_attributes? select_fencing? select_nodes? select_resources?"},
	"select_attributes": {holds: "attribute*"},
	"attribute":         {attrs: "id:id! name!"},
	"select_fencing":    {}, "select_nodes": {}, "select_resources": {},
}

func checkPrimitive(v *validator, p *spot, counts map[string]int) {
	switch {
	case p.has("template") && (p.has("class") || p.has("type")):
		v.fault(p, "it has a template and a class or type of its own")
	case p.has("template"):
	case !p.has("class") || !p.has("type"):
		v.fault(p, "it needs the attributes class and type, or template")
	default:
		checkProvider(v, p, counts)
	}
}

func checkProvider(v *validator, p *spot, _ map[string]int) {
	if ocf := p.attr("class") == "ocf"; ocf != p.has("provider") && p.has("class") {
		v.fault(p, "an agent of class ocf has a provider, others have none")
	}
}

func checkOneResource(v *validator, p *spot, counts map[string]int) {
	if counts["primitive"]+counts["group"] != 1 {
		v.fault(p, "it holds one <primitive> or one <group>")
	}
}

func checkContainer(v *validator, p *spot, counts map[string]int) {
	if counts["docker"]+counts["podman"]+counts["rkt"] != 1 {
		v.fault(p, "it holds one of <docker>, <podman> and <rkt>")
	}
}

func checkLocation(v *validator, p *spot, counts map[string]int) {
	sets := counts["resource_set"] > 0
	if which := p.has("rsc") || p.has("rsc-pattern"); which == sets {
		v.fault(p, "it needs either the attribute rsc or rsc-pattern, or a <resource_set>")
	}
	rules := counts["rule"] > 0
	direct := p.has("node") && (p.has("score") || p.has("score-attribute") || p.has("score-attribute-mangle"))
	if direct == rules || !direct && (p.has("node") || p.has("score")) && v.schema >= 102 {
		v.fault(p, "it needs either the attributes node and score, or a <rule>")
	}
}

// needsPair wants these attributes, or resource sets in their spot.
func needsPair(names ...string) func(v *validator, p *spot, counts map[string]int) {
	return func(v *validator, p *spot, counts map[string]int) {
		given := 0
		for _, name := range names {
			if p.has(name) {
				given++
			}
		}
		if sets := counts["resource_set"] > 0; sets && given > 0 || !sets && given < len(names) {
			v.fault(p, "it needs either %s, or a <resource_set>", strings.Join(names, " and "))
		}
	}
}

func checkRule(v *validator, p *spot, _ map[string]int) {
	if len(p.kids) == 0 && !p.has("id-ref") {
		v.fault(p, "it holds no expression")
	}
}

func checkLevel(v *validator, p *spot, _ map[string]int) {
	ways := 0
	for _, name := range []string{"target", "target-pattern", "target-attribute"} {
		if p.has(name) {
			ways++
		}
	}
	if ways != 1 {
		v.fault(p, "it needs one of target, target-pattern and target-attribute")
	}
}

func checkPermission(v *validator, p *spot, _ map[string]int) {
	ways := 0
	for _, name := range []string{"xpath", "reference", "object-type"} {
		if p.has(name) {
			ways++
		}
	}
	if ways != 1 {
		v.fault(p, "it needs one of xpath, reference and object-type")
	}
}
