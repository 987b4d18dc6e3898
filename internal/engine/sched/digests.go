package sched

import (
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/engine/digest"
	"gpcs/internal/engine/graph"
)

// Digests are the fingerprints of what an operation would be run with now:
// what crm_resource --digests shows.
type Digests struct {
	Task       string
	IntervalMS int64
	All        Digest
	Public     Digest // without what is secret
	// Restart covers what needs a restart when it changes; its hash is "" where
	// no history tells which parameters those are.
	Restart Digest
}

// Digest is one fingerprint and the parameters that it covers.
type Digest struct {
	Hash   string
	Params []graph.Attr
}

// secretNames are the parameters that count as secret where no history names them.
var secretNames = []string{"passwd", "password", "user"}

// DigestsOf computes the digests of the operation that the history of r on n
// says most about, or else of a start. overrides replace parameters.
func (c *Cluster) DigestsOf(r *Resource, n *Node, overrides []graph.Attr) Digests {
	h := c.tellingEntry(r, n)
	d := Digests{Task: "start"}
	private, restart := secretNames, ""
	entry := &HistoryEntry{Task: "start"}
	if h != nil {
		d.Task, d.IntervalMS, entry = h.Task, h.IntervalMS, h
		restart = h.XML.SelectAttrValue("op-force-restart", "")
		if names := h.XML.SelectAttr("op-secure-params"); names != nil {
			private = digest.ParseNames(names.Value)
		}
	}
	params := Values(c.digestParams(r, n, entry))
	for _, o := range overrides {
		params.set(o.Name, o.Value)
		if ms, err := strconv.ParseInt(o.Value, 10, 64); err == nil && o.Name == "CRM_meta_interval" {
			d.IntervalMS = ms
		}
	}
	d.All = Digest{Hash: digest.Operation(params, d.IntervalMS), Params: covered(params, d.IntervalMS, nil)}
	isPrivate := func(name string) bool {
		return slices.Contains(private, name) || r.isFenceDevice && strings.HasPrefix(name, "pcmk_")
	}
	d.Public.Params = covered(params, 0, func(name string) bool { return !isPrivate(name) })
	d.Public.Hash = digest.Operation(d.Public.Params, 0)
	if h != nil && h.XML.SelectAttrValue("op-restart-digest", "") != "" {
		names := digest.ParseNames(restart)
		d.Restart.Params = covered(params, 0, func(name string) bool { return slices.Contains(names, name) })
		d.Restart.Hash = digest.Operation(d.Restart.Params, 0)
	}
	return d
}

// covered are the parameters that a digest covers, of those that want holds for.
func covered(params []graph.Attr, intervalMS int64, want func(string) bool) []graph.Attr {
	var list []graph.Attr
	for _, a := range params {
		meta := strings.HasPrefix(a.Name, "CRM_meta_")
		if meta && (intervalMS == 0 || a.Name != "CRM_meta_timeout") || want != nil && !want(a.Name) {
			continue
		}
		list = append(list, a)
	}
	return list
}

// tellingEntry is the newest entry of the history that has a restart digest,
// or else the newest of all; nil if there is none.
func (c *Cluster) tellingEntry(r *Resource, n *Node) *HistoryEntry {
	var best *HistoryEntry
	for _, h := range c.entries(r.historyName(), n.Name) {
		telling := func(e *HistoryEntry) bool { return e.XML.SelectAttrValue("op-restart-digest", "") != "" }
		if best == nil || telling(h) && !telling(best) || telling(h) == telling(best) && h.CallID > best.CallID {
			best = h
		}
	}
	return best
}
