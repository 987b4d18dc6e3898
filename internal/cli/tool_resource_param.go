package cli

import (
	"context"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/helper"
)

// paramKind is the kind of set that the options name.
func (r *resourceTool) paramKind() string {
	switch {
	case r.has("meta"):
		return "meta_attributes"
	case r.has("utilization"):
		return "utilization"
	}
	return "instance_attributes"
}

// getParameter prints a parameter as the cluster uses it.
func (r *resourceTool) getParameter(context.Context) int {
	name, _ := r.value("get-parameter")
	value, ok := r.effective(name)
	if !ok {
		r.blame("Attribute '%s' not found for '%s'", name, r.id)
		return r.end(exitOK, "") // so does the program that this stands for
	}
	list := namedList("attributes")
	list.add(value, "name", name)
	r.put(list.element(), "%s\n", value)
	return r.end(exitOK, "")
}

func (r *resourceTool) effective(name string) (string, bool) {
	e := r.definition()
	switch {
	case r.has("element"):
		if e == nil || e.SelectAttr(name) == nil {
			return "", false
		}
		return e.SelectAttrValue(name, ""), true
	case r.has("meta"):
		return r.rsc.Meta.Lookup(name)
	case r.has("utilization"):
		if pair := (helper.Param{Kind: "utilization", Name: name}).In(e); pair != nil {
			return pair.SelectAttrValue("value", ""), true
		}
		return "", false
	}
	node := r.node
	if node == nil && len(r.rsc.RunningOn) > 0 {
		node = r.rsc.RunningOn[0]
	}
	return r.cluster.Params(r.rsc, node).Lookup(name)
}

// param is the parameter that the options name.
func (r *resourceTool) param(name string) helper.Param {
	set, _ := r.value("set-name")
	id, _ := r.value("nvpair")
	return helper.Param{Kind: r.paramKind(), Name: name, Set: set, ID: id}
}

func (r *resourceTool) setParameter(ctx context.Context) int {
	name, _ := r.value("set-parameter")
	value, ok := r.value("parameter-value")
	switch {
	case !ok:
		return r.end(exitUsage, "You need to supply a value with the -v option")
	case r.has("element"):
		return r.setElement(ctx, name, &value)
	}
	target, done := r.aim(name, "update")
	if done {
		return r.failsWith(exitNoSuch)
	}
	settings := cib.NewElement("resource-settings")
	for _, t := range r.alsoSet(target, name) {
		p := r.param(name)
		found := p.In(t)
		placed := p.Placed(t)
		set := cib.NewElement(p.Kind, "id", placed.Set)
		set.AddChild(cib.NewElement("nvpair", "id", placed.ID, "name", name, "value", value))
		if err := r.change(ctx, cib.Op{Kind: cib.Modify, Path: elementPath(t), XML: string(cib.Print(set))}); err != nil {
			return r.refused(err)
		}
		settings.AddChild(placed.XML(t, value))
		in := ""
		if found == nil {
			in = " set=" + placed.Set
		}
		r.put(nil, "Set '%s' option: id=%s%s name=%s value=%s\n", t.SelectAttrValue("id", ""), placed.ID, in, name, value)
	}
	if r.xml {
		r.body = append(r.body, settings)
	}
	return r.end(exitOK, "")
}

// aim finds the element of the configuration that an option is to be changed
// in, as crm_resource does: where a clone or what is in it has the option
// already, that is meant.
func (r *resourceTool) aim(name, doing string) (target *cib.Element, none bool) {
	target = r.definition()
	if target == nil {
		return nil, true
	}
	if r.has("force") {
		return target, false
	}
	if !r.has("nvpair") {
		r.sayDuplicates(topResource(target), name)
	}
	p := r.param(name)
	parent := parentOf(target)
	switch {
	case parent != nil && isCloneTag(parent.Tag):
		if p.Inside(target) == nil {
			r.put(nil, "Performing %s of '%s' on '%s', the parent of '%s'\n", doing, name, parent.SelectAttrValue("id", ""), r.id)
			return parent, false
		}
	case isCloneTag(target.Tag):
		if child := target.SelectElement("primitive"); child != nil && p.Inside(child) != nil {
			r.put(nil, "A value for '%s' already exists in child '%s', performing %s on that instead of '%s'\n",
				name, child.SelectAttrValue("id", ""), doing, r.id)
			return child, false
		}
	}
	return target, false
}

// sayDuplicates tells of several options of that name in a resource.
func (r *resourceTool) sayDuplicates(top *cib.Element, name string) {
	pairs := helper.Param{Name: name}.All(top)
	if len(pairs) < 2 || r.xml {
		return
	}
	r.put(nil, "Multiple attributes match name=%s\n", name)
	for _, e := range pairs {
		r.put(nil, "  Value: %s \t(id=%s)\n", e.SelectAttrValue("value", ""), e.SelectAttrValue("id", ""))
	}
	r.put(nil, "\n")
}

// alsoSet lists what an option is set in: members of a group that have it
// already, the resource itself, and with --recursive all that are tied to it.
func (r *resourceTool) alsoSet(target *cib.Element, name string) []*cib.Element {
	var list []*cib.Element
	if target.Tag == "group" && r.has("meta") {
		for _, m := range target.SelectElements("primitive") {
			if r.param(name).In(m) != nil {
				list = append(list, m)
			}
		}
	}
	list = append(list, target)
	if !r.has("recursive") || !r.has("meta") {
		return list
	}
	ties, err := sched.Constraints(r.doc, sched.Options{Now: r.now.Unix()})
	if err != nil {
		return list
	}
	for _, id := range helper.Followers(ties, ties.Cluster.Find(target.SelectAttrValue("id", ""))) {
		if e := definition(r.doc, id); e != nil {
			list = append(list, e)
		}
	}
	return list
}

func (r *resourceTool) deleteParameter(ctx context.Context) int {
	name, _ := r.value("delete-parameter")
	if r.has("element") {
		return r.setElement(ctx, name, nil)
	}
	target, none := r.aim(name, "delete")
	if none {
		return r.failsWith(exitNoSuch)
	}
	p := r.param(name)
	pair := p.In(target)
	if pair == nil {
		return r.failsWith(exitNoSuch)
	}
	if err := r.change(ctx, cib.Op{Kind: cib.Delete, Path: elementPath(pair)}); err != nil {
		return r.refused(err)
	}
	in := ""
	if p.Set != "" {
		in = " set=" + p.Set
	}
	r.put(nil, "Deleted '%s' option: id=%s%s name=%s\n", target.SelectAttrValue("id", ""), pair.SelectAttrValue("id", ""), in, name)
	return r.end(exitOK, "")
}

// setElement changes an attribute of the resource's own element; nil deletes it.
func (r *resourceTool) setElement(ctx context.Context, name string, value *string) int {
	e := r.definition()
	if e == nil {
		return r.failsWith(exitNoSuch)
	}
	changed := e.Copy()
	if value != nil {
		changed.CreateAttr(name, *value)
		r.put(nil, "Set attribute: name=%s value=%s\n", name, *value)
	} else {
		changed.RemoveAttr(name)
		r.put(nil, "Deleted attribute: %s\n", name)
	}
	return r.replaced(ctx, e, changed)
}

func isCloneTag(tag string) bool { return tag == "clone" || tag == "master" }

// parentOf is the resource around another, nil at the top.
func parentOf(e *cib.Element) *cib.Element {
	if p := e.Parent(); p != nil && p.Tag != "resources" {
		return p
	}
	return nil
}

func topResource(e *cib.Element) *cib.Element {
	for p := parentOf(e); p != nil; p = parentOf(p) {
		e = p
	}
	return e
}

// setProperty sets an attribute of the element that defines a resource, and
// says nothing of it.
func (r *resourceTool) setProperty(ctx context.Context) int {
	value, ok := r.value("parameter-value")
	switch {
	case !r.has("resource-type"):
		return r.end(exitNoSuch, "Must specify -t with resource type\nError performing operation: No such object")
	case !ok || value == "":
		return r.end(exitNoSuch, "Must supply -v with new value\nError performing operation: No such object")
	}
	e := r.definition()
	if e == nil {
		return r.failsWith(exitNoSuch)
	}
	changed := e.Copy()
	changed.CreateAttr(r.last("set-property"), value)
	return r.replaced(ctx, e, changed)
}

// replaced puts a changed definition in the place of what was read.
func (r *resourceTool) replaced(ctx context.Context, e, changed *cib.Element) int {
	if err := r.change(ctx, cib.Op{Kind: cib.Replace, Path: elementPath(e), XML: string(cib.Print(changed))}); err != nil {
		return r.refused(err)
	}
	return r.end(exitOK, "")
}

// refused ends with an error of a change.
func (r *resourceTool) refused(err error) int {
	r.text = strings.Builder{}
	r.body = nil
	return r.end(statusOf(err), "Error performing operation: %s", exitText(statusOf(err)))
}
