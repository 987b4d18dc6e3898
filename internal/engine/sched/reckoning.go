package sched

import "strconv"

// Reckoning is one number that the decisions rest on, as "crm_simulate
// --show-scores" and "--show-utilization" tell them, in order of computation.
type Reckoning struct {
	Kind     ReckoningKind
	Stage    string // of the computation: "pcmk__clone_assign"; "Original" or "Remaining" for a capacity; the operation whose secrets differ
	Resource string // "" for a capacity
	Node     string // "" for a promotion score of an instance without a node
	Score    int
	Amounts  Values // of a capacity or a use
	Magic    string // of the operation whose secrets differ
}

// ReckoningKind tells what a Reckoning is about.
type ReckoningKind int

// What is reckoned.
const (
	NodeScore      ReckoningKind = iota // how much a resource wants to be on a node
	PromotionScore                      // how much an instance wants to be promoted
	Capacity                            // what a node has to give
	Use                                 // what a resource takes of its node
	SecretsDiffer                       // that an operation ran with others than the present secrets only
)

// String is the line that crm_simulate prints.
func (r Reckoning) String() string {
	switch r.Kind {
	case NodeScore:
		return r.Stage + ": " + r.Resource + " allocation score on " + r.Node + ": " + ScoreText(r.Score)
	case PromotionScore:
		if r.Node == "" {
			return r.Resource + " promotion score (inactive): " + ScoreText(r.Score)
		}
		return r.Resource + " promotion score on " + r.Node + ": " + ScoreText(r.Score)
	case Capacity:
		return r.Stage + ": " + r.Node + " capacity:" + amounts(r.Amounts)
	case SecretsDiffer:
		return "Only 'private' parameters to " + r.Stage + " for " + r.Resource + " on " + r.Node + " changed: " + r.Magic
	}
	return r.Stage + ": " + r.Resource + " utilization on " + r.Node + ":" + amounts(r.Amounts)
}

func amounts(list Values) string {
	text := ""
	for _, a := range list {
		text += " " + a.Name + "=" + a.Value
	}
	return text
}

func (p *planner) reckon(r Reckoning) { p.reckoned = append(p.reckoned, r) }

// readableInterval writes a span in ms as people do: "1m30s".
func readableInterval(ms int64) string {
	text := ""
	for _, u := range []struct {
		ms   int64
		name string
	}{{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}} {
		if ms >= u.ms {
			text += strconv.FormatInt(ms/u.ms, 10) + u.name
			ms %= u.ms
		}
	}
	if text == "" {
		return "0s"
	}
	return text
}
