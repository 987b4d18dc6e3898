package admin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/conf"
)

const soundCorosync = `totem {
    version: 2
    cluster_name: c
    transport: knet
    token: 2000
    interface {
        linknumber: 0
        mcastport: 5410
    }
}
nodelist {
    node {
        ring0_addr: 10.0.0.1
        name: a
        nodeid: 1
        quorum_votes: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
`

// cibOf is a CIB with these resources and properties ("name=value").
func cibOf(resources string, properties ...string) *FileFact {
	var set strings.Builder
	for _, p := range properties {
		name, v, _ := strings.Cut(p, "=")
		fmt.Fprintf(&set, `<nvpair id="p-%s" name="%s" value="%s"/>`, name, name, v)
	}
	return &FileFact{Name: "cib.xml", Text: []byte(`<cib admin_epoch="3" epoch="4" num_updates="5" validate-with="pacemaker-3.9" crm_feature_set="3.16.1">
<configuration><crm_config><cluster_property_set id="s">` + set.String() + `</cluster_property_set></crm_config>
<nodes/><resources>` + resources + `</resources><constraints/></configuration><status/></cib>`)}
}

func soundNode() *NodeFacts {
	return &NodeFacts{Name: "a", Here: func(n conf.Node) bool { return n.Name == "a" }, CorosyncKey: 256, Hosts: []string{"a"}, Account: true,
		Installed: func(agentmeta.Name) bool { return true }, Enabled: []string{"corosync.service", "pacemaker.service"}}
}

func codes(m Migration, e Effect) string {
	var list []string
	for _, f := range m.List {
		if f.Effect == e {
			list = append(list, f.Code)
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestSoundClusterIsCarriedOver(t *testing.T) {
	sound := cibOf(`<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/>`, "maintenance-mode=true")
	doc, err := cib.Parse(sound.Text)
	if err != nil {
		t.Fatal(err)
	}
	sound.Digest = cib.FileDigest(doc.Root())
	m := CheckMigration(MigrationFacts{Corosync: &FileFact{Text: []byte(soundCorosync)}, CIB: sound, Node: soundNode()})
	if !m.Whole || codes(m, Differs) != "" || codes(m, Carried) != "CIB KEY KNOWN_HOSTS NODES UNITS" || m.Version != "3.4.5" || m.Node != "a" || m.Cluster != "c" {
		t.Errorf("%s", m.Text())
	}
	if !strings.HasSuffix(m.Text(), "\nEverything is carried over.\n") {
		t.Error(m.Text())
	}
}

func TestWhatIsNotCarriedOver(t *testing.T) {
	const maintenance = "maintenance-mode=true"
	primitive := func(name, inside string) *FileFact {
		f := strings.Split(name, ":")
		provider := ""
		if len(f) == 3 {
			provider = ` provider="` + f[1] + `"`
		}
		return cibOf(`<primitive id="r" class="`+f[0]+`"`+provider+` type="`+f[len(f)-1]+`">`+inside+`</primitive>`, maintenance)
	}
	param := func(name, v string) string {
		return `<instance_attributes id="ia"><nvpair id="x" name="` + name + `" value="` + v + `"/></instance_attributes>`
	}
	for name, c := range map[string]struct {
		facts         MigrationFacts
		lost, differs string
	}{
		"no cluster":      {MigrationFacts{Corosync: &FileFact{Absent: true}}, "NO_CLUSTER", ""},
		"damaged":         {MigrationFacts{Corosync: &FileFact{Text: []byte("totem {")}}, "COROSYNC_DAMAGED", ""},
		"no nodelist":     {MigrationFacts{Corosync: &FileFact{Text: []byte("totem {\ntransport: udp\n}\n")}}, "NO_NODELIST", "TRANSPORT"},
		"no name":         {MigrationFacts{Corosync: &FileFact{Text: []byte("nodelist {\nnode {\nring0_addr: x\nnodeid: 1\n}\n}\n")}}, "NODE_INCOMPLETE", ""},
		"options":         {MigrationFacts{Corosync: &FileFact{Text: []byte(soundCorosync + "totem {\nconsensus: 1\nknet_mtu: 2\n}\nlogging {\ndebug: on\n}\n")}}, "", "COROSYNC_OPTION COROSYNC_OPTION COROSYNC_OPTION"},
		"device":          {MigrationFacts{Corosync: &FileFact{Text: []byte(soundCorosync + "quorum {\ndevice {\nmodel: net\n}\n}\n")}}, "QDEVICE", ""},
		"no CIB":          {MigrationFacts{CIB: &FileFact{Absent: true}}, "", ""},
		"damaged CIB":     {MigrationFacts{CIB: &FileFact{Text: []byte("<cib")}}, "CIB_DAMAGED", ""},
		"changed by hand": {MigrationFacts{CIB: &FileFact{Text: cibOf("", maintenance).Text, Digest: "0"}}, "CIB_DIGEST", ""},
		"no maintenance":  {MigrationFacts{CIB: cibOf("")}, "", "NO_MAINTENANCE"},
		"no probes":       {MigrationFacts{CIB: cibOf("", maintenance, "enable-startup-probes=false")}, "NO_PROBES", ""},
		"bundle":          {MigrationFacts{CIB: cibOf(`<bundle id="b"><podman image="i"/></bundle>`, maintenance)}, "BUNDLE", ""},
		"remote":          {MigrationFacts{CIB: primitive("ocf:pacemaker:remote", "")}, "REMOTE_NODE", ""},
		"guest":           {MigrationFacts{CIB: primitive("ocf:heartbeat:VirtualDomain", `<meta_attributes id="m"><nvpair id="y" name="remote-node" value="g"/></meta_attributes>`)}, "GUEST_NODE", ""},
		"dlm":             {MigrationFacts{CIB: primitive("ocf:pacemaker:controld", "")}, "LOCK_MANAGER", ""},
		"gfs2":            {MigrationFacts{CIB: primitive("ocf:heartbeat:Filesystem", param("fstype", "gfs2"))}, "LOCK_MANAGER", ""},
		"ext4":            {MigrationFacts{CIB: primitive("ocf:heartbeat:Filesystem", param("fstype", "ext4"))}, "", ""},
		"class":           {MigrationFacts{CIB: primitive("nagios:check_tcp", "")}, "AGENT_CLASS", ""},
		"cluster-glue":    {MigrationFacts{CIB: primitive("stonith:external/ipmi", "")}, "FENCE_AGENT_OLD", ""},
		"fence_sbd":       {MigrationFacts{CIB: primitive("stonith:fence_sbd", "")}, "SBD_DISK", ""},
		"secret":          {MigrationFacts{CIB: primitive("stonith:fence_ipmilan", param("password", "lrm://"))}, "SECRET", ""},
	} {
		m := CheckMigration(c.facts)
		if codes(m, Lost) != c.lost || codes(m, Differs) != c.differs || m.Whole != (c.lost == "") {
			t.Errorf("%s: lost %q, want %q; different %q, want %q\n%s", name, codes(m, Lost), c.lost, codes(m, Differs), c.differs, m.Text())
		}
	}
}

func TestWhatLiesOnANode(t *testing.T) {
	for name, c := range map[string]struct {
		change        func(*NodeFacts)
		lost, differs string
	}{
		"foreign":     {func(n *NodeFacts) { n.Here = func(conf.Node) bool { return false } }, "NOT_IN_NODELIST", ""},
		"no key":      {func(n *NodeFacts) { n.CorosyncKey = -1 }, "NO_KEY", ""},
		"short key":   {func(n *NodeFacts) { n.CorosyncKey = 12 }, "KEY_SIZE", ""},
		"no account":  {func(n *NodeFacts) { n.Account = false }, "NO_ACCOUNT", ""},
		"bad hosts":   {func(n *NodeFacts) { n.HostsError = "torn" }, "KNOWN_HOSTS", ""},
		"no hosts":    {func(n *NodeFacts) { n.Hosts = nil }, "", "KNOWN_HOSTS"},
		"certificate": {func(n *NodeFacts) { n.Certificate = "is half" }, "", "CERTIFICATE"},
		"disks": {func(n *NodeFacts) {
			n.Enabled, n.SBD = append(n.Enabled, "sbd.service"), []conf.Attr{{Name: "SBD_DEVICE", Value: "/dev/sdx"}}
		}, "SBD_DISK", "UNIT"},
		"watchdog":     {func(n *NodeFacts) { n.Enabled = append(n.Enabled, "sbd.service") }, "", "SBD_WATCHDOG UNIT"},
		"qdevice unit": {func(n *NodeFacts) { n.Enabled = append(n.Enabled, "corosync-qdevice.service") }, "", "UNIT"},
		"drop-in":      {func(n *NodeFacts) { n.DropIns = []string{"x.conf"} }, "", "DROP_IN"},
		"settings":     {func(n *NodeFacts) { n.Environment = []Setting{{"/etc/default/pacemaker", "PCMK_debug"}} }, "", "ENVIRONMENT"},
		"booth":        {func(n *NodeFacts) { n.Booth = true }, "", "BOOTH"},
		"agents":       {func(n *NodeFacts) { n.Installed = func(agentmeta.Name) bool { return false } }, "", "AGENT_MISSING"},
	} {
		n := soundNode()
		c.change(n)
		m := CheckMigration(MigrationFacts{Corosync: &FileFact{Text: []byte(soundCorosync)}, Node: n,
			CIB: cibOf(`<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/>`, "maintenance-mode=true")})
		if codes(m, Lost) != c.lost || codes(m, Differs) != c.differs {
			t.Errorf("%s: lost %q, want %q; different %q, want %q", name, codes(m, Lost), c.lost, codes(m, Differs), c.differs)
		}
	}
}

func TestMigrationAsJSON(t *testing.T) {
	text, err := CheckMigration(MigrationFacts{Corosync: &FileFact{Absent: true, Name: "x"}}).JSON()
	if err != nil || !strings.Contains(text, `"carried_over": false`) || !strings.Contains(text, `"code": "NO_CLUSTER"`) {
		t.Error(text, err)
	}
}
