package status

import "sort"

// agentCount is how many primitives of one agent there are, and are active.
type agentCount struct {
	all    int
	active map[*Node]int
}

// count counts primitives by agent; the agents come sorted.
func count(list []*Resource) (agents []string, counts map[string]*agentCount) {
	counts = map[string]*agentCount{}
	for _, r := range list {
		if r.Kind != Primitive || (r.Orphan && !r.active(false)) {
			continue
		}
		c := counts[r.Agent()]
		if c == nil {
			c = &agentCount{active: map[*Node]int{}}
			counts[r.Agent()], agents = c, append(agents, r.Agent())
		}
		c.all++
		if r.active(true) {
			for _, n := range r.Active {
				c.active[n]++
			}
		}
	}
	sort.Strings(agents)
	return agents, counts
}

// brief prints for each agent how many primitives are active on each node,
// with total also out of how many.
func (p *printer) brief(list []*Resource, total bool) {
	agents, counts := count(list)
	for _, agent := range agents {
		c := counts[agent]
		for _, n := range p.view.Nodes {
			switch {
			case c.active[n] == 0:
			case total:
				p.item("%d/%d\t(%s):\tActive %s", c.active[n], c.all, agent, n.Name)
			default:
				p.item("%d\t(%s):\tActive %s", c.active[n], agent, n.Name)
			}
		}
		if total && len(c.active) == 0 {
			p.item("0/%d\t(%s):\tActive", c.all, agent)
		}
	}
}

// briefOn prints for each agent how many primitives are active on a node.
func (p *printer) briefOn(n *Node) {
	agents, counts := count(n.Running)
	for _, agent := range agents {
		p.item("%d\t(%s):\tActive ", counts[agent].active[n], agent)
	}
}
