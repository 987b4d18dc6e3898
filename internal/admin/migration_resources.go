package admin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// lockManager are agents that need the distributed lock manager, whose daemon
// talks to corosync itself.
var lockManager = []string{"ocf:pacemaker:controld", "ocf:pacemaker:o2cb", "ocf:heartbeat:clvm", "ocf:heartbeat:lvmlockd"}

// locked are parameter values that need it, by agent.
var locked = map[string]map[string][]string{
	"ocf:heartbeat:Filesystem":   {"fstype": {"gfs2", "ocfs2"}},
	"ocf:heartbeat:LVM-activate": {"vg_access_mode": {"lvmlockd", "clvmd"}},
}

const (
	whyLocks  = "needs the distributed lock manager, whose daemon talks to corosync itself"
	takeAway  = "take it out of the configuration first, or stay with Pacemaker"
	whyRemote = "remote nodes, guest nodes and bundles need pacemaker_remote, which gpcs does not speak"
)

// resources judges each resource and returns how many there are.
func (m *Migration) resources(doc *cib.Document, node *NodeFacts) int {
	n := 0
	missing := map[string][]string{} // resources by agent
	for _, r := range doc.Section("resources").FindElements(".//*") {
		subject := fmt.Sprintf("%s '%s'", r.Tag, elementID(r))
		switch r.Tag {
		case "bundle":
			m.add(Lost, "BUNDLE", subject, whyRemote, takeAway)
		case "primitive", "template":
			n++
			name := agentOf(r)
			m.primitive(r, name, subject)
			if node != nil && name.Type != "" && knownStandard(name) && !node.Installed(name) {
				missing[name.String()] = append(missing[name.String()], elementID(r))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		m.add(Differs, "AGENT_MISSING", "agent "+name, "is not installed on this node, so that "+report.Quote(missing[name])+" cannot run here, with either stack",
			"install it if the resource is to run here")
	}
	return n
}

func agentOf(r *cib.Element) agentmeta.Name {
	return agentmeta.Name{Standard: r.SelectAttrValue("class", ""), Provider: r.SelectAttrValue("provider", ""), Type: r.SelectAttrValue("type", "")}
}

// knownStandard tells whether the engine runs agents of that class.
func knownStandard(name agentmeta.Name) bool {
	return slices.Contains([]string{"ocf", "systemd", "service", "lsb", "stonith"}, name.Standard)
}

func (m *Migration) primitive(r *cib.Element, name agentmeta.Name, subject string) {
	subject += " (" + name.String() + ")"
	lost := func(code, why, advice string) { m.add(Lost, code, subject, why, advice) }
	params := nvpairs(r, "instance_attributes")
	switch {
	case r.SelectAttrValue("template", "") != "": // judged with its template
	case !knownStandard(name):
		lost("AGENT_CLASS", "there are no agents of class "+name.Standard, "use an agent of another class; upstart and nagios are gone from Pacemaker 3, too")
	case name.String() == "ocf:pacemaker:remote":
		lost("REMOTE_NODE", whyRemote, takeAway)
	case slices.Contains(lockManager, name.String()):
		lost("LOCK_MANAGER", whyLocks, takeAway)
	case name.Standard == "stonith" && !strings.HasPrefix(name.Type, "fence_"):
		lost("FENCE_AGENT_OLD", "is an agent of cluster-glue, which are no fence agents", "use the fence agent for the device")
	case name.Standard == "stonith" && name.Type == "fence_sbd":
		lost("SBD_DISK", "SBD with a shared disk needs the daemon sbd, which watches corosync and Pacemaker", "use another fence device, or the watchdog alone: pcs stonith sbd enable")
	}
	for parameter, values := range locked[name.String()] {
		if slices.Contains(values, params[parameter]) {
			lost("LOCK_MANAGER", parameter+"="+params[parameter]+" "+whyLocks, takeAway)
		}
	}
	for _, v := range params {
		if v == secretValue {
			lost("SECRET", "has a parameter whose value is a secret of cibsecret (lrm://), which gpcs does not read", "set the value itself, or take the file parameter of the agent (passwd_script)")
			break
		}
	}
	if nvpairs(r, "meta_attributes")["remote-node"] != "" {
		lost("GUEST_NODE", whyRemote, takeAway)
	}
}

// nvpairs are the names and values of an element's sets of one kind.
func nvpairs(e *cib.Element, kind string) map[string]string {
	m := map[string]string{}
	for _, set := range e.SelectElements(kind) {
		for _, nv := range set.SelectElements("nvpair") {
			m[nv.SelectAttrValue("name", "")] = nv.SelectAttrValue("value", "")
		}
	}
	return m
}
