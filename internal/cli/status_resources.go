package cli

import (
	"context"
	"fmt"
	"maps"
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
	id, options, err := c.resourceAndOptions("node")
	if err != nil {
		return err
	}
	s, err := c.look(ctx, fail("unable to get cluster status from crm_mon\n%s\n%s", strings.Join(notConnected, "\n"), startHint))
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
		if show.OnlyResource = resourcesNamed(s.doc, view, id); show.OnlyResource == nil {
			return fail("resource or tag id '%s' not found", id)
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

// resourceAndOptions takes "[<id>] name=value..." apart; only the names given
// are allowed.
func (c *Call) resourceAndOptions(allowed ...string) (string, map[string]string, error) {
	id, words, late := "", c.Args, false
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		id, words = words[0], words[1:]
	}
	options := map[string]string{}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		old, twice := options[name]
		switch {
		case !ok && late:
			return "", nil, errUsage
		case !ok && id == "":
			id, late = w, true
			continue
		case !ok:
			return "", nil, fail("missing value of '%s' option", w)
		case name == "":
			return "", nil, fail("missing key in '%s' option", w)
		case value == "":
			return "", nil, fail("missing value of '%s' option", name)
		case twice && old != value:
			return "", nil, fail("duplicate option '%s' with different values '%s' and '%s'", name, old, value)
		}
		options[name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(allowed, name) {
			return "", nil, fail("Unknown option '%s'", name)
		}
	}
	return id, options, nil
}
