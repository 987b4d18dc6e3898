package cli

import (
	"context"
	"fmt"
	"strings"

	"gpcs/internal/cib"
)

var crmTicketOptions = []toolOption{
	{'l', "info", noValue}, {'L', "details", noValue}, {'w', "raw", noValue}, {'q', "query-xml", noValue},
	{'c', "constraints", noValue}, {'g', "grant", noValue}, {'r', "revoke", noValue}, {'s', "standby", noValue},
	{'a', "activate", noValue}, {'G', "get-attr", needsValue}, {'S', "set-attr", needsValue},
	{'D', "delete-attr", needsValue}, {'C', "cleanup", noValue}, {'v', "attr-value", needsValue},
	{'d', "default", needsValue}, {'f', "force", noValue}, {'t', "ticket", needsValue},
	{'n', "set-name", needsValue}, {'i', "nvpair", needsValue},
}

// exitDenied is the exit status where rights are missing (crm_error(8)).
const exitDenied = 4

// ticketTool is one call of crm_ticket.
type ticketTool struct {
	*answer
	doc   *cib.Document
	id    string
	state *cib.Element // nil: the cluster knows nothing of the ticket
}

// crmTicket reads and changes what the cluster knows of tickets: crm_ticket(8).
func crmTicket(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmTicketOptions)
	if done {
		return code
	}
	doc, err := a.document(ctx)
	if err != nil {
		return a.failed(err)
	}
	k := &ticketTool{answer: a, doc: doc}
	k.id, _ = a.value("ticket")
	for _, s := range k.states() {
		if s.SelectAttrValue("id", "") == k.id {
			k.state = s
		}
	}
	switch {
	case a.has("info"), a.has("details"), a.has("raw"):
		return k.list()
	case a.has("query-xml"):
		return k.queryXML()
	case a.has("constraints"):
		return k.constraints()
	}
	for _, o := range []string{"get-attr", "cleanup", "grant", "revoke", "standby", "activate", "set-attr", "delete-attr"} {
		if a.has(o) && k.id == "" {
			return a.end(exitUsage, "Must supply ticket ID with -t")
		}
	}
	switch {
	case a.has("get-attr"):
		return k.attribute()
	case a.has("cleanup"):
		return k.cleanup(ctx)
	}
	return k.edit(ctx)
}

func (k *ticketTool) states() []*cib.Element {
	tickets, err := k.doc.XPath("/cib/status/tickets/ticket_state")
	if err != nil {
		return nil
	}
	return tickets
}

// wanted are the states of the ticket named, or of all.
func (k *ticketTool) wanted() []*cib.Element {
	if k.id == "" {
		return k.states()
	}
	if k.state == nil {
		return nil
	}
	return []*cib.Element{k.state}
}

// list prints one line for each ticket.
func (k *ticketTool) list() int {
	list := cib.NewElement("tickets")
	text := ""
	for _, s := range k.wanted() {
		id := s.SelectAttrValue("id", "")
		granted, standby := s.SelectAttrValue("granted", "") == "true", s.SelectAttrValue("standby", "") == "true"
		state := "revoked"
		if granted {
			state = "granted"
		}
		e := cib.NewElement("ticket", "id", id, "status", state, "standby", fmt.Sprint(standby))
		line := id + "\t" + state
		if k.has("raw") {
			line = id
		} else if granted && standby {
			line += " [standby]"
		}
		var details []string
		for _, at := range s.Attr {
			if at.Key == "id" {
				continue
			}
			details = append(details, at.Key+"="+at.Value)
			if e.SelectAttr(at.Key) == nil {
				e.CreateAttr(at.Key, at.Value)
			}
		}
		if k.has("details") && details != nil {
			line += "\t(" + strings.Join(details, ", ") + ")"
		}
		list.AddChild(e)
		text += line + "\n"
	}
	k.put(list, "%s", text)
	return k.end(exitOK, "")
}

func (k *ticketTool) queryXML() int {
	found := k.wanted()
	if len(found) == 0 && k.id != "" {
		return k.end(exitNoSuch, "Could not query ticket XML: No such device or address")
	}
	all := cib.NewElement("tickets")
	for _, s := range found {
		e := s.Copy()
		all.AddChild(e)
	}
	text := string(cib.Print(all))
	if k.id != "" {
		text = string(cib.Print(k.state))
	}
	for _, e := range all.ChildElements() {
		e.Tag = "ticket"
	}
	k.put(all, "State XML:\n\n%s", text)
	return k.end(exitOK, "")
}

// constraints prints what depends on the ticket.
func (k *ticketTool) constraints() int {
	path := "/cib/configuration/constraints/rsc_ticket"
	if k.id != "" {
		path += "[@ticket=" + xpathText(k.id) + "]"
	}
	found, err := k.doc.XPath(path)
	if err != nil || len(found) == 0 && k.id != "" {
		return k.end(exitNoSuch, "Could not show ticket constraints: No such device or address")
	}
	list, resources, text := cib.NewElement("constraints"), cib.NewElement("resources"), ""
	for _, c := range found {
		list.AddChild(c.Copy())
		if rsc := c.SelectAttrValue("rsc", ""); rsc != "" {
			resources.AddChild(cib.NewElement("resource", "id", rsc))
		}
		text += string(cib.Print(c))
	}
	ticket := cib.NewElement("ticket")
	if k.id != "" {
		ticket.CreateAttr("id", k.id)
	}
	k.put(within(cib.NewElement("tickets"), within(ticket, list)), "Constraints XML:\n\n%s", text)
	k.put(resources, "")
	return k.end(exitOK, "")
}

// xpathText quotes a text for an XPath expression, which has no escapes: a
// text with both kinds of quotes can be none's id.
func xpathText(text string) string {
	if strings.Contains(text, "'") {
		return `"` + strings.ReplaceAll(text, `"`, "") + `"`
	}
	return "'" + text + "'"
}

func (k *ticketTool) attribute() int {
	name, _ := k.value("get-attr")
	value, ok := k.value("default")
	if k.state != nil && k.state.SelectAttr(name) != nil {
		value, ok = k.state.SelectAttrValue(name, ""), true
	}
	if !ok {
		return k.end(exitNoSuch, "Could not query ticket attribute: No such device or address")
	}
	ticket := within(cib.NewElement("ticket", "id", k.id), cib.NewElement("attribute", "name", name, "value", value))
	k.put(within(cib.NewElement("tickets"), ticket), "%s\n", value)
	return k.end(exitOK, "")
}

func (k *ticketTool) cleanup(ctx context.Context) int {
	if k.state != nil && k.state.SelectAttrValue("granted", "") == "true" && !k.has("force") {
		return k.refuseRevoke()
	}
	if err := k.change(ctx, cib.Op{Kind: cib.Delete, Path: "/cib/status/tickets/ticket_state[@id=" + xpathText(k.id) + "]"}); err != nil {
		return k.failed(err)
	}
	fmt.Fprintf(k.Stdout, "Cleaned up %s\n", k.id)
	return exitOK
}
