package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Summary counts what happened, in a few lines.
func Summary(events []Event) string {
	faults, outcomes, outages := map[string]int{}, map[string]int{}, 0
	var done, held, gap, heal, end time.Duration
	converged, stalls := 0, 0
	for _, e := range events {
		end = max(end, e.Ended)
		switch e.Kind {
		case Fault:
			faults[e.Name]++
			done++
		case Write, Add:
			outcomes[e.Outcome]++
			if e.Outcome == Acked && e.Quorate != Quorate {
				outcomes["apart"]++
			}
		case Read:
			outcomes[e.Outcome+" reads"]++
		case Gap:
			outages++
			gap = max(gap, e.Ended-e.Begun)
		case Excuse:
			if e.Name == Stall {
				stalls++
			}
		case Hold:
			held += e.Ended - e.Begun
		case Converge:
			converged++
			heal = max(heal, e.Ended-e.Begun)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d faults in %v:", done, end.Round(time.Second))
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		fmt.Fprintf(&b, " %s %d,", name, faults[name])
	}
	fmt.Fprintf(&b, " %d heals, the longest took %.1f s to converge\n", converged, heal.Seconds())
	fmt.Fprintf(&b, "changes: %d acknowledged (%d of them without a quorum or while the view changed), %d refused, %d unknown; reads: %d acknowledged, %d not\n",
		outcomes[Acked], outcomes["apart"], outcomes[Refused], outcomes[Unknown], outcomes[Acked+" reads"], outcomes[Refused+" reads"]+outcomes[Unknown+" reads"])
	fmt.Fprintf(&b, "site: %d outages, the longest %.1f s; the address was held for %.0f s in all; nodes said %d times that they had stood still\n",
		outages, gap.Seconds(), held.Seconds(), stalls)
	return b.String()
}
