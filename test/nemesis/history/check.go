package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/sim"
)

// Check returns every violation in a history, each as a sentence.
func Check(events []Event) []string {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Begun, b.Begun) })
	var found []string
	found = append(found, checkHolds(events)...)
	found = append(found, checkConverged(events)...)
	found = append(found, checkSet(events)...)
	found = append(found, checkVersions(events)...)
	return append(found, checkRegisters(events)...)
}

// span says when, for people.
func span(begun, ended time.Duration) string {
	return fmt.Sprintf("%.3f s to %.3f s", begun.Seconds(), ended.Seconds())
}

// checkHolds looks for two nodes that have the address at one time. A node
// that is not alive to obey is left out for that while.
func checkHolds(events []Event) []string {
	var holds []Event
	excused := map[string][]Event{}
	for _, e := range events {
		switch e.Kind {
		case Hold:
			holds = append(holds, e)
		case Excuse:
			excused[e.Node] = append(excused[e.Node], e)
		}
	}
	var found []string
	for i, a := range holds {
		for _, b := range holds[i+1:] {
			if b.Begun >= a.Ended {
				break
			}
			if a.Node == b.Node {
				continue
			}
			rest := []stretch{{b.Begun, min(a.Ended, b.Ended)}}
			rest = without(without(rest, excused[a.Node]), excused[b.Node])
			for _, s := range rest {
				found = append(found, fmt.Sprintf("%s and %s both had the address, %s", a.Node, b.Node, span(s.from, s.to)))
			}
		}
	}
	return found
}

// stretch is a piece of time.
type stretch struct{ from, to time.Duration }

// without takes the times of events out of stretches.
func without(list []stretch, events []Event) []stretch {
	for _, e := range events {
		var left []stretch
		for _, s := range list {
			if before := (stretch{s.from, min(s.to, e.Begun)}); before.from < before.to {
				left = append(left, before)
			}
			if after := (stretch{max(s.from, e.Ended), s.to}); after.from < after.to {
				left = append(left, after)
			}
		}
		list = left
	}
	return list
}

// checkConverged demands one document on all nodes after each heal.
func checkConverged(events []Event) []string {
	var found []string
	for _, e := range events {
		if e.Kind != Converge {
			continue
		}
		if e.Outcome != Acked {
			found = append(found, fmt.Sprintf("no convergence, %s: %s", span(e.Begun, e.Ended), e.Text))
			continue
		}
		documents := map[string]bool{}
		for _, d := range e.Holds {
			documents[d] = true
		}
		if len(documents) != 1 {
			found = append(found, fmt.Sprintf("the nodes hold different documents at %.3f s: %v", e.Ended.Seconds(), e.Holds))
		}
	}
	return found
}

// checkSet demands that each acknowledged addition is in what the nodes hold
// after each heal, until it was removed, and no refused one. One that was
// acknowledged without a quorum may have been kept beside the document instead.
func checkSet(events []Event) []string {
	var found []string
	reported, saved := map[string]bool{}, map[string]bool{}
	for _, c := range events {
		if c.Kind != Converge || c.Outcome != Acked {
			continue
		}
		for _, v := range c.Saved {
			saved[v] = true
		}
		has := map[string]bool{}
		for _, v := range c.Set {
			has[v] = true
		}
		gone := map[string]bool{}
		for _, e := range events {
			if e.Kind == Remove && e.Begun < c.Ended {
				for _, v := range e.Set {
					gone[v] = true
				}
			}
		}
		for _, e := range events {
			if e.Kind != Add || e.Ended > c.Begun || gone[e.Value] || reported[e.Value] {
				continue
			}
			switch {
			case e.Outcome == Acked && !has[e.Value] && (e.Quorate == Quorate || !saved[e.Value]):
				found = append(found, fmt.Sprintf("LOST: %s was acknowledged by %s (quorate: %s) as version %s at %.3f s and is in no document at %.3f s, "+
					"kept among lost changes: %v", e.Value, e.Node, e.Quorate, e.Version, e.Ended.Seconds(), c.Ended.Seconds(), saved[e.Value]))
			case e.Outcome == Refused && has[e.Value]:
				found = append(found, fmt.Sprintf("%s was refused by %s at %.3f s but was done", e.Value, e.Node, e.Ended.Seconds()))
			default:
				continue
			}
			reported[e.Value] = true
		}
	}
	return found
}

// checkVersions demands that acknowledged changes have versions of their own,
// which rise with time: nothing that was acknowledged is rolled back.
func checkVersions(events []Event) []string {
	var acked []Event
	for _, e := range events {
		if (e.Kind == Write || e.Kind == Add) && e.Outcome == Acked && e.Version != "" && e.Quorate == Quorate { // commands do not say the version
			acked = append(acked, e)
		}
	}
	var found []string
	owner := map[string]Event{}
	for _, e := range acked {
		if had, twice := owner[e.Version]; twice {
			found = append(found, fmt.Sprintf("%s and %s were both acknowledged as version %s", had.Value, e.Value, e.Version))
		}
		owner[e.Version] = e
	}
	ended := slices.SortedFunc(slices.Values(acked), func(a, b Event) int { return cmp.Compare(a.Ended, b.Ended) })
	var highest Event
	next := 0
	for _, e := range acked { // in the order of their begin
		for ; next < len(ended) && ended[next].Ended < e.Begun; next++ {
			if older(highest.Version, ended[next].Version) {
				highest = ended[next]
			}
		}
		if highest.Version != "" && !older(highest.Version, e.Version) {
			found = append(found, fmt.Sprintf("%s was acknowledged as version %s after %s had been as %s", e.Value, e.Version, highest.Value, highest.Version))
		}
	}
	return found
}

// older tells whether version a is before b; "" is before all.
func older(a, b string) bool {
	if a == "" || b == "" {
		return a == "" && b != ""
	}
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m < n
		}
	}
	return false
}

// patience is how long the search for an order of one key's operations may take.
const patience = 30 * time.Second

// checkRegisters demands that writes and reads of each key are such as one
// copy could have answered. What the nodes hold after a heal is a read too.
func checkRegisters(events []Event) []string {
	var accesses []sim.Access
	for i, e := range events {
		switch {
		case e.Kind == Write && e.Outcome != Refused:
			a := sim.Access{Client: i, Register: e.Key, Write: true, Value: e.Value, Begun: int64(e.Begun), Ended: int64(e.Ended)}
			if e.Outcome == Unknown || e.Quorate != Quorate { // it may have given way
				a.Ended = 0
			}
			accesses = append(accesses, a)
		case (e.Kind == Read && e.Quorate == Quorate || e.Kind == Converge) && e.Outcome == Acked:
			for _, key := range slices.Sorted(maps.Keys(e.Values)) {
				accesses = append(accesses, sim.Access{Client: i, Register: key, Value: e.Values[key], Begun: int64(e.Begun), Ended: int64(e.Ended)})
			}
		}
	}
	bad, undecided := sim.Linearizable(accesses, patience)
	var found []string
	for _, key := range bad {
		found = append(found, fmt.Sprintf("writes and reads of %s are in no order that one copy could have answered", key))
	}
	for _, key := range undecided {
		found = append(found, fmt.Sprintf("it could not be decided within %v whether writes and reads of %s are linearizable", patience, key))
	}
	return found
}
