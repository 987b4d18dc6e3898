// Package digest computes the fingerprints that Pacemaker keeps of the
// parameters an operation ran with: op-digest, op-restart-digest and
// op-secure-digest of an lrm_rsc_op. The executor records them, the scheduler
// compares them with the configuration to find what has changed since.
//
// A digest is the MD5 of the parameters written as one XML element in a fixed
// form; it protects nothing and must stay equal to the field's, as histories
// outlive upgrades.
package digest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"gpcs/internal/engine/graph"
)

// metaPrefix marks attributes of an action that are about the cluster, not the agent.
const metaPrefix = "CRM_meta_"

// timeoutMeta counts in the digest of recurring operations: a changed timeout
// means that the operation has to be scheduled anew.
const timeoutMeta = "CRM_meta_timeout"

// notHashed are attributes of an action that no digest covers.
var notHashed = []string{"id", "crm_feature_set", "op-digest", "op_target_rc", "pcmk_external_ip"}

// Operation returns the op-digest of an operation run with params, which may
// be all attributes of a graph action: what is not the agent's is left out.
// intervalMS is the operation's interval in ms, 0 if it runs once.
func Operation(params []graph.Attr, intervalMS int64) string {
	return sum(hashed(params, intervalMS > 0))
}

// Restart returns the op-restart-digest: that of the named parameters alone,
// the ones whose change needs a restart (those not reloadable). names goes
// into the history as op-force-restart.
func Restart(params []graph.Attr, names []string) string {
	return sum(filter(hashed(params, false), func(a graph.Attr) bool { return slices.Contains(names, a.Name) }))
}

// Secure returns the op-secure-digest: that of all parameters but the private
// ones, whose names go into the history as op-secure-params.
func Secure(params []graph.Attr, private []string) string {
	return sum(filter(hashed(params, false), func(a graph.Attr) bool { return !slices.Contains(private, a.Name) }))
}

// ParseNames splits the value of op-force-restart or op-secure-params.
func ParseNames(list string) []string { return strings.Fields(list) }

func hashed(params []graph.Attr, recurring bool) []graph.Attr {
	return filter(params, func(a graph.Attr) bool {
		if recurring && a.Name == timeoutMeta {
			return true
		}
		return !strings.HasPrefix(a.Name, metaPrefix) && !slices.Contains(notHashed, a.Name)
	})
}

func filter(in []graph.Attr, keep func(graph.Attr) bool) []graph.Attr {
	out := make([]graph.Attr, 0, len(in))
	for _, a := range in {
		if keep(a) {
			out = append(out, a)
		}
	}
	return out
}

// sum hashes the parameters in the field's form: one blank, the element with
// its attributes in byte order, a newline.
func sum(params []graph.Attr) string {
	sort.SliceStable(params, func(i, j int) bool { return params[i].Name < params[j].Name })
	var b strings.Builder
	b.WriteString(" <parameters")
	for _, p := range params {
		b.WriteByte(' ')
		b.WriteString(p.Name)
		b.WriteString(`="`)
		escape(&b, p.Value)
		b.WriteByte('"')
	}
	b.WriteString("/>\n")
	h := md5.Sum([]byte(b.String()))
	return hex.EncodeToString(h[:])
}

func escape(b *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case c == '"':
			b.WriteString("&quot;")
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(b, "&#x%.2X;", c)
		default:
			b.WriteByte(c)
		}
	}
}
