package conf

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/report"
)

// addrType is what an address of a node turns out to be.
type addrType int

const (
	unresolvable addrType = iota
	hostName
	ipv4
	ipv6
)

func classify(addr string, resolves func(string) bool) addrType {
	ip, err := netip.ParseAddr(addr)
	switch {
	case err == nil && ip.Is4():
		return ipv4
	case err == nil:
		return ipv6
	case resolves(addr):
		return hostName
	}
	return unresolvable
}

// Validate checks the setup of a new cluster. resolves tells whether a name
// has an address; force passes what pcs lets pass.
func (s Setup) Validate(resolves func(string) bool, force bool) report.List {
	s = s.fill()
	out := s.validateName(force)
	out = append(out, s.validateNodes(resolves, force)...)
	most := 0
	for _, n := range s.Nodes {
		most = max(most, len(n.Addrs))
	}
	switch s.Transport {
	case "knet":
		out = append(out, validateKnet(s.TransportOp, s.Compression, s.Crypto, false)...)
		if !off(s.Crypto["cipher"]) && off(s.Crypto["hash"]) {
			out = append(out, mustBeEnabled("crypto", "cipher", "hash"))
		}
		out = append(out, validateKnetLinks(s.Links, most)...)
	case "udp", "udpu":
		out = append(out, validateUDP(s.TransportOp, s.Compression, s.Crypto, false)...)
		out = append(out, validateUDPLinks(s.Links, most)...)
	}
	out = append(out, totemSet().validate(s.Totem, false)...)
	out = append(out, quorumSet.validate(s.Quorum, false)...)
	return append(out, window(s.Quorum, s.Quorum["last_man_standing"])...)
}

var gfs2Name = regexp.MustCompile(`^[a-zA-Z0-9_-]{0,32}$`)

// ValidateClusterName checks the name of a cluster.
func ValidateClusterName(name string, force bool) report.List {
	var out report.List
	if name == "" {
		out = append(out, report.NewError("INVALID_OPTION_VALUE", "cluster name cannot be empty"))
	}
	if !gfs2Name.MatchString(name) {
		out = append(out, report.Passed("COROSYNC_CLUSTER_NAME_INVALID_FOR_GFS2", fmt.Sprintf(
			"Chosen cluster name '%s' will prevent mounting GFS2 volumes in the cluster, use at most 32 of "+
				"a-z A-Z 0-9 _- characters; you may safely override this if you do not intend to use GFS2", name),
			report.Force, force))
	}
	return append(out, cleanValue("cluster name", name)...)
}

func (s Setup) validateName(force bool) report.List {
	return append(ValidateClusterName(s.Name, force), oneOf("knet", "udp", "udpu")("transport", s.Transport)...)
}

func (s Setup) ipVersion() string {
	switch v := s.TransportOp["ip_version"]; v {
	case "ipv4", "ipv6", "ipv4-6", "ipv6-4":
		return v
	}
	return defaultIPVersion(s.Transport)
}

// validateNodes checks each node, then the nodes against each other.
func (s Setup) validateNodes(resolves func(string) bool, force bool) report.List {
	var out report.List
	names, addrs := map[string]int{}, map[string]int{}
	missing, empty := map[string]bool{}, map[string]bool{}
	types := make([][]addrType, 0, len(s.Nodes))
	for i, n := range s.Nodes {
		out = append(out, s.validateNode(i+1, n)...)
		names[n.Name]++
		var mine []addrType
		for link, a := range n.Addrs {
			if a == "" {
				empty[n.Name] = true
				continue
			}
			addrs[a]++
			t := classify(a, resolves)
			mine = append(mine, t)
			if t == unresolvable {
				missing[a] = true
			}
			out = append(out, wrongFamily(a, t, s.ipVersion(), link)...)
			out = append(out, cleanValue("node address", a)...)
		}
		types = append(types, mine)
	}
	if len(empty) > 0 {
		list := slices.Sorted(maps.Keys(empty))
		out = append(out, report.NewError("NODE_ADDRESSES_CANNOT_BE_EMPTY", fmt.Sprintf(
			"Empty address set for %s %s, an address cannot be empty", plural(len(list), "node"), report.Quote(list))))
	}
	out = append(out, unresolvableReport(missing, force)...)
	if len(s.Nodes) == 0 {
		out = append(out, report.NewError("COROSYNC_NODES_MISSING", "No nodes have been specified"))
	}
	if twice := repeated(names); len(twice) > 0 {
		out = append(out, report.NewError("NODE_NAMES_DUPLICATION", "Node names must be unique, duplicate names: "+report.Quote(twice)))
	}
	if twice := repeated(addrs); len(twice) > 0 {
		out = append(out, report.NewError("NODE_ADDRESSES_DUPLICATION", "Node addresses must be unique, duplicate addresses: "+report.Quote(twice)))
	}
	if len(repeated(names)) == 0 && s.Transport == "knet" {
		out = append(out, s.sameAddressCount()...)
	}
	return append(out, mixedFamilies(types)...)
}

func (s Setup) validateNode(index int, n NewNode) report.List {
	var out report.List
	label := fmt.Sprintf("node %d name", index)
	if n.Name == "" {
		out = append(out, report.NewError("INVALID_OPTION_VALUE", label+" cannot be empty"))
	}
	out = append(out, cleanValue(label, n.Name)...)
	most := MaxLinks
	switch s.Transport {
	case "knet":
	case "udp", "udpu":
		most = 1
	default:
		return out
	}
	if len(n.Addrs) < 1 || len(n.Addrs) > most {
		out = append(out, badAddressCount(n.Name, len(n.Addrs), 1, most))
	}
	return out
}

func badAddressCount(node string, count, least, most int) report.Report {
	want := fmt.Sprintf("At least %d and at most %d", least, most)
	if least == most {
		want = strconv.Itoa(most)
	}
	return report.NewError("COROSYNC_BAD_NODE_ADDRESSES_COUNT", fmt.Sprintf(
		"%s %s must be specified for a node, %d %s specified for node '%s'",
		want, plural(most, "address"), count, plural(count, "address"), node))
}

func wrongFamily(addr string, t addrType, version string, link int) report.List {
	want := ""
	switch {
	case t == ipv4 && version == "ipv6":
		want = "IPv6"
	case t == ipv6 && version == "ipv4":
		want = "IPv4"
	default:
		return nil
	}
	return report.List{report.NewError("COROSYNC_ADDRESS_IP_VERSION_WRONG_FOR_LINK", fmt.Sprintf(
		"Address '%s' cannot be used in link '%d' because the link uses %s addresses", addr, link, want))}
}

func unresolvableReport(addrs map[string]bool, force bool) report.List {
	if len(addrs) == 0 {
		return nil
	}
	return report.List{report.Passed("NODE_ADDRESSES_UNRESOLVABLE",
		"Unable to resolve addresses: "+report.Quote(slices.Sorted(maps.Keys(addrs))), report.Force, force)}
}

// sameAddressCount reports nodes that have more or fewer links than others,
// the most common count first.
func (s Setup) sameAddressCount() report.List {
	byCount := map[int][]string{}
	var order []int
	for _, n := range s.Nodes {
		if byCount[len(n.Addrs)] == nil {
			order = append(order, len(n.Addrs))
		}
		byCount[len(n.Addrs)] = append(byCount[len(n.Addrs)], n.Name)
	}
	if len(order) < 2 {
		return nil
	}
	sort.SliceStable(order, func(i, j int) bool { return len(byCount[order[i]]) > len(byCount[order[j]]) })
	parts := []string{"All nodes must have the same number of addresses"}
	for _, count := range order {
		nodes, has := sorted(byCount[count]), "has"
		if len(nodes) > 1 {
			has = "have"
		}
		parts = append(parts, fmt.Sprintf("%s %s %s %d %s", plural(len(nodes), "node"), report.Quote(nodes), has,
			count, plural(count, "address")))
	}
	return report.List{report.NewError("COROSYNC_NODE_ADDRESS_COUNT_MISMATCH", strings.Join(parts, "; "))}
}

// mixedFamilies reports links on which some nodes have IPv4 and some IPv6.
func mixedFamilies(types [][]addrType) report.List {
	var links []string
	for link := 0; link < MaxLinks; link++ {
		seen := map[addrType]bool{}
		for _, t := range types {
			if link < len(t) {
				seen[t[link]] = true
			}
		}
		if seen[ipv4] && seen[ipv6] {
			links = append(links, strconv.Itoa(link))
		}
	}
	if len(links) == 0 {
		return nil
	}
	return report.List{report.NewError("COROSYNC_IP_VERSION_MISMATCH_IN_LINKS",
		"Using both IPv4 and IPv6 on one link is not allowed; please, use either IPv4 or IPv6 on link(s): "+report.Quote(links))}
}

func repeated(counts map[string]int) []string {
	var twice []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		if counts[k] > 1 && k != "" {
			twice = append(twice, k)
		}
	}
	return twice
}

func plural(n int, word string) string {
	switch {
	case n == 1:
		return word
	case strings.HasSuffix(word, "s"):
		return word + "es"
	}
	return word + "s"
}

func validateKnetLinks(links []map[string]string, most int) report.List {
	var out report.List
	used := map[string]int{}
	for _, l := range links {
		if n, ok := l["linknumber"]; ok {
			used[n]++
			if i, err := strconv.Atoi(n); err == nil && i >= most && i < MaxLinks {
				out = append(out, noSuchLink(n, most))
			}
		}
		out = append(out, knetLinkSet.validate(l, false)...)
		if l["ping_interval"] != "" && l["ping_timeout"] == "" {
			out = append(out, mustBeGiven("link", "ping_interval", "ping_timeout"))
		}
		if l["ping_timeout"] != "" && l["ping_interval"] == "" {
			out = append(out, mustBeGiven("link", "ping_timeout", "ping_interval"))
		}
	}
	if twice := repeated(used); len(twice) > 0 {
		out = append(out, report.NewError("COROSYNC_LINK_NUMBER_DUPLICATION", "Link numbers must be unique, duplicate link numbers: "+report.Quote(twice)))
	}
	return append(out, tooManyLinks(len(links), most)...)
}

func noSuchLink(number string, most int) report.Report {
	existing := make([]string, most)
	for i := range existing {
		existing[i] = strconv.Itoa(i)
	}
	return report.NewError("COROSYNC_LINK_DOES_NOT_EXIST_CANNOT_UPDATE", fmt.Sprintf(
		"Cannot set options for non-existent link '%s', existing links: %s", number, report.Quote(existing)))
}

func tooManyLinks(count, most int) report.List {
	if count <= most {
		return nil
	}
	return report.List{report.NewError("COROSYNC_TOO_MANY_LINKS_OPTIONS", fmt.Sprintf(
		"Cannot specify options for more links (%d) than how many is defined by number of addresses per node (%d)", count, most))}
}

func validateUDPLinks(links []map[string]string, most int) report.List {
	if len(links) == 0 {
		return nil
	}
	out := udpLinkSet.validate(links[0], false)
	if _, mcast := links[0]["mcastaddr"]; mcast && links[0]["broadcast"] == "1" {
		out = append(out, mustBeDisabled("link", "mcastaddr", "broadcast"))
	}
	return append(out, tooManyLinks(len(links), most)...)
}
