package helper

import (
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// Reasons tells where resources run and what keeps them from it: crm_resource
// --why. Resource and Node may be nil, for all.
type Reasons struct {
	Cluster  *sched.Cluster
	Resource *sched.Resource
	Node     *sched.Node
}

// finding is one line: where a resource is, and what was checked about it.
type finding struct {
	resource *sched.Resource
	text     string
	running  bool
}

func (r Reasons) findings() []finding {
	var list []finding
	note := func(rsc *sched.Resource, running bool, text string) {
		list = append(list, finding{resource: rsc, running: running, text: "Resource " + rsc.ID + text})
	}
	host := ""
	if r.Node != nil {
		host = r.Node.Name
	}
	switch {
	case r.Resource != nil && r.Node != nil:
		on := runsOn(r.Resource, r.Node)
		note(r.Resource, on, map[bool]string{true: " is running on host ", false: " is not running on host "}[on]+host)
	case r.Resource != nil:
		on := runs(r.Resource)
		note(r.Resource, on, map[bool]string{true: " is running", false: " is not running"}[on])
	case r.Node != nil:
		for _, rsc := range r.Node.Active {
			note(rsc, true, " is running on host "+host)
		}
	default:
		for _, rsc := range r.Cluster.Resources {
			if on := runs(rsc); !rsc.Removed || on {
				note(rsc, on, map[bool]string{true: " is running", false: " is not running"}[on])
			}
		}
	}
	return list
}

func runs(r *sched.Resource) bool {
	return len(r.RunningOn) > 0 || slices.ContainsFunc(r.Children, runs)
}

func runsOn(r *sched.Resource, n *sched.Node) bool {
	return slices.Contains(r.RunningOn, n) || slices.ContainsFunc(r.Children, func(c *sched.Resource) bool { return runsOn(c, n) })
}

// check is one thing that keeps a resource from running.
type check struct{ attr, value, text string }

// checks looks for what keeps a resource from running; names are those of the
// resource that the configuration has at its first level.
func (r Reasons) checks(rsc *sched.Resource) []check {
	top := rsc.Top()
	id := "'" + top.ID + "'"
	var list []check
	switch target := top.Meta.Get("target-role"); {
	case strings.EqualFold(target, "Stopped"):
		list = append(list, check{"remain_stopped", "true", "Configuration specifies " + id + " should remain stopped"})
	case top.Promotable && (strings.EqualFold(target, "Unpromoted") || strings.EqualFold(target, "Slave")):
		list = append(list, check{"promotable", "false", "Configuration specifies " + id + " should not be promoted"})
	}
	if !rsc.Managed {
		list = append(list, check{"unmanaged", "true", "Configuration prevents cluster from stopping or starting unmanaged " + id})
	}
	if rsc.LockNode != nil {
		list = append(list, check{"locked-to", rsc.LockNode.Name, id + " is locked to node " + rsc.LockNode.Name + " due to shutdown"})
	}
	if r.Node != nil && r.Cluster.Unhealthy(rsc, r.Node) {
		list = append(list, check{"unhealthy", "true",
			id + " cannot run on unhealthy nodes due to node-health-strategy='" + r.Cluster.Config.HealthStrategy + "'"})
	}
	return list
}

// Text prints a line for each resource and each thing that keeps it from running.
func (r Reasons) Text() string {
	var b strings.Builder
	for _, f := range r.findings() {
		b.WriteString(f.text + "\n")
		for _, c := range r.checks(f.resource) {
			b.WriteString(c.text + "\n")
		}
	}
	return b.String()
}

// XML prints the same as one element.
func (r Reasons) XML() *cib.Element {
	root := cib.NewElement("reason")
	list := r.findings()
	if r.Resource != nil {
		switch on := list[0].running; {
		case r.Node == nil:
			root.CreateAttr("running", strconv.FormatBool(on))
		case on:
			root.CreateAttr("running_on", r.Node.Name)
		}
		root.AddChild(r.checkXML(r.Resource))
		return root
	}
	all := cib.NewElement("resources")
	root.AddChild(all)
	for _, f := range list {
		e := cib.NewElement("resource", "id", f.resource.ID, "running", strconv.FormatBool(f.running))
		if r.Node != nil {
			e.CreateAttr("host", r.Node.Name)
		}
		e.AddChild(r.checkXML(f.resource))
		all.AddChild(e)
	}
	return root
}

func (r Reasons) checkXML(rsc *sched.Resource) *cib.Element {
	e := cib.NewElement("check", "id", rsc.Top().ID)
	for _, c := range r.checks(rsc) {
		e.CreateAttr(c.attr, c.value)
	}
	return e
}
