package controller

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

// defaultTimeout is used for an action that names none, as Pacemaker does.
const defaultTimeout = 20 * time.Second

// delay is the time beyond an action's own timeout after which its node is
// thought to have lost it (Pacemaker's cluster-delay).
const delay = 60 * time.Second

// start carries out one action of the transition.
func (c *Controller) start(now time.Time, a *graph.Action) {
	switch a.Operation {
	case "clear_failcount":
		c.submit(a.ID, ForgetFailures(a.NodeID, a.Rsc.ID)...)
	case "delete", "lrm_delete":
		c.execute(a)
		c.submit(a.ID, cib.Op{Kind: cib.Delete, Path: resourcePath(a.NodeID, a.Rsc.ID)})
	case "cancel":
		c.execute(a)
		c.submit(a.ID, cib.Op{Kind: cib.Delete, Path: resourcePath(a.NodeID, a.Rsc.ID) +
			fmt.Sprintf("/lrm_rsc_op[@operation_key='%s']", a.Key)})
	case "do_shutdown":
		c.execute(a)
		c.confirm(a.ID, true)
	case "stonith":
		c.fence(now, a)
	default:
		c.execute(a)
		c.deadlines[a.ID] = now.Add(timeout(a) + delay)
	}
}

// probedBeforeShutdown lets nodes go only when they have answered all probes.
// The scheduler, as Pacemaker's, orders a shutdown after the stops that it knows
// are needed. What runs on a node that nobody has asked yet would be left
// running there, and started elsewhere because the node said that it leaves.
func probedBeforeShutdown(g *graph.Graph) {
	probes := map[string][]int{} // by node
	for _, s := range g.Synapses {
		for _, a := range s.Actions {
			if strings.HasSuffix(a.Key, "_monitor_0") {
				probes[a.Node] = append(probes[a.Node], a.ID)
			}
		}
	}
	for _, s := range g.Synapses {
		if a := s.Actions[0]; a.Operation == "do_shutdown" && len(probes[a.Node]) > 0 {
			s.Inputs = append(s.Inputs, probes[a.Node]...)
			slices.Sort(s.Inputs)
			s.Inputs = slices.Compact(s.Inputs)
		}
	}
}

func (c *Controller) execute(a *graph.Action) {
	id, err := strconv.ParseUint(a.NodeID, 10, 32)
	if err != nil {
		c.note(c.number, fmt.Sprintf("%s names no cluster node: %q", a.Key, a.NodeID))
		c.confirm(a.ID, false)
		return
	}
	c.out = append(c.out, Execute{Node: uint32(id), View: c.view.Number, Key: c.tr.Key(a), Act: a})
}

func timeout(a *graph.Action) time.Duration {
	ms, err := strconv.ParseInt(a.Attr("CRM_meta_timeout"), 10, 64)
	if err != nil || ms <= 0 {
		return defaultTimeout
	}
	return time.Duration(ms) * time.Millisecond
}

func resourcePath(nodeID, rsc string) string {
	return fmt.Sprintf("/cib/status/node_state[@id='%s']/lrm/lrm_resources/lrm_resource[@id='%s']", nodeID, rsc)
}

// ForgetFailures returns the operations that remove a resource's fail counts
// on a node.
func ForgetFailures(nodeID, rsc string) []cib.Op {
	const attrs = "/cib/status/node_state[@id='%s']/transient_attributes/instance_attributes/nvpair"
	path := fmt.Sprintf(attrs+"[starts-with(@name,'fail-count-%s#') or starts-with(@name,'last-failure-%s#')]", nodeID, rsc, rsc)
	return []cib.Op{{Kind: cib.Delete, Path: path}}
}
