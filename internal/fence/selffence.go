package fence

import (
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// A node with a watchdog resets itself when it has lost quorum or is told to:
// its daemon feeds the watchdog no longer. Who waits long enough knows that the
// node is off. SBD without a disk works like this.

// WatchdogAgent is the agent of the device that stands for waiting.
const WatchdogAgent = "fence_watchdog"

// watchdogDevice is its id, by which the fencing topology may name it.
const watchdogDevice = "watchdog"

// watchdogProof is what such a fencing rests on.
const watchdogProof = "watchdog time over"

// WatchdogMS is the time in ms after which a node that is lost has reset
// itself: stonith-watchdog-timeout, as the option's text says it, where that is
// long enough for the watchdog that the node has said to feed. 0 = the node
// cannot be counted on to reset itself.
func WatchdogMS(doc *cib.Document, target, option string) int64 {
	own := int64(0)
	if status := doc.Find("status"); status != nil {
		for _, s := range status.SelectElements("node_state") {
			if s.SelectAttrValue("uname", "") == target {
				own, _ = strconv.ParseInt(s.SelectAttrValue("watchdog", ""), 10, 64)
			}
		}
	}
	if own <= 0 || option == "" {
		return 0
	}
	if option[0] == '-' {
		return 2 * own // Pacemaker's own choice
	}
	if ms, ok := value.Milliseconds(option); ok && ms > own {
		return ms
	}
	return 0
}

// Watch decides whether a node goes on feeding its watchdog.
type Watch struct {
	// Had: the node had quorum since it booted, so that it may run something.
	Had bool
	// Ordered: the node is to reset itself, whatever else holds.
	Ordered bool
}

// Feed tells whether to feed: quorate is what the node's own view says, idle
// that all that it ran was stopped.
func (w *Watch) Feed(quorate, idle bool) bool {
	w.Had = w.Had || quorate
	return !w.Ordered && (quorate || idle || !w.Had)
}
