package admin

import (
	"fmt"
	"regexp"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// What happens to resources when their ticket is lost.
var lossPolicies = []string{"demote", "fence", "freeze", "stop"}

var ticketForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,63}$`)

// checkTicketName checks a name as booth takes it.
func checkTicketName(name string) report.List {
	if ticketForm.MatchString(name) {
		return nil
	}
	return report.List{report.NewError("BOOTH_TICKET_NAME_INVALID",
		fmt.Sprintf("booth ticket name '%s' is not valid, use up to 63 alphanumeric characters or dash", name))}
}

// AddTicket adds a ticket constraint for a resource in a role ("" is any).
func AddTicket(doc *cib.Document, ticket, resource, role string, options Pairs, force bool) report.List {
	b := newIDs(doc)
	out := checkSetResource(doc, resource, force)
	out = append(out, checkTicketName(ticket)...)
	out = append(out, checkNames("", options, []string{"id", "loss-policy"}, report.Never, false)...)
	id, ownID := options.Get("id")
	if ownID {
		out = append(out, b.checkConstraintID(id)...)
	}
	if role != "" && !oneOf("role", constraintRoles...).ok(capitalized(role)) {
		out = append(out, invalidValue("role", role, quoteSorted(constraintRoles), report.Never, false))
	}
	out = append(out, checkValues(options, report.Never, false, lossPolicy())...)
	if out.Failed() {
		return out
	}
	e := ticketElement(b, ticket, resource, roleFor(doc, capitalized(role)), lowerPolicy(options))
	section := constraintSection(doc)
	same := sameTickets(section, e)
	section.AddChild(e)
	return append(out, duplicates(constraintLines(same), force)...)
}

func lossPolicy() valueRule {
	rule := oneOf("loss-policy", lossPolicies...)
	listed := rule.ok
	rule.ok = func(v string) bool { return listed(strings.ToLower(v)) }
	return rule
}

// lowerPolicy writes a loss policy as the document has it.
func lowerPolicy(options Pairs) Pairs {
	if v, given := options.Get("loss-policy"); given {
		return options.With("loss-policy", strings.ToLower(v))
	}
	return options
}

func ticketElement(b *idBook, ticket, resource, role string, options Pairs) *cib.Element {
	e := cib.NewElement("rsc_ticket")
	for _, o := range options {
		setAttr(e, o.Name, o.Value)
	}
	setAttr(e, "rsc-role", role)
	if e.SelectAttr("id") == nil {
		name := "ticket-" + ticket + "-" + resource
		if role != "" {
			name += "-" + role
		}
		e.CreateAttr("id", b.unique(sanitizeID(name)))
	}
	e.CreateAttr("ticket", ticket)
	e.CreateAttr("rsc", resource)
	return e
}

func sameTickets(section, e *cib.Element) []*cib.Element {
	var same []*cib.Element
next:
	for _, c := range section.SelectElements("rsc_ticket") {
		for _, name := range []string{"ticket", "rsc", "rsc-role"} {
			if c.SelectAttrValue(name, "") != e.SelectAttrValue(name, "") {
				continue next
			}
		}
		if len(c.SelectElements("resource_set")) == 0 {
			same = append(same, c)
		}
	}
	return same
}

// DeleteTicket removes the ticket constraints of a resource and takes it out
// of the ticket's resource sets.
func DeleteTicket(doc *cib.Document, ticket, resource string) report.List {
	section := constraintSection(doc)
	found := false
	for _, c := range section.SelectElements("rsc_ticket") {
		if c.SelectAttrValue("ticket", "") == ticket && c.SelectAttrValue("rsc", "") == resource {
			section.RemoveChild(c)
			found = true
		}
	}
	inSets := dropReferences(doc, resource, func(c *cib.Element) bool {
		return c.Tag == "rsc_ticket" && c.SelectAttrValue("ticket", "") == ticket
	})
	if !found && !inSets {
		return report.List{report.Stop("CONSTRAINT_NOT_FOUND", "no matching ticket constraint found")}
	}
	return nil
}
