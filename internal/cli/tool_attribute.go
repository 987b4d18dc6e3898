package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/helper"
)

var crmAttributeOptions = []toolOption{
	{'n', "name", needsValue}, {0, "attr-name", needsValue}, {'N', "node", needsValue}, {'U', "uname", needsValue}, {'u', "node-uuid", needsValue},
	{'P', "pattern", needsValue}, {'l', "lifetime", needsValue}, {'v', "update", needsValue}, {0, "attr-value", needsValue}, {'G', "query", noValue}, {0, "get-value", noValue}, {'D', "delete", noValue},
	{0, "delete-attr", noValue}, {'q', "quiet", noValue}, {'t', "type", needsValue}, {'z', "utilization", noValue},
	{'d', "default", needsValue}, {'p', "promotion", mayHaveValue}, {'s', "set-name", needsValue},
	{'i', "id", needsValue}, {0, "attr-id", needsValue}, {0, "score", noValue}, {'L', "list-options", needsValue}, {'a', "all", noValue}, {'W', "wait", needsValue},
}

var crmMasterOptions = append([]toolOption{
	{'r', "resource", needsValue}, {'$', "version", noValue}, {'V', "verbose", noValue}, {'Q', "quiet-old", noValue},
}, crmAttributeOptions...)

// oldAttributeOptions are options of old and their present names.
var oldAttributeOptions = map[string]string{"attr-name": "name", "attr-value": "update", "get-value": "query", "delete-attr": "delete",
	"attr-id": "id", "uname": "node", "node-uuid": "node"}

// exitNoMessage is the exit status for a lifetime that is none (crm_error(8)).
const exitNoMessage = 76

// crmAttribute reads and writes node attributes and cluster properties:
// crm_attribute(8).
func crmAttribute(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(t.promotionArgument(crmAttributeOptions))
	if done {
		return code
	}
	a.rename(oldAttributeOptions)
	if kind, ok := a.value("list-options"); ok {
		if kind != "cluster" {
			return a.end(exitUsage, "Invalid --list-options value '%s'. Allowed values: cluster", kind)
		}
		return a.listOptions(helper.ClusterOptions())
	}
	if a.has("name") && a.has("pattern") {
		return a.end(exitUsage, "Error: --name and --pattern cannot be used at the same time")
	}
	name, _ := a.value("name")
	if rsc, ok := a.value("promotion"); ok {
		if rsc == "" {
			rsc = os.Getenv("OCF_RESOURCE_INSTANCE")
		}
		if rsc == "" {
			return a.end(exitUsage, "-p/--promotion must be called from an OCF resource agent or with a resource ID specified")
		}
		name = "master-" + rsc
	}
	return (&attributeTool{answer: a, name: name}).run(ctx)
}

// promotionArgument lets -p take the next word, if that is no option, as
// getopt's optional arguments cannot: agents write "-p RSC".
func (t *toolCall) promotionArgument(options []toolOption) []toolOption {
	for i, w := range t.argv {
		if (w == "-p" || w == "--promotion") && i+1 < len(t.argv) && !strings.HasPrefix(t.argv[i+1], "-") {
			t.argv = append(append(append([]string{}, t.argv[:i]...), "--promotion="+t.argv[i+1]), t.argv[i+2:]...)
			break
		}
	}
	return options
}

// crmMaster reads and writes the promotion score of the resource whose agent
// calls it; it stands for crm_attribute --promotion.
func crmMaster(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmMasterOptions); err != nil {
		return t.misused(err)
	}
	rsc, ok := t.value("resource")
	if !ok {
		rsc = os.Getenv("OCF_RESOURCE_INSTANCE")
	}
	if rsc == "" {
		fmt.Fprintln(t.Stderr, "error: No resource specified")
		return exitError
	}
	t.name = "crm_attribute" // which it is
	t.rename(oldAttributeOptions)
	t.rename(map[string]string{"quiet-old": "quiet"})
	if !t.has("lifetime") {
		t.given = append(t.given, toolWord{"lifetime", "forever"})
	}
	return t.attribute(ctx, "master-"+rsc)
}

// attribute carries out what the options say for one name.
func (t *toolCall) attribute(ctx context.Context, name string) int {
	return (&attributeTool{answer: &answer{toolCall: t, format: "text"}, name: name}).run(ctx)
}

// attributeTool is one call of crm_attribute.
type attributeTool struct {
	*answer
	name  string
	doc   *cib.Document
	place attrPlace
}

func (a *attributeTool) run(ctx context.Context) int {
	command := "query"
	for _, w := range a.given {
		switch w.name {
		case "update", "delete", "query":
			command = w.name // the last one counts
		}
	}
	if command != "query" && a.name == "" && !a.has("name") && !a.has("pattern") {
		return a.end(exitUsage, "Error: must specify attribute name or pattern to %s", command)
	}
	var err error
	if a.doc, err = a.document(ctx); err != nil {
		if errors.Is(err, cib.ErrDenied) {
			return a.end(exitDenied, "Error performing operation: %s", refusalText(err))
		}
		return a.failed(err)
	}
	if a.place, err = a.attributePlace(ctx, a.doc); err != nil {
		return a.end(exitNoSuch, "%v", err)
	}
	if life, ok := a.value("lifetime"); ok && life != "reboot" && life != "forever" {
		return a.end(exitNoMessage, "Error performing operation: No message of desired type")
	}
	a.place.set, _ = a.value("set-name")
	found := a.matches()
	switch command {
	case "query":
		return a.query(found)
	case "delete":
		return a.remove(ctx, found)
	}
	return a.update(ctx, found)
}

// matches are the attributes that the options mean.
func (a *attributeTool) matches() []*cib.Element {
	id, byID := a.value("id")
	pattern, _ := a.value("pattern")
	re, err := regexp.Compile(pattern)
	var found []*cib.Element
	for _, p := range a.place.pairs(a.doc) {
		name := p.SelectAttrValue("name", "")
		switch {
		case a.has("pattern") && (err != nil || !re.MatchString(name)):
		case !a.has("pattern") && (a.name != "" || a.has("name")) && name != a.name:
		case byID && p.SelectAttrValue("id", "") != id:
		default:
			found = append(found, p)
		}
	}
	return found
}

func (a *attributeTool) query(found []*cib.Element) int {
	id := ""
	if v := a.last("id"); v != "" {
		id = " id=" + v
	}
	say := func(name, value string) {
		e := cib.NewElement("attribute", "name", name, "value", value, "scope", a.place.section())
		if a.has("quiet") {
			a.put(e, "%s\n", value)
		} else {
			a.put(e, "scope=%s%s name=%s value=%s\n", a.place.section(), id, name, value)
		}
	}
	for _, p := range found {
		say(p.SelectAttrValue("name", ""), p.SelectAttrValue("value", ""))
	}
	if value, ok := a.value("default"); ok && found == nil {
		say(a.name, value)
	} else if found == nil {
		return a.end(exitNoSuch, "Error performing operation: No such device or address")
	}
	return a.end(exitOK, "")
}

// ambiguous refuses to choose among several attributes of one name.
func (a *attributeTool) ambiguous(found []*cib.Element) int {
	a.put(nil, "Multiple attributes match name=%s\n", a.name)
	for _, p := range found {
		a.put(nil, "  Value: %s \t(id=%s)\n", p.SelectAttrValue("value", ""), p.SelectAttrValue("id", ""))
	}
	return a.end(exitMultiple, "Please choose from one of the matches below and supply the 'id' with --attr-id")
}

func (a *attributeTool) remove(ctx context.Context, found []*cib.Element) int {
	if len(found) > 1 && !a.has("pattern") {
		return a.ambiguous(found)
	}
	var ops []cib.Op
	for _, p := range found {
		id := p.SelectAttrValue("id", "")
		ops = append(ops, cib.Op{Kind: cib.Delete, Path: elementPath(p)})
		if a.has("id") {
			id = "(null)" // so does the program that this stands for
		}
		if a.has("quiet") {
			continue
		}
		what, in := "attribute", ""
		if a.place.nodeID == "" {
			what = "option"
		}
		if a.place.set != "" {
			in = " set=" + a.place.set
		}
		a.put(nil, "Deleted %s %s: id=%s%s name=%s\n", a.place.section(), what, id, in, p.SelectAttrValue("name", ""))
	}
	return a.apply(ctx, ops)
}

func (a *attributeTool) update(ctx context.Context, found []*cib.Element) int {
	value, _ := a.value("update")
	if a.has("pattern") {
		var ops []cib.Op
		for _, p := range found {
			ops = append(ops, a.place.put(a.doc, p.SelectAttrValue("name", ""), p.SelectAttrValue("id", ""), value))
		}
		return a.apply(ctx, ops)
	}
	if len(found) > 1 {
		return a.ambiguous(found)
	}
	id, _ := a.value("id")
	return a.apply(ctx, []cib.Op{a.place.put(a.doc, a.name, id, value)})
}

func (a *attributeTool) apply(ctx context.Context, ops []cib.Op) int {
	if ops == nil {
		return a.end(exitOK, "")
	}
	if err := a.change(ctx, ops...); err != nil {
		if value, ok := a.value("update"); ok && !a.xml {
			set := a.place.set
			if set == "" {
				set = "<null>"
			}
			a.blame("Error setting %s=%s (section=%s, set=%s): %s", a.name, value, a.place.section(), set, refusalText(err))
		}
		return a.end(statusOf(err), "Error performing operation: %s", refusalText(err))
	}
	return a.end(exitOK, "")
}

// attributePlace finds out where the attribute stands: crm_attribute(8),
// --type, --lifetime and --utilization.
func (t *toolCall) attributePlace(ctx context.Context, doc *cib.Document) (attrPlace, error) {
	kind, _ := t.value("type")
	life, _ := t.value("lifetime")
	node := ""
	if v, ok := t.value("node"); ok {
		node = v
	}
	place := attrPlace{scope: "nodes"}
	switch {
	case t.has("utilization"):
		place.scope = "utilization"
	case kind == "rsc_defaults", kind == "rsc-defaults", kind == "op_defaults", kind == "op-defaults":
		return attrPlace{scope: strings.ReplaceAll(kind, "-", "_")}, nil
	case kind == "status", life == "reboot", kind == "" && life == "" && t.has("promotion"):
		place.scope = "status"
	case kind == "crm_config", kind == "" && life == "" && node == "":
		return attrPlace{scope: "crm_config"}, nil
	case kind == "tickets":
		return attrPlace{scope: "tickets"}, nil
	}
	return t.onNode(ctx, doc, place, node)
}

// onNode completes a place with a node of the document; "" is this node, which
// beside a file has the name of the machine.
func (t *toolCall) onNode(ctx context.Context, doc *cib.Document, place attrPlace, node string) (attrPlace, error) {
	if node == "" || node == "auto" || node == "localhost" {
		if node = os.Getenv("OCF_RESKEY_CRM_meta_on_node"); node == "" && t.cibFile() != "" {
			node, _ = os.Hostname()
		} else if node == "" {
			state, err := t.running(ctx)
			if err != nil {
				return place, fail("Could not get node name: the cluster is stopped on this node")
			}
			node = state.Node
		}
	}
	id := nodeID(doc, node, t.cibFile() == "")
	if id == "" {
		return place, fail("Could not map name=%s to a UUID", node)
	}
	place.nodeID, place.nodeName = id, node
	return place, nil
}

// nodeID finds the id of a node by its name: among the nodes, and those that
// resources make; in a running cluster among those with a status, too, where
// the nodes of bundles are.
func nodeID(doc *cib.Document, name string, running bool) string {
	sections := []string{"nodes"}
	if running {
		sections = append(sections, "status")
	}
	for _, section := range sections {
		root := doc.Find(section)
		if root == nil {
			continue
		}
		for _, n := range root.ChildElements() {
			if n.SelectAttrValue("uname", "") == name && name != "" {
				return n.SelectAttrValue("id", "")
			}
		}
	}
	made, err := doc.XPath("//primitive[@class='ocf' and @provider='pacemaker' and @type='remote']/@id | //primitive/meta_attributes/nvpair[@name='remote-node']/@value")
	if err != nil {
		return ""
	}
	for _, e := range made {
		if e.SelectAttrValue("id", "") == name || e.SelectAttrValue("value", "") == name {
			return name
		}
	}
	return ""
}
