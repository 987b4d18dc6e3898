package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

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

// resourceVerb carries out what needs no document or is done as pcs does it;
// ok is false for anything else.
func (a *answer) resourceVerb(ctx context.Context) (status int, ok bool) {
	switch {
	case a.has("cleanup"), a.has("refresh"):
		return a.cleanup(ctx), true
	case a.has("wait"):
		return a.settle(ctx), true
	case a.has("restart"):
		return a.restart(ctx), true
	case a.forced() != "", a.has("validate"):
		return a.agentAction(ctx), true
	case a.has("list-agents"), a.has("list-standards"), a.has("list-ocf-providers"), a.has("list-ocf-alternatives"):
		return a.listAgents(), true
	case a.has("show-metadata"):
		return a.metadata(ctx, a.last("show-metadata")), true
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
		return t.fails(exitUsage, needsResource)
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

// intervalMS reads an interval in milliseconds; "" is 0.
func intervalMS(text string) (int64, bool) {
	if strings.TrimSpace(text) == "" {
		return 0, true
	}
	ms, ok := value.Milliseconds(text)
	return ms, ok && ms >= 0
}
