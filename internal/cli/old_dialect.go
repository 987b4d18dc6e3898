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
		{"cluster setup", oldSetup},
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
		{"resource move", masterOption("resource", "move")},
		{"resource ban", masterOption("resource", "ban")},
		{"resource clear", masterOption("resource", "clear")},
		{"constraint colocation add", oldColocation},
		{"constraint location", oldRuleRole},
	}
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

// oldSetup: the name was an option, and a node's addresses were one word with
// a comma between.
func oldSetup(w *Words, rest []string) []string {
	name, old := w.Value("--name")
	if !old {
		return nil
	}
	delete(w.values, "--name")
	now := []string{"cluster", "setup", name}
	for _, word := range rest {
		addresses := strings.Split(word, ",")
		now = append(now, addresses[0])
		if len(addresses) > 1 {
			for _, a := range addresses {
				now = append(now, "addr="+a)
			}
		}
	}
	return now
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

// oldCreate: a promotable clone was asked for by --master or "master".
func oldCreate(w *Words, rest []string) []string {
	at := slices.Index(rest, "master")
	switch {
	case at > 1:
		rest[at] = "promotable"
	case w.Has("--master"):
		delete(w.values, "--master")
		rest = append(rest, "promotable")
	default:
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

// oldRuleRole: a rule's role had a former name.
func oldRuleRole(_ *Words, rest []string) []string {
	old := false
	if !slices.Contains(rest, "rule") {
		return nil
	}
	for i, word := range rest {
		if name, ok := strings.CutPrefix(word, "role="); ok && oldRoles[name] != "" {
			rest[i], old = "role="+oldRoles[name], true
		}
	}
	if !old {
		return nil
	}
	return append([]string{"constraint", "location"}, rest...)
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
