package cli

import (
	"context"
	"fmt"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

var crmStandbyOptions = []toolOption{
	{'G', "query", noValue}, {0, "get-value", noValue}, {'v', "update", needsValue}, {0, "attr-value", needsValue},
	{'D', "delete", noValue}, {0, "delete-attr", noValue}, {'N', "node", needsValue}, {0, "uname", needsValue},
	{'U', "uname-old", needsValue}, {'l', "lifetime", needsValue}, {'i', "id", needsValue}, {0, "attr-id", needsValue},
	{'q', "quiet", noValue}, {'Q', "quiet-old", noValue}, {'V', "verbose", noValue}, {'$', "version", noValue},
}

// crmStandby reads and sets whether a node may run resources: crm_standby(8).
func crmStandby(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmStandbyOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	t.rename(map[string]string{"get-value": "query", "attr-value": "update", "delete-attr": "delete", "uname": "node",
		"uname-old": "node", "attr-id": "id"})
	t.name = "crm_attribute"
	const name = "standby"
	if t.has("lifetime") {
		return t.attribute(ctx, name)
	}
	switch {
	case t.has("update"):
		return t.lasting(ctx, name, "forever")
	case t.has("delete"):
		t.lasting(ctx, name, "forever")
		t.lasting(ctx, name, "reboot")
		return exitOK
	}
	doc, err := t.document(ctx)
	if err != nil {
		return t.failed(err)
	}
	node, _ := t.value("node")
	place, err := t.onNode(ctx, doc, attrPlace{scope: "nodes"}, node)
	if err != nil {
		return t.fails(exitNoSuch, "%v", err)
	}
	if place.find(doc, name) != nil {
		return t.lasting(ctx, name, "forever")
	}
	t.given = append(t.given, toolWord{"default", "off"})
	return t.lasting(ctx, name, "reboot")
}

// lasting is attribute for one lifetime.
func (t *toolCall) lasting(ctx context.Context, name, lifetime string) int {
	given := t.given
	t.given = append(append([]toolWord{}, given...), toolWord{"lifetime", lifetime})
	defer func() { t.given = given }()
	return t.attribute(ctx, name)
}

// rename gives options of old their present names.
func (t *toolCall) rename(names map[string]string) {
	for i, w := range t.given {
		if n, ok := names[w.name]; ok {
			t.given[i].name = n
		}
	}
}

// crmadmin lists the nodes of the configuration and tells how the daemons do:
// crmadmin(8).
func crmadmin(ctx context.Context, t *toolCall) int {
	a, code, done := t.start([]toolOption{
		{'i', "ipc-name", needsValue}, {'P', "pacemakerd", noValue}, {'S', "status", needsValue}, {'D', "dc_lookup", noValue},
		{'H', "health", noValue}, {'N', "nodes", mayHaveValue}, {'B', "bash-export", noValue}, {'q', "quiet-old", noValue},
		{'t', "timeout", needsValue},
	})
	if done {
		return code
	}
	if a.has("nodes") {
		return a.nodes(ctx)
	}
	state, err := a.running(ctx)
	dc := memberName(state, state.View.DC)
	switch {
	case err == errToolStopped:
		return a.end(exitDisconnected, "error: Could not connect to controller: Connection refused")
	case err != nil:
		return a.failed(err)
	case a.has("pacemakerd"):
		a.put(cib.NewElement("pacemakerd", "sys_from", "pacemakerd", "state", "running"), "Status of pacemakerd: 'Pacemaker is running'\n")
	case a.has("dc_lookup"):
		text := "Designated Controller is: %s\n"
		if a.has("quiet") || a.has("quiet-old") {
			text = "%s\n"
		}
		a.put(cib.NewElement("dc", "node_name", dc), text, dc)
	case a.has("status"), a.has("health"):
		node, _ := a.value("status")
		if node == "" {
			node = state.Node
		}
		role := "S_NOT_DC"
		if node == dc {
			role = "S_IDLE"
		}
		a.put(cib.NewElement("crmd", "node_name", node, "state", role, "result", "ok"), "Controller on %s in state %s: ok\n", node, role)
	default:
		return a.end(exitUsage, "Must specify a command option")
	}
	return a.end(exitOK, "")
}

func (a *answer) nodes(ctx context.Context) int {
	doc, err := a.document(ctx)
	if err != nil {
		return a.failed(err)
	}
	kinds, _ := a.value("nodes")
	if kinds == "" && len(a.rest) > 0 {
		kinds = a.rest[0]
	}
	list, text := cib.NewElement("nodes"), ""
	for _, n := range nodesByKind(doc, kinds) {
		list.AddChild(cib.NewElement("node", "type", n.kind, "name", n.name, "id", n.id))
		switch {
		case a.has("bash-export"):
			text += fmt.Sprintf("export %s=%s\n", n.name, n.id)
		case a.has("quiet"), a.has("quiet-old"):
			text += n.name + "\n"
		default:
			text += fmt.Sprintf("%s node: %s (%s)\n", n.kind, n.name, n.id)
		}
	}
	a.put(list, "%s", text)
	return a.end(exitOK, "")
}

// memberName is the name of the node with that id.
func memberName(state api.State, id uint32) string {
	for _, m := range state.View.Members {
		if m.ID == id {
			return m.Name
		}
	}
	return ""
}
