package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/agentmeta"
	"gpcs/internal/agents"
	"gpcs/internal/cib"
)

// completionPatience bounds how long a shell waits for names of the cluster.
const completionPatience = 500 * time.Millisecond

// candidates lists what may stand where a word is being typed after a verb:
// its options, or the names that its form asks for there.
func candidates(ctx context.Context, env Env, cmd *cobra.Command, typed []string, word string) []string {
	if strings.HasPrefix(word, "-") {
		return append(strings.Fields(cmd.Annotations[optionsKey]), "--help", "--debug")
	}
	words, err := ParseWords(typed)
	if err != nil {
		return nil
	}
	c := &Call{Env: env, Words: words, cmd: cmd}
	defer c.hangUp()
	ctx, cancel := context.WithTimeout(ctx, completionPatience)
	defer cancel()
	noun := cmd.Parent().Name()
	switch form := placeholder(cmd.Use, len(words.Args)); {
	case cmd.Name() == "create" && (noun == "resource" || noun == "stonith") && len(words.Args) == 1,
		cmd.Name() == "describe" && len(words.Args) == 0:
		return c.agentNames(noun == "stonith")
	case cmd.Name() == "create" && (noun == "resource" || noun == "stonith") && len(words.Args) > 1:
		return c.parameterNames(ctx, words.Args[1], noun == "stonith")
	case noun == "property" || cmd.Name() == "property":
		return nil
	case strings.Contains(form, "node"):
		return c.names(ctx, "nodes")
	case strings.Contains(form, "stonith id"):
		return c.names(ctx, "stonith")
	case strings.Contains(form, "resource"), strings.Contains(form, "group id"), strings.Contains(form, "clone id"):
		return c.names(ctx, "resources")
	}
	return nil
}

// placeholder is the part of a verb's form that stands for its n-th word; the
// last one may stand for any number of words.
func placeholder(use string, n int) string {
	var parts []string
	for rest := use; ; {
		i := strings.Index(rest, "<")
		if i < 0 {
			break
		}
		j := strings.Index(rest[i:], ">")
		if j < 0 {
			break
		}
		if i == 0 || rest[i-1] != '=' {
			parts = append(parts, rest[i+1:i+j])
		}
		rest = rest[i+j:]
	}
	if len(parts) == 0 || n >= len(parts) && !strings.Contains(use, "...") {
		return ""
	}
	return parts[min(n, len(parts)-1)]
}

// names lists ids of the configuration: the file's of -f, or the cluster's.
func (c *Call) names(ctx context.Context, what string) []string {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return nil
	}
	var list []string
	if what == "nodes" {
		for _, n := range nodesByKind(doc, "") {
			list = append(list, n.name)
		}
		return list
	}
	for _, e := range doc.Section("resources").FindElements(".//*") {
		if !slices.Contains([]string{"primitive", "group", "clone", "master", "bundle"}, e.Tag) {
			continue
		}
		if fence := e.SelectAttrValue("class", "") == "stonith"; fence == (what == "stonith") {
			list = append(list, e.SelectAttrValue("id", ""))
		}
	}
	return append(list, tagNames(doc)...)
}

func tagNames(doc *cib.Document) []string {
	var list []string
	if tags := doc.Find("tags"); tags != nil {
		for _, t := range tags.SelectElements("tag") {
			list = append(list, t.SelectAttrValue("id", ""))
		}
	}
	return list
}

func (c *Call) agentNames(fence bool) []string {
	finder := agents.Finder{Root: c.Root}
	if fence {
		return finder.Fence()
	}
	var list []string
	for _, n := range finder.Resources() {
		list = append(list, n.String())
	}
	return list
}

// parameterNames lists an agent's parameters as they are typed.
func (c *Call) parameterNames(ctx context.Context, agent string, fence bool) []string {
	if fence {
		agent = "stonith:" + agent
	}
	name, err := agentmeta.ParseName(agent)
	if err != nil {
		return nil
	}
	meta, err := c.agents().Metadata(ctx, name)
	if err != nil {
		return nil
	}
	var list []string
	for _, p := range meta.Parameters {
		list = append(list, p.Name+"=")
	}
	return append(list, "op", "meta")
}
