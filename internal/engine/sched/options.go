package sched

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
	"gpcs/internal/cib/value"
)

// Options are what scheduling needs besides the document.
type Options struct {
	Now int64 // epoch s; the document's execution-date wins
	// Sanitized tells that secret parameters may have been removed from the
	// document, as from those that users send: a digest that differs only by them is no change.
	Sanitized bool
	// ShowScores has Result.Reckoned tell the scores.
	ShowScores bool
	// ShowUtilization has Result.Reckoned tell capacities and uses.
	ShowUtilization bool
}

// QuorumPolicy is no-quorum-policy.
type QuorumPolicy int

// The policies without quorum.
const (
	QuorumStop QuorumPolicy = iota
	QuorumFreeze
	QuorumIgnore
	QuorumDemote
	QuorumFence
)

// Config are the cluster options with their defaults (Pacemaker Explained,
// "Cluster-Wide Configuration"). Times are in ms unless named S.
type Config struct {
	Values               Values // as configured
	NoQuorumPolicy       QuorumPolicy
	Symmetric            bool
	Fencing              bool // fencing-enabled, stonith-enabled
	HaveWatchdog         bool
	FencingAction        string
	FencingTimeoutMS     int64
	FencingTimeout       string // as configured
	ClusterDelay         string // as configured
	StartupFencing       bool
	ConcurrentFencing    bool
	PriorityFencingDelay int64
	NodePendingTimeout   int64
	RemoteWithoutQuorum  bool
	StartFailureFatal    bool
	StartupProbes        bool
	Maintenance          bool
	StopAll              bool
	StopRemoved          bool
	RemoveAfterStop      bool
	CancelRemoved        bool
	ShutdownLock         bool
	ShutdownLockLimit    int64
	HealthStrategy       string
	HealthBase           int
	HealthGreen          int
	HealthYellow         int
	HealthRed            int
	Placement            string
	BatchLimit           string
	MigrationLimit       int
}

// Get returns an option as configured under its present or old name, or def.
func (o *Config) Get(name, def string) string {
	if v, ok := o.Values.Lookup(name); ok {
		return v
	}
	if old := option.Older(name); old != "" {
		if v, ok := o.Values.Lookup(old); ok {
			return v
		}
	}
	return def
}

func (o *Config) flag(name string, def bool) bool { return value.BoolOr(o.Get(name, ""), def) }

func (o *Config) ms(name string, def int64) int64 { return msOr(o.Get(name, ""), def) }

func (o *Config) number(name string, def int) int { return parseScore(o.Get(name, ""), def) }

func (o *Config) oneOf(name string, values ...string) string {
	got := o.Get(name, values[0])
	for _, v := range values {
		if strings.EqualFold(got, v) {
			return v
		}
	}
	return values[0]
}

// unpackConfig reads crm_config.
func (c *Cluster) unpackConfig() {
	o := &c.Config
	if section := c.doc.Find("crm_config"); section != nil {
		c.addSets(&o.Values, section, "cluster_property_set", "cib-bootstrap-options", &ruleEnv{})
	}
	o.Symmetric = o.flag("symmetric-cluster", true)
	o.Fencing = o.flag("fencing-enabled", true)
	o.HaveWatchdog = o.flag("have-watchdog", false)
	o.FencingAction = o.oneOf("fencing-action", "reboot", "off")
	if strings.EqualFold(o.Get("fencing-action", ""), "poweroff") {
		o.FencingAction = "off"
	}
	o.FencingTimeout = o.Get("fencing-timeout", "60s")
	o.FencingTimeoutMS = msOr(o.FencingTimeout, 60000)
	o.ClusterDelay = o.Get("cluster-delay", "60s")
	o.StartupFencing = o.flag("startup-fencing", true)
	o.ConcurrentFencing = o.flag("concurrent-fencing", true)
	o.PriorityFencingDelay = o.ms("priority-fencing-delay", 0)
	o.NodePendingTimeout = o.ms("node-pending-timeout", 0)
	o.RemoteWithoutQuorum = o.flag("fence-remote-without-quorum", false)
	o.StartFailureFatal = o.flag("start-failure-is-fatal", true)
	o.StartupProbes = o.flag("enable-startup-probes", true)
	o.Maintenance = o.flag("maintenance-mode", false)
	o.StopAll = o.flag("stop-all-resources", false)
	o.StopRemoved = o.flag("stop-removed-resources", true)
	o.RemoveAfterStop = o.flag("remove-after-stop", false)
	o.CancelRemoved = o.flag("cancel-removed-actions", true)
	o.ShutdownLock = o.flag("shutdown-lock", false)
	o.ShutdownLockLimit = o.ms("shutdown-lock-limit", 0) / 1000
	o.HealthStrategy = o.oneOf("node-health-strategy", "none", "migrate-on-red", "only-green", "progressive", "custom")
	o.HealthBase = o.number("node-health-base", 0)
	o.HealthGreen = o.number("node-health-green", 0)
	o.HealthYellow = o.number("node-health-yellow", 0)
	o.HealthRed = o.number("node-health-red", -Infinity)
	o.Placement = o.oneOf("placement-strategy", "default", "utilization", "minimal", "balanced")
	o.BatchLimit = o.Get("batch-limit", "0")
	if _, ok := value.Int(o.BatchLimit); !ok {
		o.BatchLimit = "0"
	}
	o.MigrationLimit = o.number("migration-limit", -1)
	c.Quorate = value.True(c.doc.Root().SelectAttrValue("have-quorum", ""))
	o.NoQuorumPolicy = c.quorumPolicy()
}

func (c *Cluster) quorumPolicy() QuorumPolicy {
	o := &c.Config
	switch strings.ToLower(o.Get("no-quorum-policy", "stop")) {
	case "freeze":
		return QuorumFreeze
	case "ignore":
		return QuorumIgnore
	case "demote":
		return QuorumDemote
	case "fence", "suicide":
		// Only a partition that had quorum once may fence for the loss of it.
		panicked := c.doc.Root().SelectAttrValue("no-quorum-panic", "") != ""
		if o.Fencing && (c.Quorate || value.True(c.doc.Root().SelectAttrValue("no-quorum-panic", "")) || panicked) {
			return QuorumFence
		}
	}
	return QuorumStop
}

// section returns the children of a section of the configuration or status.
func (c *Cluster) section(name string) []*cib.Element {
	if s := c.doc.Find(name); s != nil {
		return s.ChildElements()
	}
	return nil
}

// healthColors are the scores that the health strategy gives to red, yellow and green.
func (o *Config) healthColors() (red, yellow, green int) {
	switch o.HealthStrategy {
	case "migrate-on-red":
		return -Infinity, 0, 0
	case "only-green":
		return -Infinity, -Infinity, 0
	case "progressive":
		return o.HealthRed, o.HealthYellow, o.HealthGreen
	}
	return 0, 0, 0
}

// healthBase is the health that a node starts from.
func (o *Config) healthBase() int {
	if o.HealthStrategy == "progressive" {
		return o.HealthBase
	}
	return 0
}
