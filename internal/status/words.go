package status

import (
	"fmt"
	"strings"
)

// Exit statuses of agents in words (OCF 1.1), as Pacemaker 2.1 and 3 have them.
var (
	exitTexts2 = map[int]string{
		0: "ok", 1: "error", 2: "invalid parameter", 3: "unimplemented feature",
		4: "insufficient privileges", 5: "not installed", 6: "not configured", 7: "not running",
		8: "promoted", 9: "promoted (failed)", 190: "degraded", 191: "promoted (degraded)",
	}
	exitTexts3 = map[int]string{
		0: "OK", 1: "Error occurred", 2: "Invalid parameter", 3: "Unimplemented",
		4: "Insufficient privileges", 5: "Not installed", 6: "Not configured", 7: "Not running",
		8: "Promoted", 9: "Promoted (failed)", 190: "Degraded", 191: "Promoted (degraded)",
	}
)

// ExitText words an agent's exit status as Pacemaker 2.1 does.
func ExitText(rc int) string { return (&printer{}).exitText(rc) }

// ExitText3 words an agent's exit status as Pacemaker 3 does.
func ExitText3(rc int) string { return (&printer{Show: Show{Release3: true}}).exitText(rc) }

func (p *printer) exitText(rc int) string {
	texts := exitTexts2
	if p.Release3 {
		texts = exitTexts3
	}
	if t, ok := texts[rc]; ok {
		return t
	}
	return choose(p.Release3, "Unknown exit status", "unknown")
}

// Execution statuses in words (op-status in the history).
var (
	stateTexts2 = map[int]string{
		-1: "pending", 0: "complete", 1: "Cancelled", 2: "Timed Out", 3: "NOT SUPPORTED", 4: "Error",
		5: "Hard error", 6: "Fatal error", 7: "Not installed", 8: "Internal communication failure",
		9: "Cannot execute now", 10: "No fence device", 11: "CIB secrets unavailable",
	}
	stateTexts3 = map[int]string{
		-1: "Pending", 0: "Done", 1: "Cancelled", 2: "Timed Out", 3: "Not supported", 4: "Error",
		5: "Hard error", 6: "Fatal error", 7: "Not installed", 8: "Internal communication failure",
		9: "Cannot execute now", 10: "No fence device", 11: "Required secrets unavailable",
	}
)

func (p *printer) stateText(state int) string {
	texts := stateTexts2
	if p.Release3 {
		texts = stateTexts3
	}
	if t, ok := texts[state]; ok {
		return t
	}
	return choose(p.Release3, "Unknown", "UNKNOWN!")
}

// readable words a time span as Pacemaker does: "500ms", "1.495s", "1m30s".
func readable(ms int64) string {
	if ms <= 1000 {
		return fmt.Sprintf("%dms", ms)
	}
	var b strings.Builder
	for _, unit := range []struct {
		ms     int64
		letter string
	}{{86400000, "d"}, {3600000, "h"}, {60000, "m"}} {
		if n := ms / unit.ms; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.letter)
			ms %= unit.ms
		}
	}
	switch {
	case ms%1000 != 0:
		fmt.Fprintf(&b, "%d.%03ds", ms/1000, ms%1000)
	case ms > 0:
		fmt.Fprintf(&b, "%ds", ms/1000)
	}
	return b.String()
}
