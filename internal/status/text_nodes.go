package status

import "slices"

// nodeName is the name by which a node is shown in this printing.
func (p *printer) nodeName(n *Node) string {
	name := n.Name
	if !p.Detail {
		return name
	}
	if n.Kind == Guest {
		name += "@"
		if n.Host != nil {
			name += n.Host.Name
		}
	}
	if n.ID != n.Name {
		name += " (" + n.ID + ")"
	}
	return name
}

func (n *Node) word() string {
	switch n.Kind {
	case Remote:
		return "RemoteNode"
	case Guest:
		return "GuestNode"
	}
	return "Node"
}

// state words a node's condition: the first of those that apply.
func (n *Node) state() string {
	switch {
	case n.Unclean && n.Online:
		return "UNCLEAN (online)"
	case n.Unclean && n.Pending:
		return "UNCLEAN (pending)"
	case n.Unclean:
		return "UNCLEAN (offline)"
	case n.Pending:
		return "pending"
	case n.StandbyOnFail && n.Online:
		return "standby (on-fail)"
	case n.Standby && !n.Online:
		return "OFFLINE (standby)"
	case n.Standby && len(n.Running) > 0:
		return "standby (with active resources)"
	case n.Standby:
		return "standby"
	case n.Maintenance && n.Online:
		return "maintenance"
	case n.Maintenance:
		return "OFFLINE (maintenance)"
	case n.Online:
		return "online"
	}
	return "OFFLINE"
}

func (n *Node) health() string {
	switch n.Health {
	case "red":
		return " (health is RED)"
	case "yellow":
		return " (health is YELLOW)"
	}
	return ""
}

// onlyNode tells whether the user asked for this node.
func (p *printer) onlyNode(n *Node) bool {
	return p.OnlyNode == nil || slices.Contains(p.OnlyNode, n.Name)
}

// nodes prints the node list: first those that need a line of their own, then
// the others in one line for each kind.
func (p *printer) nodes() {
	lists := map[string][]string{}
	begun := false
	begin := func() {
		if !begun {
			p.gap()
			p.begin("Node List:")
			begun = true
		}
	}
	for _, n := range p.view.Nodes {
		if !p.onlyNode(n) || (n.Kind == Guest && !n.Online && n.state() == "OFFLINE" && !p.Detail && !p.ByNode) {
			continue
		}
		begin()
		state := n.state()
		if p.ByNode {
			p.nodeWithResources(n)
			continue
		}
		if p.Detail || n.health() != "" || (state != "online" && state != "OFFLINE") {
			p.item("%s %s: %s%s", n.word(), p.nodeName(n), state, p.nodeNotes(n))
			continue
		}
		title := map[NodeKind]string{Member: "", Remote: "Remote", Guest: "Guest"}[n.Kind] +
			choose(n.Online, "Online", "OFFLINE")
		lists[title] = append(lists[title], n.Name)
	}
	for _, title := range []string{"Online", "OFFLINE", "RemoteOnline", "RemoteOFFLINE", "GuestOnline"} {
		if len(lists[title]) > 0 {
			p.item("%s: %s", title, names(lists[title]))
		}
	}
	if begun {
		p.end()
	}
}

// nodeNotes follow a node's state on its own line.
func (p *printer) nodeNotes(n *Node) string {
	notes := n.health()
	if p.Detail && n.FeatureSet != "" {
		notes += ", feature set " + n.FeatureSet
	}
	return notes
}

func (p *printer) nodeWithResources(n *Node) {
	if p.Release3 && p.Brief && !slices.ContainsFunc(n.Running, p.onlyResource) {
		return
	}
	p.begin("%s %s: %s%s:", n.word(), p.nodeName(n), n.state(), p.nodeNotes(n))
	p.begin("Resources:")
	p.inNode = true
	if p.Brief {
		p.briefOn(n)
	} else {
		for _, r := range n.Running {
			if p.onlyResource(r) && (!r.Implicit || p.Detail) {
				p.item("%s", p.primitiveOn(r, nil))
			}
		}
	}
	p.inNode = false
	p.end()
	p.end()
}
