package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/report"
	"gpcs/internal/status"
)

const queryHelp = `Queries: exists; is-stonith; get-type; is-type <type> [unique] [promotable];
is-state <state> [on-node <node>] [members any|all|none] [instances any|all|none];
is-in-group [<id>]; is-in-clone [<id>]; is-in-bundle [<id>]; get-index-in-group;
get-members; get-nodes. The exit status is 0 for True, 2 for False, 1 for an error.`

// query answers one question about a resource: lines to print and whether
// that means yes.
type query struct {
	kinds []status.Kind // of the resources that it can be asked of; nil = all
	args  [2]int        // least and most words after it, -1 = any number
	ask   func(r *status.Resource, args []string) (lines []string, yes bool, err error)
}

func queries() map[string]query {
	primitive := []status.Kind{status.Primitive}
	collective := []status.Kind{status.Bundle, status.Clone, status.Group}
	return map[string]query{
		"is-stonith": {primitive, [2]int{}, func(r *status.Resource, _ []string) ([]string, bool, error) {
			return truth(r.Class == "stonith")
		}},
		"get-type": {nil, [2]int{}, func(r *status.Resource, _ []string) ([]string, bool, error) {
			return []string{strings.Join(typeWords(r), " ")}, true, nil
		}},
		"is-type": {nil, [2]int{1, 3}, isType},
		"get-members": {collective, [2]int{}, func(r *status.Resource, _ []string) ([]string, bool, error) {
			return r.MemberIDs(), true, nil
		}},
		"get-nodes": {nil, [2]int{}, func(r *status.Resource, _ []string) ([]string, bool, error) {
			return r.NodeNames(), true, nil
		}},
		"get-index-in-group": {primitive, [2]int{}, indexInGroup},
		"is-in-group":        {primitive, [2]int{0, 1}, isIn(status.Group)},
		"is-in-clone":        {[]status.Kind{status.Primitive, status.Group}, [2]int{0, 1}, isIn(status.Clone)},
		"is-in-bundle":       {primitive, [2]int{0, 1}, isIn(status.Bundle)},
		"is-state":           {nil, [2]int{1, -1}, isState},
	}
}

// queryResource carries out "status query resource".
func queryResource(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	id, name, args := c.Args[0], c.Args[1], c.Args[2:]
	q, known := queries()[name]
	switch {
	case name == "exists" && len(args) > 0, name != "exists" && !known:
		return errUsage
	case known && (len(args) < q.args[0] || (q.args[1] >= 0 && len(args) > q.args[1])):
		return errUsage
	}
	s, err := c.look(ctx, errMonStopped)
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	r := view.Whole(id)
	lines, yes, err := truth(r != nil)
	if name != "exists" {
		if r == nil {
			return fail("Resource '%s' does not exist", id)
		}
		if q.kinds != nil && !slices.Contains(q.kinds, r.Kind) {
			return fail("Resource '%s' has unexpected type '%s'. This command works only for resources of type %s",
				id, r.Kind, report.Quote(kindWords(q.kinds)))
		}
		lines, yes, err = q.ask(r, args)
	}
	if err != nil {
		return err
	}
	if !c.Has("--quiet") && len(lines) > 0 {
		fmt.Fprintln(c.Stdout, strings.Join(lines, "\n"))
	}
	if !yes {
		return ExitError{Code: 2}
	}
	return nil
}

func truth(yes bool, more ...string) ([]string, bool, error) {
	word := "False"
	if yes {
		word = "True"
	}
	return append([]string{word}, more...), yes, nil
}

func kindWords(kinds []status.Kind) []string {
	var words []string
	for _, k := range kinds {
		words = append(words, string(k))
	}
	slices.Sort(words)
	return words
}

// typeWords is a resource's type with what is special about it.
func typeWords(r *status.Resource) []string {
	words := []string{string(r.Kind)}
	if r.Unique && r.Kind != status.Primitive {
		words = append(words, "unique")
	}
	if r.Promotable {
		words = append(words, "promotable")
	}
	return words
}

func isType(r *status.Resource, args []string) ([]string, bool, error) {
	if !slices.Contains([]string{"primitive", "group", "clone", "bundle"}, args[0]) {
		return nil, false, errUsage
	}
	have := typeWords(r)
	return truth(have[0] == args[0] && !slices.ContainsFunc(args, func(w string) bool { return !slices.Contains(have, w) }))
}

func isIn(kind status.Kind) func(*status.Resource, []string) ([]string, bool, error) {
	return func(r *status.Resource, args []string) ([]string, bool, error) {
		for up := r.Parent; up != nil; up = up.Parent {
			if up.Kind == kind {
				return truth(len(args) == 0 || args[0] == up.Defined, up.Defined)
			}
		}
		return truth(false)
	}
}

func indexInGroup(r *status.Resource, _ []string) ([]string, bool, error) {
	if r.Parent == nil || r.Parent.Kind != status.Group {
		return nil, false, fail("Resource '%s' is not in a group", r.ID)
	}
	return []string{strconv.Itoa(r.Place())}, true, nil
}

// isState reads "<state> [on-node N] [members Q] [instances Q]".
func isState(r *status.Resource, args []string) ([]string, bool, error) {
	ask := status.StateQuery{State: strings.ToLower(args[0]), Members: "any", Instances: "any"}
	args = args[1:]
	if ask.State == "locked_to" && len(args) > 0 && !slices.Contains([]string{"on-node", "members", "instances"}, args[0]) {
		ask.LockedTo, args = args[0], args[1:]
	}
	for ; len(args) >= 2; args = args[2:] {
		quantifier := slices.Contains([]string{"any", "all", "none"}, args[1])
		switch {
		case args[0] == "on-node":
			ask.Node = args[1]
		case args[0] == "members" && quantifier:
			ask.Members = args[1]
		case args[0] == "instances" && quantifier:
			ask.Instances = args[1]
		default:
			return nil, false, errUsage
		}
	}
	if len(args) > 0 || !ask.Known() {
		return nil, false, errUsage
	}
	return truth(r.Is(ask))
}
