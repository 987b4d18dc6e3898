package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/report"
)

func newResourceMove() *cobra.Command {
	return verb("move <resource id> [destination node] [--promoted] [--strict] [--wait[=n]]",
		"Move a resource off its node, or to the node named, and leave no constraint behind. With --strict only if no other "+
			"resource is moved, started or stopped by it.", resourceMove,
		"-f", "--promoted", "--strict", "--wait")
}

func newResourceMoveWithConstraint() *cobra.Command {
	return verb("move-with-constraint <resource id> [destination node] [lifetime=<lifetime>] [--promoted] [--wait[=n]]",
		"Make a constraint that moves a resource off its node, or to the node named.",
		func(ctx context.Context, c *Call) error { return c.steer(ctx, false) }, "-f", "--promoted", "--wait")
}

func newResourceBan() *cobra.Command {
	return verb("ban <resource id> [node] [--promoted] [lifetime=<lifetime>] [--wait[=n]]",
		"Make a constraint that keeps a resource from a node, or from the one where it runs.",
		func(ctx context.Context, c *Call) error { return c.steer(ctx, true) }, "-f", "--promoted", "--wait")
}

func newResourceClear() *cobra.Command {
	return verb("clear <resource id> [node] [--promoted] [--expired] [--wait[=n]]",
		"Remove the constraints that move-with-constraint and ban made.", resourceClear, "-f", "--expired", "--promoted", "--wait")
}

// steeringWords reads resource, node and lifetime.
func (c *Call) steeringWords(doing string) (admin.Steering, error) {
	s := admin.Steering{Promoted: c.Has("--promoted")}
	if len(c.Args) == 0 {
		return s, fail("must specify a resource to %s", doing)
	}
	s.Resource = c.Args[0]
	for _, word := range c.Args[1:] {
		lifetime, isLifetime := strings.CutPrefix(word, "lifetime=")
		switch {
		case isLifetime && s.Until.IsZero() && doing != "clear":
			if lifetime = strings.TrimSpace(lifetime); lifetime == "" {
				continue
			}
			if lifetime[0] >= '0' && lifetime[0] <= '9' {
				lifetime = "P" + lifetime
			}
			end, ok := admin.LifetimeEnd(lifetime, time.Now())
			if !ok {
				s.WrongLifetime = fmt.Sprintf("cannot %s resource '%s'\nInvalid duration specified: %s\nPlease refer to "+
					"https://en.wikipedia.org/wiki/ISO_8601#Durations for examples of valid durations", doing, s.Resource, lifetime)
			}
			s.Until = end
		case s.Node == "" && !strings.Contains(word, "="):
			s.Node = word
		default:
			return s, errUsage
		}
	}
	return s, nil
}

// steer carries out move-with-constraint and ban. Without a node they are
// about the one where the resource runs.
func (c *Call) steer(ctx context.Context, ban bool) error {
	doing := "move"
	if ban {
		doing = "ban"
	}
	s, err := c.steeringWords(doing)
	if err != nil {
		return err
	}
	s.Ban = ban
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	if s.Node == "" {
		s, err = c.steerAway(ctx, s)
		if err != nil {
			return err
		}
	}
	return c.editCIBAndWait(ctx, wait, []string{s.Resource}, func(doc *cib.Document) report.List { return admin.Steer(doc, s) })
}

// steerAway makes a steering keep a resource from the node where it runs.
func (c *Call) steerAway(ctx context.Context, s admin.Steering) (admin.Steering, error) {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return s, err
	}
	if reports := admin.CheckSteering(doc, s); reports.Failed() {
		return s, c.conclude(reports)
	}
	where, err := c.whereabouts(ctx, s.Resource)
	if err != nil {
		return s, err
	}
	nodes := where.nodes(s.Promoted)
	switch {
	case len(nodes) == 0:
		return s, fail("You must specify a node when moving/banning a stopped resource")
	case len(nodes) > 1:
		return s, fail("cannot move resource '%s'\ncrm_resource: Resource '%s' not moved: active in %d locations.\n"+
			"To prevent '%s' from running on a specific location, specify a node.", s.Resource, s.Resource, len(nodes), s.Resource)
	}
	s.Ban, s.Node = true, nodes[0]
	return s, nil
}

func resourceClear(ctx context.Context, c *Call) error {
	s, err := c.steeringWords("clear")
	if err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	now := time.Now()
	return c.editCIBAndWait(ctx, wait, []string{s.Resource}, func(doc *cib.Document) report.List {
		return admin.Unsteer(doc, s, c.Has("--expired"), now)
	})
}

// resourceMove moves a resource and takes the constraint back once it is
// there. It fails if the resource is on the same nodes afterwards.
func resourceMove(ctx context.Context, c *Call) error {
	if err := c.changedSyntax("-f"); err != nil {
		return err
	}
	s, err := c.steeringWords("move")
	if err != nil {
		return err
	}
	if !s.Until.IsZero() {
		return errUsage
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	before, err := c.moveFrom(ctx, &s)
	if err != nil {
		return err
	}
	if c.Has("--strict") {
		if err := c.affectsNoOther(ctx, s); err != nil {
			return err
		}
	}
	if err := c.quietly(ctx, func(doc *cib.Document) report.List { return admin.Steer(doc, s) }); err != nil {
		return err
	}
	c.say(report.NewInfo("RESOURCE_MOVE_CONSTRAINT_CREATED", fmt.Sprintf(
		"Location constraint to move resource '%s' has been created", s.Resource)))
	moved := c.applied(ctx, max(wait, 0))
	// The constraint is taken back whether or not the cluster got there.
	err = c.quietly(ctx, func(doc *cib.Document) report.List {
		return admin.Unsteer(doc, admin.Steering{Resource: s.Resource, Node: s.Node, Promoted: s.Promoted}, false, time.Now())
	})
	if err != nil {
		return err
	}
	c.say(report.NewInfo("RESOURCE_MOVE_CONSTRAINT_REMOVED", fmt.Sprintf(
		"Location constraint created to move resource '%s' has been removed", s.Resource)))
	if moved != nil {
		return moved
	}
	if err := c.applied(ctx, max(wait, 0)); err != nil {
		return err
	}
	after, err := c.whereabouts(ctx, s.Resource)
	if err != nil {
		return err
	}
	text := after.text(s.Resource)
	if len(after.nodes(false)) == 0 || slices.Equal(before, after.nodes(s.Promoted)) {
		return c.conclude(report.List{report.NewError("RESOURCE_RUNNING_ON_NODES", text)})
	}
	c.say(report.NewInfo("RESOURCE_RUNNING_ON_NODES", text))
	return nil
}

// affectsNoOther refuses a move after which the cluster would do something to
// other resources.
func (c *Call) affectsNoOther(ctx context.Context, s admin.Steering) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	doc = doc.Copy()
	if reports := admin.Steer(doc, s); reports.Failed() {
		return c.conclude(reports)
	}
	plan := disablePlan{own: map[string]bool{}, actions: map[string][]string{}}
	for _, id := range admin.Inside(doc, []string{s.Resource}) {
		plan.own[id] = true
	}
	result, err := sched.Schedule(doc, sched.Options{Now: time.Now().Unix(), Sanitized: true})
	if err != nil {
		return fail("unable to simulate changes in CIB: %v", err)
	}
	plan.collect(result)
	others := plan.others(false)
	if len(others) == 0 {
		return nil
	}
	return c.conclude(report.List{report.NewError("RESOURCE_MOVE_AFFECTS_OTHER_RESOURCES", fmt.Sprintf(
		"Moving resource '%s' affects %s: %s", s.Resource, pluralWord("resource", len(others)), report.Quote(others)))})
}

// moveFrom says where a resource that is to be moved runs. Without a node to
// go to, it is kept from the one where it is.
func (c *Call) moveFrom(ctx context.Context, s *admin.Steering) ([]string, error) {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return nil, err
	}
	if reports := admin.CheckSteering(doc, *s); reports.Failed() {
		return nil, c.conclude(reports)
	}
	where, err := c.whereabouts(ctx, s.Resource)
	if err != nil {
		return nil, err
	}
	nodes := where.nodes(s.Promoted)
	if len(nodes) == 0 {
		return nil, c.conclude(report.List{report.NewError("CANNOT_MOVE_RESOURCE_NOT_RUNNING", where.text(s.Resource))})
	}
	if s.Node == "" {
		if nodes = where.nodes(len(where["Promoted"]) > 0); len(nodes) > 1 {
			return nil, fail("resource '%s' is running on several nodes, name the node to move it to", s.Resource)
		}
		s.Ban, s.Node = true, nodes[0]
		return nodes, nil
	}
	if slices.Contains(nodes, s.Node) {
		return nil, fail("cannot move resource '%s'\ncrm_resource: Error performing operation: Requested item already exists", s.Resource)
	}
	return nodes, nil
}

// quietly edits the document and keeps what is said to itself unless it fails.
func (c *Call) quietly(ctx context.Context, edit func(*cib.Document) report.List) error {
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		if reports := edit(doc); reports.Failed() {
			return reports
		}
		return nil
	})
}
