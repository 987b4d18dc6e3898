package conf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Key is one entry of corosync's cmap: cmap_keys(8).
type Key struct{ Name, Type, Value string }

// String prints a key as corosync-cmapctl does.
func (k Key) String() string { return fmt.Sprintf("%s (%s) = %s", k.Name, k.Type, k.Value) }

// byteKeys hold 8 bits (cmap_keys(8)); other numbers hold 32.
var byteKeys = []string{"quorum.two_node", "quorum.wait_for_all", "quorum.auto_tie_breaker", "quorum.last_man_standing"}

// numeric are the last words of keys that hold numbers.
var numeric = []string{
	"nodeid", "quorum_votes", "version", "expected_votes", "votes", "token", "consensus", "join", "hold", "merge",
	"downcheck", "fail_recv_const", "max_messages", "window_size", "miss_count_const", "netmtu", "mcastport",
	"token_coefficient", "knet_link_priority", "knet_ping_interval", "knet_ping_timeout", "knet_pong_count",
	"linknumber", "two_node", "wait_for_all", "auto_tie_breaker", "last_man_standing", "last_man_standing_window",
	"sync_timeout", "timeout",
}

// Keys returns what the file sets, as keys of cmap in their order.
func (c *Corosync) Keys() []Key {
	var keys []Key
	nodes, links := 0, 0
	for _, top := range c.root.Sections {
		switch top.Name {
		case "nodelist":
			for _, n := range top.All("node") {
				keys = append(keys, sectionKeys(n, "nodelist.node."+strconv.Itoa(nodes))...)
				nodes++
			}
		case "totem":
			for _, i := range top.All("interface") {
				number, ok := i.Get("linknumber")
				if !ok {
					number = strconv.Itoa(links)
				}
				keys = append(keys, sectionKeys(i, "totem.interface."+number)...)
				links++
			}
			keys = append(keys, attrKeys(top, "totem")...)
		default:
			keys = append(keys, sectionKeys(top, top.Name)...)
		}
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	return keys
}

func sectionKeys(s *Section, prefix string) []Key {
	keys := attrKeys(s, prefix)
	for _, sub := range s.Sections {
		keys = append(keys, sectionKeys(sub, prefix+"."+sub.Name)...)
	}
	return keys
}

func attrKeys(s *Section, prefix string) []Key {
	var keys []Key
	for _, a := range s.Attrs {
		k := Key{prefix + "." + a.Name, "str", a.Value}
		if _, err := strconv.ParseUint(a.Value, 10, 32); err == nil && slices.Contains(numeric, a.Name) {
			k.Type = "u32"
		}
		if k.Type == "u32" && slices.Contains(byteKeys, k.Name) {
			k.Type = "u8"
		}
		keys = append(keys, k)
	}
	return keys
}
