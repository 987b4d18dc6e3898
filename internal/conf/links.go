package conf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gpcs/internal/report"
)

// LinkChange is a link that is added, or changed, with `cluster link`.
type LinkChange struct {
	Number  string            // of the link to change
	Addrs   map[string]string // by node name
	Options map[string]string
}

func numbered(links []int) []string {
	words := make([]string, len(links))
	for i, n := range links {
		words[i] = strconv.Itoa(n)
	}
	return words
}

// wrongTransport refuses to add or remove links where there is only one.
func (c *Corosync) wrongTransport(action string) report.List {
	if c.Transport() == "knet" {
		return nil
	}
	return report.List{report.NewError("COROSYNC_CANNOT_ADD_REMOVE_LINKS_BAD_TRANSPORT",
		fmt.Sprintf("Cluster is using %s transport which does not support %s links", c.Transport(), action))}
}

func badLinkCount(action string, change, left int, moreOrLess string, limit int) report.Report {
	return report.NewError("COROSYNC_CANNOT_ADD_REMOVE_LINKS_TOO_MANY_FEW_LINKS", fmt.Sprintf(
		"Cannot %s %d %s, there would be %d %s defined which is %s than allowed number of %d %s",
		action, change, plural(change, "link"), left, plural(left, "link"), moreOrLess, limit, plural(limit, "link")))
}

// ValidateAddLink checks a new link, which needs an address for each node.
func (c *Corosync) ValidateAddLink(l LinkChange, others []OtherNode, resolves func(string) bool, force bool) report.List {
	if out := c.wrongTransport("adding"); out != nil {
		return out
	}
	t := c.taken(others, resolves)
	if n := len(t.links) + 1; n > MaxLinks {
		return report.List{badLinkCount("add", 1, n, "more", MaxLinks)}
	}
	var out report.List
	for _, name := range slices.Sorted(maps.Keys(t.names)) {
		if _, given := l.Addrs[name]; !given {
			out = append(out, badAddressCount(name, 0, 1, 1))
		}
	}
	out = append(out, l.addresses(c, t, slices.Collect(maps.Values(l.Addrs)), "the link", resolves, force)...)
	out = append(out, alreadyUsed("NODE_ADDRESSES_ALREADY_EXIST", "address", t.addrs, l.counts())...)
	out = append(out, duplicateAddresses(l.counts())...)
	out = append(out, knetLinkSet.validate(l.Options, false)...)
	out = append(out, pingPair(l.Options)...)
	if number := l.Options["linknumber"]; slices.Contains(numbered(t.links), number) {
		out = append(out, report.NewError("COROSYNC_LINK_ALREADY_EXISTS_CANNOT_ADD",
			fmt.Sprintf("Cannot add link '%s', it already exists", number)))
	}
	return out
}

func (l LinkChange) counts() map[string]int {
	counts := map[string]int{}
	for _, a := range l.Addrs {
		counts[a]++
	}
	return counts
}

// pingPair wants ping_interval and ping_timeout together.
func pingPair(options map[string]string) report.List {
	interval, timeout := options["ping_interval"] != "", options["ping_timeout"] != ""
	switch {
	case interval && !timeout:
		return report.List{mustBeGiven("link", "ping_interval", "ping_timeout")}
	case timeout && !interval:
		return report.List{mustBeGiven("link", "ping_timeout", "ping_interval")}
	}
	return nil
}

// addresses checks the addresses of a link by themselves; all are those that
// the link will have.
func (l LinkChange) addresses(c *Corosync, t taken, all []string, link string, resolves func(string) bool, force bool) report.List {
	var out report.List
	for _, name := range slices.Sorted(maps.Keys(l.Addrs)) {
		if !t.names[name] {
			out = append(out, nodeNotFound(name))
		}
	}
	missing, empty := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(l.Addrs)) {
		addr := l.Addrs[name]
		if addr == "" {
			empty[name] = true
			continue
		}
		family, want := classify(addr, resolves), ""
		switch {
		case family == unresolvable:
			missing[addr] = true
		case family == ipv4 && c.IPVersion() == "ipv6":
			want = "IPv6"
		case family == ipv6 && c.IPVersion() == "ipv4":
			want = "IPv4"
		}
		if want != "" {
			out = append(out, report.NewError("COROSYNC_ADDRESS_IP_VERSION_WRONG_FOR_LINK", fmt.Sprintf(
				"Address '%s' cannot be used in %s because the link uses %s addresses", addr, link, want)))
		}
		out = append(out, cleanValue("node address", addr)...)
	}
	out = append(out, emptyAddresses(empty)...)
	out = append(out, unresolvableReport(missing, force)...)
	seen := map[addrType]bool{}
	for _, a := range all {
		seen[classify(a, resolves)] = true
	}
	if seen[ipv4] && seen[ipv6] {
		out = append(out, report.NewError("COROSYNC_IP_VERSION_MISMATCH_IN_LINKS",
			"Using both IPv4 and IPv6 on one link is not allowed; please, use either IPv4 or IPv6"))
	}
	return out
}

// AddLink adds a link that has passed ValidateAddLink, with the lowest free
// number unless one is given.
func (c *Corosync) AddLink(l LinkChange) {
	number, err := strconv.Atoi(l.Options["linknumber"])
	if err != nil {
		free := map[int]bool{}
		for _, n := range allLinks {
			free[n] = !slices.Contains(c.Links(), n)
		}
		number = lowest(free)
	}
	c.setAddresses(number, l.Addrs)
	c.addInterface(number, l.Options)
	c.root.prune()
}

func (c *Corosync) setAddresses(link int, addrs map[string]string) {
	for _, s := range c.nodeSections() {
		name, _ := s.Get("name")
		if a, ok := addrs[name]; ok && name != "" {
			s.Set(fmt.Sprintf("ring%d_addr", link), a)
		}
	}
}

// ValidateRemoveLinks checks links, by number, that are to be removed.
func (c *Corosync) ValidateRemoveLinks(numbers []string) report.List {
	if out := c.wrongTransport("removing"); out != nil {
		return out
	}
	var out report.List
	have := numbered(c.Links())
	counts := map[string]int{}
	for _, n := range numbers {
		counts[n]++
	}
	if twice := repeated(counts); len(twice) > 0 {
		out = append(out, report.NewError("COROSYNC_LINK_NUMBER_DUPLICATION", "Link numbers must be unique, duplicate link numbers: "+report.Quote(twice)))
	}
	var gone, unknown []string
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		if slices.Contains(have, n) {
			gone = append(gone, n)
		} else {
			unknown = append(unknown, n)
		}
	}
	if left := len(have) - len(gone); left < 1 {
		out = append(out, badLinkCount("remove", len(gone), left, "less", 1))
	}
	if len(unknown) > 0 {
		out = append(out, report.NewError("COROSYNC_LINK_DOES_NOT_EXIST_CANNOT_REMOVE", fmt.Sprintf(
			"Cannot remove non-existent %s %s, existing links: %s", plural(len(unknown), "link"), report.Quote(unknown), report.Quote(have))))
	}
	return out
}

// RemoveLinks removes links with their addresses and options.
func (c *Corosync) RemoveLinks(numbers []string) {
	for _, totem := range c.root.All("totem") {
		for _, s := range totem.All("interface") {
			if slices.Contains(numbers, interfaceNumber(s)) {
				totem.remove(s)
			}
		}
	}
	for _, n := range numbers {
		for _, s := range c.nodeSections() {
			s.Unset("ring" + n + "_addr")
		}
	}
	c.root.prune()
}

// interfaceNumber is the link that an interface section is about; without a
// number it is 0, corosync.conf(5).
func interfaceNumber(s *Section) string {
	if n, ok := s.Get("linknumber"); ok {
		return n
	}
	return "0"
}

// ValidateUpdateLink checks a change of a link's addresses and options.
func (c *Corosync) ValidateUpdateLink(l LinkChange, resolves func(string) bool, force bool) report.List {
	t := c.taken(nil, resolves)
	if have := numbered(t.links); !slices.Contains(have, l.Number) {
		return report.List{report.NewError("COROSYNC_LINK_DOES_NOT_EXIST_CANNOT_UPDATE", fmt.Sprintf(
			"Cannot set options for non-existent link '%s', existing links: %s", l.Number, report.Quote(have)))}
	}
	out := c.validateLinkOptions(l)
	var all []string
	kept := map[string]bool{}
	for _, n := range c.Nodes() {
		changed, given := l.Addrs[n.Name]
		if given {
			all = append(all, changed)
		}
		for _, a := range n.Addrs {
			here := strconv.Itoa(a.Link) == l.Number
			if here && !given {
				all = append(all, a.Addr)
			}
			if !here || !given {
				kept[a.Addr] = true
			}
		}
	}
	out = append(out, c.MissingNames()...)
	out = append(out, l.addresses(c, t, all, "link '"+l.Number+"'", resolves, force)...)
	out = append(out, alreadyUsed("NODE_ADDRESSES_ALREADY_EXIST", "address", kept, l.counts())...)
	return append(out, duplicateAddresses(l.counts())...)
}

func (c *Corosync) validateLinkOptions(l LinkChange) report.List {
	if len(l.Options) == 0 {
		return nil
	}
	number, _ := strconv.Atoi(l.Number) // one of those that exist
	current := c.LinkOptions()[number]
	if c.Transport() != "knet" {
		out := udpLinkSet.validate(l.Options, true)
		if after(l.Options, current, "broadcast") == "1" && after(l.Options, current, "mcastaddr") != "" {
			out = append(out, mustBeDisabled("link", "mcastaddr", "broadcast"))
		}
		return out
	}
	set := knetLinkSet
	set.names = slices.DeleteFunc(slices.Clone(set.names), func(n string) bool { return n == "linknumber" })
	out := set.validate(l.Options, true)
	return append(out, pingPair(map[string]string{"ping_interval": after(l.Options, current, "ping_interval"),
		"ping_timeout": after(l.Options, current, "ping_timeout")})...)
}

// UpdateLink makes a change that has passed ValidateUpdateLink; an empty value
// removes an option.
func (c *Corosync) UpdateLink(l LinkChange) {
	number, err := strconv.Atoi(l.Number)
	if err != nil {
		return
	}
	c.setAddresses(number, l.Addrs)
	var sections []*Section
	for _, totem := range c.root.All("totem") {
		for _, s := range totem.All("interface") {
			if interfaceNumber(s) == l.Number {
				sections = append(sections, s)
			}
		}
	}
	options := maps.Clone(l.Options)
	delete(options, "linknumber")
	if len(sections) == 0 {
		c.addInterface(number, withoutEmpty(options))
	} else {
		setAll(sections, "", c.fileOptions(options))
	}
	c.root.prune()
}

func withoutEmpty(options map[string]string) map[string]string {
	kept := maps.Clone(options)
	maps.DeleteFunc(kept, func(_, value string) bool { return value == "" })
	return kept
}
