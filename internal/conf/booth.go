package conf

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gpcs/internal/report"
)

// BoothItem is one "name = value" line of booth's configuration; a ticket has
// options below it.
type BoothItem struct {
	Name, Value string
	Options     []BoothItem
}

// Booth is a configuration of booth, the ticket manager of geo clusters
// (boothd(8)): options of the whole first, tickets after them.
type Booth struct{ items []BoothItem }

// BoothKeySize is the size of booth's authkey in bytes.
const BoothKeySize = 64

// Names of booth's options. Global ones stand before the tickets wherever
// they are found.
var (
	boothGlobalNames = []string{"transport", "port", "name", "authfile", "maxtimeskew", "site", "arbitrator",
		"site-user", "site-group", "arbitrator-user", "arbitrator-group", "debug", "ticket", boothAuthfileSwitch}
	boothTicketNames = []string{"acquire-after", "attr-prereq", "before-acquire-handler", "expire", "mode",
		"renewal-freq", "retries", "timeout", "weights"}
)

// boothAuthfileSwitch is an option that some builds of boothd want before they
// use the authfile, and others refuse.
const boothAuthfileSwitch = "enable-authfile"

// boothLines are the forms of a line: a bare value, one in single and one in
// double quotes, which a comment may follow.
var boothLines = []*regexp.Regexp{
	regexp.MustCompile(`^([a-zA-Z0-9_-]+)\s*=\s*([^'"]+)$`),
	regexp.MustCompile(`^([a-zA-Z0-9_-]+)\s*=\s*'([^']*)'\s*(?:#.*)?$`),
	regexp.MustCompile(`^([a-zA-Z0-9_-]+)\s*=\s*"([^"]*)"\s*(?:#.*)?$`),
}

// BoothLinesError names the lines that are none of booth's configuration.
type BoothLinesError struct{ Lines []string }

// Error words the lines as pcs does, without the file's name.
func (e BoothLinesError) Error() string { return e.In("") }

// In words the lines of a file, as pcs does.
func (e BoothLinesError) In(file string) string {
	plural := ""
	if len(e.Lines) > 1 {
		plural = "s"
	}
	if file != "" {
		file = " '" + file + "'"
	}
	return "unexpected line" + plural + " in booth config" + file + ":\n" + strings.Join(e.Lines, "\n")
}

// NewBooth makes a configuration of sites and arbitrators whose authkey lies
// in a file.
func NewBooth(sites, arbitrators []string, authfile string) *Booth {
	b := &Booth{}
	for _, s := range sites {
		b.items = append(b.items, BoothItem{Name: "site", Value: s})
	}
	for _, a := range arbitrators {
		b.items = append(b.items, BoothItem{Name: "arbitrator", Value: a})
	}
	b.set("authfile", authfile)
	return b
}

// ParseBooth reads a configuration; the error is a BoothLinesError. Comments
// are not kept, as with pcs.
func ParseBooth(data []byte) (*Booth, error) {
	var global, tickets []BoothItem
	var bad []string
	for _, line := range strings.Split(strings.ReplaceAll(string(data), "\r", "\n"), "\n") {
		line = strings.TrimSpace(line)
		item, ok := boothLine(line)
		switch {
		case !ok && line != "" && line[0] != '#':
			bad = append(bad, line)
		case !ok:
		case item.Name == "ticket":
			tickets = append(tickets, item)
		case len(tickets) == 0 || slices.Contains(boothGlobalNames, item.Name):
			global = append(global, item)
		default:
			last := &tickets[len(tickets)-1]
			last.Options = append(last.Options, item)
		}
	}
	if len(bad) > 0 {
		return nil, BoothLinesError{bad}
	}
	return &Booth{items: append(global, tickets...)}, nil
}

func boothLine(line string) (BoothItem, bool) {
	for _, form := range boothLines {
		if m := form.FindStringSubmatch(line); m != nil {
			return BoothItem{Name: m[1], Value: m[2]}, true
		}
	}
	return BoothItem{}, false
}

// Bytes prints the configuration.
func (b *Booth) Bytes() []byte {
	var text strings.Builder
	for _, item := range b.items {
		value := item.Value
		if item.Name == "ticket" {
			value = `"` + value + `"`
		}
		fmt.Fprintf(&text, "%s = %s\n", item.Name, value)
		for _, o := range item.Options {
			fmt.Fprintf(&text, "  %s = %s\n", o.Name, o.Value)
		}
	}
	return []byte(text.String())
}

// set gives a global option one value, in the first line; an empty value
// removes it.
func (b *Booth) set(name, value string) {
	kept := slices.DeleteFunc(slices.Clone(b.items), func(i BoothItem) bool { return i.Name == name })
	if value != "" {
		kept = append([]BoothItem{{Name: name, Value: value}}, kept...)
	}
	b.items = kept
}

// EnableAuthfile writes the switch that makes boothd use its authfile, or
// takes it out.
func (b *Booth) EnableAuthfile(on bool) {
	b.set(boothAuthfileSwitch, map[bool]string{true: "yes"}[on])
}

// Authfile returns the name of the file with the authkey, "" where there is none.
func (b *Booth) Authfile() string {
	file := ""
	for _, i := range b.items {
		if i.Name == "authfile" {
			file = i.Value
		}
	}
	return file
}

func (b *Booth) hasTicket(name string) bool {
	return slices.ContainsFunc(b.items, func(i BoothItem) bool { return i.Name == "ticket" && i.Value == name })
}

// ValidateBoothName checks the name of an instance of booth, which names its
// files.
func ValidateBoothName(name string) report.List {
	if !strings.Contains(name, "/") {
		return nil
	}
	return report.List{report.NewError("BOOTH_INVALID_NAME",
		fmt.Sprintf("booth name '%s' is not valid, it cannot contain / characters", name))}
}

// ValidateBoothPeers checks the sites and arbitrators of a new configuration:
// an odd number of them, so that one side always has most of the votes.
func ValidateBoothPeers(sites, arbitrators []string) report.List {
	var out report.List
	peers := append(slices.Clone(sites), arbitrators...)
	if len(sites) < 2 {
		entered := "missing"
		if len(sites) > 0 {
			entered = report.Quote(sites)
		}
		out = append(out, report.NewError("BOOTH_LACK_OF_SITES",
			"lack of sites for booth configuration (need 2 at least): sites "+entered))
	}
	if len(peers)%2 == 0 {
		out = append(out, report.NewError("BOOTH_EVEN_PEERS_NUM",
			fmt.Sprintf("odd number of peers is required (entered %d peers)", len(peers))))
	}
	count := map[string]int{}
	var twice []string
	for _, p := range peers {
		if count[p]++; count[p] == 2 {
			twice = append(twice, p)
		}
	}
	if len(twice) > 0 {
		out = append(out, report.NewError("BOOTH_ADDRESS_DUPLICATION",
			"duplicate address for booth configuration: "+report.Quote(sorted(twice))))
	}
	return out
}

var boothTicketName = regexp.MustCompile(`^[a-zA-Z0-9-]{1,63}$`)

// ValidateBoothTicketName checks the name of a ticket.
func ValidateBoothTicketName(name string) report.List {
	if boothTicketName.MatchString(name) {
		return nil
	}
	return report.List{report.NewError("BOOTH_TICKET_NAME_INVALID",
		fmt.Sprintf("booth ticket name '%s' is not valid, use up to 63 alphanumeric characters or dash", name))}
}

// ValidateAddTicket checks a new ticket; force lets options through that pcs
// does not know.
func (b *Booth) ValidateAddTicket(name string, options map[string]string, force bool) report.List {
	out := ValidateBoothTicketName(name)
	if b.hasTicket(name) {
		out = append(out, report.NewError("BOOTH_TICKET_DUPLICATE",
			fmt.Sprintf("booth ticket name '%s' already exists in configuration", name)))
	}
	var unknown, banned []string
	for _, o := range slices.Sorted(maps.Keys(options)) {
		switch {
		case slices.Contains(boothGlobalNames, o):
			banned = append(banned, o)
		case !slices.Contains(boothTicketNames, o):
			unknown = append(unknown, o)
		}
	}
	if len(unknown) > 0 {
		text := invalidOptions(unknown, boothTicketNames, "booth ticket").Text
		out = append(out, report.Passed("INVALID_OPTIONS", text, report.Force, force))
	}
	if len(banned) > 0 {
		out = append(out, invalidOptions(banned, boothTicketNames, "booth ticket"))
	}
	for _, o := range slices.Sorted(maps.Keys(options)) {
		if o != "mode" && strings.TrimSpace(options[o]) == "" {
			out = append(out, report.NewError("INVALID_OPTION_VALUE", o+" cannot be empty"))
		}
	}
	if mode, ok := options["mode"]; ok && !slices.Contains([]string{"auto", "manual"}, strings.ToLower(strings.TrimSpace(mode))) {
		text := fmt.Sprintf("'%s' is not a valid mode value, use 'auto', 'manual'", mode)
		out = append(out, report.Passed("INVALID_OPTION_VALUE", text, report.Force, force))
	}
	return out
}

// AddTicket appends a ticket with its options.
func (b *Booth) AddTicket(name string, options map[string]string) {
	ticket := BoothItem{Name: "ticket", Value: name}
	for _, o := range slices.Sorted(maps.Keys(options)) {
		value := strings.TrimSpace(options[o])
		if o == "mode" {
			value = strings.ToLower(value)
		}
		ticket.Options = append(ticket.Options, BoothItem{Name: o, Value: value})
	}
	b.items = append(b.items, ticket)
}

// RemoveTicket takes a ticket out, or reports that there is none.
func (b *Booth) RemoveTicket(name string) report.List {
	if !b.hasTicket(name) {
		return report.List{report.NewError("BOOTH_TICKET_DOES_NOT_EXIST",
			fmt.Sprintf("booth ticket name '%s' does not exist", name))}
	}
	b.items = slices.DeleteFunc(b.items, func(i BoothItem) bool { return i.Name == "ticket" && i.Value == name })
	return nil
}

// Tickets returns the names of the tickets, in their order.
func (b *Booth) Tickets() []string {
	var names []string
	for _, i := range b.items {
		if i.Name == "ticket" {
			names = append(names, i.Value)
		}
	}
	return names
}
