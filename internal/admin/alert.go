package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// Alert is a program that is told of what happens in the cluster.
type Alert struct {
	ID          string       `json:"id"`
	Path        string       `json:"path"`
	Description *string      `json:"description"`
	Recipients  []Recipient  `json:"recipients"`
	Select      *AlertSelect `json:"select"`
	AttributeSets
}

// AlertSelect says which events an alert is about; nil is all.
type AlertSelect struct {
	Nodes      bool              `json:"nodes"`
	Fencing    bool              `json:"fencing"`
	Resources  bool              `json:"resources"`
	Attributes bool              `json:"attributes"`
	Names      []SelectAttribute `json:"attributes_select"`
}

// SelectAttribute is a node attribute that an alert is about.
type SelectAttribute struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Recipient is whom an alert is for.
type Recipient struct {
	ID          string  `json:"id"`
	Value       string  `json:"value"`
	Description *string `json:"description"`
	AttributeSets
}

// Alerts are the alerts of a document.
type Alerts struct {
	List []Alert `json:"alerts"`
}

// ReadAlerts reads the alerts of a document.
func ReadAlerts(doc *cib.Document, now time.Time) Alerts {
	alerts := Alerts{List: []Alert{}}
	section := doc.Find("alerts")
	if section == nil {
		return alerts
	}
	for _, e := range section.SelectElements("alert") {
		a := Alert{
			ID: elementID(e), Path: e.SelectAttrValue("path", ""), Description: optional(e, "description"), Recipients: []Recipient{},
			Select:        readAlertSelect(e.SelectElement("select")),
			AttributeSets: readAttributeSets(e, now),
		}
		for _, r := range e.SelectElements("recipient") {
			a.Recipients = append(a.Recipients, Recipient{
				elementID(r), r.SelectAttrValue("value", ""), optional(r, "description"),
				readAttributeSets(r, now),
			})
		}
		alerts.List = append(alerts.List, a)
	}
	return alerts
}

func readAlertSelect(e *cib.Element) *AlertSelect {
	if e == nil {
		return nil
	}
	has := func(tag string) bool { return e.SelectElement(tag) != nil }
	s := &AlertSelect{has("select_nodes"), has("select_fencing"), has("select_resources"), has("select_attributes"), []SelectAttribute{}}
	for _, list := range e.SelectElements("select_attributes") {
		for _, a := range list.SelectElements("attribute") {
			s.Names = append(s.Names, SelectAttribute{elementID(a), a.SelectAttrValue("name", "")})
		}
	}
	return s
}

// Lines writes alerts as text.
func (a Alerts) Lines() []string {
	return textOf(a.List, func(alert Alert) []string {
		var body []string
		if alert.Description != nil {
			body = append(body, "Description: "+*alert.Description)
		}
		body = append(body, "Path: "+alert.Path)
		if len(alert.Recipients) > 0 {
			body = append(body, "Recipients:")
			body = append(body, indent(textOf(alert.Recipients, Recipient.lines))...)
		}
		body = append(body, alert.alertLines()...)
		return append([]string{"Alert: " + alert.ID}, indent(body)...)
	})
}

func (r Recipient) lines() []string {
	var body []string
	if r.Description != nil {
		body = append(body, "Description: "+*r.Description)
	}
	body = append(body, "Value: "+r.Value)
	body = append(body, r.alertLines()...)
	return append([]string{"Recipient: " + r.ID}, indent(body)...)
}

// alertLines writes the sets as alerts and recipients show them.
func (s AttributeSets) alertLines() []string {
	var lines []string
	add := func(title string, sets []Nvset) {
		for _, s := range sets {
			lines = append(lines, title+": "+s.ID)
			for _, p := range s.Pairs {
				lines = append(lines, "  "+nameValues(Pairs{{p.Name, p.Value}}))
			}
		}
	}
	add("Attributes", s.Instance)
	add("Meta Attributes", s.Meta)
	return lines
}

// Commands writes alerts as the commands that make them.
func (a Alerts) Commands() []string {
	var commands []string
	for _, alert := range a.List {
		commands = append(commands, "pcs -- alert create"+
			alertWords(Pairs{{"path", alert.Path}, {"id", alert.ID}}, alert.Description, alert.AttributeSets))
		for _, r := range alert.Recipients {
			commands = append(commands, "pcs -- alert recipient add "+shellQuote(alert.ID)+
				alertWords(Pairs{{"value", r.Value}, {"id", r.ID}}, r.Description, r.AttributeSets))
		}
	}
	return commands
}

func alertWords(first Pairs, description *string, sets AttributeSets) string {
	words := shellNames(append(first, given("description", description)...))
	if pairs := firstPairs(sets.Instance); len(pairs) > 0 {
		words = append(append(words, "options"), shellNames(pairs)...)
	}
	if pairs := firstPairs(sets.Meta); len(pairs) > 0 {
		words = append(append(words, "meta"), shellNames(pairs)...)
	}
	return " " + strings.Join(words, " ")
}

// shellNames writes pairs for a shell with quotes around names and values apart.
func shellNames(pairs Pairs) []string {
	words := make([]string, len(pairs))
	for i, p := range pairs {
		words[i] = shellQuote(p.Name) + "=" + shellQuote(p.Value)
	}
	return words
}

// AlertArgs are what an alert or a recipient is made or changed from. Plain
// are id, description and path or value.
type AlertArgs struct {
	Plain, Options, Meta Pairs
}

// CreateAlert makes an alert.
func CreateAlert(doc *cib.Document, a AlertArgs) report.List {
	b := newIDs(doc)
	var out report.List
	if v, _ := a.Plain.Get("path"); v == "" {
		out = append(out, missingOptions("", []string{"path"}, report.Never, false))
	}
	id, own := a.Plain.Get("id")
	if own && id != "" {
		out = append(out, b.checkNewID(id, "alert-id").Alone()...)
	}
	if out.Failed() {
		return out
	}
	if id == "" {
		id = b.unique("alert")
	}
	e := cib.NewElement("alert", "id", id)
	b.fillAlert(e, "path", a)
	doc.Section("alerts").AddChild(e)
	return nil
}

// fillAlert sets what was given; an empty description or value removes it.
func (b *idBook) fillAlert(e *cib.Element, main string, a AlertArgs) {
	for _, name := range []string{main, "description"} {
		switch v, given := a.Plain.Get(name); {
		case given && v == "":
			e.RemoveAttr(name)
		case given:
			e.CreateAttr(name, v)
		}
	}
	b.updateNvset(e, "meta_attributes", a.Meta)
	b.updateNvset(e, "instance_attributes", a.Options)
}

// UpdateAlert changes an alert.
func UpdateAlert(doc *cib.Document, id string, a AlertArgs) report.List {
	e, bad := lookUp(doc, id, "alert")
	if e == nil {
		return bad.Alone()
	}
	if v, given := a.Plain.Get("path"); given && v == "" {
		a.Plain = a.Plain.Without("path")
	}
	newIDs(doc).fillAlert(e, "path", a)
	return nil
}

// DeleteAlerts removes alerts.
func DeleteAlerts(doc *cib.Document, ids []string) report.List { return deleteAll(doc, ids, "alert") }

// DeleteRecipients removes recipients of alerts.
func DeleteRecipients(doc *cib.Document, ids []string) report.List {
	return deleteAll(doc, ids, "recipient")
}

// deleteAll removes the elements of the ids, none if one is unknown.
func deleteAll(doc *cib.Document, ids []string, tag string) report.List {
	var found []*cib.Element
	var out report.List
	for _, id := range ids {
		e, bad := lookUp(doc, id, tag)
		switch {
		case e == nil:
			out = append(out, bad...)
		case slices.Contains(found, e):
			out = append(out, notFound(id, tag)) // the first time took it away
		default:
			found = append(found, e)
		}
	}
	if out.Failed() {
		return out
	}
	for _, e := range found {
		if e.Parent() != nil {
			e.Parent().RemoveChild(e)
		}
	}
	return nil
}

// AddRecipient adds a recipient to an alert; force lets one value stand twice.
func AddRecipient(doc *cib.Document, alertID string, a AlertArgs, force bool) report.List {
	value, _ := a.Plain.Get("value")
	if value == "" {
		return report.List{missingOptions("", []string{"value"}, report.Never, false)}
	}
	alert, out := lookUp(doc, alertID, "alert")
	if alert == nil {
		return out.Alone()
	}
	b := newIDs(doc)
	id, own := a.Plain.Get("id")
	if own && id != "" {
		out = append(out, b.checkNewID(id, "recipient-id").Alone()...)
	}
	out = append(out, checkRecipient(alert, nil, value, force)...)
	if out.Failed() {
		return out
	}
	if id == "" {
		id = b.unique(sanitizeID(alertID + "-recipient"))
	}
	e := cib.NewElement("recipient", "id", id)
	b.fillAlert(e, "value", a)
	alert.AddChild(e)
	return out
}

// checkRecipient says whether another recipient of the alert has the value.
func checkRecipient(alert, self *cib.Element, value string, force bool) report.List {
	for _, r := range alert.SelectElements("recipient") {
		if r != self && r.SelectAttrValue("value", "") == value {
			return report.List{report.Passed("CIB_ALERT_RECIPIENT_ALREADY_EXISTS",
				fmt.Sprintf("Recipient '%s' in alert '%s' already exists", value, elementID(alert)), report.Force, force)}
		}
	}
	return nil
}

// UpdateRecipient changes a recipient.
func UpdateRecipient(doc *cib.Document, id string, a AlertArgs, force bool) report.List {
	value, given := a.Plain.Get("value")
	if given && value == "" {
		return report.List{report.NewError("CIB_ALERT_RECIPIENT_VALUE_INVALID", "Recipient value '' is not valid.")}
	}
	e, bad := lookUp(doc, id, "recipient")
	if e == nil {
		return bad.Alone()
	}
	var out report.List
	if given {
		out = checkRecipient(e.Parent(), e, value, force)
	}
	if out.Failed() {
		return out
	}
	newIDs(doc).fillAlert(e, "value", a)
	return out
}
