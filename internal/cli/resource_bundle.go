package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceBundle() *cobra.Command {
	edit := func(create, reset bool) handler {
		return func(ctx context.Context, c *Call) error { return c.bundle(ctx, create, reset) }
	}
	return noun("bundle", "Manage bundles of containers", nil, nil,
		verb("create <bundle id> container <container type> [<container options>] [network <network options>] "+
			"[port-map <port options>]... [storage-map <storage options>]... [meta <meta options>] [--disabled] [--wait[=n]]",
			"Make a bundle, into which a resource may be put at any time.", edit(true, false), "-f", "--disabled", "--force", "--wait"),
		verb("reset <bundle id> [container <container options>] [network <network options>] [port-map <port options>]... "+
			"[storage-map <storage options>]... [meta <meta options>] [--disabled] [--wait[=n]]",
			"Give a bundle new options in the place of all that it has.", edit(false, true), "-f", "--disabled", "--force", "--wait"),
		verb("update <bundle id> [container <container options>] [network <network options>] "+
			"[port-map (add <port options>) | (delete | remove <id>...)]... "+
			"[storage-map (add <storage options>) | (delete | remove <id>...)]... [meta <meta options>] [--wait[=n]]",
			"Change options of a bundle; an empty value removes one.", edit(false, false), "-f", "--force", "--wait"),
	)
}

func (c *Call) bundle(ctx context.Context, create, reset bool) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	g := splitKeywords(c.Args[1:], "container", "network", "port-map", "storage-map", "meta")
	if len(g.first) > 0 {
		return errUsage
	}
	parts, err := bundleParts(g, create, create || reset)
	if err != nil {
		return err
	}
	parts.Disabled, parts.Force = c.Has("--disabled"), c.Has("--force")
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	edit := admin.UpdateBundle
	switch {
	case create:
		edit = admin.CreateBundle
	case reset:
		edit = admin.ResetBundle
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List { return edit(doc, c.Args[0], parts) })
}

// bundleParts reads the options of a bundle; a keyword without any is an error.
func bundleParts(g keywordGroups, create, onlyNew bool) (admin.BundleParts, error) {
	var parts admin.BundleParts
	for _, k := range []string{"meta", "container", "network", "port-map", "storage-map"} {
		empty := g.has(k) && len(g.groups[k]) == 0
		if strings.HasSuffix(k, "-map") { // each is a map of its own
			empty = slices.ContainsFunc(g.each[k], func(words []string) bool { return len(words) == 0 })
		}
		if empty {
			return parts, fail("No %s options specified", k)
		}
	}
	container := g.groups["container"]
	if create && len(container) > 0 && !strings.Contains(container[0], "=") {
		parts.Type, container = container[0], container[1:]
	}
	var err error
	if parts.Container, err = parsePairs(container); err != nil {
		return parts, err
	}
	if parts.Network, err = parsePairs(g.groups["network"]); err != nil {
		return parts, err
	}
	if err := mapWords("port-map", g.each["port-map"], onlyNew, &parts.Ports, &parts.RemovePorts); err != nil {
		return parts, err
	}
	if err := mapWords("storage-map", g.each["storage-map"], onlyNew, &parts.Storage, &parts.RemoveStorage); err != nil {
		return parts, err
	}
	parts.Meta, err = parsePairs(g.groups["meta"])
	return parts, err
}

// mapWords reads port or storage maps: options of new ones or, in an update,
// "add" and options or "remove" and ids.
func mapWords(kind string, each [][]string, onlyNew bool, add *[]admin.Pairs, remove *[]string) error {
	for _, words := range each {
		if !onlyNew {
			verb := words[0]
			words = words[1:]
			switch {
			case len(words) > 0 && (verb == "remove" || verb == "delete"):
				*remove = append(*remove, words...)
				continue
			case len(words) > 0 && verb == "add":
			default:
				return fail("When using '%s' you must specify either 'add' and options or either of 'delete' or 'remove' and id(s)", kind)
			}
		}
		pairs, err := parsePairs(words)
		if err != nil {
			return err
		}
		*add = append(*add, pairs)
	}
	return nil
}
