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

func newResourceCreate() *cobra.Command {
	return verb("create <resource id> [<standard>:[<provider>:]]<type> [<resource options>] "+
		"[op <operation action> <operation options> [<operation action> <operation options>]...] [meta <meta options>] "+
		"[clone [<clone id>] [<clone meta options>] | promotable [<clone id>] [<promotable meta options>] | "+
		"--group <group id> [--before <resource id> | --after <resource id>] | bundle <bundle id>] "+
		"[--disabled] [--agent-validation] [--no-default-ops] [--wait[=n]]",
		"Create a resource, alone or in a new clone, a group or a bundle. With --future, clone options follow "+
			"'meta' and a group is named with 'group <group id> [before <resource id> | after <resource id>]'.",
		resourceCreate, "-f", "--after", "--agent-validation", "--before", "--disabled", "--force", "--future",
		"--group", "--no-default-ops", "--wait")
}

// createWords is the command line of resource create, taken apart.
type createWords struct {
	options, meta admin.Pairs
	operations    []admin.Pairs
	clone         *admin.Clone
	group, bundle *string
	before, after *string
	twoClones     bool // both a plain and a promotable one were asked for
}

func resourceCreate(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	id, agentWord := c.Args[0], c.Args[1]
	words, err := c.createWords(c.Args[2:])
	if err != nil {
		return err
	}
	if err := words.check(c.Has("--future")); err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	name, reports := c.agentNamed(agentWord)
	if reports.Failed() {
		return c.conclude(reports)
	}
	agent, more := c.agent(ctx, name, true)
	if reports = append(reports, more...); reports.Failed() {
		return c.conclude(reports)
	}
	r := admin.NewResource{
		ID: id, Agent: agent, Attributes: words.options, Meta: words.meta, Operations: words.operations,
		MonitorsOnly: c.Has("--no-default-ops"), Disabled: c.Has("--disabled"), Force: c.Has("--force"),
	}
	c.say(reports...)
	if c.Has("--agent-validation") {
		r.SelfCheck = c.selfCheck(ctx, agent, words.options)
	}
	running := !r.Disabled
	return c.editCIBAndExpect(ctx, wait, &[]string{r.ID}, &running, func(doc *cib.Document) report.List { return words.create(doc, r) })
}

func (w createWords) create(doc *cib.Document, r admin.NewResource) report.List {
	switch {
	case w.clone != nil:
		return admin.CreateResourceInClone(doc, r, *w.clone)
	case w.bundle != nil:
		return admin.CreateResourceInBundle(doc, r, *w.bundle)
	case w.group != nil:
		m := admin.Member{Group: *w.group}
		if w.before != nil {
			m.Beside = *w.before
		}
		if w.after != nil {
			m.Beside, m.After = *w.after, true
		}
		return admin.CreateResourceInGroup(doc, r, m)
	}
	return admin.CreateResource(doc, r)
}

// createWords takes the words after the agent apart, in the way that is
// going out of use or, with --future, in the way to come.
func (c *Call) createWords(args []string) (createWords, error) {
	if c.Has("--future") {
		return futureCreateWords(args)
	}
	var w createWords
	top := splitKeywords(args, "clone", "promotable", "bundle")
	primitive := splitKeywords(top.first, "op", "meta")
	if c.Has("--group") {
		c.deprecatedOption("--group", &w.group)
		c.deprecatedOption("--before", &w.before)
		c.deprecatedOption("--after", &w.after)
	}
	for _, option := range []string{"--before", "--after"} {
		if c.Has(option) && w.group == nil {
			return w, fail("you cannot use %s without --group", option)
		}
	}
	for _, kind := range []string{"clone", "promotable"} {
		if !top.has(kind) {
			continue
		}
		g := splitKeywords(top.groups[kind], "op", "meta")
		id, options := cloneID(g.first)
		if len(options) > 0 {
			c.say(report.NewDeprecation("DEPRECATED_SYNTAX", "Configuring "+kind+" meta attributes without specifying the 'meta' keyword after the '"+
				kind+"' keyword is deprecated and will be removed in a future release. Specify --future to switch to the future behavior."))
		}
		c.misplacedWords(kind, "op", "operations", "this will be removed and operations will have to be specified before '"+kind+"'", &primitive, g)
		c.misplacedWords(kind, "meta", "meta attributes", "this will define meta attributes for the "+kind, &primitive, g)
		pairs, err := parsePairs(options)
		if err != nil {
			return w, err
		}
		w.twoClones = w.clone != nil
		w.clone = &admin.Clone{ID: id, Meta: pairs, Promotable: kind == "promotable"}
	}
	if top.has("bundle") {
		g := splitKeywords(top.groups["bundle"], "op", "meta")
		c.misplacedWords("bundle", "meta", "meta options", "this will be removed and meta options will have to be specified before 'bundle'", &primitive, g)
		c.misplacedWords("bundle", "op", "operations", "this will be removed and operations will have to be specified before 'bundle'", &primitive, g)
		if err := w.bundleWord(g.first); err != nil {
			return w, err
		}
	}
	return w, w.primitiveWords(primitive)
}

// misplacedWords gives the resource itself what was said of it after a clone
// or a bundle, for as long as pcs does so.
func (c *Call) misplacedWords(after, keyword, what, future string, primitive *keywordGroups, g keywordGroups) {
	if !g.has(keyword) {
		return
	}
	c.say(report.NewDeprecation("DEPRECATED_SYNTAX", "Specifying '"+keyword+"' after '"+after+"' now defines "+what+
		" for the base resource. In a future release, "+future+". Specify --future to switch to the future behavior."))
	primitive.groups[keyword] = append(primitive.groups[keyword], g.groups[keyword]...)
	primitive.each[keyword] = append(primitive.each[keyword], g.each[keyword]...)
}

// deprecatedOption takes an option that becomes a keyword.
func (c *Call) deprecatedOption(option string, to **string) {
	v, given := c.Value(option)
	if !given {
		return
	}
	*to = &v
	c.say(report.NewDeprecation("DEPRECATED_OPTION", "Using '"+option+"' is deprecated and will be replaced with '"+
		strings.TrimPrefix(option, "--")+"' in a future release. Specify --future to switch to the future behavior."))
}

func futureCreateWords(args []string) (createWords, error) {
	var w createWords
	top := splitKeywords(args, "clone", "promotable", "bundle", "group")
	for _, kind := range []string{"clone", "promotable", "bundle", "group"} {
		if len(top.each[kind]) > 1 {
			return w, fail("'%s' cannot be used more than once", kind)
		}
	}
	if err := w.primitiveWords(splitKeywords(top.first, "op", "meta")); err != nil {
		return w, err
	}
	if err := w.futureGroup(top); err != nil {
		return w, err
	}
	for _, kind := range []string{"clone", "promotable"} {
		if !top.has(kind) {
			continue
		}
		g := splitKeywords(top.groups[kind], "meta", "op")
		id, rest := cloneID(g.first)
		if len(rest) > 0 {
			return w, fail("Specifying instance attributes for a %s is not supported. Use 'meta' after '%s' if you want to specify "+
				"meta attributes.", kind, kind)
		}
		if g.has("op") {
			return w, onBase("op settings", kind)
		}
		pairs, err := parsePairs(g.groups["meta"])
		if err != nil {
			return w, err
		}
		if err := w.oneOnly(w.clone != nil, true); err != nil {
			return w, err
		}
		w.clone = &admin.Clone{ID: id, Meta: pairs, Promotable: kind == "promotable"}
	}
	if !top.has("bundle") {
		return w, nil
	}
	g := splitKeywords(top.groups["bundle"], "meta", "op")
	if err := onlyOnBase(g, "bundle"); err != nil {
		return w, err
	}
	return w, w.bundleWord(g.first)
}

// onBase refuses what is said of a resource where it is put into something.
func onBase(what, kind string) error {
	return fail("%s must be defined on the base resource, not the %s", what, kind)
}

func onlyOnBase(g keywordGroups, kind string) error {
	switch {
	case g.has("meta"):
		return onBase("meta options", kind)
	case g.has("op"):
		return onBase("op settings", kind)
	}
	return nil
}

// futureGroup reads the words after "group" as they are to be.
func (w *createWords) futureGroup(top keywordGroups) error {
	if !top.has("group") {
		return nil
	}
	g := splitKeywords(top.groups["group"], "before", "after", "op", "meta")
	if err := onlyOnBase(g, "group"); err != nil {
		return err
	}
	if len(g.first) != 1 {
		return fail("You have to specify exactly one group after 'group'")
	}
	w.group = &g.first[0]
	for _, k := range []struct {
		word string
		to   **string
	}{{"after", &w.after}, {"before", &w.before}} {
		if !g.has(k.word) {
			continue
		}
		if len(g.groups[k.word]) != 1 {
			return fail("You have to specify exactly one resource after '%s'", k.word)
		}
		*k.to = &g.groups[k.word][0]
	}
	return nil
}

// primitiveWords reads what concerns the resource itself.
func (w *createWords) primitiveWords(g keywordGroups) error {
	var err error
	if w.options, err = parsePairs(g.first); err != nil {
		return err
	}
	if w.meta, err = parsePairs(g.groups["meta"]); err != nil {
		return err
	}
	return w.addOperations(g.each["op"])
}

func (w *createWords) addOperations(each [][]string) error {
	ops, err := parseOperations(each)
	w.operations = append(w.operations, ops...)
	return err
}

func (w *createWords) bundleWord(words []string) error {
	if len(words) != 1 {
		return fail("you have to specify exactly one bundle")
	}
	w.bundle = &words[0]
	return nil
}

// cloneID splits off the id that may stand before a clone's options.
func cloneID(words []string) (string, []string) {
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		return words[0], words[1:]
	}
	return "", words
}

func (w createWords) oneOnly(already, future bool) error {
	if !already {
		return nil
	}
	if future {
		return fail("you can specify only one of clone, promotable, bundle or group")
	}
	return fail("you can specify only one of clone, promotable, bundle or --group")
}

// check tells contradictions between the words.
func (w createWords) check(future bool) error {
	if w.clone != nil && w.clone.Promotable {
		if _, given := w.clone.Meta.Get("promotable"); given {
			return fail("you cannot specify both promotable option and promotable keyword")
		}
	}
	places := 0
	for _, p := range []bool{w.twoClones, w.clone != nil, w.bundle != nil, w.group != nil} {
		if p {
			places++
		}
	}
	if err := w.oneOnly(places > 1, future); err != nil {
		return err
	}
	dashes := "--"
	if future {
		dashes = ""
	}
	switch {
	case w.group == nil && w.before != nil:
		return fail("you cannot use %sbefore without %sgroup", dashes, dashes)
	case w.group == nil && w.after != nil:
		return fail("you cannot use %safter without %sgroup", dashes, dashes)
	case w.before != nil && w.after != nil:
		return fail("you cannot specify both %sbefore and %safter", dashes, dashes)
	}
	return nil
}

// parseOperations reads the words after each "op": names of operations, each
// with its options.
func parseOperations(each [][]string) ([]admin.Pairs, error) {
	var ops [][]string
	for _, words := range each {
		if len(words) == 0 {
			return nil, errOperationParts
		}
		if strings.Contains(words[0], "=") {
			return nil, fail("When using 'op' you must specify an operation name after 'op'")
		}
		for i, w := range words {
			if i == 0 || !strings.Contains(w, "=") {
				ops = append(ops, nil)
				w = "name=" + w
			}
			ops[len(ops)-1] = append(ops[len(ops)-1], w)
		}
	}
	if slices.ContainsFunc(ops, func(words []string) bool { return len(words) < 2 }) {
		return nil, errOperationParts
	}
	var list []admin.Pairs
	for _, words := range ops {
		pairs, err := parsePairs(words)
		if err != nil {
			return nil, err
		}
		list = append(list, pairs)
	}
	return list, nil
}

const errOperationParts = messageError("When using 'op' you must specify an operation name and at least one option")
