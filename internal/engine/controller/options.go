package controller

import (
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// clusterOptions are the few cluster options that the controller itself obeys.
type clusterOptions struct {
	fencing bool
	policy  string

	fenceTimeoutMS int64
	maxAttempts    int
	reaction       string // fencing-reaction
	watchdog       string // stonith-watchdog-timeout as it stands there
}

func options(doc *cib.Document) clusterOptions {
	o := clusterOptions{fencing: true, policy: "stop", fenceTimeoutMS: fencingTimeout.Milliseconds(), maxAttempts: maxAttempts}
	conf := doc.Find("crm_config")
	if conf == nil {
		return o
	}
	for _, set := range conf.SelectElements("cluster_property_set") {
		for _, nv := range set.SelectElements("nvpair") {
			text := strings.ToLower(nv.SelectAttrValue("value", ""))
			switch nv.SelectAttrValue("name", "") {
			case "stonith-enabled", "fencing-enabled":
				o.fencing = value.BoolOr(text, true)
			case "fence-reaction", "fencing-reaction":
				if text == Stop || text == Panic {
					o.reaction = text
				}
			case "no-quorum-policy":
				o.policy = text
			case "stonith-timeout", "fencing-timeout":
				if ms, ok := value.Milliseconds(text); ok && ms > 0 {
					o.fenceTimeoutMS = ms
				}
			case "stonith-watchdog-timeout", "fencing-watchdog-timeout":
				o.watchdog = text
			case "stonith-max-attempts", "fencing-max-attempts":
				if n, err := strconv.Atoi(text); err == nil && n > 0 {
					o.maxAttempts = n
				}
			}
		}
	}
	return o
}

// lostNodesGoOn tells that waiting for a lost node to stop by itself is of no
// use: it would go on without quorum, or proof by fencing is waited for anyway.
func (o clusterOptions) lostNodesGoOn() bool { return o.fencing || o.policy == "ignore" }

// What a node does that learns that it was fenced while it lives, by
// fencing-reaction. Rejoin is what it does where that is not set: it gives up
// what it runs and joins anew.
const (
	Rejoin = ""
	Stop   = "stop"  // the same, and leaves
	Panic  = "panic" // restarts the machine at once
)

// Reaction is fencing-reaction, or fence-reaction, as it is set.
func Reaction(doc *cib.Document) string { return options(doc).reaction }

// DropsWhenIsolated tells whether no-quorum-policy makes a node without quorum
// give up what it runs.
func DropsWhenIsolated(doc *cib.Document) bool {
	switch options(doc).policy {
	case "ignore", "freeze":
		return false
	}
	return true
}
