package status

import (
	"slices"
	"strings"
	"time"

	"gpcs/internal/fence"
)

// fencingTime is how crm_mon and stonith_admin print the time of a fencing.
const fencingTime = "2006-01-02 15:04:05Z07:00"

// fencingWord names an action as stonith_admin does.
func fencingWord(action string) string {
	switch action {
	case fence.On:
		return "unfencing"
	case fence.Off:
		return "turning off"
	}
	return action
}

func stateWord(r fence.Record) string {
	switch r.State {
	case fence.Failed:
		return "failed"
	case fence.Under:
		return "pending"
	}
	return "successful"
}

// FencingLine words one event in the technical form of stonith_admin --history.
func FencingLine(r fence.Record, zone *time.Location) string {
	return technicalFencing(r, zone, "completed")
}

func technicalFencing(r fence.Record, zone *time.Location, when string) string {
	line := fencingWord(r.Action) + " of " + r.Target + " " + stateWord(r)
	if r.State == fence.Failed && r.Reason != "" {
		line += " (" + r.Reason + ")"
	}
	line += ": "
	if r.Delegate != "" {
		line += "delegate=" + r.Delegate + ", "
	}
	line += "client=" + r.Client + ", origin=" + r.Origin
	if r.State == fence.Under {
		return line
	}
	return line + ", " + when + "='" + time.UnixMilli(r.CompletedMS).In(zone).Format(fencingTime) + "'"
}

// fencingLine words one event as crm_mon does.
func (p *printer) fencingLine(r fence.Record, last bool) string {
	if p.Detail {
		return technicalFencing(r, p.view.Now.Location(), choose(last, "last-"+stateWord(r), "completed"))
	}
	line := fencingWord(r.Action) + " of " + r.Target
	if r.Delegate != "" {
		line += " by " + r.Delegate
	}
	line += " for " + r.Client + "@" + r.Origin + choose(last, " last ", " ") + stateWord(r)
	if r.State == fence.Failed && r.Reason != "" {
		line += " (" + r.Reason + ")"
	}
	if r.State == fence.Under {
		return line
	}
	return line + " at " + time.UnixMilli(r.CompletedMS).In(p.view.Now.Location()).Format(fencingTime)
}

// failedFencing prints the last failure of each kind.
func (p *printer) failedFencing() {
	seen := map[string]bool{}
	success := map[string]string{} // target -> who did it later
	var lines []string
	for _, r := range slices.Backward(p.view.Fencing) {
		kind := r.Target + " " + r.Action + " " + r.Client + " " + r.Origin
		switch {
		case r.State == fence.Success:
			success[r.Target] = r.Delegate
		case !seen[kind] && p.onlyTarget(r.Target):
			seen[kind] = true
			line := p.fencingLine(r, true)
			if by := success[r.Target]; by != "" {
				line += choose(by == r.Delegate, " (a later attempt succeeded)", " (a later attempt from "+by+" succeeded)")
			}
			lines = append(lines, line)
		}
	}
	p.list("Failed Fencing Actions:", lines)
}

// pendingFencing prints what is under way.
func (p *printer) pendingFencing() { p.list("Pending Fencing Actions:", p.underway(true)) }

func (p *printer) underway(last bool) []string {
	var lines []string
	for _, r := range p.view.Underway {
		if p.onlyTarget(r.Target) {
			lines = append(lines, p.fencingLine(r, last))
		}
	}
	return lines
}

// fencing prints all that succeeded, the newest first, after what is under way.
func (p *printer) fencing() {
	lines := p.underway(false)
	for _, r := range slices.Backward(p.view.Fencing) {
		if r.State == fence.Success && p.onlyTarget(r.Target) {
			lines = append(lines, p.fencingLine(r, false))
		}
	}
	p.list("Fencing History:", lines)
}

func (p *printer) onlyTarget(name string) bool {
	return p.OnlyNode == nil || slices.ContainsFunc(p.OnlyNode, func(n string) bool { return strings.EqualFold(n, name) })
}

func (p *printer) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.gap()
	p.begin("%s", title)
	for _, l := range lines {
		p.item("%s", l)
	}
	p.end()
}
