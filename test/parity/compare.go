package parity

import (
	"regexp"
	"sort"
	"strings"

	"gpcs/internal/cib"
)

// Levels are what is compared, from loose to strict in each of the outputs:
// placement is the cluster after the transition, decisions the transition's
// summary, summary the whole text; actions are those of the graph without
// order, graph has their inputs, too, exp is its very text; scores are the
// placement scores.
var Levels = []string{"placement", "decisions", "actions", "graph", "summary", "scores", "exp"}

// Output is what a run gave.
type Output struct {
	Summary string // text of crm_simulate -S
	Scores  string // lines of crm_simulate -sQ
	Graph   string // XML of crm_simulate -G
}

// Compare tells at which levels an output is as recorded. Blanks and empty
// lines do not count.
func Compare(c *Case, got Output) map[string]bool {
	out := map[string]bool{
		"placement": Same(Block(c.Files["summary.txt"], "Revised Cluster Status:"), Block(got.Summary, "Revised Cluster Status:")),
		"decisions": Same(Block(c.Files["summary.txt"], "Transition Summary:"), Block(got.Summary, "Transition Summary:")),
		"summary":   Same(c.Files["summary.txt"], got.Summary),
		"scores":    Same(sorted(c.Files["scores.txt"]), sorted(got.Scores)),
	}
	for level, same := range CompareGraphs(c.Files["exp.xml"], got.Graph) {
		out[level] = same
	}
	return out
}

// unlike are attributes that differ between releases and machines.
var unlike = regexp.MustCompile(`(crm_feature_set|batch-limit)="[^"]*"`)

// CompareGraphs compares two transition graphs at the levels that are about them.
func CompareGraphs(want, got string) map[string]bool {
	wantActs, wantGraph, err1 := CanonicalGraph(want)
	gotActs, gotGraph, err2 := CanonicalGraph(got)
	read := err1 == nil && err2 == nil
	plain := func(text string) string { return unlike.ReplaceAllString(text, "") }
	return map[string]bool{
		"actions": read && wantActs == gotActs,
		"graph":   read && wantActs == gotActs && wantGraph == gotGraph,
		"exp":     Same(plain(want), plain(got)),
	}
}

// Same compares two texts without blanks and empty lines.
func Same(a, b string) bool { return squash(a) == squash(b) }

// Block returns the lines under a title up to the next one.
func Block(text, title string) string {
	_, rest, ok := strings.Cut(text, title+"\n")
	if !ok {
		return ""
	}
	var out []string
	for _, l := range strings.Split(rest, "\n") {
		if l != "" && l[0] != ' ' {
			break
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

func squash(text string) string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if s := strings.Join(strings.Fields(l), ""); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// CanonicalGraph writes a graph without ids and order: its actions, and its
// actions with their inputs.
func CanonicalGraph(text string) (actions, graph string, err error) {
	root, err := cib.ParseElement([]byte(text))
	if err != nil {
		return "", "", err
	}
	var acts, edges []string
	for _, s := range root.SelectElements("synapse") {
		var ins []string
		for _, t := range s.SelectElement("inputs").SelectElements("trigger") {
			for _, a := range t.ChildElements() {
				ins = append(ins, actionKey(a))
			}
		}
		sort.Strings(ins)
		for _, a := range s.SelectElement("action_set").ChildElements() {
			detail := attributes(a)
			for _, k := range a.ChildElements() {
				detail += "\n    " + k.Tag + " " + attributes(k)
				for _, x := range k.ChildElements() {
					detail += " [" + x.Tag + " " + attributes(x) + "]"
				}
			}
			acts = append(acts, actionKey(a)+" prio "+s.SelectAttrValue("priority", "0")+"\n    "+detail)
			edges = append(edges, actionKey(a)+" <- "+strings.Join(ins, "\n    "))
		}
	}
	var head []string
	for _, a := range root.Attr {
		if a.Key != "batch-limit" && a.Key != "transition_id" {
			head = append(head, a.Key+"="+a.Value)
		}
	}
	sort.Strings(acts)
	sort.Strings(edges)
	sort.Strings(head)
	return strings.Join(acts, "\n"), strings.Join(head, " ") + "\n" + strings.Join(edges, "\n"), nil
}

func actionKey(e *cib.Element) string {
	v := func(n string) string { return e.SelectAttrValue(n, "") }
	k := v("internal_operation_key")
	if k == "" {
		k = v("operation_key")
	}
	return strings.Join([]string{e.Tag, v("operation"), k, v("on_node"), v("router_node")}, "|")
}

func attributes(e *cib.Element) string {
	var l []string
	for _, a := range e.Attr {
		if a.Key != "id" && a.Key != "crm_feature_set" || e.Tag == "primitive" || e.Tag == "node" {
			l = append(l, a.Key+"="+a.Value)
		}
	}
	sort.Strings(l)
	return strings.Join(l, " ")
}
