package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/status"
)

// resourceStatus carries out "status resources", "resource status" and a bare
// "resource".
func resourceStatus(ctx context.Context, c *Call) error {
	return c.listResources(ctx, "NO resources configured", func(r *status.Resource) bool { return r.Class != "stonith" })
}

// listResources prints the resources of a kind, or those that the words name
// whatever they are: [<resource id | tag id>] [node=<node>].
func (c *Call) listResources(ctx context.Context, none string, ofKind func(*status.Resource) bool) error {
	id, options, err := c.statusWords()
	if err != nil {
		return err
	}
	what := "cluster status"
	if id != "" {
		what = "status of '" + id + "'"
	}
	s, err := c.look(ctx, fail("unable to get %s from crm_mon\n%s\n%s", what, strings.Join(notConnected, "\n"), startHint))
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	show := status.Show{Sections: status.Resources, Inactive: !c.Has("--hide-inactive")}
	if node, ok := options["node"]; ok {
		show.OnlyNode = []string{node}
	}
	if id != "" {
		show.OnlyResource = resourcesNamed(s.doc, view, id)
		switch {
		case show.OnlyResource != nil:
		case show.OnlyNode == nil && show.Inactive:
			return fail("resource or tag id '%s' not found", id)
		default:
			show.OnlyResource = []string{id}
		}
		ofKind = func(*status.Resource) bool { return true }
	}
	text := view.ResourceLines(show, ofKind)
	switch {
	case text != "":
	case id == "" && show.OnlyNode == nil && show.Inactive:
		text = none + "\n"
	default:
		text = "No active resources\n"
	}
	_, err = fmt.Fprint(c.Stdout, text)
	return err
}

// resourcesNamed returns the resources that an id stands for: itself, or the
// members of a tag; nil if there is nothing of that id.
func resourcesNamed(doc *cib.Document, view *status.View, id string) []string {
	if members := tagged(doc, id); members != nil {
		return members
	}
	if view.Resource(id) != nil {
		return []string{id}
	}
	return nil
}

// statusWords takes "[<id>] [node=<node>]" apart; either may come first.
func (c *Call) statusWords() (string, map[string]string, error) {
	words := slices.Clone(c.Args)
	if len(words) > 2 {
		return "", nil, errUsage
	}
	if len(words) == 2 && strings.Contains(words[0], "=") && !strings.Contains(words[1], "=") {
		words[0], words[1] = words[1], words[0]
	}
	id, options, err := resourceAndOptions(words, "node")
	if node, given := options["node"]; given && node == "" {
		err = fail("missing value of 'node' option")
	}
	return id, options, err
}

// resourceAndOptions takes "[<id>] name=value..." apart; only the names given
// are allowed.
func resourceAndOptions(words []string, allowed ...string) (string, map[string]string, error) {
	id := ""
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		id, words = words[0], words[1:]
	}
	pairs, err := allowedPairs(words, allowed...)
	if err != nil {
		return "", nil, err
	}
	options := map[string]string{}
	for _, p := range pairs {
		options[p.Name] = p.Value
	}
	return id, options, nil
}
