package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// cleanup makes the cluster forget failures, or with refresh all that is
// known of a resource, as the verbs of pcs do.
func (t *toolCall) cleanup(ctx context.Context) int {
	words := []string{"resource", "cleanup"}
	if t.has("refresh") {
		words[1] = "refresh"
		if t.has("force") {
			words = append(words, "--force")
		}
	}
	for _, o := range []struct{ option, prefix string }{{"resource", ""}, {"node", "node="}, {"operation", "operation="}, {"interval", "interval="}} {
		if value, ok := t.value(o.option); ok {
			words = append(words, o.prefix+value)
		}
	}
	return t.asPcs(ctx, words...)
}

// steering carries out --move, --ban and --clear by the verbs of pcs that make
// and remove such constraints.
func (t *toolCall) steering(ctx context.Context, verb string) int {
	rsc, ok := t.value("resource")
	if !ok {
		return t.fails(exitUsage, "Must supply a resource id with -r")
	}
	var words []string
	if name := t.cibFile(); name != "" {
		words = append(words, "-f", name)
	}
	words = append(words, "resource", verb, rsc)
	node, named := t.value("node")
	if named {
		words = append(words, node)
	}
	if life, ok := t.value("lifetime"); ok {
		words = append(words, "lifetime="+life)
	}
	for option, word := range map[string]string{"promoted": "--promoted", "master": "--promoted", "expired": "--expired"} {
		if t.has(option) {
			words = append(words, word)
		}
	}
	return t.asPcs(ctx, words...)
}

// resourceVerb carries out what crm_resource shares with pcs; ok is false for
// anything else.
func (t *toolCall) resourceVerb(ctx context.Context) (status int, ok bool) {
	switch {
	case t.has("cleanup"), t.has("refresh"):
		return t.cleanup(ctx), true
	case t.has("move"):
		return t.steering(ctx, "move-with-constraint"), true
	case t.has("ban"):
		return t.steering(ctx, "ban"), true
	case t.has("clear"):
		return t.steering(ctx, "clear"), true
	case t.has("wait"):
		return t.settle(ctx), true
	case t.has("restart"):
		return t.restart(ctx), true
	case t.has("force-start"), t.has("force-stop"), t.has("force-promote"), t.has("force-demote"), t.has("force-check"):
		return t.force(ctx), true
	case t.has("list-agents"), t.has("list-standards"), t.has("list-ocf-providers"):
		return t.listAgents(ctx), true
	case t.has("show-metadata"):
		agent, _ := t.value("show-metadata")
		return t.metadata(ctx, agent), true
	}
	return exitOK, false
}

// exitTimeout is the status of what was not over in time (crm_error(8)).
const exitTimeout = 124

// patience reads --timeout: "30", "30s", "2min" or "500ms"; 0 if it is not given.
func (t *toolCall) patience() (time.Duration, bool) {
	text, given := t.value("timeout")
	if !given {
		return 0, true
	}
	ms, ok := value.Milliseconds(text)
	return time.Duration(ms) * time.Millisecond, ok && ms > 0
}

// settle waits until the cluster has nothing left to do.
func (t *toolCall) settle(ctx context.Context) int {
	limit, ok := t.patience()
	if !ok {
		return t.fails(exitInvalid, "--timeout is no length of time")
	}
	if limit == 0 {
		limit = longestWait
	}
	if _, err := t.running(ctx); err != nil {
		return t.failed(err)
	}
	idle, err := t.waitIdle(ctx, limit)
	switch {
	case err != nil:
		return t.failed(err)
	case !idle:
		return t.fails(exitTimeout, "Error performing operation: Timer expired: the cluster still has actions to do after %v", limit)
	}
	return exitOK
}

func (t *toolCall) restart(ctx context.Context) int {
	rsc, ok := t.value("resource")
	if !ok {
		return t.fails(exitUsage, "Must supply a resource id with -r")
	}
	words := []string{"resource", "restart", rsc}
	if node, ok := t.value("node"); ok {
		words = append(words, node)
	}
	limit, ok := t.patience()
	if !ok {
		return t.fails(exitInvalid, "--timeout is no length of time")
	}
	if limit > 0 {
		words = append(words, "--wait="+strconv.Itoa(int((limit+time.Second-1)/time.Second)))
	}
	return t.asPcs(ctx, words...)
}

// force has the agent of a resource run one action here.
func (t *toolCall) force(ctx context.Context) int {
	rsc, ok := t.value("resource")
	if !ok {
		return t.fails(exitUsage, "Must supply a resource id with -r")
	}
	verb := ""
	for _, d := range debugActions {
		if t.has(d.force) {
			verb = d.verb
		}
	}
	return t.asPcs(ctx, "resource", verb, rsc)
}

func (t *toolCall) listAgents(ctx context.Context) int {
	switch {
	case t.has("list-standards"):
		return t.asPcs(ctx, "resource", "standards")
	case t.has("list-ocf-providers"):
		return t.asPcs(ctx, "resource", "providers")
	}
	class, _ := t.value("list-agents")
	if class == "stonith" {
		return t.asPcs(ctx, "stonith", "list", "--nodesc")
	}
	return t.asPcs(ctx, "resource", "agents", class)
}

// metadata prints an agent's metadata as the agent has it.
func (t *toolCall) metadata(ctx context.Context, agent string) int {
	if !strings.Contains(agent, ":") {
		agent = "stonith:" + agent
	}
	name, err := agentmeta.ParseName(agent)
	if err != nil {
		return t.fails(exitInvalid, "'%s' is not a valid agent specification", agent)
	}
	text, err := t.agents().Raw(ctx, name)
	if err != nil {
		return t.fails(exitError, "Metadata query for %s failed: %v", agent, err)
	}
	_, _ = t.Stdout.Write(text) // nobody is left to tell
	return exitOK
}

// elementAttribute carries out --get-parameter and its like with --element:
// the parameter is an attribute of the resource's own element.
func (t *toolCall) elementAttribute(ctx context.Context, e *cib.Element) int {
	id := e.SelectAttrValue("id", "")
	if name, ok := t.value("get-parameter"); ok {
		value, err := e.SelectAttrValue(name, ""), e.SelectAttr(name) == nil
		if err {
			return t.fails(exitOK, "Attribute '%s' not found for '%s'", name, id)
		}
		_, _ = t.Stdout.Write([]byte(value + "\n"))
		return exitOK
	}
	changed := e.Copy()
	say := ""
	if name, ok := t.value("set-parameter"); ok {
		value, _ := t.value("parameter-value")
		changed.CreateAttr(name, value)
		say = "Set attribute: id=" + id + " name=" + name + " value=" + value + "\n"
	} else if name, ok := t.value("delete-parameter"); ok {
		changed.RemoveAttr(name)
		say = "Deleted attribute: id=" + id + " name=" + name + "\n"
	}
	if err := t.change(ctx, cib.Op{Kind: cib.Replace, Path: elementPath(e), XML: string(cib.Print(changed))}); err != nil {
		return t.failed(err)
	}
	_, _ = t.Stdout.Write([]byte(say))
	return exitOK
}

// intervalMS reads an interval in milliseconds; "" is 0.
func intervalMS(text string) (int64, bool) {
	if strings.TrimSpace(text) == "" {
		return 0, true
	}
	ms, ok := value.Milliseconds(text)
	return ms, ok && ms >= 0
}
