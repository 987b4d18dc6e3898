package conf

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Text prints the configuration as `cluster config show` does.
func (c *Corosync) Text() string {
	lines := []string{"Cluster Name: " + c.ClusterName()}
	if uuid, _ := c.UUID(); uuid != "" {
		lines = append(lines, "Cluster UUID: "+uuid)
	}
	lines = append(lines, "Transport: "+c.Transport(), "Nodes:")
	nodes := c.Nodes()
	sort.SliceStable(nodes, func(i, j int) bool { return nodes[i].Name < nodes[j].Name })
	for _, n := range nodes {
		lines = append(lines, "  "+n.Name+":")
		for _, a := range n.Addrs {
			lines = append(lines, fmt.Sprintf("    Link %d address: %s", a.Link, a.Addr))
		}
		lines = append(lines, fmt.Sprintf("    nodeid: %d", n.ID))
	}
	links := c.LinkOptions()
	if len(links) > 0 {
		lines = append(lines, "Links:")
	}
	for _, n := range linkNumbers(links) {
		lines = append(lines, indent(titled(fmt.Sprintf("Link %d", n), links[n]))...)
	}
	lines = append(lines, titled("Transport Options", c.TransportOptions())...)
	lines = append(lines, titled("Compression Options", c.CompressionOptions())...)
	lines = append(lines, titled("Crypto Options", c.CryptoOptions())...)
	lines = append(lines, titled("Totem Options", c.TotemOptions())...)
	lines = append(lines, titled("Quorum Options", c.QuorumOptions())...)
	if d := c.Device(); d != nil {
		lines = append(lines, "Quorum Device: "+d.Model)
		lines = append(lines, indent(titled("Options", d.Options))...)
		lines = append(lines, indent(titled("Model Options", d.ModelOpts))...)
		lines = append(lines, indent(titled("Heuristics", d.Heuristic))...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// QuorumText prints the quorum options as `quorum config` does: nothing where
// nothing is set.
func (c *Corosync) QuorumText() string {
	d := c.Device()
	lines := titled("Options", c.QuorumOptions())
	if d != nil {
		lines = append(lines, "Device:")
		lines = append(lines, indent(pairs(d.Options, ": "))...)
		lines = append(lines, "  Model: "+d.Model)
		lines = append(lines, indent(indent(pairs(d.ModelOpts, ": ")))...)
		if len(d.Heuristic) > 0 {
			lines = append(lines, "  Heuristics:")
			lines = append(lines, indent(indent(pairs(d.Heuristic, ": ")))...)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func titled(title string, options map[string]string) []string {
	if len(options) == 0 {
		return nil
	}
	return append([]string{title + ":"}, indent(pairs(options, ": "))...)
}

func pairs(options map[string]string, between string) []string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(options)) {
		lines = append(lines, k+between+options[k])
	}
	return lines
}

func indent(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = "  " + l
	}
	return out
}

func linkNumbers(links map[int]map[string]string) []int {
	var numbers []int
	for n := range links {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	return numbers
}

// Command prints the configuration as the command that would make it.
func (c *Corosync) Command() string {
	lines := []string{"pcs cluster setup " + c.ClusterName()}
	nodes := c.Nodes()
	sort.SliceStable(nodes, func(i, j int) bool {
		return strconv.Itoa(int(nodes[i].ID)) < strconv.Itoa(int(nodes[j].ID))
	})
	for _, n := range nodes {
		words := []string{n.Name}
		for _, a := range n.Addrs {
			words = append(words, "addr="+a.Addr)
		}
		lines = append(lines, "  "+strings.Join(words, " "))
	}
	transport := []string{"transport", c.Transport()}
	transport = append(transport, indent(indent(pairs(c.TransportOptions(), "=")))...)
	links := c.LinkOptions()
	for _, n := range linkNumbers(links) {
		transport = append(transport, keyword("link", links[n])...)
	}
	transport = append(transport, keyword("compression", c.CompressionOptions())...)
	transport = append(transport, keyword("crypto", c.CryptoOptions())...)
	lines = append(lines, indent(transport)...)
	lines = append(lines, keyword("totem", c.TotemOptions())...)
	lines = append(lines, keyword("quorum", c.QuorumOptions())...)
	if uuid, _ := c.UUID(); uuid == "" {
		lines = append(lines, "  --no-cluster-uuid")
	}
	return strings.Join(lines, " \\\n") + "\n"
}

func keyword(word string, options map[string]string) []string {
	if len(options) == 0 {
		return nil
	}
	return indent(append([]string{word}, indent(pairs(options, "="))...))
}

// JSON prints the configuration on one line, with pcs's keys in pcs's order.
func (c *Corosync) JSON() string {
	var nodes []string
	for _, n := range c.Nodes() {
		var addrs []string
		for _, a := range n.Addrs {
			addrs = append(addrs, object("addr", str(a.Addr), "link", str(strconv.Itoa(a.Link)), "type", str(familyName(a.Addr))))
		}
		nodes = append(nodes, object("name", str(n.Name), "nodeid", str(strconv.FormatUint(uint64(n.ID), 10)), "addrs", list(addrs)))
	}
	uuid := "null"
	if u, ok := c.UUID(); ok {
		uuid = str(u)
	}
	transportNames := knetTransportNames
	if c.Transport() != "knet" {
		transportNames = udpTransportNames
	}
	links := c.LinkOptions()
	var linkPairs []string
	for _, n := range linkNumbers(links) {
		linkPairs = append(linkPairs, strconv.Itoa(n), options(sortedAttrs(links[n])))
	}
	device := "null"
	if d := c.Device(); d != nil {
		device = object("model", str(d.Model), "model_options", options(sortedAttrs(d.ModelOpts)),
			"generic_options", options(sortedAttrs(d.Options)), "heuristics_options", options(sortedAttrs(d.Heuristic)))
	}
	return object("cluster_name", str(c.ClusterName()), "cluster_uuid", uuid,
		"transport", str(strings.ToUpper(c.Transport())),
		"totem_options", options(c.orderedOptions("totem", "", totemNames)),
		"transport_options", options(c.orderedOptions("totem", "", transportNames)),
		"compression_options", options(c.orderedOptions("totem", "knet_compression_", compressionNames)),
		"crypto_options", options(c.orderedOptions("totem", "crypto_", cryptoNames)),
		"nodes", list(nodes), "links_options", object(linkPairs...),
		"quorum_options", options(c.orderedOptions("quorum", "", quorumNames)),
		"quorum_device", device) + "\n"
}

func familyName(addr string) string {
	switch classify(addr, func(string) bool { return true }) {
	case ipv4:
		return "IPv4"
	case ipv6:
		return "IPv6"
	}
	return "FQDN"
}

// str prints a JSON string as Python does: what is not ASCII is escaped.
func str(s string) string {
	raw, _ := json.Marshal(s) // a string always marshals
	var b strings.Builder
	for _, r := range string(raw) {
		switch {
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		case r > 0x7e:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// object takes name, JSON value, name, JSON value, ...
func object(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		parts = append(parts, str(pairs[i])+": "+pairs[i+1])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func list(values []string) string { return "[" + strings.Join(values, ", ") + "]" }

func options(attrs []Attr) string {
	var flat []string
	for _, a := range attrs {
		flat = append(flat, a.Name, str(a.Value))
	}
	return object(flat...)
}

func sortedAttrs(m map[string]string) []Attr {
	var attrs []Attr
	for _, k := range slices.Sorted(maps.Keys(m)) {
		attrs = append(attrs, Attr{k, m[k]})
	}
	return attrs
}
