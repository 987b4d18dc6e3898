package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

var stonithAdminOptions = []toolOption{
	{'R', "register", needsValue}, {'D', "deregister", needsValue}, {'r', "register-level", needsValue},
	{'d', "deregister-level", needsValue}, {'l', "list", needsValue}, {'L', "list-registered", noValue},
	{'I', "list-installed", noValue}, {'s', "list-targets", needsValue}, {'M', "metadata", noValue},
	{'Q', "query", needsValue}, {'H', "history", needsValue}, {'h', "last", needsValue}, {'K', "validate", noValue},
	{'F', "fence", needsValue}, {'U', "unfence", needsValue}, {'B', "reboot", needsValue}, {'C', "confirm", needsValue},
	{'c', "cleanup", noValue}, {'b', "broadcast", noValue}, {'a', "agent", needsValue}, {'o', "option", needsValue},
	{'e', "env-option", needsValue}, {'T', "tag", needsValue}, {'v', "device", needsValue}, {'i', "index", needsValue},
	{'t', "timeout", needsValue}, {'y', "delay", needsValue}, {'n', "as-node-id", noValue}, {0, "tolerance", needsValue},
	{'q', "quiet-old", noValue},
}

// stonithAdmin fences and shows what was fenced: stonith_admin(8). Devices are
// resources of the configuration, so it registers none.
func stonithAdmin(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(stonithAdminOptions)
	if done {
		return code
	}
	for _, o := range []struct{ option, do string }{{"reboot", api.FenceReboot}, {"fence", api.FenceOff}, {"confirm", api.FenceConfirm}} {
		if node, ok := a.value(o.option); ok {
			return a.fence(ctx, o.do, node)
		}
	}
	switch {
	case a.has("metadata"):
		agent, ok := a.value("agent")
		if !ok {
			return a.end(exitUsage, "Please specify an agent to query using -a,--agent [value]")
		}
		return a.metadata(ctx, "stonith:"+strings.TrimPrefix(agent, "stonith:"))
	case a.has("list-installed"):
		return a.asPcs(ctx, "stonith", "list")
	}
	doc, err := a.document(ctx)
	switch {
	case err == errToolStopped:
		return a.end(exitDisconnected, "Could not connect to fencer: Transport endpoint is not connected")
	case err != nil:
		return a.failed(err)
	}
	if node, ok := a.value("history"); ok {
		return a.fencingHistory(ctx, doc, node)
	}
	if node, ok := a.value("last"); ok {
		return a.lastFenced(doc, node)
	}
	if a.has("list-registered") || a.has("list") {
		var ids []string
		for _, p := range doc.Section("resources").FindElements(".//primitive") {
			if p.SelectAttrValue("class", "") == "stonith" {
				ids = append(ids, p.SelectAttrValue("id", ""))
			}
		}
		for _, id := range ids {
			a.put(cib.NewElement("item", "name", id), "%s\n", id)
		}
		word := "fence devices"
		if len(ids) == 1 {
			word = "fence device"
		}
		a.put(nil, "%d %s found\n", len(ids), word)
		return a.end(exitOK, "")
	}
	return a.end(exitUsage, "no command given that works here; devices are resources, use: pcs stonith")
}

func (a *answer) fence(ctx context.Context, do, node string) int {
	if _, err := a.running(ctx); err != nil {
		return a.end(exitDisconnected, "Could not connect to fencer: Transport endpoint is not connected")
	}
	daemon, err := a.local()
	if err != nil {
		return a.failed(err)
	}
	if err := daemon.Fence(ctx, api.FenceRequest{Do: do, Node: node}); err != nil {
		return a.end(exitError, "Couldn't fence %s: %s", node, why(err))
	}
	return a.end(exitOK, "")
}

// fencingHistory prints what was fenced, newest first, or forgets it.
func (a *answer) fencingHistory(ctx context.Context, doc *cib.Document, node string) int {
	if node == "*" {
		node = ""
	}
	if a.has("cleanup") {
		daemon, err := a.local()
		if err != nil {
			return a.failed(err)
		}
		if err := daemon.Fence(ctx, api.FenceRequest{Do: api.FenceForget, Node: node}); err != nil {
			return a.end(exitError, "%s", why(err))
		}
		return a.end(exitOK, "")
	}
	lines := historyLines(doc, node)
	if !a.has("verbose") && len(lines) > 1 {
		lines = append(lines[:1], "", "1 event found")
	}
	for _, line := range lines {
		a.put(nil, "%s\n", line)
	}
	return a.end(exitOK, "")
}

// lastFenced tells when a node was fenced last.
func (a *answer) lastFenced(doc *cib.Document, node string) int {
	for _, r := range slices.Backward(fence.Records(doc)) {
		if r.State == fence.Success && strings.EqualFold(r.Target, node) {
			a.put(cib.NewElement("last-fenced", "target", node, "when", fmt.Sprint(r.CompletedMS/1000)), "Node %s last fenced at: %d\n", node, r.CompletedMS/1000)
			return a.end(exitOK, "")
		}
	}
	a.put(nil, "Node %s has never been fenced\n", node)
	return a.end(exitOK, "")
}

// asPcs carries out a verb of pcs; a helper program that does the same prints
// the same.
func (t *toolCall) asPcs(ctx context.Context, words ...string) int { return Main(ctx, t.Env, words) }
