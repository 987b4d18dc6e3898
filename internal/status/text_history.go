package status

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// attributes prints the node attributes of nodes that are online.
func (p *printer) attributes() {
	begun := false
	for _, n := range p.view.Nodes {
		if !n.Online || len(n.Attributes) == 0 || !p.onlyNode(n) {
			continue
		}
		if !begun {
			p.gap()
			p.begin("Node Attributes:")
			begun = true
		}
		p.begin("Node: %s:", p.nodeName(n))
		for _, a := range n.Attributes {
			p.item("%-32s\t: %-10s%s", a.Name, a.Value, a.connectivity())
		}
		p.end()
	}
	if begun {
		p.end()
	}
}

// connectivity words what an attribute of a ping resource means.
func (a Attribute) connectivity() string {
	if a.Expected == "" {
		return ""
	}
	have, _ := strconv.Atoi(a.Value)
	want, _ := strconv.Atoi(a.Expected)
	switch {
	case have <= 0:
		return "\t: Connectivity is lost"
	case have < want:
		return fmt.Sprintf("\t: Connectivity is degraded (Expected=%d)", want)
	}
	return ""
}

// history prints the operation history, or only the fail counts.
func (p *printer) history() {
	operations := p.has(Operations)
	begun := false
	begin := func() {
		if !begun {
			p.gap()
			p.begin("%s", choose(operations, "Operations:", "Migration Summary:"))
			begun = true
		}
	}
	for _, h := range p.view.History {
		if !p.onlyNode(h.Node) {
			continue
		}
		begin()
		var shown []ResourceHistory
		for _, r := range h.Resources {
			if (operations && len(r.Operations) > 0 || !operations && r.FailCount != "") && p.onlyHistory(r) {
				shown = append(shown, r)
			}
		}
		if len(shown) == 0 {
			continue
		}
		p.begin("Node: %s:", p.nodeName(h.Node))
		for _, r := range shown {
			p.resourceHistory(r, operations)
		}
		p.end()
	}
	if begun {
		p.end()
	}
}

func (p *printer) onlyHistory(r ResourceHistory) bool {
	if p.OnlyResource == nil {
		return true
	}
	for _, top := range p.view.Top {
		for _, m := range top.primitives() {
			mine := m.ID == r.ID || m.Instance == r.ID
			// Of a bundle all is meant wherever a part of it is.
			if mine && (p.onlyResource(m) || p.Release3 && top.Kind == Bundle && p.inside(top)) {
				return true
			}
		}
	}
	return slices.Contains(p.OnlyResource, r.ID)
}

func (p *printer) resourceHistory(r ResourceHistory, operations bool) {
	line := r.shown(operations) + ":"
	if r.Orphan {
		line += " orphan"
	} else {
		line += " migration-threshold=" + r.Threshold
		if r.FailCount != "" {
			line += " fail-count=" + r.FailCount
		}
		if r.LastFailure != 0 {
			line += " last-failure='" + p.date(r.LastFailure) + "'"
		}
	}
	if !operations {
		p.item("%s", line)
		return
	}
	p.begin("%s:", line)
	for _, o := range r.Operations {
		p.operation(o)
	}
	p.end()
}

func (p *printer) operation(o Operation) {
	line := fmt.Sprintf("(%s) %s", o.Call, o.Task)
	var details []string
	if o.IntervalMS != 0 {
		details = append(details, fmt.Sprintf(`interval="%dms"`, o.IntervalMS))
	}
	if p.Timing {
		if o.Changed != 0 {
			details = append(details, fmt.Sprintf(`last-rc-change="%s"`, p.date(o.Changed)))
		}
		if o.ExecMS != "" {
			details = append(details, fmt.Sprintf(`exec-time="%sms"`, o.ExecMS))
		}
		if o.QueueMS != "" {
			details = append(details, fmt.Sprintf(`queue-time="%sms"`, o.QueueMS))
		}
		details = append(details, fmt.Sprintf("rc=%d (%s)", o.RC, p.exitText(o.RC)))
	}
	if len(details) > 0 {
		line += ": " + strings.Join(details, " ")
	}
	p.item("%s", line)
}

// failures prints the failed operations that nobody has cleaned up.
func (p *printer) failures() {
	begun := false
	for _, o := range p.view.Failed {
		if !p.onlyFailure(o) {
			continue
		}
		if !begun {
			p.gap()
			p.begin("Failed Resource Actions:")
			begun = true
		}
		if p.Detail {
			p.item("%s", p.technical(o))
		} else {
			p.item("%s", p.friendly(o))
		}
	}
	if begun {
		p.end()
	}
}

// onlyFailure tells whether the user asked for a failure: for its node, and
// for its resource by name.
func (p *printer) onlyFailure(o Operation) bool {
	return p.onlyNode(o.Node) && (p.OnlyResource == nil || slices.Contains(p.OnlyResource, o.Resource))
}

func (p *printer) friendly(o Operation) string {
	var b strings.Builder
	b.WriteString(o.Resource + " ")
	if o.IntervalMS != 0 {
		b.WriteString(readable(o.IntervalMS) + "-interval ")
	}
	fmt.Fprintf(&b, "%s on %s ", o.Task, p.nodeName(o.Node))
	if o.State == 0 {
		fmt.Fprintf(&b, "returned '%s'", p.exitText(o.RC))
		if o.Reason != "" {
			fmt.Fprintf(&b, " (%s)", o.Reason)
		}
	} else {
		fmt.Fprintf(&b, "could not be executed (%s", p.stateText(o.State))
		if o.Reason != "" {
			b.WriteString(": " + o.Reason)
		}
		b.WriteString(")")
	}
	if o.Changed > 0 {
		b.WriteString(" at " + p.date(o.Changed))
	}
	if ms, err := strconv.ParseInt(o.ExecMS, 10, 64); err == nil && ms > 0 {
		b.WriteString(" after " + readable(ms))
	}
	return b.String()
}

func (p *printer) technical(o Operation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s '%s' (%d): call=%s, status='%s'", o.Key, o.Node.Name, p.exitText(o.RC), o.RC,
		o.Call, p.stateText(o.State))
	if o.Reason != "" {
		fmt.Fprintf(&b, ", exitreason='%s'", o.Reason)
	}
	if o.Changed > 0 {
		fmt.Fprintf(&b, ", last-rc-change='%s', queued=%sms, exec=%sms", p.date(o.Changed), zero(o.QueueMS), zero(o.ExecMS))
	}
	return b.String()
}

func zero(ms string) string {
	if ms == "" {
		return "0"
	}
	return ms
}

func (p *printer) tickets() {
	if len(p.view.Tickets) == 0 {
		return
	}
	p.gap()
	p.begin("Tickets:")
	for _, t := range p.view.Tickets {
		line := t.ID + ": " + choose(t.Granted, "granted", "revoked")
		if t.Standby {
			line += " [standby]"
		}
		if at, err := strconv.ParseInt(t.LastGrant, 10, 64); err == nil {
			line += fmt.Sprintf(` last-granted="%s"`, p.date(at))
		}
		p.item("%s", line)
	}
	p.end()
}

func (p *printer) bans() {
	begun := false
	for _, b := range p.view.Bans {
		if !p.onlyHistory(ResourceHistory{ID: b.Resource}) {
			continue
		}
		if !begun {
			p.gap()
			p.begin("Negative Location Constraints:")
			begun = true
		}
		p.item("%s\tprevents %s from running %son %s", b.ID, b.Resource,
			choose(b.PromotedOnly, "as Promoted ", ""), p.nodeName(b.Node))
	}
	if begun {
		p.end()
	}
}

// TicketLines prints the tickets as crm_ticket --details does, each line
// after an indent.
func (v *View) TicketLines(indent string) string {
	p := &printer{view: v}
	var b strings.Builder
	for _, t := range v.Tickets {
		var details []string
		for _, a := range t.Attributes {
			if a.Name == "id" {
				continue
			}
			value := a.Value
			if at, err := strconv.ParseInt(a.Value, 10, 64); err == nil && (a.Name == "last-granted" || a.Name == "expires") {
				value = "'" + p.date(at) + "'"
			}
			details = append(details, a.Name+"="+value)
		}
		fmt.Fprintf(&b, "%s%s\t%s %s", indent, t.ID, choose(t.Granted, "granted", "revoked"), choose(t.Standby, "[standby]", "         "))
		if len(details) > 0 {
			b.WriteString(" (" + strings.Join(details, ", ") + ")")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
