package conf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gpcs/internal/report"
)

// OtherNode is a node that is not in corosync.conf: a remote or guest node.
// Its name and address cannot be given to a node of the cluster.
type OtherNode struct{ Name, Addr string }

// taken is what existing nodes use already.
type taken struct {
	names, addrs map[string]bool
	links        []int            // in use, ascending
	families     map[int]addrType // of a link: that of its addresses, hostName where only names are used
	unnamed      bool             // some node has no name
}

func (c *Corosync) taken(others []OtherNode, resolves func(string) bool) taken {
	t := taken{names: map[string]bool{}, addrs: map[string]bool{}, families: map[int]addrType{}}
	for _, n := range c.Nodes() {
		if n.Name == "" {
			t.unnamed = true
		} else {
			t.names[n.Name] = true
		}
		for _, a := range n.Addrs {
			t.addrs[a.Addr] = true
			if f := classify(a.Addr, resolves); f == ipv4 || f == ipv6 {
				t.families[a.Link] = f
			} else if t.families[a.Link] == unresolvable {
				t.families[a.Link] = hostName
			}
		}
	}
	for link := range t.families {
		t.links = append(t.links, link)
	}
	slices.Sort(t.links)
	for _, o := range others {
		t.addrs[o.Addr] = true
	}
	return t
}

// Links returns the numbers of the links in use, ascending.
func (c *Corosync) Links() []int {
	return c.taken(nil, func(string) bool { return true }).links
}

// MissingNames reports nodes without a name: nothing can be sent to them.
func (c *Corosync) MissingNames() report.List {
	if !c.taken(nil, func(string) bool { return true }).unnamed {
		return nil
	}
	return report.List{report.NewError("COROSYNC_CONFIG_MISSING_NAMES_OF_NODES", "Some nodes are missing names in "+
		"corosync.conf, unable to continue. Edit corosync.conf and make sure all nodes have their name set.")}
}

// ValidateAddNodes checks new nodes against the file and against each other.
// resolves tells whether a name has an address; force lets one that has none
// pass.
func (c *Corosync) ValidateAddNodes(nodes []NewNode, others []OtherNode, resolves func(string) bool, force bool) report.List {
	t := c.taken(others, resolves)
	for _, o := range others {
		t.names[o.Name] = true
	}
	a := nodeAddition{taken: t, names: map[string]int{}, addrs: map[string]int{}, missing: map[string]bool{},
		empty: map[string]bool{}, mixed: map[int]bool{}}
	for i, n := range nodes {
		a.node(i+1, n, resolves)
	}
	out := append(a.out, emptyAddresses(a.empty)...)
	out = append(out, unresolvableReport(a.missing, force)...)
	if len(nodes) == 0 {
		out = append(out, report.NewError("COROSYNC_NODES_MISSING", "No nodes have been specified"))
	}
	out = append(out, alreadyUsed("NODE_NAMES_ALREADY_EXIST", "name", t.names, a.names)...)
	out = append(out, alreadyUsed("NODE_ADDRESSES_ALREADY_EXIST", "address", t.addrs, a.addrs)...)
	if twice := repeated(a.names); len(twice) > 0 {
		out = append(out, report.NewError("NODE_NAMES_DUPLICATION", "Node names must be unique, duplicate names: "+report.Quote(twice)))
	}
	return append(out, duplicateAddresses(a.addrs)...)
}

// nodeAddition is the check of new nodes under way.
type nodeAddition struct {
	taken
	names, addrs   map[string]int // of the new nodes, how often
	missing, empty map[string]bool
	mixed          map[int]bool // links already reported
	out            report.List
}

func (a *nodeAddition) node(index int, n NewNode, resolves func(string) bool) {
	label := fmt.Sprintf("node %d name", index)
	if n.Name == "" {
		a.out = append(a.out, report.NewError("INVALID_OPTION_VALUE", label+" cannot be empty"))
	} else {
		a.names[n.Name]++
	}
	a.out = append(a.out, cleanValue(label, n.Name)...)
	if want := len(a.links); len(n.Addrs) != want {
		a.out = append(a.out, badAddressCount(n.Name, len(n.Addrs), want, want))
	}
	for i, addr := range n.Addrs {
		if addr == "" {
			a.empty[n.Name] = true
			continue
		}
		a.addrs[addr]++
		family := classify(addr, resolves)
		if family == unresolvable {
			a.missing[addr] = true
		}
		if i < len(a.links) {
			a.family(addr, family, a.links[i])
		}
		a.out = append(a.out, cleanValue("node address", addr)...)
	}
}

// family refuses an IPv4 address on a link of IPv6 addresses and the reverse.
// A name may stand for either.
func (a *nodeAddition) family(addr string, family addrType, link int) {
	have := a.families[link]
	if family != ipv4 && family != ipv6 || have == hostName || have == family {
		if have == hostName && (family == ipv4 || family == ipv6) {
			a.families[link] = family // what the next new node is compared with
		}
		return
	}
	if a.mixed[link] {
		return
	}
	a.mixed[link] = true
	a.out = append(a.out, report.NewError("COROSYNC_ADDRESS_IP_VERSION_WRONG_FOR_LINK", fmt.Sprintf(
		"Address '%s' cannot be used in link '%d' because the link uses %s addresses", addr, link,
		map[addrType]string{ipv4: "IPv4", ipv6: "IPv6"}[have])))
}

func emptyAddresses(nodes map[string]bool) report.List {
	if len(nodes) == 0 {
		return nil
	}
	list := slices.Sorted(maps.Keys(nodes))
	return report.List{report.NewError("NODE_ADDRESSES_CANNOT_BE_EMPTY", fmt.Sprintf(
		"Empty address set for %s %s, an address cannot be empty", plural(len(list), "node"), report.Quote(list)))}
}

// alreadyUsed reports new names or addresses that existing nodes have.
func alreadyUsed(code, what string, have map[string]bool, asked map[string]int) report.List {
	var both []string
	for _, w := range slices.Sorted(maps.Keys(asked)) {
		if have[w] {
			both = append(both, w)
		}
	}
	if len(both) == 0 {
		return nil
	}
	are := "is"
	if len(both) > 1 {
		are = "are"
	}
	return report.List{report.NewError(code, fmt.Sprintf("Node %[1]s %[2]s %[3]s already used by existing nodes; please, use other %[1]s",
		plural(len(both), what), report.Quote(both), are))}
}

func duplicateAddresses(counts map[string]int) report.List {
	twice := repeated(counts)
	if len(twice) == 0 {
		return nil
	}
	return report.List{report.NewError("NODE_ADDRESSES_DUPLICATION", "Node addresses must be unique, duplicate addresses: "+report.Quote(twice))}
}

// ValidateRemoveNodes checks nodes that are to be taken out of the file.
func (c *Corosync) ValidateRemoveNodes(names []string) report.List {
	var out report.List
	nodes := c.Nodes()
	has := func(name string) bool { return slices.ContainsFunc(nodes, func(n Node) bool { return n.Name == name }) }
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if !has(name) {
			out = append(out, nodeNotFound(name))
		}
	}
	if !slices.ContainsFunc(nodes, func(n Node) bool { return !slices.Contains(names, n.Name) }) {
		out = append(out, report.NewError("CANNOT_REMOVE_ALL_CLUSTER_NODES", "No nodes would be left in the cluster, if you intend "+
			"to destroy the whole cluster, run 'pcs cluster destroy --all' instead"))
	}
	d := c.Device()
	if d == nil || d.Model != "net" {
		return out
	}
	for _, n := range nodes {
		id := strconv.FormatUint(uint64(n.ID), 10)
		if slices.Contains(names, n.Name) && d.ModelOpts["tie_breaker"] == id {
			out = append(out, report.NewError("NODE_USED_AS_TIE_BREAKER", fmt.Sprintf("Node '%s' with id '%s' is used as a tie "+
				"breaker for a qdevice and therefore cannot be removed", n.Name, id)))
		}
	}
	return out
}

func nodeNotFound(name string) report.Report {
	return report.NewError("NODE_NOT_FOUND", fmt.Sprintf("Node '%s' does not appear to exist in configuration", name))
}

// RenameNode gives a node another name, or reports why not.
func (c *Corosync) RenameNode(old, name string) report.List {
	var out report.List
	var found *Section
	for _, s := range c.nodeSections() {
		switch has, _ := s.Get("name"); has {
		case old:
			found = s
		case name:
			out = append(out, report.NewError("NODE_NAMES_ALREADY_EXIST", "Node name '"+name+"' is already used by existing nodes; please, use other name"))
		}
	}
	switch {
	case name == "":
		out = append(out, report.NewError("INVALID_OPTION_VALUE", "the new name of a node cannot be empty"))
	case found == nil:
		out = append(out, nodeNotFound(old))
	}
	out = append(out, cleanValue("node name", name)...)
	if !out.Failed() {
		found.Set("name", name)
	}
	return out
}
