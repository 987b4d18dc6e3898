package admin

import (
	"fmt"
	"sort"
	"strings"

	"gpcs/internal/report"
)

// continued joins the parts of one command line, each on a line of its own.
func continued(parts ...string) string { return strings.Join(parts, " \\\n") }

// omitted warns that a resource is left out because of fence devices in it.
func omitted(kind, id string, devices []string, what string) report.Report {
	return report.NewWarning("STONITH_UNSUPPORTED", fmt.Sprintf("%s '%s' contains stonith %s: %s, which is unsupported. The %s will be omitted.",
		kind, id, plural(len(devices), "resource"), quoteSorted(devices), what))
}

// WithoutStonith drops fence devices and what cannot be without them, which
// no command of "pcs resource" could make again; reports say what was left out.
func (r Resources) WithoutStonith() (Resources, report.List) {
	stonith := map[string]bool{}
	kept := Resources{[]Primitive{}, []CloneInfo{}, []Group{}, []Bundle{}}
	for _, p := range r.Primitives {
		if stonith[p.ID] = p.IsStonith(); !stonith[p.ID] {
			kept.Primitives = append(kept.Primitives, p)
		}
	}
	var out report.List
	for _, b := range r.Bundles {
		if b.Member != nil && stonith[*b.Member] {
			out = append(out, omitted("Bundle resource", b.ID, []string{*b.Member}, "bundle resource"))
		} else {
			kept.Bundles = append(kept.Bundles, b)
		}
	}
	gone := map[string][]string{} // groups left out, with their devices
	for _, g := range r.Groups {
		good, bad := divide(g.Members, stonith)
		switch {
		case len(bad) > 0 && len(good) == 0:
			out = append(out, omitted("Group", g.ID, bad, "group"))
			gone[g.ID] = bad
			continue
		case len(bad) > 0:
			out = append(out, omitted("Group", g.ID, bad, "stonith "+plural(len(bad), "resource")))
			g.Members = good
		}
		kept.Groups = append(kept.Groups, g)
	}
	for _, c := range r.Clones {
		switch {
		case stonith[c.Member]:
			out = append(out, omitted("Clone", c.ID, []string{c.Member}, "clone"))
		case gone[c.Member] != nil:
			out = append(out, omitted("Clone", c.ID, gone[c.Member], "clone"))
		default:
			kept.Clones = append(kept.Clones, c)
		}
	}
	return kept, out
}

// divide splits ids into those that are not marked and those that are.
func divide(ids []string, marked map[string]bool) (plain, hit []string) {
	for _, id := range ids {
		if marked[id] {
			hit = append(hit, id)
		} else {
			plain = append(plain, id)
		}
	}
	return plain, hit
}

// Stonith keeps fence devices alone.
func (r Resources) Stonith() Resources {
	kept := Resources{[]Primitive{}, []CloneInfo{}, []Group{}, []Bundle{}}
	for _, p := range r.Primitives {
		if p.IsStonith() {
			kept.Primitives = append(kept.Primitives, p)
		}
	}
	return kept
}

// Filter keeps the resources of the ids, with what is in them.
func (r Resources) Filter(ids []string) Resources {
	if len(ids) == 0 {
		return r
	}
	want := map[string]bool{}
	for _, id := range ids {
		want[id] = true
	}
	for _, c := range r.Clones {
		want[c.Member] = want[c.Member] || want[c.ID]
	}
	for _, g := range r.Groups {
		for _, m := range g.Members {
			want[m] = want[m] || want[g.ID]
		}
	}
	kept := Resources{[]Primitive{}, []CloneInfo{}, []Group{}, []Bundle{}}
	for _, b := range r.Bundles {
		if want[b.ID] {
			kept.Bundles = append(kept.Bundles, b)
			if b.Member != nil {
				want[*b.Member] = true
			}
		}
	}
	for _, p := range r.Primitives {
		if want[p.ID] {
			kept.Primitives = append(kept.Primitives, p)
		}
	}
	for _, g := range r.Groups {
		if want[g.ID] {
			kept.Groups = append(kept.Groups, g)
		}
	}
	for _, c := range r.Clones {
		if want[c.ID] {
			kept.Clones = append(kept.Clones, c)
		}
	}
	return kept
}

// Commands writes the commands that make the resources again.
func (r Resources) Commands() []string {
	var commands []string
	inBundle := map[string]string{}
	for _, b := range r.Bundles {
		if b.Type == nil {
			continue
		}
		commands = append(commands, bundleCommand(b))
		commands = append(commands, descriptionCommand(b.ID, b.Description)...)
		if b.Member != nil {
			inBundle[*b.Member] = b.ID
			if p := r.primitive(*b.Member); p != nil {
				commands = append(commands, primitiveCommands(*p, b.ID)...)
			}
		}
	}
	for _, p := range r.Primitives {
		if inBundle[p.ID] == "" {
			commands = append(commands, primitiveCommands(p, "")...)
		}
	}
	for _, g := range r.Groups {
		commands = append(commands, continued("pcs resource group add "+shellQuote(g.ID), "  "+strings.Join(quoteAll(g.Members), " ")))
		if pairs := firstPairs(g.Meta); len(pairs) > 0 {
			commands = append(commands, continued("pcs resource meta "+shellQuote(g.ID), "  "+strings.Join(shellPairs(pairs), " ")))
		}
		commands = append(commands, descriptionCommand(g.ID, g.Description)...)
	}
	for _, c := range r.Clones {
		parts := []string{"pcs resource clone " + shellQuote(c.Member) + " " + shellQuote(c.ID)}
		if pairs := firstPairs(c.Meta); len(pairs) > 0 {
			parts = append(parts, "  meta "+strings.Join(shellPairs(pairs), " "))
		}
		commands = append(commands, continued(parts...))
		commands = append(commands, descriptionCommand(c.ID, c.Description)...)
	}
	return commands
}

func quoteAll(words []string) []string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return quoted
}

func descriptionCommand(id string, text *string) []string {
	if text == nil || *text == "" {
		return nil
	}
	return []string{"pcs cib element description " + shellQuote(id) + " " + shellQuote(*text)}
}

// firstPairs are the pairs of the first set, the only one that commands make.
func firstPairs(sets []Nvset) Pairs {
	var pairs Pairs
	if len(sets) > 0 {
		for _, nv := range sets[0].Pairs {
			pairs = append(pairs, Pair{nv.Name, nv.Value})
		}
	}
	return pairs
}

func primitiveCommands(p Primitive, bundle string) []string {
	noun, agent := "resource", p.Agent.Type
	if p.IsStonith() {
		noun = "stonith"
	} else {
		if p.Agent.Provider != nil {
			agent = *p.Agent.Provider + ":" + agent
		}
		agent = p.Agent.Standard + ":" + agent
	}
	parts := []string{fmt.Sprintf("pcs %s create --no-default-ops --force -- %s %s", noun, shellQuote(p.ID), shellQuote(agent))}
	if pairs := firstPairs(p.Instance); len(pairs) > 0 {
		parts = append(parts, "  "+strings.Join(shellPairs(pairs), " "))
	}
	if len(p.Operations) > 0 {
		parts = append(parts, "  op")
		for _, op := range p.Operations {
			pairs := op.pairs()
			words := append(Pairs{pairs[0], {"id", op.ID}}, pairs[1:]...)
			parts = append(parts, "    "+shellQuote(op.Name)+" "+strings.Join(shellPairs(words), " "))
		}
	}
	if pairs := firstPairs(p.Meta); len(pairs) > 0 {
		parts = append(parts, "  meta "+strings.Join(shellPairs(pairs), " "))
	}
	if bundle != "" {
		parts = append(parts, "  bundle "+shellQuote(bundle))
	}
	commands := []string{continued(parts...)}
	if pairs := firstPairs(p.Utilization); len(pairs) > 0 {
		commands = append(commands, continued("pcs resource utilization "+shellQuote(p.ID), "  "+strings.Join(shellPairs(pairs), " ")))
	}
	return append(commands, descriptionCommand(p.ID, p.Description)...)
}

func bundleCommand(b Bundle) string {
	parts := []string{"pcs resource bundle create " + shellQuote(b.ID), "  container " + *b.Type}
	parts = append(parts, "    "+strings.Join(shellPairs(b.Container.pairs()), " "))
	if b.Network != nil {
		if pairs := b.Network.pairs(); len(pairs) > 0 {
			parts = append(parts, "  network "+strings.Join(shellPairs(pairs), " "))
		}
	}
	for _, p := range b.Ports {
		parts = append(parts, "  port-map "+strings.Join(shellPairs(p.pairs()), " "))
	}
	for _, s := range b.Storage {
		parts = append(parts, "  storage-map "+strings.Join(shellPairs(s.pairs()), " "))
	}
	if pairs := firstPairs(b.Meta); len(pairs) > 0 {
		parts = append(parts, "  meta "+strings.Join(shellPairs(pairs), " "))
	}
	return continued(parts...)
}

// ResourceGroups lists groups with their members in order.
func ResourceGroups(r Resources) []string {
	var lines []string
	for _, g := range r.Groups {
		lines = append(lines, g.ID+": "+strings.Join(g.Members, " "))
	}
	sort.Strings(lines)
	return lines
}
