package admin

import (
	"fmt"
	"slices"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// BoothResources lists the resources that run booth with a configuration.
func BoothResources(doc *cib.Document, config string) []string {
	var ids []string
	for _, e := range boothElements(doc, config) {
		ids = append(ids, elementID(e))
	}
	return ids
}

func boothElements(doc *cib.Document, config string) []*cib.Element {
	var found []*cib.Element
	for _, e := range allResources(doc) {
		if isTag(e, "primitive") && e.SelectAttrValue("type", "") == "booth-site" {
			if v, _ := nvsetValue(e, "instance_attributes", "config"); v == config {
				found = append(found, e)
			}
		}
	}
	return found
}

// boothSiblings are the address resources in a group with booth.
func boothSiblings(e *cib.Element) []*cib.Element {
	group := e.Parent()
	if !isTag(group, "group") {
		return nil
	}
	var found []*cib.Element
	for _, m := range group.SelectElements("primitive") {
		if m.SelectAttrValue("type", "") == "IPaddr2" {
			found = append(found, m)
		}
	}
	return found
}

// BoothAddresses lists the floating addresses of the groups that run booth
// with a configuration: the address of this site.
func BoothAddresses(doc *cib.Document, config string) []string {
	var found []string
	for _, e := range boothElements(doc, config) {
		for _, m := range boothSiblings(e) {
			if ip, given := nvsetValue(m, "instance_attributes", "ip"); given {
				found = append(found, ip)
			}
		}
	}
	return found
}

// WithBoothAddresses adds the addresses' resources to the ids of resources
// that run booth. A group with more in it than those two is somebody's own
// work: its address stays.
func WithBoothAddresses(doc *cib.Document, ids []string) []string {
	var all []string
	for _, id := range ids {
		e := findResource(doc, id)
		if e == nil {
			continue
		}
		if siblings := boothSiblings(e); len(siblings) == 1 && len(e.Parent().SelectElements("primitive")) == 2 {
			all = append(all, elementID(siblings[0]))
		}
		all = append(all, id)
	}
	return all
}

// NewBooth is an instance of booth for the cluster to run.
type NewBooth struct {
	Instance, Config, IP    string
	AddressAgent, SiteAgent agentmeta.Agent
}

// CreateBooth makes a group of a floating address and booth.
func CreateBooth(doc *cib.Document, b NewBooth) report.List {
	ids := newIDs(doc)
	name := func(suffix string) string { return ids.unique("booth-" + b.Instance + "-" + suffix) }
	group, address, service := name("group"), name("ip"), name("service")
	out := CreateResourceInGroup(doc, NewResource{ID: address, Agent: b.AddressAgent,
		Attributes: Pairs{{Name: "ip", Value: b.IP}}}, Member{Group: group})
	if out.Failed() {
		return out
	}
	return append(out, CreateResourceInGroup(doc, NewResource{ID: service, Agent: b.SiteAgent,
		Attributes: Pairs{{Name: "config", Value: b.Config}}}, Member{Group: group})...)
}

// ticketStates are what the cluster knows of tickets.
func ticketStates(doc *cib.Document) []*cib.Element {
	tickets := doc.Section("status").SelectElement("tickets")
	if tickets == nil {
		return nil
	}
	return tickets.SelectElements("ticket_state")
}

// TicketsBesides lists the tickets of the status section that are not in a
// list, in their order.
func TicketsBesides(doc *cib.Document, known []string) []string {
	var names []string
	for _, t := range ticketStates(doc) {
		if !slices.Contains(known, elementID(t)) {
			names = append(names, elementID(t))
		}
	}
	return names
}

// CleanupTickets takes the state of tickets out of the document.
func CleanupTickets(doc *cib.Document, names []string) report.List {
	var out report.List
	for _, name := range names {
		at := slices.IndexFunc(ticketStates(doc), func(t *cib.Element) bool { return elementID(t) == name })
		if at < 0 {
			out = append(out, report.NewError("BOOTH_TICKET_NOT_IN_CIB", fmt.Sprintf("unable to find ticket '%s' in cib", name)))
			continue
		}
		t := ticketStates(doc)[at]
		t.Parent().RemoveChild(t)
		out = append(out, report.NewInfo("BOOTH_TICKET_CLEANUP", fmt.Sprintf("Cleaning up ticket '%s' from CIB", name)))
	}
	return out
}

// StandbyTicket sets whether a ticket is in standby: granted or not, nothing
// that depends on it may run.
func StandbyTicket(doc *cib.Document, name string, standby bool) report.List {
	var state *cib.Element
	for _, t := range ticketStates(doc) {
		if elementID(t) == name {
			state = t
		}
	}
	if state == nil {
		status := doc.Section("status")
		tickets := status.SelectElement("tickets")
		if tickets == nil {
			tickets = cib.NewElement("tickets")
			status.AddChild(tickets)
		}
		state = cib.NewElement("ticket_state", "id", name, "granted", "false")
		tickets.AddChild(state)
	}
	state.CreateAttr("standby", fmt.Sprint(standby))
	return nil
}
