package agent

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// inNamespace runs the test in namespaces of its own (network, processes): it
// starts the test's binary again there. It returns true inside.
func inNamespace(t *testing.T) bool {
	t.Helper()
	const env = "GPCS_TEST_IN_NETNS"
	if os.Getenv(env) == t.Name() {
		prepareNetwork(t)
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: only root can make a network namespace, so the built-in IPaddr2 was not tried")
	}
	// The shell is process 1 there: it awaits what agents leave behind.
	cmd := exec.Command("/bin/sh", "-c", `mount --make-rprivate / && mount -t proc proc /proc && "$@"; exit $?`,
		"sh", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), env+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "--- FAIL") {
		t.Skipf("NOT RUN: no network namespace can be made here: %v\n%s", err, out)
	}
	if err != nil {
		t.Errorf("in the namespace:\n%s", out)
	} else {
		t.Logf("in the namespace:\n%s", out)
	}
	return false
}

// prepareNetwork makes eth0 with addresses of its own; eth1 is the cable's
// other end.
func prepareNetwork(t *testing.T) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "eth1"}))
	for _, name := range []string{"lo", "eth0", "eth1"} {
		l, err := netlink.LinkByName(name)
		must(err)
		must(netlink.LinkSetUp(l))
	}
	eth0 := link(t, "eth0")
	for _, text := range []string{"10.9.0.2/24", "2001:db8:9::2/64"} {
		a, err := netlink.ParseAddr(text)
		must(err)
		if a.IP.To4() == nil {
			a.Flags = unix.IFA_F_NODAD
		}
		must(netlink.AddrAdd(eth0, a))
	}
}

func link(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func vip(action string, attrs ...string) Request {
	req := ocf("vip", action, attrs...)
	req.Rsc = graph.Resource{ID: "vip", Class: "ocf", Provider: "heartbeat", Type: "IPaddr2"}
	if action == history.Monitor {
		req.IntervalMS = 10000
	}
	return req
}

// has returns how an address is set on an interface: "eth0 24 10.9.0.255 eth0:web".
func has(t *testing.T, ip string) string {
	t.Helper()
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if a.IP.String() != ip {
			continue
		}
		l, err := netlink.LinkByIndex(a.LinkIndex)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := a.Mask.Size()
		s := l.Attrs().Name + "/" + strconv.Itoa(n)
		if a.Broadcast != nil {
			s += " brd " + a.Broadcast.String()
		}
		if a.Label != "" && a.Label != l.Attrs().Name {
			s += " " + a.Label
		}
		return s
	}
	return ""
}

func (n *node) want(req Request, rc int) history.Outcome {
	n.t.Helper()
	out := n.Run(context.Background(), req)
	if out.RC != rc {
		n.t.Errorf("%s %v: %+v, want rc %d", req.Action, req.Attrs, out, rc)
	}
	return out
}

func TestAddressLife(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	for _, c := range []struct{ params, ip, set string }{
		{"ip=10.9.0.100 cidr_netmask=24", "10.9.0.100", "eth0/24 brd 10.9.0.255"},
		{"ip=10.9.0.100", "10.9.0.100", "eth0/24 brd 10.9.0.255"},
		{"ip=10.9.0.100 cidr_netmask=32 iflabel=web", "10.9.0.100", "eth0/32 brd 10.9.0.255 eth0:web"},
		{"ip=10.9.0.100 nic=eth0:alias broadcast=-", "10.9.0.100", "eth0/24 brd 10.9.0.0 eth0:alias"},
		{"ip=10.77.0.1 nic=eth1 cidr_netmask=16 broadcast=+", "10.77.0.1", "eth1/16 brd 10.77.255.255"},
		{"ip=10.77.0.1 nic=eth1 cidr_netmask=16", "10.77.0.1", "eth1/16"},
		{"ip=2001:db8:9::100", "2001:db8:9::100", "eth0/64"},
		{"ip=2001:db8:9:0::100 nodad=true preferred_lft=0", "2001:db8:9::100", "eth0/64"},
	} {
		var attrs []string
		for _, p := range strings.Fields(c.params) {
			k, v, _ := strings.Cut(p, "=")
			attrs = append(attrs, k, v)
		}
		probe := vip("monitor", attrs...)
		probe.IntervalMS = 0
		n.want(probe, history.RCNotRunning)
		n.want(vip("stop", attrs...), 0)
		n.want(vip("start", attrs...), 0)
		if got := has(t, c.ip); got != c.set {
			t.Errorf("%s: set as %q, want %q", c.params, got, c.set)
		}
		n.want(vip("start", attrs...), 0)
		n.want(vip("monitor", attrs...), 0)
		n.want(probe, 0)
		n.want(vip("stop", attrs...), 0)
		n.want(vip("stop", attrs...), 0)
		n.want(vip("monitor", attrs...), history.RCNotRunning)
		if got := has(t, c.ip); got != "" {
			t.Errorf("%s: still there after the stop: %s", c.params, got)
		}
	}
	if got := has(t, "10.9.0.2"); got == "" {
		t.Error("the node's own address is gone")
	}
}

func TestAddressErrors(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	for _, c := range []struct {
		action string
		params []string
		rc     int
		reason string
	}{
		{"start", nil, history.RCConfigured, "mandatory"},
		{"start", []string{"ip", "172.16.1.1"}, history.RCError, "no interface of this node is in the network"},
		{"start", []string{"ip", "10.9.0.1", "nic", "eth9", "cidr_netmask", "24"}, history.RCError, "eth9"},
		{"start", []string{"ip", "172.16.1.1", "nic", "eth0"}, history.RCError, "cidr_netmask"},
		{"start", []string{"ip", "10.9.0.1", "iflabel", "much-too-long"}, history.RCError, "15"},
		{"start", []string{"ip", "10.9.0.1", "CRM_meta_clone_max", "2"}, history.RCConfigured, "resource-agents"},
		{"validate-all", []string{"ip", "10.9.0.x"}, history.RCConfigured, "not valid"},
		{"validate-all", []string{"ip", "10.9.0.1"}, 0, ""},
		{"stop", []string{"ip", "nonsense"}, 0, ""},
		{"promote", []string{"ip", "10.9.0.1"}, history.RCUnimplemented, "promote"},
	} {
		out := n.want(vip(c.action, c.params...), c.rc)
		if !strings.Contains(out.Reason, c.reason) {
			t.Errorf("%s %v: reason %q, want %q", c.action, c.params, out.Reason, c.reason)
		}
	}
}

func TestMonitorSeesADeadInterface(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	params := []string{"ip", "10.9.0.100", "nic", "eth0", "cidr_netmask", "24"}
	n.want(vip("start", params...), 0)
	if err := netlink.LinkSetDown(link(t, "eth1")); err != nil {
		t.Fatal(err)
	}
	if out := n.want(vip("monitor", params...), history.RCError); !strings.Contains(out.Reason, "no carrier") {
		t.Errorf("reason %q", out.Reason)
	}
	probe := vip("monitor", params...)
	probe.IntervalMS = 0
	n.want(probe, 0)
	n.want(vip("stop", params...), 0)
}

func TestWithdraw(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	n.want(vip("start", "ip", "10.9.0.100"), 0)
	second := vip("start", "ip", "10.9.0.101")
	second.Rsc.ID = "vip2"
	n.want(second, 0)
	// A restarted daemon that has not probed yet withdraws them as well.
	n.Close()
	n.reopen()
	gone, err := n.Withdraw()
	if err != nil || strings.Join(gone, " ") != "vip vip2" {
		t.Errorf("withdrawn %v, %v", gone, err)
	}
	if has(t, "10.9.0.100")+has(t, "10.9.0.101") != "" {
		t.Error("an address is still there")
	}
	late := n.Run(context.Background(), vip("start", "ip", "10.9.0.100"))
	if late.Status != history.Cancelled || has(t, "10.9.0.100") != "" {
		t.Errorf("a start ordered before the withdrawal: %+v", late)
	}
	n.want(vip("monitor", "ip", "10.9.0.100"), history.RCNotRunning)
	n.want(vip("stop", "ip", "10.9.0.100"), 0)
	if gone, _ := n.Withdraw(); len(gone) != 0 {
		t.Errorf("withdrawn twice: %v", gone)
	}
	next := vip("start", "ip", "10.9.0.100")
	next.Epoch = n.Epoch()
	n.want(next, 0)
	if files, _ := filepath.Glob(n.outputDir() + "/*" + addressSuffix); len(files) != 1 {
		t.Errorf("noted addresses: %v", files)
	}
}

// Somebody else changes addresses all the time: no monitor may miss ours.
func TestMonitorInBusyTables(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	n.want(vip("start", "ip", "10.9.0.100"), 0)
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		eth1 := link(t, "eth1")
		a, _ := netlink.ParseAddr("10.66.0.1/32")
		for {
			select {
			case <-end:
				return
			default:
				_ = netlink.AddrAdd(eth1, a)
				_ = netlink.AddrDel(eth1, a)
			}
		}
	})
	for range 500 {
		n.want(vip("monitor", "ip", "10.9.0.100"), 0)
	}
	close(end)
	wg.Wait()
}

func TestLVS(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	params := []string{"ip", "10.9.0.100", "lvs_support", "true"}
	n.want(vip("start", params...), 0)
	n.want(vip("stop", params...), 0)
	if got := has(t, "10.9.0.100"); got != "" {
		t.Errorf("on a node that is no real server: %s", got)
	}
	lo, err := netlink.ParseAddr("10.9.0.100/32")
	if err != nil {
		t.Fatal(err)
	}
	if err := netlink.AddrAdd(link(t, "lo"), lo); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		n.want(vip("start", params...), 0)
		if got := has(t, "10.9.0.100"); got != "eth0/24 brd 10.9.0.255" {
			t.Errorf("started: %s", got)
		}
		n.want(vip("stop", params...), 0)
		if got := has(t, "10.9.0.100"); got != "lo/32 brd 255.255.255.255" {
			t.Errorf("stopped: %s", got)
		}
	}
	n.want(vip("monitor", params...), history.RCNotRunning)
}

// Where a parameter asks for more, the installed agent runs.
func TestFallsBackToTheInstalledAgent(t *testing.T) {
	n := newNode(t)
	n.file("/usr/lib/ocf/resource.d/heartbeat/IPaddr2", "#!/bin/sh\necho $OCF_RESKEY_send_arp_opts; exit 9\n")
	if out := n.want(vip("start", "ip", "10.9.0.100", "send_arp_opts", "-A"), 9); out.Stdout != "-A\n" {
		t.Errorf("%+v", out)
	}
}
