package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/report"
	"gpcs/internal/status"
)

// longestWait is how long --wait without a value waits.
const longestWait = time.Hour

// waitSeconds reads --wait: how long to wait, 0 for longestWait, negative for
// not at all.
func (c *Call) waitSeconds() (time.Duration, error) {
	v, given := c.Value("--wait")
	if !given {
		return -1, nil
	}
	if _, file := c.Value("-f"); file {
		return -1, fail("Cannot use '-f' together with '--wait'")
	}
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return -1, fail("'%s' is not a valid number of seconds to wait", v)
	}
	return time.Duration(n) * time.Second, nil
}

// resourceWait is waitSeconds for verbs on resources, where pcs tells people
// of what is to come in its place.
func (c *Call) resourceWait() (time.Duration, error) {
	if c.Has("--wait") {
		c.say(report.NewDeprecation("DEPRECATED_OPTION", "Using '--wait' is deprecated. Instead, use the 'pcs status wait' command to wait "+
			"for the cluster to settle into stable state. Use the 'pcs status query resource' commands to verify that the "+
			"resource is in the expected state after the wait."))
	}
	return c.waitSeconds()
}

// editCIBAndWait is editCIB for verbs with --wait (see waitSeconds): it waits
// until the cluster has done what follows from the change and then tells
// where the resources of ids run.
func (c *Call) editCIBAndWait(ctx context.Context, wait time.Duration, ids []string, edit func(*cib.Document) report.List) error {
	return c.editCIBAndExpect(ctx, wait, &ids, nil, edit)
}

// editCIBAndExpect is editCIBAndWait for verbs that fail where a resource
// does not run afterwards, or still does. expect is nil for either; edit may
// set ids.
func (c *Call) editCIBAndExpect(ctx context.Context, wait time.Duration, ids *[]string, expect *bool, edit func(*cib.Document) report.List) error {
	if err := c.editCIB(ctx, edit); err != nil || wait < 0 {
		return err
	}
	if err := c.applied(ctx, wait); err != nil {
		return err
	}
	var reports report.List
	for _, id := range *ids {
		where, err := c.whereabouts(ctx, id)
		if err != nil {
			return err
		}
		r := report.NewInfo("RESOURCE_RUNNING_ON_NODES", where.text(id))
		if running := len(where.nodes(false)) > 0; expect != nil && running != *expect {
			r.Severity = report.Error
		}
		reports = append(reports, r)
	}
	return c.conclude(reports)
}

// applied waits until the cluster has nothing left to do; see waitSeconds for
// the limit.
func (c *Call) applied(ctx context.Context, limit time.Duration) error {
	note := ""
	if limit > 0 {
		note = fmt.Sprintf(" (timeout: %d %s)", limit/time.Second, pluralWord("second", int(limit/time.Second)))
	} else {
		limit = longestWait
	}
	c.say(report.NewInfo("WAIT_FOR_IDLE_STARTED", "Waiting for the cluster to apply configuration changes"+note+"..."))
	idle, err := c.waitIdle(ctx, limit)
	if err != nil {
		return err
	}
	if !idle {
		return fail("waiting timeout: the cluster still has something to do after %d seconds, see 'pcs status'", int(limit/time.Second))
	}
	return nil
}

// whereabouts are the nodes where a resource is active, by role.
type whereabouts map[string][]string

// The roles as messages say them, in their order.
var roleWords = []struct{ role, word string }{
	{"Promoted", "promoted"}, {"Started", "running"}, {"Unpromoted", "unpromoted"},
}

// whereabouts looks where a resource is active in the running cluster.
func (c *Call) whereabouts(ctx context.Context, id string) (whereabouts, error) {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return nil, err
	}
	view, err := status.New(doc, time.Now())
	if err != nil {
		return nil, err
	}
	where := whereabouts{}
	where.find(view.Top, id, false)
	for _, nodes := range where {
		slices.Sort(nodes)
	}
	return where, nil
}

// find adds the resources of an id. promotable tells that they stand in a
// clone whose instances can be promoted.
func (w whereabouts) find(resources []*status.Resource, id string, promotable bool) {
	for _, r := range resources {
		inside := promotable || r.Kind == status.Clone && r.Promotable
		if r.Defined == id || r.ID == id {
			w.add(r, inside)
		} else {
			w.find(r.Children, id, inside)
		}
	}
}

func (w whereabouts) add(r *status.Resource, promotable bool) {
	role := r.Role
	if promotable && role == "Started" {
		role = "Unpromoted"
	}
	if r.Kind == status.Primitive {
		for _, n := range r.Active {
			if !slices.Contains(w[role], n.Name) {
				w[role] = append(w[role], n.Name)
			}
		}
	}
	for _, inner := range r.Children {
		w.add(inner, promotable)
	}
}

// nodes lists all nodes where the resource is active, or those where it is
// promoted.
func (w whereabouts) nodes(promoted bool) []string {
	var all []string
	for role, nodes := range w {
		if !promoted || role == "Promoted" {
			all = append(all, nodes...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (w whereabouts) text(id string) string {
	var parts []string
	for _, r := range roleWords {
		nodes := w[r.role]
		if len(nodes) == 0 {
			continue
		}
		word := "node"
		if len(nodes) > 1 {
			word = "nodes"
		}
		parts = append(parts, fmt.Sprintf("%s on %s %s", r.word, word, report.Quote(nodes)))
	}
	if parts == nil {
		return fmt.Sprintf("resource '%s' is not running on any node", id)
	}
	return fmt.Sprintf("resource '%s' is %s", id, strings.Join(parts, "; "))
}
