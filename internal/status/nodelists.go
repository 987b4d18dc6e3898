package status

import (
	"fmt"
	"sort"
	"strings"
)

// NodesText prints nodes sorted by condition as "status nodes" does.
func (v *View) NodesText() string {
	var b strings.Builder
	for _, part := range []struct {
		title string
		mine  func(*Node) bool
	}{
		{"Pacemaker Nodes", func(n *Node) bool { return n.Kind == Member }},
		{"Pacemaker Remote Nodes", func(n *Node) bool { return n.Kind != Member }},
	} {
		lists := map[string][]string{}
		for _, n := range v.Nodes {
			if part.mine(n) {
				lists[n.list()] = append(lists[n.list()], n.Name)
			}
		}
		fmt.Fprintf(&b, "%s:\n", part.title)
		for _, title := range []string{"Online", "Standby", "Standby with resource(s) running", "Maintenance", "Offline"} {
			b.WriteString(nameLine(title, lists[title]))
		}
	}
	return b.String()
}

// list is the title under which "status nodes" has a node.
func (n *Node) list() string {
	switch {
	case !n.Online:
		return "Offline"
	case n.Standby && len(n.Running) > 0:
		return "Standby with resource(s) running"
	case n.Standby:
		return "Standby"
	case n.Maintenance:
		return "Maintenance"
	}
	return "Online"
}

// CorosyncNodesText prints who of the configured nodes is in the membership.
func CorosyncNodesText(online, offline []string) string {
	return "Corosync Nodes:\n" + nameLine("Online", online) + nameLine("Offline", offline)
}

// ConfiguredNodesText prints the nodes that corosync.conf and the document name.
func ConfiguredNodesText(corosync, pacemaker []string) string {
	text := "Corosync Nodes:\n"
	if len(corosync) > 0 {
		text += spaced(corosync) + "\n"
	}
	text += "Pacemaker Nodes:\n"
	if len(pacemaker) > 0 {
		text += spaced(pacemaker) + "\n"
	}
	return text
}

func nameLine(title string, list []string) string {
	return " " + title + ":" + spaced(list) + "\n"
}

func spaced(list []string) string {
	sorted := append([]string{}, list...)
	sort.Strings(sorted)
	if len(sorted) == 0 {
		return ""
	}
	return " " + strings.Join(sorted, " ")
}
