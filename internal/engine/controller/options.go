package controller

import (
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
	"gpcs/internal/cib/value"
)

// clusterOptions are the few cluster options that the controller itself obeys.
type clusterOptions struct {
	fencing        bool
	startupFencing bool
	policy         string

	fenceTimeoutMS int64
	maxAttempts    int
	reaction       string // fencing-reaction
	watchdog       string // fencing-watchdog-timeout as it stands there
}

// options reads them as they are at a time, s since 1970; see option.Read.
func options(doc *cib.Document, now int64) clusterOptions {
	set := option.Read(doc, now)
	o := clusterOptions{fencing: set.Flag("fencing-enabled", true), startupFencing: set.Flag("startup-fencing", true), policy: "stop",
		fenceTimeoutMS: set.Milliseconds("fencing-timeout", fencingTimeout.Milliseconds()), maxAttempts: maxAttempts,
		watchdog: set.Get("fencing-watchdog-timeout")}
	if v, ok := set.Lookup("no-quorum-policy"); ok {
		o.policy = strings.ToLower(v)
	}
	if v := strings.ToLower(set.Get("fencing-reaction")); v == Stop || v == Panic {
		o.reaction = v
	}
	if n, ok := value.Score(set.Get("fencing-max-attempts")); ok && n > 0 {
		o.maxAttempts = n
	}
	return o
}

// options are those of the document that the controller has.
func (c *Controller) options(now time.Time) clusterOptions { return options(c.doc, now.Unix()) }

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

// Reaction is fencing-reaction, or fence-reaction, as it is set at a time.
func Reaction(doc *cib.Document, now time.Time) string { return options(doc, now.Unix()).reaction }

// DropsWhenIsolated tells whether no-quorum-policy makes a node without quorum
// give up what it runs; one that depends on the time does not count.
func DropsWhenIsolated(doc *cib.Document) bool {
	switch options(doc, 0).policy {
	case "ignore", "freeze":
		return false
	}
	return true
}
