package cli

import (
	"context"
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

var attrdUpdaterOptions = []toolOption{
	{'n', "name", needsValue}, {'N', "node", needsValue}, {'U', "update", needsValue}, {'v', "update", needsValue},
	{'B', "update-both", needsValue}, {'Y', "update-delay", noValue}, {'D', "delete", noValue}, {'Q', "query", noValue},
	{'A', "all", noValue}, {'d', "delay", needsValue}, {'p', "private", noValue}, {'S', "set-name", needsValue},
	{'s', "set", needsValue}, {'R', "refresh", noValue}, {'q', "quiet", noValue}, {'V', "verbose", noValue},
	{'$', "version", noValue},
}

// attrdUpdater reads and writes attributes that last until the node leaves.
// With a delay they are written once that long no other node has changed its own.
func attrdUpdater(ctx context.Context, t *toolCall) int {
	if err := t.parse(attrdUpdaterOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	name, _ := t.value("name")
	value, update := t.value("update")
	if both, ok := t.value("update-both"); ok {
		value, update = both, true
	}
	if t.has("refresh") || (t.has("update-delay") && !update) {
		return exitOK
	}
	if name == "" {
		return t.fails(exitUsage, "Command requires --name argument")
	}
	doc, err := t.document(ctx)
	switch {
	case err == errToolStopped:
		return t.fails(exitDisconnected, "Could not connect to attrd: Connection refused")
	case err != nil:
		return t.failed(err)
	}
	if t.has("query") {
		return t.queryAttribute(ctx, doc, name)
	}
	node, _ := t.value("node")
	place, err := t.onNode(ctx, doc, attrPlace{scope: "status"}, node)
	if err != nil {
		return t.fails(exitNoSuch, "%v", err)
	}
	dampen, err := t.dampening(name, place.nodeID)
	if err != nil {
		return t.fails(exitUsage, "%v", err)
	}
	switch {
	case update:
		if dampen != nil {
			dampen.Value = &value
		}
		err = t.changeDampened(ctx, dampen, place.put(doc, name, "", value))
	case t.has("delete"):
		err = t.changeDampened(ctx, dampen, place.remove(name))
	default:
		return t.fails(exitUsage, "Must specify exactly one of: --query, --update, --delete")
	}
	if err != nil {
		return t.failed(err)
	}
	return exitOK
}

// dampening is what the delay asks for, nil if there is none.
func (t *toolCall) dampening(name, node string) (*cib.Dampen, error) {
	delay, given := t.value("delay")
	ms, ok := value.Milliseconds(delay)
	switch {
	case given && (!ok || ms < 0):
		return nil, fail("Invalid delay '%s'", delay)
	case !given || ms == 0:
		return nil, nil
	}
	return &cib.Dampen{Attribute: name, Node: node, Milliseconds: ms}, nil
}

// queryAttribute prints the value on one node, or with --all on every node.
func (t *toolCall) queryAttribute(ctx context.Context, doc *cib.Document, name string) int {
	var places []attrPlace
	if t.has("all") {
		for _, n := range doc.Section("status").SelectElements("node_state") {
			places = append(places, attrPlace{scope: "status", nodeID: n.SelectAttrValue("id", ""), nodeName: n.SelectAttrValue("uname", "")})
		}
	} else {
		node, _ := t.value("node")
		place, err := t.onNode(ctx, doc, attrPlace{scope: "status"}, node)
		if err != nil {
			return t.fails(exitNoSuch, "%v", err)
		}
		places = append(places, place)
	}
	any := false
	for _, p := range places {
		if pair := p.find(doc, name); pair != nil {
			any = true
			fmt.Fprintf(t.Stdout, "name=\"%s\" host=\"%s\" value=\"%s\"\n", name, p.nodeName, pair.SelectAttrValue("value", ""))
		}
	}
	if !any {
		return t.fails(exitNoSuch, "Could not query value of %s: attribute does not exist", name)
	}
	return exitOK
}
