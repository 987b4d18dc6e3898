package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/status"
)

var crmResourceOptions = []toolOption{
	{'r', "resource", needsValue}, {'l', "list-raw", noValue}, {'L', "list", noValue}, {'W', "locate", noValue},
	{'q', "query-xml", noValue}, {'w', "query-xml-raw", noValue}, {'g', "get-parameter", needsValue},
	{'p', "set-parameter", needsValue}, {'v', "parameter-value", needsValue}, {'d', "delete-parameter", needsValue},
	{'m', "meta", noValue}, {'z', "utilization", noValue}, {'N', "node", needsValue}, {'H', "host", needsValue},
	{'O', "list-all-operations", noValue}, {'o', "list-operations", noValue}, {'Q', "quiet", noValue},
	{'V', "verbose", noValue}, {'$', "version", noValue}, {0, "element", noValue}, {'f', "force", noValue},
	{'C', "cleanup", noValue}, {'R', "refresh", noValue}, {'M', "move", noValue}, {'B', "ban", noValue}, {'U', "clear", noValue},
	{'u', "lifetime", needsValue}, {0, "promoted", noValue}, {0, "master", noValue}, {0, "expired", noValue},
	{0, "force-start", noValue}, {0, "force-stop", noValue}, {0, "force-promote", noValue}, {0, "force-demote", noValue},
	{0, "force-check", noValue}, {0, "wait", noValue}, {0, "restart", noValue}, {'T', "timeout", needsValue},
	{'n', "operation", needsValue}, {'I', "interval", needsValue},
	{0, "list-agents", needsValue}, {0, "list-standards", noValue}, {0, "list-ocf-providers", noValue},
	{0, "show-metadata", needsValue}, {'s', "set-name", needsValue}, {'i', "nvpair", needsValue},
}

// crmResource shows resources and reads and writes their options. To move or
// clean up there are the verbs of pcs.
func crmResource(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmResourceOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	t.rename(map[string]string{"host": "node"})
	if len(t.rest) > 0 {
		text := "non-option ARGV-elements:"
		for i, word := range t.rest {
			text += fmt.Sprintf("\n[%d of %d] %s", i+1, len(t.rest), word)
		}
		return t.fails(exitUsage, "%s", text)
	}
	if code, ok := t.resourceVerb(ctx); ok {
		return code
	}
	stopped := errors.New("stopped")
	s, err := t.lookTool(ctx, stopped)
	switch {
	case err == stopped:
		fmt.Fprintln(t.Stderr, "crm_resource: Could not connect to the CIB: Transport endpoint is not connected\n"+
			"Error performing operation: Not connected")
		return exitDisconnected
	case err != nil:
		return t.failed(err)
	}
	view, err := s.view()
	if err != nil {
		return t.failed(err)
	}
	switch {
	case t.has("list-raw"):
		for _, id := range view.InstanceIDs() {
			fmt.Fprintln(t.Stdout, id)
		}
		return exitOK
	case t.has("list"), len(t.given) == 0:
		fmt.Fprint(t.Stdout, view.Text(status.Show{Sections: status.Resources, Inactive: true}))
		return exitOK
	case t.has("list-all-operations"), t.has("list-operations"):
		node, _ := t.value("node")
		id, _ := t.value("resource")
		fmt.Fprint(t.Stdout, view.OperationLines(id, node))
		return exitOK
	}
	id, ok := t.value("resource")
	if !ok {
		return t.fails(exitUsage, "Must supply a resource id with -r")
	}
	if view.Whole(id) == nil {
		fmt.Fprintf(t.Stderr, "crm_resource: Resource '%s' not found\nError performing operation: No such object\n", id)
		return exitNoSuch
	}
	return t.oneResource(ctx, s.doc, view, id)
}

func (t *toolCall) oneResource(ctx context.Context, doc *cib.Document, view *status.View, id string) int {
	set := optionSet{resource: definition(doc, id), tag: "instance_attributes"}
	switch {
	case t.has("meta"):
		set.tag = "meta_attributes"
	case t.has("utilization"):
		set.tag = "utilization"
	}
	if set.resource == nil {
		return t.fails(exitNoSuch, "Resource '%s' is not configured", id)
	}
	if t.has("element") {
		return t.elementAttribute(ctx, set.resource)
	}
	if name, ok := t.value("get-parameter"); ok {
		if pair := set.find(name); pair != nil {
			fmt.Fprintln(t.Stdout, pair.SelectAttrValue("value", ""))
			return exitOK
		}
		fmt.Fprintf(t.Stderr, "Attribute '%s' not found for '%s'\n", name, id)
		return exitOK // so does the program that this stands for
	}
	if name, ok := t.value("set-parameter"); ok {
		return t.setOption(ctx, set, name)
	}
	if name, ok := t.value("delete-parameter"); ok {
		if pair := set.find(name); pair != nil {
			if err := t.change(ctx, cib.Op{Kind: cib.Delete, Path: elementPath(pair)}); err != nil {
				return t.failed(err)
			}
			fmt.Fprintf(t.Stdout, "Deleted '%s' option: id=%s name=%s\n", id, pair.SelectAttrValue("id", ""), name)
		}
		return exitOK
	}
	switch {
	case t.has("locate"):
		t.locate(view, id)
	case t.has("query-xml"), t.has("query-xml-raw"):
		fmt.Fprint(t.Stdout, view.ResourceLines(status.Show{Inactive: true, OnlyResource: []string{id}},
			func(*status.Resource) bool { return true }))
		fmt.Fprintf(t.Stdout, "Resource XML:\n%s", cib.Print(set.resource))
	default:
		return t.fails(exitUsage, "Must specify a command option")
	}
	return exitOK
}

// locate prints where a resource runs.
func (t *toolCall) locate(view *status.View, id string) {
	places := view.Places(id)
	for _, p := range places {
		promoted := ""
		if p.Promoted {
			promoted = " Promoted"
		}
		if t.has("quiet") {
			fmt.Fprintln(t.Stdout, p.Node)
		} else {
			fmt.Fprintf(t.Stdout, "resource %s is running on: %s%s\n", id, p.Node, promoted)
		}
	}
	if len(places) == 0 && !t.has("quiet") {
		fmt.Fprintf(t.Stdout, "resource %s is NOT running\n", id)
	}
}

// optionSet is the place of one kind of options of a resource.
type optionSet struct {
	resource *cib.Element
	tag      string
}

func (o optionSet) find(name string) *cib.Element {
	for _, set := range o.resource.SelectElements(o.tag) {
		for _, pair := range set.SelectElements("nvpair") {
			if pair.SelectAttrValue("name", "") == name {
				return pair
			}
		}
	}
	return nil
}

func (t *toolCall) setOption(ctx context.Context, o optionSet, name string) int {
	value, ok := t.value("parameter-value")
	if !ok {
		return t.fails(exitUsage, "You need to supply a value with the -v option")
	}
	rsc := o.resource.SelectAttrValue("id", "")
	setID := rsc + "-" + o.tag
	if old := o.resource.SelectElement(o.tag); old != nil {
		setID = old.SelectAttrValue("id", setID)
	}
	id := cleanID(setID + "-" + name)
	if pair := o.find(name); pair != nil {
		setID, id = pair.Parent().SelectAttrValue("id", setID), pair.SelectAttrValue("id", id)
	}
	set := cib.NewElement(o.tag, "id", setID)
	set.AddChild(cib.NewElement("nvpair", "id", id, "name", name, "value", value))
	err := t.change(ctx, cib.Op{Kind: cib.Modify, Path: elementPath(o.resource), XML: string(cib.Print(set))})
	if err != nil {
		return t.failed(err)
	}
	fmt.Fprintf(t.Stdout, "Set '%s' option: id=%s set=%s name=%s value=%s\n", rsc, id, setID, name, value)
	return exitOK
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
