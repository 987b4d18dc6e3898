package status

import (
	"strconv"
	"time"

	"gpcs/internal/cib"
)

// Version is the release of Pacemaker whose output forms status keeps to.
const Version = "2.1.5"

// APIVersion is the version of Pacemaker's XML output that this is.
const APIVersion = "2.25"

// APIVersion3 is that of the helper programs, whose output is in the form of
// Pacemaker 3.
const APIVersion3 = "2.38"

// XML prints the view as crm_mon --output-as=xml does. request is the command
// line that asked for it.
func (v *View) XML(request string, show Show) string {
	version := APIVersion
	if show.Release3 {
		version = APIVersion3
	}
	return Result{Version: version, Request: request, Body: v.Elements(show), Message: "OK"}.XML()
}

// Elements are the parts of the view as crm_mon --output-as=xml has them.
func (v *View) Elements(show Show) []*cib.Element {
	root := cib.NewElement("view")
	v.addAll(root, show)
	return root.ChildElements()
}

// OldXML prints the view in the form of crm_mon --as-xml.
func (v *View) OldXML(show Show) string {
	root := cib.NewElement("crm_mon", "version", Version)
	v.addAll(root, show)
	return string(cib.Print(root))
}

// xmlDoc builds XML from a view.
type xmlDoc struct {
	printer
}

func (v *View) addAll(root *cib.Element, show Show) {
	show.Describe = show.Describe || show.Detail
	show.Detail = true // XML holds all that there is
	x := &xmlDoc{printer{Show: show, view: v, xml: true}}
	if show.has(Pacemakerd) && v.Live {
		add(root, "pacemakerd", "sys_from", "pacemakerd", "state", "running", "last_updated", utc(v.Now))
	}
	if show.has(summarySection) {
		x.summary(add(root, "summary"))
	}
	if show.has(Nodes) {
		nodes := add(root, "nodes")
		for _, n := range v.Nodes {
			if x.onlyNode(n) {
				x.node(nodes, n)
			}
		}
	}
	if show.has(Resources) {
		x.resources(root)
	}
	if show.has(Attributes) {
		x.attributes(root)
	}
	if show.has(Operations | Failcounts) {
		x.history(root)
	}
	if show.has(Failures) {
		x.failures(root)
	}
	if show.has(Fencing) {
		x.fencing(root)
	}
	if show.has(Tickets) {
		x.tickets(root)
	}
	if show.has(Bans) {
		x.bans(root)
	}
}

func add(parent *cib.Element, tag string, pairs ...string) *cib.Element {
	e := cib.NewElement(tag, pairs...)
	parent.AddChild(e)
	return e
}

func utc(t time.Time) string { return t.Format("2006-01-02 15:04:05Z07:00") }

func yes(b bool) string { return strconv.FormatBool(b) }

func number[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func (x *xmlDoc) summary(e *cib.Element) {
	s := x.view.Summary
	if x.has(Stack) {
		add(e, "stack", "type", s.Stack)
	}
	if x.has(DC) {
		dc := add(e, "current_dc", "present", yes(s.DC != nil))
		if s.DC != nil {
			version := s.DCVersion
			if version == "unknown" {
				version = ""
			}
			attrs(dc, "version", version, "name", s.DC.Name, "id", s.DC.ID,
				"with_quorum", yes(s.Quorate), "mixed_version", yes(s.Mixed))
		}
	}
	if x.has(Times) {
		add(e, "last_update", "time", x.view.Now.Format(dateLayout))
		c := s.LastChange
		add(e, "last_change", "time", c.Time, "user", c.User, "client", c.Client, "origin", c.Origin)
	}
	if x.has(Counts) {
		add(e, "nodes_configured", "number", number(s.Nodes))
		add(e, "resources_configured", "number", number(s.Instances), "disabled", number(s.Disabled),
			"blocked", number(s.Blocked))
	}
	if x.has(Props) {
		o := s.Options
		if x.Release3 {
			x.options3(e)
			return
		}
		add(e, "cluster_options", "stonith-enabled", yes(o.Stonith), "symmetric-cluster", yes(o.Symmetric),
			"no-quorum-policy", o.NoQuorumPolicy, "maintenance-mode", yes(o.Maintenance),
			"stop-all-resources", yes(o.StopAll), "stonith-timeout-ms", number(o.StonithTimeoutMS),
			"priority-fencing-delay-ms", number(o.PriorityDelayMS))
	}
}

// options3 has the properties under both names, old and new.
func (x *xmlDoc) options3(e *cib.Element) {
	o := x.view.Summary.Options
	enabled, timeout := yes(o.Stonith), number(o.StonithTimeoutMS)
	add(e, "cluster_options", "fencing-enabled", enabled, "fencing-timeout-ms", timeout,
		"symmetric-cluster", yes(o.Symmetric), "no-quorum-policy", o.NoQuorumPolicy, "maintenance-mode", yes(o.Maintenance),
		"stop-all-resources", yes(o.StopAll), "priority-fencing-delay-ms", number(o.PriorityDelayMS),
		"stonith-enabled", enabled, "stonith-timeout-ms", timeout)
}

func attrs(e *cib.Element, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		e.CreateAttr(pairs[i], pairs[i+1])
	}
}

func (x *xmlDoc) node(parent *cib.Element, n *Node) {
	e := add(parent, "node", "name", n.Name, "id", n.ID, "online", yes(n.Online), "standby", yes(n.Standby),
		"standby_onfail", yes(n.StandbyOnFail), "maintenance", yes(n.Maintenance), "pending", yes(n.Pending),
		"unclean", yes(n.Unclean), "health", n.Health)
	if n.FeatureSet != "" {
		e.CreateAttr("feature_set", n.FeatureSet)
	}
	kind := "member"
	if n.Kind != Member {
		kind = "remote"
	}
	attrs(e, "shutdown", yes(n.Shutdown), "expected_up", yes(n.ExpectedUp), "is_dc", yes(n.DC),
		"resources_running", number(len(n.Running)), "type", kind)
	if n.Kind == Guest {
		e.CreateAttr("id_as_resource", n.Container)
	}
	if x.ByNode {
		x.inNode = true
		defer func() { x.inNode = false }()
		for _, r := range n.Running {
			if x.onlyResource(r) {
				x.primitive(e, r)
			}
		}
	}
}

func (x *xmlDoc) attributes(root *cib.Element) {
	var list *cib.Element
	for _, n := range x.view.Nodes {
		if !n.Online || len(n.Attributes) == 0 || !x.onlyNode(n) {
			continue
		}
		if list == nil {
			list = add(root, "node_attributes")
		}
		e := add(list, "node", "name", n.Name)
		for _, a := range n.Attributes {
			at := add(e, "attribute", "name", a.Name, "value", a.Value)
			if a.Expected != "" {
				at.CreateAttr("expected", a.Expected)
			}
		}
	}
}
