package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
	"gpcs/internal/helper"
	"gpcs/internal/status"
)

// list shows all resources as crm_mon does.
func (r *resourceTool) list(context.Context) int {
	show := status.Show{Sections: status.Resources, Inactive: true, Release3: true, Describe: true, Nodeless: true}
	r.body = append(r.body, r.shown.Elements(show)...)
	r.put(nil, "%s", r.shown.Text(show))
	return r.end(exitOK, "")
}

func (r *resourceTool) listRaw(context.Context) int {
	list := namedList("resource names")
	ids := r.shown.InstanceIDs()
	for _, id := range ids {
		list.add(id, "name", "resource")
	}
	r.put(list.element(), "%s", wordLines(ids))
	return r.end(exitOK, "")
}

// wordLines writes words one a line.
func wordLines(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, "\n") + "\n"
}

// itemList is a <list> of a result.
type itemList struct{ list *cib.Element }

func namedList(name string) itemList {
	return itemList{cib.NewElement("list", "name", name, "count", "0")}
}

func (l itemList) add(text string, pairs ...string) {
	e := cib.NewElement("item", pairs...)
	e.SetText(text)
	l.list.AddChild(e)
}

func (l itemList) element() *cib.Element {
	l.list.CreateAttr("count", strconv.Itoa(len(l.list.ChildElements())))
	return l.list
}

func (r *resourceTool) operations(context.Context) int {
	o := helper.Operations{Doc: r.doc, View: r.shown, Resource: r.id, Active: !r.has("list-all-operations")}
	o.Node, _ = r.value("node")
	r.put(o.XML(), "%s", o.Text())
	return r.end(exitOK, "")
}

func (r *resourceTool) why(context.Context) int {
	reasons := helper.Reasons{Cluster: r.cluster, Resource: r.rsc, Node: r.node}
	r.put(reasons.XML(), "%s", reasons.Text())
	return r.end(exitOK, "")
}

// locate prints where a resource runs.
func (r *resourceTool) locate(context.Context) int {
	places := r.shown.Places(r.id)
	nodes := cib.NewElement("nodes", "resource", r.id)
	text := ""
	for _, p := range places {
		e, promoted := textElement("node", p.Node), ""
		if p.Promoted {
			e.CreateAttr("state", "promoted")
			promoted = " Promoted"
		}
		nodes.AddChild(e)
		if r.has("quiet") {
			text += p.Node + "\n"
		} else {
			text += "resource " + r.id + " is running on: " + p.Node + promoted + "\n"
		}
	}
	if len(places) == 0 && !r.has("quiet") {
		text = "resource " + r.id + " is NOT running\n"
	}
	r.put(nodes, "%s", text)
	return r.end(exitOK, "")
}

// queryXML prints a resource as the configuration has it.
func (r *resourceTool) queryXML(context.Context) int {
	e := r.definition()
	if e == nil {
		return r.failsWith(exitNoSuch)
	}
	config := cib.NewElement("resource_config")
	line := r.shown.One(r.id, config)
	text := string(cib.Print(e))
	xml := cib.NewElement("xml")
	xml.CreateCData(text)
	config.AddChild(xml)
	r.put(config, "%sResource XML:\n%s", line, text)
	return r.end(exitOK, "")
}

// getProperty prints an attribute of the element that defines a resource.
func (r *resourceTool) getProperty(context.Context) int {
	list := namedList("properties")
	name := r.last("get-property")
	text := ""
	if e := r.definition(); e != nil {
		if a := e.SelectAttr(name); a != nil {
			list.add(a.Value, "name", name)
			text = a.Value + "\n"
		}
	}
	r.put(list.element(), "%s", text)
	return r.end(exitOK, "")
}

func (r *resourceTool) constraints(context.Context) int {
	ties, err := sched.Constraints(r.doc, sched.Options{Now: r.now.Unix()})
	if err != nil {
		return r.end(exitError, "%v", err)
	}
	c := helper.Constraints{Ties: ties, Resource: ties.Cluster.Find(r.id), All: r.has("stack")}
	if !r.has("force") {
		c.Resource = c.Resource.Top() // constraints are about groups and clones as wholes
	}
	r.put(c.XML(), "%s", c.Text())
	return r.end(exitOK, "")
}

func (r *resourceTool) digests(context.Context) int {
	if r.rsc.Kind != sched.Primitive {
		return r.end(exitUsage, "Digests are of primitives only, and '%s' is none", r.id)
	}
	var overrides []graph.Attr
	for _, word := range r.rest {
		if name, value, ok := strings.Cut(word, "="); ok {
			overrides = append(overrides, graph.Attr{Name: name, Value: value})
		}
	}
	d := helper.Digests{Resource: r.id, Node: r.node.Name, Digests: r.cluster.DigestsOf(r.rsc, r.node, overrides)}
	r.put(d.XML(), "%s", d.Text())
	return r.end(exitOK, "")
}

// definition returns what defines a resource; an instance of a clone has that
// of all instances.
func definition(doc *cib.Document, id string) *cib.Element {
	id, _, _ = strings.Cut(id, ":")
	section := doc.Find("resources")
	if section == nil {
		return nil
	}
	kinds := []string{"primitive", "group", "clone", "master", "bundle"}
	for _, e := range section.FindElements(".//*") {
		if slices.Contains(kinds, e.Tag) && e.SelectAttrValue("id", "") == id {
			return e
		}
	}
	return nil
}
