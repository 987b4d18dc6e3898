package admin

// Property is what is known of a cluster property.
type Property struct {
	Name        string
	Type        string // boolean, duration, timeout, integer, nonnegative_integer, percentage, score, select, string, version
	Default     string // "" where there is none
	Values      []string
	Description string
	Advanced    bool   // to be changed only by who knows why
	Generated   bool   // set by the cluster itself
	Deprecated  bool   // kept for old configurations
	ReplacedBy  string // the name to use instead
}

var (
	fenceActions   = []string{"reboot", "off"}
	fenceReactions = []string{"stop", "panic"}
)

// properties are the cluster properties in the order in which Pacemaker
// lists them; names, types and defaults are those of Pacemaker 3.0.
func properties() []Property {
	all := append(controlProperties(), fencingProperties()...)
	return append(all, schedulingProperties()...)
}

func controlProperties() []Property {
	return []Property{
		{Name: "dc-version", Type: "version", Generated: true, Description: "The version of the software on the node that coordinates the cluster"},
		{Name: "cluster-infrastructure", Type: "string", Generated: true, Description: "The layer that carries the cluster's messages"},
		{Name: "cluster-name", Type: "string", Description: "The cluster's name. Rules know it as #cluster-name; agents may use it, too."},
		{Name: "dc-deadtime", Type: "duration", Default: "20s", Description: "How long a starting node waits to hear from others before it goes on alone. Slow or loaded networks need more."},
		{Name: "cluster-recheck-interval", Type: "duration", Default: "15min", Description: "How often the state of the cluster is looked over even if nothing happens: rules with dates take effect then at the latest. 0 turns it off."},
		{Name: "election-timeout", Type: "duration", Default: "2min", Advanced: true, Description: "How long choosing the coordinating node may take"},
		{Name: "shutdown-escalation", Type: "duration", Default: "20min", Advanced: true, Description: "How long an orderly shutdown of a node may take before the node gives up waiting and exits"},
		{Name: "join-integration-timeout", Type: "duration", Default: "3min", Advanced: true, Description: "How long a node may take to answer the offer to join"},
		{Name: "join-finalization-timeout", Type: "duration", Default: "30min", Advanced: true, Description: "How long a node may take to complete joining"},
		{Name: "transition-delay", Type: "duration", Default: "0s", Advanced: true, Description: "How long to wait for more changes before acting on one. Anything above 0 makes every recovery slower."},
		{Name: "no-quorum-policy", Type: "select", Default: "stop", Values: []string{"stop", "freeze", "ignore", "demote", "fence", "suicide"}, Description: "What nodes do with their resources while they have no quorum"},
		{Name: "shutdown-lock", Type: "boolean", Default: "false", Description: "Whether resources of a node that was shut down in an orderly way wait for its return instead of moving to other nodes"},
		{Name: "shutdown-lock-limit", Type: "duration", Default: "0", Description: "How long resources wait for a node at most when shutdown-lock is on; 0 is for ever"},
		{Name: "enable-acl", Type: "boolean", Default: "false", Description: "Whether access to the CIB is limited by access control lists"},
		{Name: "symmetric-cluster", Type: "boolean", Default: "true", Description: "Whether resources may run on every node unless a constraint forbids it"},
		{Name: "maintenance-mode", Type: "boolean", Default: "false", Description: "Whether the cluster leaves all resources alone: nothing is started, stopped or monitored"},
		{Name: "start-failure-is-fatal", Type: "boolean", Default: "true", Description: "Whether one failed start keeps a resource off the node. If not, failures are counted and migration-threshold decides."},
		{Name: "enable-startup-probes", Type: "boolean", Default: "true", Deprecated: true, Description: "Whether the cluster looks for running resources on nodes that start"},
	}
}

func fencingProperties() []Property {
	return []Property{
		{Name: "fence-remote-without-quorum", Type: "boolean", Default: "false", Advanced: true, Description: "Whether remote nodes may be fenced by a partition without quorum"},
		{Name: "fencing-enabled", Type: "boolean", Default: "true", Advanced: true, Description: "Whether nodes are fenced when that is needed to recover. Without it, data on shared storage is at risk."},
		{Name: "stonith-enabled", Type: "boolean", Default: "true", Advanced: true, ReplacedBy: "fencing-enabled", Description: "Older name of fencing-enabled"},
		{Name: "fencing-action", Type: "select", Default: "reboot", Values: fenceActions, Description: "What fence devices are asked to do with a node"},
		{Name: "stonith-action", Type: "select", Default: "reboot", Values: fenceActions, ReplacedBy: "fencing-action", Description: "Older name of fencing-action"},
		{Name: "fencing-reaction", Type: "select", Default: "stop", Values: fenceReactions, Description: "What a node does that learns of its own fencing while it still runs: stop cluster services, or panic and restart at once"},
		{Name: "fence-reaction", Type: "select", Default: "stop", Values: fenceReactions, ReplacedBy: "fencing-reaction", Description: "Older name of fencing-reaction"},
		{Name: "fencing-timeout", Type: "duration", Default: "60s", Description: "How long a fence action may take unless the device says otherwise"},
		{Name: "stonith-timeout", Type: "duration", Default: "60s", ReplacedBy: "fencing-timeout", Description: "Older name of fencing-timeout"},
		{Name: "have-watchdog", Type: "boolean", Default: "false", Generated: true, Description: "Whether a watchdog and sbd are in use; found out by the cluster"},
		{Name: "fencing-watchdog-timeout", Type: "timeout", Default: "0", Description: "How long after the loss of a node its watchdog has certainly reset it. 0 means that watchdogs alone do not count as fencing."},
		{Name: "stonith-watchdog-timeout", Type: "timeout", Default: "0", ReplacedBy: "fencing-watchdog-timeout", Description: "Older name of fencing-watchdog-timeout"},
		{Name: "fencing-max-attempts", Type: "score", Default: "10", Description: "How often fencing of a node may fail before it is no longer tried again at once"},
		{Name: "stonith-max-attempts", Type: "score", Default: "10", ReplacedBy: "fencing-max-attempts", Description: "Older name of fencing-max-attempts"},
		{Name: "concurrent-fencing", Type: "boolean", Default: "true", Deprecated: true, Description: "Whether several nodes may be fenced at the same time"},
		{Name: "startup-fencing", Type: "boolean", Default: "true", Advanced: true, Description: "Whether nodes that have not been seen since the cluster's start are fenced. Without it, data on shared storage is at risk."},
		{Name: "priority-fencing-delay", Type: "duration", Default: "0", Description: "How long to wait before fencing the partition whose resources have the higher priority, so that it wins when both sides fence each other"},
		{Name: "node-pending-timeout", Type: "duration", Default: "0", Description: "How long a node may be a member without taking part in resource management before it is fenced; 0 is for ever"},
	}
}

func schedulingProperties() []Property {
	return []Property{
		{Name: "cluster-delay", Type: "duration", Default: "60s", Description: "How long messages between nodes may take. An action counts as failed if its node has not answered this long after its timeout."},
		{Name: "load-threshold", Type: "percentage", Default: "80%", Description: "The load of a node above which fewer actions run on it at a time"},
		{Name: "node-action-limit", Type: "integer", Default: "0", Description: "How many actions may run on one node at a time; 0 is twice the number of its cores"},
		{Name: "batch-limit", Type: "integer", Default: "0", Description: "How many actions may run in the whole cluster at a time; 0 lets the load of the nodes decide"},
		{Name: "migration-limit", Type: "integer", Default: "-1", Description: "How many live migrations may run on one node at a time; -1 is any number"},
		{Name: "cluster-ipc-limit", Type: "nonnegative_integer", Deprecated: true, Description: "Has no effect"},
		{Name: "stop-all-resources", Type: "boolean", Default: "false", Description: "Whether all resources are to be stopped"},
		{Name: "stop-removed-resources", Type: "boolean", Default: "true", Deprecated: true, Description: "Whether resources that were taken out of the configuration are stopped"},
		{Name: "stop-orphan-resources", Type: "boolean", Default: "true", ReplacedBy: "stop-removed-resources", Description: "Older name of stop-removed-resources"},
		{Name: "cancel-removed-actions", Type: "boolean", Default: "true", Deprecated: true, Description: "Whether recurring actions that were taken out of the configuration are cancelled"},
		{Name: "stop-orphan-actions", Type: "boolean", Default: "true", ReplacedBy: "cancel-removed-actions", Description: "Older name of cancel-removed-actions"},
		{Name: "pe-error-series-max", Type: "integer", Default: "-1", Description: "How many inputs of the scheduler that led to errors are kept; -1 is all, 0 is none"},
		{Name: "pe-warn-series-max", Type: "integer", Default: "5000", Description: "How many inputs of the scheduler that led to warnings are kept; -1 is all, 0 is none"},
		{Name: "pe-input-series-max", Type: "integer", Default: "4000", Description: "How many inputs of the scheduler without errors or warnings are kept; -1 is all, 0 is none"},
		{Name: "node-health-strategy", Type: "select", Default: "none", Values: []string{"none", "migrate-on-red", "only-green", "progressive", "custom"}, Description: "What node attributes whose names start with #health mean for resources"},
		{Name: "node-health-base", Type: "score", Default: "0", Description: "The health every node starts with under the strategy progressive"},
		{Name: "node-health-green", Type: "score", Default: "0", Description: "What the value green of a health attribute counts under the strategies custom and progressive"},
		{Name: "node-health-yellow", Type: "score", Default: "0", Description: "What the value yellow of a health attribute counts under the strategies custom and progressive"},
		{Name: "node-health-red", Type: "score", Default: "-INFINITY", Description: "What the value red of a health attribute counts"},
		{Name: "placement-strategy", Type: "select", Default: "default", Values: []string{"default", "utilization", "minimal", "balanced"}, Description: "Whether and how the capacity of nodes decides where resources run"},
	}
}
