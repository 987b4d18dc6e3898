package cli

import (
	"context"
	"fmt"
	"os"

	"gpcs/internal/cib"
)

var crmAttributeOptions = []toolOption{
	{'n', "name", needsValue}, {'N', "node", needsValue}, {'U', "uname", needsValue}, {'u', "node-uuid", needsValue},
	{'l', "lifetime", needsValue}, {'v', "update", needsValue}, {'G', "query", noValue}, {'D', "delete", noValue},
	{'q', "quiet", noValue}, {'Q', "quiet-old", noValue}, {'t', "type", needsValue}, {'z', "utilization", noValue},
	{'d', "default", needsValue}, {'p', "promotion", mayHaveValue}, {'s', "set-name", needsValue},
	{'i', "id", needsValue}, {'V', "verbose", noValue}, {'$', "version", noValue},
}

var crmMasterOptions = append([]toolOption{
	{'r', "resource", needsValue}, {0, "attr-value", needsValue}, {0, "delete-attr", noValue}, {0, "get-value", noValue},
}, crmAttributeOptions...)

// crmAttribute reads and writes node attributes and cluster properties.
func crmAttribute(ctx context.Context, t *toolCall) int {
	if err := t.parse(t.promotionArgument(crmAttributeOptions)); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	name, _ := t.value("name")
	if rsc, ok := t.value("promotion"); ok {
		if rsc == "" {
			rsc = os.Getenv("OCF_RESOURCE_INSTANCE")
		}
		if rsc == "" {
			return t.fails(exitUsage, "-p/--promotion must be called from an OCF resource agent or with a resource ID specified")
		}
		name = "master-" + rsc
	}
	return t.attribute(ctx, name)
}

// promotionArgument lets -p take the next word, if that is no option, as
// getopt's optional arguments cannot: agents write "-p RSC".
func (t *toolCall) promotionArgument(options []toolOption) []toolOption {
	for i, w := range t.argv {
		if (w == "-p" || w == "--promotion") && i+1 < len(t.argv) && t.argv[i+1] != "" && t.argv[i+1][0] != '-' {
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
		return t.fails(exitError, "This program should only ever be invoked from inside an OCF resource agent")
	}
	for i, w := range t.given {
		t.given[i].name = map[string]string{
			"attr-value": "update", "delete-attr": "delete", "get-value": "query", "quiet-old": "query",
		}[w.name]
		if t.given[i].name == "" {
			t.given[i].name = w.name
		}
	}
	if !t.has("lifetime") {
		t.given = append(t.given, toolWord{"lifetime", "forever"})
	}
	return t.attribute(ctx, "master-"+rsc)
}

// attribute carries out what the options say for one name.
func (t *toolCall) attribute(ctx context.Context, name string) int {
	doc, err := t.document(ctx)
	if err != nil {
		return t.failed(err)
	}
	place, err := t.attributePlace(ctx, doc, name)
	if err != nil {
		return t.fails(exitNoSuch, "%v", err)
	}
	pair := place.find(doc, name)
	value, update := t.value("update")
	switch {
	case name == "" && place.scope == "crm_config":
		for _, p := range place.pairs(doc) {
			fmt.Fprintf(t.Stdout, "scope=%s  name=%s value=%s\n", place.scope, p.SelectAttrValue("name", ""), p.SelectAttrValue("value", ""))
		}
		return exitOK
	case update:
		if err := t.change(ctx, place.set(doc, name, value)); err != nil {
			return t.failed(err)
		}
		return exitOK
	case t.has("delete"):
		if pair == nil {
			return exitOK
		}
		if err := t.change(ctx, place.remove(name)); err != nil {
			return t.failed(err)
		}
		if !t.has("quiet") {
			fmt.Fprintf(t.Stdout, "Deleted %s attribute: id=%s name=%s\n", place.scope, pair.SelectAttrValue("id", ""), name)
		}
		return exitOK
	}
	value, ok := t.value("default")
	if pair != nil {
		value, ok = pair.SelectAttrValue("value", ""), true
	}
	switch {
	case !ok:
		return t.fails(exitNoSuch, "Error performing operation: No such device or address")
	case t.has("quiet"), t.has("quiet-old"):
		fmt.Fprintln(t.Stdout, value)
	default:
		fmt.Fprintf(t.Stdout, "scope=%s  name=%s value=%s\n", place.scope, name, value)
	}
	return exitOK
}

// attributePlace finds out where the attribute stands: crm_attribute(8),
// --type, --lifetime and --utilization.
func (t *toolCall) attributePlace(ctx context.Context, doc *cib.Document, name string) (attrPlace, error) {
	kind, _ := t.value("type")
	life, _ := t.value("lifetime")
	node := ""
	for _, option := range []string{"node", "uname", "node-uuid"} {
		if v, ok := t.value(option); ok {
			node = v
		}
	}
	place := attrPlace{scope: "nodes"}
	switch {
	case t.has("utilization"):
		place.scope = "utilization"
	case kind == "status", life == "reboot", kind == "" && life == "" && t.has("promotion"):
		place.scope = "status"
	case kind == "crm_config", kind == "" && life == "" && node == "":
		return attrPlace{scope: "crm_config"}, nil
	}
	return t.onNode(ctx, doc, place, node)
}

// onNode completes a place with a node of the document; "" is this node.
func (t *toolCall) onNode(ctx context.Context, doc *cib.Document, place attrPlace, node string) (attrPlace, error) {
	if node == "" || node == "auto" || node == "localhost" {
		if node = os.Getenv("OCF_RESKEY_CRM_meta_on_node"); node == "" {
			state, err := t.running(ctx)
			if err != nil {
				return place, fail("Could not get node name: the cluster is stopped on this node")
			}
			node = state.Node
		}
	}
	for _, section := range []string{"nodes", "status"} {
		root := doc.Find(section)
		if root == nil {
			continue
		}
		for _, n := range root.ChildElements() {
			if id := n.SelectAttrValue("id", ""); n.SelectAttrValue("uname", "") == node || id == node {
				place.nodeID, place.nodeName = id, n.SelectAttrValue("uname", node)
				return place, nil
			}
		}
	}
	return place, fail("Could not map name=%s to a UUID", node)
}
