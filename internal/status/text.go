package status

import (
	"fmt"
	"strings"
	"time"
)

// Section is a part of the output; sections are joined by "or".
type Section uint

// The sections, by the names that crm_mon's --include takes.
const (
	Pacemakerd Section = 1 << iota
	Stack
	DC
	Times
	Counts
	Props // "options"
	Nodes
	Resources
	Attributes
	Failcounts
	Operations
	Failures
	Tickets
	Bans
	Fencing // what was fenced; failures belong to Failures

	Headers        = Pacemakerd | Stack | DC | Times | Counts
	Default        = Headers | Nodes | Resources | Failures
	All            = Default | Props | Attributes | Failcounts | Operations | Fencing | Tickets | Bans
	summarySection = Stack | DC | Times | Counts | Props
)

// Show chooses what is printed and how.
type Show struct {
	Sections     Section
	Inactive     bool     // resources that run nowhere, too
	Detail       bool     // node ids, each instance, technical failures
	ByNode       bool     // resources below their nodes
	Describe     bool     // descriptions of resources, in XML; Detail has them in the text
	Nodeless     bool     // do not name the node that a resource is on
	Brief        bool     // count resources by agent
	Timing       bool     // times in the operation history
	OnlyNode     []string // names; nil = all
	OnlyResource []string // ids; nil = all
	// Release3 words states as Pacemaker 3 does: "maintenance" apart from
	// "unmanaged", "Not installed". crm_simulate's texts are in that form.
	Release3 bool
}

func (s Show) has(any Section) bool { return s.Sections&any != 0 }

// Text prints the view as crm_mon's text.
func (v *View) Text(show Show) string {
	p := &printer{Show: show, view: v}
	if show.has(Pacemakerd) && v.Live {
		p.plain(fmt.Sprintf("Status of pacemakerd: 'Pacemaker is running' (last updated %s)",
			v.Now.Format("2006-01-02 15:04:05Z07:00")))
	}
	if show.has(summarySection) {
		p.summary()
	}
	if show.has(Nodes) {
		p.nodes()
	}
	if show.has(Resources) && (!show.ByNode || show.Inactive) {
		p.resources()
	}
	if show.has(Attributes) {
		p.attributes()
	}
	if show.has(Operations | Failcounts) {
		p.history()
	}
	if show.has(Failures) {
		p.failures()
		p.failedFencing()
	}
	if show.has(Tickets) {
		p.tickets()
	}
	if show.has(Bans) {
		p.bans()
	}
	if show.has(Fencing) {
		p.fencing()
	} else if show.has(Failures) {
		p.pendingFencing()
	}
	return p.String()
}

// Lists prints nodes and resources one level deep, as crm_simulate shows a
// cluster before and after a transition.
func (v *View) Lists(show Show) string {
	p := &printer{Show: show, view: v}
	p.depth = 1
	p.nodes()
	p.resources()
	if show.has(Attributes) {
		p.attributes()
	}
	if show.has(Failcounts) {
		p.history()
	}
	if show.has(Failures) {
		p.failures()
	}
	return p.String()
}

type printer struct {
	lines
	Show
	view *View
	xml  bool
	// inNode is set while the resources of one node are printed below it.
	inNode bool
}

const dateLayout = "Mon Jan _2 15:04:05 2006"

func (p *printer) date(epoch int64) string {
	return time.Unix(epoch, 0).In(p.view.Now.Location()).Format(dateLayout)
}

func (p *printer) summary() {
	s := p.view.Summary
	p.begin("Cluster Summary:")
	if p.has(Stack) {
		p.item("Stack: %s", s.Stack)
	}
	if p.has(DC) {
		p.dc()
	}
	if p.has(Times) {
		p.item("Last updated: %s", p.view.Now.Format(dateLayout))
		p.item("Last change: %s", s.LastChange)
	}
	if p.has(Counts) {
		p.item("%d node%s configured", s.Nodes, plural(s.Nodes))
		p.item("%d resource instance%s configured%s", s.Instances, plural(s.Instances), s.idle())
	}
	if p.has(Props) {
		p.props()
	}
	p.end()
	if p.has(Counts | Props) {
		p.banner()
	}
}

func (p *printer) dc() {
	s := p.view.Summary
	if s.DC == nil {
		p.item("Current DC: NONE")
		return
	}
	quorum, mixed := "with", ""
	if !s.Quorate {
		quorum = "WITHOUT"
	}
	if s.Mixed {
		mixed = "MIXED-VERSION "
	}
	p.item("Current DC: %s (version %s) - %spartition %s quorum", p.nodeName(s.DC), s.DCVersion, mixed, quorum)
}

// String words the change as it stands after "Last change: ".
func (c Change) String() string {
	text := " " + c.Time
	if c.User != "" {
		text += " by " + c.User
	}
	if c.Client != "" {
		text += " via " + c.Client
	}
	if c.Origin != "" {
		text += " on " + c.Origin
	}
	return text
}

// idle words how many instances are kept from running.
func (s Summary) idle() string {
	const blocked = "BLOCKED from further action due to failure"
	switch {
	case s.Disabled > 0 && s.Blocked > 0:
		return fmt.Sprintf(" (%d DISABLED, %d %s)", s.Disabled, s.Blocked, blocked)
	case s.Disabled > 0:
		return fmt.Sprintf(" (%d DISABLED)", s.Disabled)
	case s.Blocked > 0:
		return fmt.Sprintf(" (%d %s)", s.Blocked, blocked)
	}
	return ""
}

func (p *printer) props() {
	o := p.view.Summary.Options
	p.item("STONITH of failed nodes %s", choose(o.Stonith, "enabled", "disabled"))
	p.item("Cluster is %s", choose(o.Symmetric, "symmetric", "asymmetric"))
	policy := map[string]string{
		"freeze":  "Freeze resources",
		"stop":    "Stop ALL resources",
		"demote":  "Demote promotable resources and stop all other resources",
		"ignore":  "Ignore",
		"suicide": "Suicide",
	}[o.NoQuorumPolicy]
	p.item("No quorum policy: %s", policy)
}

func (p *printer) banner() {
	o := p.view.Summary.Options
	const title = "*** Resource management is DISABLED ***"
	switch {
	case o.Maintenance:
		p.gap()
		p.plain(strings.Repeat(" ", 14) + title)
		p.plain("  The cluster will not attempt to start, stop or recover services")
	case o.StopAll:
		p.gap()
		p.plain(strings.Repeat(" ", 4) + title)
		p.plain("  The cluster will keep all resources stopped")
	}
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
