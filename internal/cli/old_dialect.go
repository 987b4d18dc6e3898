package cli

import (
	"fmt"
	"slices"
	"strings"
)

// oldForm is a command of an earlier pcs that the present one refuses.
type oldForm struct {
	words string // what it begins with
	// modern returns the words of today, which follow what it does to options;
	// nil where the command is no old form after all.
	modern func(w *Words, rest []string) []string
}

// oldForms are what pcs 0.9 to 0.11 took and 0.12 no longer does.
func oldForms() []oldForm {
	return []oldForm{
		{"cluster auth", oldAuth},
		{"cluster quorum", renamed("quorum")},
		{"cluster standby", renamed("node", "standby")},
		{"cluster unstandby", renamed("node", "unstandby")},
		{"cluster remote-node add", renamed("cluster", "node", "add-guest")},
		{"cluster remote-node remove", renamed("cluster", "node", "remove-guest")},
		{"resource show", oldShow("resource")},
		{"stonith show", oldShow("stonith")},
		{"resource defaults", oldDefaults("resource", "defaults")},
		{"resource op defaults", oldDefaults("resource", "op", "defaults")},
		{"resource master", oldMaster},
		{"resource create", oldCreate},
		{"resource update", oldWordRoles("resource", "update")},
		{"resource op add", oldWordRoles("resource", "op", "add")},
		{"resource failcount show", oldFailcount("resource", "failcount", "show")},
		{"resource failcount reset", oldFailcount("resource", "cleanup")},
		{"resource cleanup", oldNode("resource", "cleanup")},
		{"resource refresh", oldNode("resource", "refresh")},
		{"resource move", masterOption("resource", "move")},
		{"resource move-with-constraint", masterOption("resource", "move-with-constraint")},
		{"resource ban", masterOption("resource", "ban")},
		{"resource clear", masterOption("resource", "clear")},
		{"constraint colocation add", oldColocation},
		{"constraint location list", renamed("constraint", "location", "config")},
		{"constraint order list", renamed("constraint", "order", "config")},
		{"constraint colocation list", renamed("constraint", "colocation", "config")},
		{"constraint ticket list", renamed("constraint", "ticket", "config")},
		{"constraint location", oldRuleRole},
		{"constraint order set", oldWordRoles("constraint", "order", "set")},
		{"constraint colocation set", oldWordRoles("constraint", "colocation", "set")},
		{"constraint ticket set", oldWordRoles("constraint", "ticket", "set")},
		{"constraint ticket add", oldTicket},
		{"property set", oldNodeProperty(true)},
		{"property unset", oldNodeProperty(false)},
		{"stonith level add", oldLevelAdd},
		{"stonith level remove", oldLevelRemove("remove")},
		{"stonith level delete", oldLevelRemove("delete")},
		{"status groups", renamed("resource", "group", "list")},
		{"pcsd clear-auth", renamed("pcsd", "deauth")},
	}
}

// oldOptions rewrites options that no longer are; the words come back as they
// were where there are none.
func oldOptions(argv []string) (now []string, note string) {
	if now = oldSetup(argv); now != nil {
		return now, "'pcs cluster setup' is written as in an earlier pcs, the modern form is: pcs " + strings.Join(now, " ")
	}
	for _, o := range []struct{ verb, option, now string }{
		{"resource create", "--clone", "clone"}, {"cluster verify", "-V", "--full"}, {"resource show", "--groups", ""},
	} {
		at := slices.Index(argv, o.option)
		noun, verb, _ := strings.Cut(o.verb, " ")
		i := slices.Index(argv, noun)
		if at < 0 || i < 0 || i+1 >= len(argv) || argv[i+1] != verb {
			continue
		}
		now = slices.Clone(argv)
		if o.now != "" {
			now[at] = o.now
		} else {
			now = slices.Replace(slices.Delete(now, at, at+1), i, i+2, "resource", "group", "list")
		}
		return now, fmt.Sprintf("'pcs %s %s' is written as in an earlier pcs, the modern form is: pcs %s", o.verb, o.option, strings.Join(now, " "))
	}
	return argv, ""
}

// modernize rewrites a command of an earlier pcs and notes its modern form.
func (w *Words) modernize() {
	for _, f := range oldForms() {
		head := strings.Fields(f.words)
		if len(w.Args) < len(head) || !slices.Equal(w.Args[:len(head)], head) {
			continue
		}
		now := f.modern(w, slices.Clone(w.Args[len(head):]))
		if now == nil {
			continue
		}
		w.Args = now
		w.Notes = append(w.Notes, fmt.Sprintf("'pcs %s' is written as in an earlier pcs, the modern form is: pcs %s",
			f.words, strings.Join(append(now, w.shown()...), " ")))
		return
	}
}

// shown are the options given, without the values of those that are secret.
func (w *Words) shown() []string {
	var list []string
	for _, o := range w.Given() {
		if v, _ := w.Value(o); v != "" && o != "-p" {
			list = append(list, o, v)
		} else {
			list = append(list, o)
		}
	}
	return list
}

func renamed(now ...string) func(*Words, []string) []string {
	return func(_ *Words, rest []string) []string { return append(slices.Clone(now), rest...) }
}

// oldAuth: cluster auth took the nodes; now those of the cluster are meant.
func oldAuth(_ *Words, rest []string) []string {
	if len(rest) == 0 {
		return nil
	}
	return append([]string{"host", "auth"}, rest...)
}

// oldShow: one verb showed states, and configurations if some were named.
func oldShow(noun string) func(*Words, []string) []string {
	return func(w *Words, rest []string) []string {
		verb := "status"
		if len(rest) > 0 || w.Has("--full") {
			verb = "config"
		}
		delete(w.values, "--full")
		return append([]string{noun, verb}, rest...)
	}
}

// oldDefaults: name=value followed at once.
func oldDefaults(words ...string) func(*Words, []string) []string {
	return func(_ *Words, rest []string) []string {
		if len(rest) == 0 || !strings.Contains(rest[0], "=") {
			return nil
		}
		return append(append(slices.Clone(words), "update"), rest...)
	}
}

// oldMaster: the name of the clone stood before the resource's.
func oldMaster(_ *Words, rest []string) []string {
	if len(rest) > 1 && !strings.Contains(rest[1], "=") {
		rest[0], rest[1] = rest[1], rest[0]
	}
	return append([]string{"resource", "promotable"}, rest...)
}

// oldCreate: a promotable clone was asked for by --master or "master", and the
// roles of operations had their former names.
func oldCreate(w *Words, rest []string) []string {
	at := slices.Index(rest, "master")
	old := true
	switch {
	case at > 1:
		rest[at] = "promotable"
	case w.Has("--master"):
		delete(w.values, "--master")
		rest = append(rest, "promotable")
	default:
		old = false
	}
	if !renameRoles(rest) && !old {
		return nil
	}
	return append([]string{"resource", "create"}, rest...)
}

// masterOption: --promoted was --master.
func masterOption(words ...string) func(*Words, []string) []string {
	return func(w *Words, rest []string) []string {
		if !w.Has("--master") {
			return nil
		}
		w.values["--promoted"] = w.values["--master"]
		delete(w.values, "--master")
		return append(slices.Clone(words), rest...)
	}
}

// oldRoles are the roles of promotable clones by their former names. "slave"
// is missing: pcs 0.12 says itself what to write instead.
var oldRoles = map[string]string{"Master": "Promoted", "master": "Promoted", "Slave": "Unpromoted"}

// renameRoles gives role=... its present name and tells whether there was one.
func renameRoles(words []string) bool {
	old := false
	for i, word := range words {
		if name, ok := strings.CutPrefix(word, "role="); ok && oldRoles[name] != "" {
			words[i], old = "role="+oldRoles[name], true
		}
	}
	return old
}

// oldWordRoles: roles had former names.
func oldWordRoles(words ...string) func(*Words, []string) []string {
	return func(_ *Words, rest []string) []string {
		if !renameRoles(rest) {
			return nil
		}
		return append(slices.Clone(words), rest...)
	}
}

// oldRuleRole: a rule's role had a former name.
func oldRuleRole(_ *Words, rest []string) []string {
	if !slices.Contains(rest, "rule") || !renameRoles(rest) {
		return nil
	}
	return append([]string{"constraint", "location"}, rest...)
}

// oldTicket: the role before the resource had a former name.
func oldTicket(_ *Words, rest []string) []string {
	if len(rest) < 3 || oldRoles[rest[1]] == "" || strings.Contains(rest[2], "=") {
		return nil
	}
	rest[1] = oldRoles[rest[1]]
	return append([]string{"constraint", "ticket", "add"}, rest...)
}

// oldFailcount: node, operation and interval stood without their names.
func oldFailcount(words ...string) func(*Words, []string) []string {
	return func(_ *Words, rest []string) []string {
		names := []string{"", "node=", "operation=", "interval="}
		old := words[1] == "cleanup" // reset has another name now
		for i, word := range rest {
			if i > 0 && i < len(names) && !strings.Contains(word, "=") {
				rest[i], old = names[i]+word, true
			}
		}
		if !old {
			return nil
		}
		return append(slices.Clone(words), rest...)
	}
}

// oldNode: the node was an option.
func oldNode(words ...string) func(*Words, []string) []string {
	return func(w *Words, rest []string) []string {
		node, old := w.Value("--node")
		if !old {
			return nil
		}
		delete(w.values, "--node")
		return append(append(slices.Clone(words), rest...), "node="+node)
	}
}

// oldNodeProperty: attributes of nodes were properties with --node; to set one
// has a value, to unset one has not.
func oldNodeProperty(set bool) func(*Words, []string) []string {
	return func(w *Words, rest []string) []string {
		node, old := w.Value("--node")
		if !old || len(rest) == 0 {
			return nil
		}
		delete(w.values, "--node")
		now := []string{"node", "attribute", node}
		for _, word := range rest {
			if !set {
				word += "="
			}
			now = append(now, word)
		}
		return now
	}
}

// oldLevelAdd: devices were one word with commas.
func oldLevelAdd(_ *Words, rest []string) []string {
	if len(rest) != 3 || !strings.Contains(rest[2], ",") {
		return nil
	}
	return append([]string{"stonith", "level", "add", rest[0], rest[1]}, strings.Split(rest[2], ",")...)
}

// oldLevelRemove: target and devices stood without their keywords, and devices
// were one word with commas.
func oldLevelRemove(verb string) func(*Words, []string) []string {
	return func(_ *Words, rest []string) []string {
		if slices.Contains(rest, "target") || slices.Contains(rest, "stonith") || len(rest) < 2 {
			return nil
		}
		now := []string{"stonith", "level", verb, rest[0], "target", rest[1]}
		if len(rest) > 2 {
			now = append(append(now, "stonith"), strings.Split(strings.Join(rest[2:], ","), ",")...)
		}
		return now
	}
}

// oldColocation: roles were called Master and Slave.
func oldColocation(_ *Words, rest []string) []string {
	old := false
	for i, word := range rest {
		role := oldRoles[word]
		// A role stands before its resource: first, or after "with".
		if role != "" && i+1 < len(rest) && (i == 0 || rest[i-1] == "with") && rest[i+1] != "with" {
			rest[i], old = role, true
		}
	}
	if !old {
		return nil
	}
	return append([]string{"constraint", "colocation", "add"}, rest...)
}
