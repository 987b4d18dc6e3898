package admin

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gpcs/internal/conf"
)

// corosync judges corosync.conf.
func (m *Migration) corosync(f FileFact) *conf.Corosync {
	if f.Absent {
		m.add(Lost, "NO_CLUSTER", f.Name, "does not exist: this node is in no cluster", "pcs cluster setup, with either stack")
		return nil
	}
	c, err := conf.ParseCorosync(f.Text)
	if err != nil {
		m.add(Lost, "COROSYNC_DAMAGED", f.Name, "cannot be read: "+err.Error(), "mend it, or copy it from another node")
		return nil
	}
	m.Cluster = c.ClusterName()
	var nodes []string
	for _, n := range c.Nodes() {
		who := fmt.Sprintf("%s (%d)", n.Name, n.ID)
		if n.Name == "" || n.ID == 0 || len(n.Addrs) == 0 {
			m.add(Lost, "NODE_INCOMPLETE", "node "+who, "has no name, nodeid or ring0_addr in the nodelist", "add what is missing in corosync.conf, on all nodes")
		}
		nodes = append(nodes, who)
	}
	if len(nodes) == 0 {
		m.add(Lost, "NO_NODELIST", f.Name, "has no nodelist: members that are found by multicast alone are not supported", "add a nodelist with name, nodeid and ring0_addr of each node")
	} else {
		m.add(Carried, "NODES", f.Name, "cluster "+m.Cluster+" with "+strings.Join(nodes, ", "), "")
	}
	m.corosyncOptions(c)
	return c
}

// honoured are the keys of corosync.conf that gpcs goes by, as path.Match has
// patterns.
var honoured = []string{
	"totem.version", "totem.cluster_name", "totem.cluster_uuid", "totem.token", "totem.token_coefficient", "totem.link_mode",
	"totem.transport", "totem.ip_version", "totem.interface.*.linknumber", "totem.interface.*.mcastport", "totem.interface.*.knet_link_priority",
	"nodelist.node.*.name", "nodelist.node.*.nodeid", "nodelist.node.*.ring?_addr", "nodelist.node.*.quorum_votes",
	"quorum.provider", "quorum.expected_votes", "quorum.two_node", "quorum.wait_for_all", "quorum.auto_tie_breaker",
	"quorum.auto_tie_breaker_node", "quorum.last_man_standing", "quorum.last_man_standing_window", "quorum.allow_downscale",
	"quorum.expected_votes_tracking", "quorum.device.*",
}

// otherwise says what is done in the place of options that are not honoured;
// the first pattern counts.
var otherwise = []struct{ pattern, why string }{
	{"totem.crypto_*", "all that nodes say to each other is encrypted with the cluster key, whatever is set"},
	{"totem.secauth", "all that nodes say to each other is encrypted with the cluster key, whatever is set"},
	{"totem.knet_*", "links are watched and messages sent by gpcs's own protocol"},
	{"totem.interface.*", "links are watched and messages sent by gpcs's own protocol"},
	{"logging.*", "logs go to the journal"},
	{"totem.*", "membership is agreed on by gpcs's own protocol, by the token alone"},
	{"*", "it has no effect in gpcs"},
}

func (m *Migration) corosyncOptions(c *conf.Corosync) {
	if t := c.Transport(); t != "knet" {
		m.add(Differs, "TRANSPORT", "totem.transport: "+t, "nodes talk to the addresses of the nodelist by gpcs's own protocol; there is no multicast", "")
	}
	if model, ok := c.Option("quorum", "provider"); ok && model != "corosync_votequorum" {
		m.add(Lost, "QUORUM_PROVIDER", "quorum.provider: "+model, "there is votequorum only", "set it to corosync_votequorum")
	}
	ignored := map[string][]string{}
	device := false
	for _, k := range c.Keys() {
		device = device || strings.HasPrefix(k.Name, "quorum.device.")
		if slices.ContainsFunc(honoured, func(p string) bool { return matches(p, k.Name) }) {
			continue
		}
		i := slices.IndexFunc(otherwise, func(o struct{ pattern, why string }) bool { return matches(o.pattern, k.Name) })
		ignored[otherwise[i].why] = append(ignored[otherwise[i].why], k.Name)
	}
	if device {
		m.add(Lost, "QDEVICE", "quorum.device", "gpcs asks no quorum device: its votes count as missing", "pcs quorum device remove; with two nodes the fencing delay decides who stays")
	}
	for _, why := range slices.Sorted(maps.Keys(ignored)) {
		m.add(Differs, "COROSYNC_OPTION", strings.Join(slices.Compact(ignored[why]), ", "), why, "")
	}
}

// matches is path.Match for names with dots; a last * is anything.
func matches(pattern, name string) bool {
	p, n := strings.Split(pattern, "."), strings.Split(name, ".")
	for i, word := range p {
		if i >= len(n) {
			return false
		}
		if word == "*" && i == len(p)-1 {
			return true
		}
		if ok, err := path.Match(word, n[i]); !ok || err != nil {
			return false
		}
	}
	return len(p) == len(n)
}

// node judges what lies on the node.
func (m *Migration) node(n NodeFacts, cluster *conf.Corosync) {
	m.Node = n.Name
	if cluster != nil {
		if i := slices.IndexFunc(cluster.Nodes(), n.Here); i >= 0 {
			m.Node = cluster.Nodes()[i].Name
		} else {
			m.add(Lost, "NOT_IN_NODELIST", "node "+n.Name, "corosync.conf names no node with this host's name or one of its addresses", "")
		}
	}
	switch {
	case n.CorosyncKey < 0:
		m.add(Lost, "NO_KEY", "/etc/corosync/authkey", "does not exist; gpcs lets no node in without the cluster key", "pcs cluster authkey corosync, or corosync-keygen and a copy on all nodes")
	case n.CorosyncKey < conf.MinKey || n.CorosyncKey > conf.MaxKey:
		m.add(Lost, "KEY_SIZE", "/etc/corosync/authkey", fmt.Sprintf("has %d bytes, it should have %d to %d", n.CorosyncKey, conf.MinKey, conf.MaxKey), "pcs cluster authkey corosync")
	default:
		m.add(Carried, "KEY", "/etc/corosync/authkey", "stays the cluster key", "")
	}
	m.pcsd(n)
	m.units(n)
	m.sbd(n)
	if n.Booth {
		m.add(Differs, "BOOTH", "/etc/booth", "stays and is managed with 'pcs booth'; the daemon boothd is a package of its own, which has to be kept or installed again", "")
	}
	files := map[string][]string{}
	for _, s := range n.Environment {
		files[s.File] = append(files[s.File], s.Name)
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		m.add(Differs, "ENVIRONMENT", file, strings.Join(files[file], ", ")+" has no effect in gpcs", "")
	}
}

func (m *Migration) pcsd(n NodeFacts) {
	switch {
	case n.HostsError != "":
		m.add(Lost, "KNOWN_HOSTS", "/var/lib/pcsd/known-hosts", "cannot be read: "+n.HostsError, "pcs host auth")
	case len(n.Hosts) == 0:
		m.add(Differs, "KNOWN_HOSTS", "/var/lib/pcsd/known-hosts", "names no host: this node cannot give orders to the others", "pcs host auth")
	default:
		m.add(Carried, "KNOWN_HOSTS", "/var/lib/pcsd/known-hosts", "tokens for "+strings.Join(n.Hosts, ", "), "")
	}
	if n.Certificate != "" {
		m.add(Differs, "CERTIFICATE", "/var/lib/pcsd/pcsd.crt", n.Certificate, "")
	}
	if !n.Account {
		m.add(Lost, "NO_ACCOUNT", "user hacluster", "does not exist: 'pcs host auth' would have nobody to log in as", "install the package, and set a password")
	}
}

// stackUnits are the units that gpcs stands for, otherUnits those of programs
// that need corosync or Pacemaker themselves.
var (
	stackUnits = []string{"corosync.service", "pacemaker.service", "pcsd.service"}
	otherUnits = map[string]string{
		"corosync-qdevice.service": "has no corosync to talk to: disable it", "corosync-notifyd.service": "has no corosync to talk to: disable it",
		"pacemaker_remote.service": "stands in the way of gpcs: a node is a member or a remote node", "dlm.service": "has no corosync to talk to: disable it",
		"sbd.service": "watches corosync and Pacemaker: disable it",
	}
)

func (m *Migration) units(n NodeFacts) {
	var same []string
	for _, unit := range n.Enabled {
		if slices.Contains(stackUnits, unit) {
			same = append(same, unit)
		} else if why := otherUnits[unit]; why != "" {
			m.add(Differs, "UNIT", unit, why, "systemctl disable "+unit)
		}
	}
	switch {
	case slices.Contains(same, "pacemaker.service"):
		m.add(Carried, "UNITS", strings.Join(same, ", "), "start at boot, which stays so", "")
	default:
		m.add(Carried, "UNITS", "pacemaker.service", "does not start at boot, which stays so", "")
	}
	for _, file := range n.DropIns {
		m.add(Differs, "DROP_IN", file, "changes a unit of the same name of gpcs, too", "see whether it fits")
	}
}

func (m *Migration) sbd(n NodeFacts) {
	enabled := slices.Contains(n.Enabled, "sbd.service")
	for _, a := range n.SBD {
		if a.Name == "SBD_DEVICE" && a.Value != "" && enabled {
			m.add(Lost, "SBD_DISK", "SBD_DEVICE="+a.Value, "gpcs uses the watchdog, no shared disk", "use another fence device, or the watchdog alone: pcs stonith sbd enable")
			return
		}
	}
	if enabled {
		m.add(Differs, "SBD_WATCHDOG", "sbd.service", "gpcsd feeds the watchdog itself, once it is told to", "pcs stonith sbd enable, after the packages were replaced")
	}
}
