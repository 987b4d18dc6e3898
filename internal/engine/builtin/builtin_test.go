package builtin

import (
	"encoding/xml"
	"os/exec"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type agent struct {
	Parameters []struct {
		Name     string `xml:"name,attr"`
		Unique   string `xml:"unique,attr"`
		Required string `xml:"required,attr"`
		Short    string `xml:"shortdesc"`
		Content  struct {
			Type    string `xml:"type,attr"`
			Default string `xml:"default,attr"`
		} `xml:"content"`
	} `xml:"parameters>parameter"`
	Actions []struct {
		Name     string `xml:"name,attr"`
		Timeout  string `xml:"timeout,attr"`
		Interval string `xml:"interval,attr"`
		Depth    string `xml:"depth,attr"`
	} `xml:"actions>action"`
}

func parse(t *testing.T, text string) agent {
	t.Helper()
	var a agent
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	if err := d.Decode(&a); err != nil {
		t.Fatal(err)
	}
	sort.Slice(a.Parameters, func(i, j int) bool { return a.Parameters[i].Name < a.Parameters[j].Name })
	return a
}

// What is built in must be described as the agent it stands for, but for the
// long descriptions.
func TestMetadataEqualsTheInstalledAgents(t *testing.T) {
	cmdline := exec.Command("/usr/lib/ocf/resource.d/heartbeat/IPaddr2", "meta-data")
	cmdline.Env = []string{"OCF_ROOT=/usr/lib/ocf", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	out, err := cmdline.Output()
	if err != nil {
		t.Skipf("NOT RUN: the agent IPaddr2 of resource-agents does not run here: %v", err)
	}
	if diff := cmp.Diff(parse(t, string(out)), parse(t, Metadata("ocf", "heartbeat", "IPaddr2"))); diff != "" {
		t.Errorf("the built-in's metadata differs (-installed +built-in):\n%s", diff)
	}
}

func TestMetadataIsWellFormed(t *testing.T) {
	a := parse(t, IPaddr2Metadata)
	if len(a.Parameters) != 23 || len(a.Actions) != 6 {
		t.Errorf("%d parameters, %d actions", len(a.Parameters), len(a.Actions))
	}
	if Metadata("ocf", "heartbeat", "IPaddr") != "" {
		t.Error("metadata of an agent that is not built in")
	}
}

func TestParseAddress(t *testing.T) {
	for _, c := range []struct {
		name, params string
		bad          string // part of the error
		beyond       string
		check        func(Address) bool
	}{
		{name: "tutorial", params: "ip=192.168.1.100 cidr_netmask=24", check: func(a Address) bool {
			return a.Prefix == 24 && a.ARPCount == 5 && a.ARPInterval.Milliseconds() == 200 && !a.Foreground && !a.IPv6()
		}},
		{name: "no ip", params: "nic=eth0", bad: "mandatory"},
		{name: "bad ip", params: "ip=not.an.ip", bad: "not valid"},
		{name: "ip of network 0", params: "ip=0.1.2.3", bad: "not valid"},
		{name: "no netmask", params: "ip=10.0.0.1", check: func(a Address) bool { return a.Prefix == -1 }},
		{name: "old netmask", params: "ip=10.0.0.1 netmask=255.255.254.0", check: func(a Address) bool { return a.Prefix == 23 }},
		{name: "holes in netmask", params: "ip=10.0.0.1 cidr_netmask=255.0.255.0", bad: "netmask"},
		{name: "netmask too long", params: "ip=10.0.0.1 cidr_netmask=33", bad: "netmask"},
		{name: "v6 netmask", params: "ip=2001:db8::1 cidr_netmask=64", check: func(a Address) bool { return a.IPv6() && a.Prefix == 64 }},
		{name: "link local", params: "ip=fe80::1", bad: "'nic' parameter is mandatory"},
		{name: "link local with nic", params: "ip=fe80::1 nic=eth0", check: func(a Address) bool { return a.NIC == "eth0" }},
		{name: "label in nic", params: "ip=10.0.0.1 nic=eth0:web iflabel=x", check: func(a Address) bool { return a.NIC == "eth0" && a.Label == "web" }},
		{name: "broadcast", params: "ip=10.0.0.1 broadcast=10.0.0.x", bad: "broadcast"},
		{name: "arp count", params: "ip=10.0.0.1 arp_count=0", bad: "arp_count"},
		{name: "arp interval", params: "ip=10.0.0.1 arp_interval=x", bad: "arp_interval"},
		{name: "arp sender", params: "ip=10.0.0.1 arp_sender=x", bad: "arp_sender"},
		{name: "lifetime", params: "ip=2001:db8::1 preferred_lft=0", check: func(a Address) bool { return a.PreferredLft == 0 }},
		{name: "forever", params: "ip=2001:db8::1", check: func(a Address) bool { return a.PreferredLft == Forever }},
		{name: "foreground", params: "ip=10.0.0.1 arp_bg=no", check: func(a Address) bool { return a.Foreground }},
		{name: "lvs", params: "ip=10.0.0.1 lvs_support=true", check: func(a Address) bool { return a.LVS }},
		{name: "lvs for v6", params: "ip=2001:db8::1 lvs_support=true", bad: "lvs_support"},
		{name: "arping", params: "ip=10.0.0.1 run_arping=true", check: func(a Address) bool { return a.Detect }},
		{name: "arping for v6", params: "ip=2001:db8::1 run_arping=true", check: func(a Address) bool { return !a.Detect }},
		{name: "labels", params: "ip=2001:db8::1 lvs_ipv6_addrlabel=true", beyond: "lvs_ipv6_addrlabel"},
		{name: "clone", params: "ip=10.0.0.1 CRM_meta_clone_max=2", beyond: "clone-max"},
		{name: "clone of one", params: "ip=10.0.0.1 CRM_meta_clone_max=1"},
		{name: "namespace", params: "ip=10.0.0.1 network_namespace=blue", beyond: "network_namespace"},
		{name: "not asked for", params: "ip=10.0.0.1 run_arping=false"},
	} {
		params := map[string]string{}
		for _, p := range strings.Fields(c.params) {
			k, v, _ := strings.Cut(p, "=")
			params[k] = v
		}
		a, err := ParseAddress(params)
		if (err == nil) != (c.bad == "") || err != nil && !strings.Contains(err.Error(), c.bad) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.bad)
		}
		if a.Beyond != c.beyond {
			t.Errorf("%s: beyond %q, want %q", c.name, a.Beyond, c.beyond)
		}
		if c.check != nil && !c.check(a) {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}
