package sched

import (
	"slices"
	"strings"

	"gpcs/internal/cib/rule"
	"gpcs/internal/engine/digest"
	"gpcs/internal/engine/graph"
)

// digestResult is how the parameters of a past operation compare with those configured now.
type digestResult int

const (
	digestUnknown digestResult = iota // nothing recorded
	digestMatch
	digestAll     // changed
	digestRestart // changed in parameters that need a restart
)

// compareDigest compares the parameters that an operation ran with with
// those it would have now (scheduler-spec, section 8).
func (c *Cluster) compareDigest(r *Resource, n *Node, h *HistoryEntry) digestResult {
	all := h.XML.SelectAttrValue("op-digest", "")
	restart := h.XML.SelectAttrValue("op-restart-digest", "")
	if h.expiredDigest && all != "" {
		return digestRestart
	}
	params := c.digestParams(r, n, h)
	if restart != "" {
		if c.restartDigest(params, h) != restart {
			return digestRestart
		}
	}
	switch {
	case all == "":
		return digestUnknown
	case digest.Operation(params, h.IntervalMS) != all:
		return digestAll
	}
	return digestMatch
}

// restartDigest is the digest of the parameters whose change needs a restart.
// An entry that does not name them means all.
func (c *Cluster) restartDigest(params []graph.Attr, h *HistoryEntry) string {
	names := h.XML.SelectAttr("op-force-restart")
	if names == nil {
		return digest.Operation(params, h.IntervalMS)
	}
	return digest.Restart(params, digest.ParseNames(names.Value))
}

// digestParams are the parameters that an operation would be run with now.
func (c *Cluster) digestParams(r *Resource, n *Node, h *HistoryEntry) []graph.Attr {
	op := c.findOp(r, h.Task, h.IntervalMS, true)
	var v Values
	if op != nil {
		v = append(v, c.opParams(n, op)...)
	}
	for _, a := range c.params(r, n) {
		v.setDefault(a.Name, a.Value)
	}
	if r.isRemoteConn {
		substituteAddress(v, r)
	}
	meta := c.opMeta(r, n, h.Task, h.IntervalMS, op)
	v.setDefault("CRM_meta_timeout", meta.Get("timeout"))
	return v
}

// onlySecretsDiffer tells whether what can be compared of sanitized
// parameters is equal.
func (c *Cluster) onlySecretsDiffer(r *Resource, n *Node, h *HistoryEntry) bool {
	secure := h.XML.SelectAttrValue("op-secure-digest", "")
	if secure == "" {
		return false
	}
	private := digest.ParseNames(h.XML.SelectAttrValue("op-secure-params", ""))
	var v Values
	if op := c.findOp(r, h.Task, h.IntervalMS, true); op != nil {
		v = append(v, c.opParams(n, op)...)
	}
	for _, a := range c.params(r, n) {
		v.setDefault(a.Name, a.Value)
	}
	if r.isFenceDevice && rule.CompareVersions(h.XML.SelectAttrValue("crm_feature_set", ""), "3.16.0") < 0 {
		// Then the fencer's own parameters were left out.
		v = withoutFencerParams(v)
	}
	return digest.Secure(v, private) == secure
}

// withoutFencerParams leaves out what is for the fencer, not for the agent.
func withoutFencerParams(v Values) Values {
	return slices.DeleteFunc(slices.Clone(v), func(a graph.Attr) bool { return strings.HasPrefix(a.Name, "pcmk_") })
}
