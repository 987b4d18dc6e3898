package ocf

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/paths"
)

// bench runs agents under a root of their own and notes what they call.
type bench struct {
	t        *testing.T
	root     paths.Root
	vars     map[string]string
	calls    []string
	answers  map[string]answer // of programs, by the beginning of the call
	out, err bytes.Buffer
	slept    time.Duration
	asleep   func() // what happens meanwhile
}

type answer struct {
	text   string
	status int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, root: paths.Root(t.TempDir()), vars: map[string]string{"OCF_RESOURCE_INSTANCE": "rsc"}, answers: map[string]answer{}}
	for _, dir := range []string{"/var/run", "/run/resource-agents"} {
		if err := os.MkdirAll(b.root.Join(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// set gives parameters, "name=value".
func (b *bench) set(params ...string) *bench {
	for _, p := range params {
		name, v, _ := strings.Cut(p, "=")
		b.vars["OCF_RESKEY_"+name] = v
	}
	return b
}

func (b *bench) file(name, text string) {
	b.t.Helper()
	path := b.root.Join(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) program(_ context.Context, name string, args ...string) (string, int) {
	call := strings.Join(append([]string{name}, args...), " ")
	best := ""
	for begin := range b.answers {
		if strings.HasPrefix(call, begin) && len(begin) > len(best) {
			best = begin
		}
	}
	if best == "" && (name == "fping" || name == "smartctl") {
		return "", noProgram
	}
	b.calls = append(b.calls, call)
	return b.answers[best].text, b.answers[best].status
}

// run carries out an action and wants its exit status and the calls that it
// makes, in order.
func (b *bench) run(typ, action string, want int, calls ...string) {
	b.t.Helper()
	b.act(typ, action, want)
	if got, want := strings.Join(b.calls, "\n"), strings.Join(calls, "\n"); got != want {
		b.t.Errorf("%s %s called\n%s\nwant\n%s", typ, action, got, want)
	}
}

// act carries out an action and wants its exit status.
func (b *bench) act(typ, action string, want int) {
	b.t.Helper()
	b.calls = nil
	b.out.Reset()
	b.err.Reset()
	c := Call{Type: typ, Action: action, Vars: b.vars, Root: b.root, Host: "node1", Stdout: &b.out, Stderr: &b.err,
		Tool: b.program, Exec: b.program, Now: func() time.Time { return time.Unix(0, 0).UTC() },
		Sleep: func(_ context.Context, d time.Duration) {
			if b.slept += d; b.asleep != nil {
				b.asleep()
			}
		}}
	if got := c.Run(context.Background()); got != want {
		b.t.Errorf("%s %s: exit status %d, want %d; %s", typ, action, got, want, b.err.String())
	}
}

func TestDummy(t *testing.T) {
	b := newBench(t)
	b.run("Dummy", "monitor", notRunning)
	b.run("Dummy", "start", success)
	b.run("Dummy", "start", success)
	if _, err := os.Stat(b.root.Join("/var/run/Dummy-rsc.state")); err != nil {
		t.Error("the state file is not where Pacemaker's agent has it")
	}
	b.run("Dummy", "monitor", success)
	b.vars["OCF_CHECK_LEVEL"] = "30"
	b.run("Dummy", "monitor", errGeneric)
	if !strings.Contains(b.err.String(), "ocf-exit-reason:") {
		t.Errorf("no reason in %q", b.err.String())
	}
	b.vars["OCF_CHECK_LEVEL"] = "40"
	b.file("/var/run/Dummy-rsc.state", "9\n")
	b.run("Dummy", "monitor", 9)
	delete(b.vars, "OCF_CHECK_LEVEL")
	b.set("fail_start_on=node1").run("Dummy", "start", errGeneric)
	b.run("Dummy", "migrate_to", success)
	b.run("Dummy", "monitor", notRunning)
	b.run("Dummy", "migrate_from", errGeneric) // bogus: it runs
	b.run("Dummy", "monitor", success)
	b.run("Dummy", "stop", success)
	b.run("Dummy", "stop", success)
	b.run("Dummy", "reload", success)
	b.run("Dummy", "promote", errUnimplemented)
}

func TestDummySleepsAndDumps(t *testing.T) {
	b := newBench(t)
	dump := b.root.Join("/dump")
	b.set("op_sleep=7", "envfile="+dump).run("Dummy", "start", success)
	b.run("Dummy", "monitor", success)
	if b.slept != 14*time.Second {
		t.Errorf("slept %s", b.slept)
	}
	b.file("/var/run/Dummy-rsc.state.serialized", "")
	b.run("Dummy", "monitor", errGeneric)
	text, _ := os.ReadFile(dump)
	if !strings.Contains(string(text), "### start @ ") || !strings.Contains(string(text), "OCF_RESKEY_op_sleep=7\n") {
		t.Errorf("%s", text)
	}
	b.set("op_sleep=much").run("Dummy", "validate-all", errConfigured)
}

func TestCloneInstancesShareStateUnlessUnique(t *testing.T) {
	b := newBench(t)
	b.vars["OCF_RESOURCE_INSTANCE"] = "rsc:1"
	b.run("Dummy", "start", success)
	b.vars["OCF_RESOURCE_INSTANCE"] = "rsc:2"
	b.run("Dummy", "monitor", success)
	b.set("CRM_meta_globally_unique=true").run("Dummy", "monitor", notRunning)
}

func TestStateful(t *testing.T) {
	const five, ten = "crm_attribute --promotion -v 5", "crm_attribute --promotion -v 10"
	b := newBench(t)
	b.run("Stateful", "promote", notRunning)
	b.run("Stateful", "start", success, five)
	b.set("CRM_meta_interval=11000").run("Stateful", "monitor", success)
	b.run("Stateful", "promote", success, ten)
	b.run("Stateful", "monitor", runningPromoted)
	b.set("CRM_meta_interval=0").run("Stateful", "monitor", runningPromoted, ten) // a probe
	b.run("Stateful", "stop", runningPromoted, "crm_attribute --promotion -D")
	b.run("Stateful", "demote", success, five)
	b.run("Stateful", "stop", success, "crm_attribute --promotion -D")
	b.run("Stateful", "monitor", notRunning)
	b.file("/var/run/Stateful-rsc.state", "King")
	b.run("Stateful", "monitor", errGeneric)
	b.file("/var/run/Stateful-rsc.state.rc", "9")
	b.run("Stateful", "monitor", 9)
	b.set("notify_delay=3").run("Stateful", "notify", success)
	if b.slept != 3*time.Second {
		t.Errorf("slept %s", b.slept)
	}
}

func TestAttribute(t *testing.T) {
	const query = "attrd_updater -n opa-rsc -Q"
	says := func(v string) answer { return answer{text: `name="opa-rsc" host="node1" value="` + v + "\"\n"} }
	b := newBench(t)
	b.answers[query] = answer{status: 105}
	b.run("attribute", "monitor", notRunning, query)
	b.run("attribute", "start", success, query, "attrd_updater -n opa-rsc -U 1")
	b.run("attribute", "monitor", errGeneric, query) // not set yet
	b.answers[query] = says("1")
	b.run("attribute", "monitor", success, query)
	b.run("attribute", "start", success, query)
	b.run("attribute", "stop", success, query, "attrd_updater -n opa-rsc -U 0")
	b.run("attribute", "monitor", errGeneric, query) // still the old value
	b.answers[query] = says("0")
	b.run("attribute", "monitor", notRunning, query)
	b.run("attribute", "stop", success, query)
	b.answers["attrd_updater -n opa-rsc -U"] = answer{status: 102}
	b.run("attribute", "start", errGeneric, query, "attrd_updater -n opa-rsc -U 1")
	if isFile(b.root.Join("/var/run/opa-rsc.state")) {
		t.Error("a start that failed left its state file")
	}
	b.run("attribute", "validate-all", success)
	b.set("inactive_value=1").run("attribute", "validate-all", errConfigured)
	b.set("active_value=").run("attribute", "validate-all", success) // empty is a value
}

func TestPing(t *testing.T) {
	b := newBench(t).set("host_list=10.0.0.1 10.0.0.2 fd00::3", "multiplier=100", "timeout=2s")
	ping := func(host string) string {
		if strings.Contains(host, ":") {
			return "ping -n -q -W 2 -c 3 -6 " + host
		}
		return "ping -n -q -W 2 -c 3 " + host
	}
	b.answers[ping("10.0.0.2")] = answer{status: 1}
	all := []string{ping("10.0.0.1"), ping("10.0.0.2"), ping("fd00::3")}
	b.run("ping", "monitor", notRunning)
	b.run("ping", "start", success, append(all, "attrd_updater -n pingd -B 200 -d 5s")...)
	b.run("ping", "monitor", success, append(all, "attrd_updater -n pingd -v 200 -d 5s")...)
	b.set("failure_score=300", "dampen=30s").run("ping", "monitor", errGeneric, append(all, "attrd_updater -n pingd -v 200 -d 30s")...)
	b.run("ping", "stop", success, "attrd_updater -D -n pingd -d 30s")
	b.run("ping", "monitor", notRunning)
	b.set("host_list=").run("ping", "validate-all", errConfigured)
}

func TestPingPrefersFping(t *testing.T) {
	b := newBench(t).set("host_list=10.0.0.1 10.0.0.2", "timeout=3", "name=gw")
	b.answers["fping"] = answer{}
	b.answers["fping -r"] = answer{"10.0.0.1 is alive\n10.0.0.2 is unreachable\n", 1}
	b.file("/var/run/ping-gw", "")
	b.run("ping", "monitor", success, "fping -v", "fping -r 3 -t 1000 -B 1.0 10.0.0.1 10.0.0.2", "attrd_updater -n gw -v 1 -d 5s")
	b.set("host_list=10.0.0.1 fd00::1").run("ping", "validate-all", errConfigured, "fping -v")
	b.set("use_fping=0", "host_list=h").run("ping", "monitor", success, "ping -n -q -W 3 -c 3 h", "attrd_updater -n gw -v 1 -d 5s")
}

func TestPingTimeout(t *testing.T) {
	for _, c := range []struct {
		timeout, limit string
		want           int
	}{{"2", "", 2}, {"4s", "", 4}, {"1500ms", "", 1}, {"100ms", "", 5}, {"2min", "", 120}, {"1h", "", 300}, {"", "60000", 9}, {"", "", 5}} {
		b := newBench(t).set("timeout="+c.timeout, "host_list=a b", "CRM_meta_timeout="+c.limit)
		call := Call{Vars: b.vars}
		if c.limit == "" {
			delete(b.vars, "OCF_RESKEY_CRM_meta_timeout")
		}
		if c.timeout == "" && c.limit == "" {
			b.set("host_list=")
		}
		if got := call.pingTimeout(); got != c.want {
			t.Errorf("%q of %q: %d, want %d", c.timeout, c.limit, got, c.want)
		}
	}
}

func TestClusterMon(t *testing.T) {
	b := newBench(t)
	pid := b.root.Join("/mon.pid")
	b.set("pidfile="+pid, "htmlfile=/srv/x.html", "update=5000", "extra_options=-n -r")
	b.run("ClusterMon", "monitor", notRunning)
	mon := "crm_mon -p " + pid + " -d -i 5 -n -r --output-as=html --output-to=/srv/x.html"
	b.run("ClusterMon", "start", success, mon)
	b.answers["crm_mon"] = answer{"no", 1}
	b.run("ClusterMon", "start", errGeneric, mon)
	// A process of that number that is no crm_mon is another one.
	b.file("/mon.pid", "4194999\n")
	b.file("/proc/4194999/cmdline", "sleep\x00inf")
	b.run("ClusterMon", "monitor", notRunning)
	b.file("/proc/4194999/cmdline", "crm_mon\x00-p\x00"+pid+"\x00-d")
	b.run("ClusterMon", "monitor", success)
	b.run("ClusterMon", "stop", success)
	if isFile(pid) {
		t.Error("the PID file was left")
	}
	b.run("ClusterMon", "validate-all", success)
	b.set("update=0").run("ClusterMon", "validate-all", errArgs)
	b.set("update=20", "extra_options=oops").run("ClusterMon", "validate-all", errArgs)
}

func TestSysInfo(t *testing.T) {
	b := newBench(t).set("delay=2s", "disks="+t.TempDir(), "disk_unit=b", "min_disk_free=1")
	b.file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast One\nbogomips\t: 4000.10\n\nprocessor\t: 1\nmodel name\t: Fast Two\nbogomips\t: 1\n")
	b.file("/proc/loadavg", "0.52 0.40 0.30 1/100 7\n")
	b.file("/proc/meminfo", "MemTotal: 1048576 kB\nSwapFree: 1024 kB\nInactive: 102401 kB\nInactive(anon): 5 kB\n")
	b.run("SysInfo", "monitor", notRunning)
	got := func(action string, want int) map[string]string {
		t.Helper()
		b.act("SysInfo", action, want)
		m := map[string]string{}
		for _, call := range b.calls {
			f := strings.SplitN(call, " ", 8)
			m[f[2]] = fmt.Sprint(f[3:])
		}
		return m
	}
	m := got("start", success)
	for name, v := range map[string]string{"cpu_info": "[-B Fast One -d 2s -S status]", "cpu_speed": "[-B 4000.10 -d 2s -S status]",
		"cpu_cores": "[-B 2 -d 2s -S status]", "cpu_load": "[-B 0.52 -d 2s -S status]", "free_swap": "[-B 50 -d 2s -S status]",
		"ram_total": "[-B 1050 -d 2s -S status]", "ram_free": "[-B 100 -d 2s -S status]", "#health_disk": "[-B green -d 2s -S status]"} {
		if m[name] != v {
			t.Errorf("%s: %s, want %s", name, m[name], v)
		}
	}
	for _, name := range []string{"arch", "os", "root_free"} {
		if m[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if m = got("monitor", success); !strings.HasPrefix(m["cpu_load"], "[-v 0.52 ") {
		t.Errorf("%v", m)
	}
	b.set("min_disk_free=9P")
	if m = got("monitor", success); !strings.HasPrefix(m["#health_disk"], "[-v red ") {
		t.Errorf("%v", m)
	}
	b.run("SysInfo", "validate-all", success)
	b.set("min_disk_free=some").run("SysInfo", "validate-all", errConfigured)
	b.run("SysInfo", "stop", success)
	b.run("SysInfo", "monitor", notRunning)
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		bytes int64
		human string
		mib   int64
		gib   int64
	}{{0, "0B", 0, 0}, {1023, "1023B", 0, 0}, {1025, "1.1K", 0, 0}, {54 << 30, "54G", 55296, 54}, {54<<30 + 1, "55G", 56320, 55},
		{3 << 29, "1.5G", 1536, 1}, {2047 << 20, "2.0G", 2048, 2}, {1536 << 30, "1.5T", 1572864, 1536}} {
		if got := human(c.bytes); got != c.human {
			t.Errorf("%d: %s, df -h says %s", c.bytes, got, c.human)
		}
		if got := mebibytes(c.human); got != c.mib || inUnit(got, "g") != c.gib {
			t.Errorf("%s: %d MiB, %d GiB", c.human, got, inUnit(got, "g"))
		}
	}
	if mebibytes("7") != 7168 || inUnit(1, "B") != 1<<20 || inUnit(1, "K") != 1024 {
		t.Error("units")
	}
}

func TestHealthByUsage(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest
	const before = "cpu  0 0 0 0 0 0 0 0 0\ncpu0 0\n"
	for _, c := range []struct{ typ, after, attr, color, dampen string }{
		{"HealthCPU", "cpu  20 0 20 60 0 0 0 0 9\n", "#health-cpu", "green", "30s"},
		{"HealthCPU", "cpu  40 0 15 45 0 0 0 0 9\n", "#health-cpu", "yellow", "30s"},
		{"HealthCPU", "cpu  90 0 1 9 0 0 0 0 9\n", "#health-cpu", "red", "30s"},
		{"HealthIOWait", "cpu  90 0 0 0 10 0 0 0 9\n", "#health-iowait", "green", "5s"},
		{"HealthIOWait", "cpu  89 0 0 0 11 0 0 0 9\n", "#health-iowait", "yellow", "5s"},
		{"HealthIOWait", "cpu  84 0 0 0 16 0 0 0 9\n", "#health-iowait", "red", "5s"},
	} {
		b := newBench(t)
		b.run(c.typ, "monitor", notRunning)
		b.run(c.typ, "start", success)
		b.file("/proc/stat", before)
		b.asleep = func() { b.file("/proc/stat", c.after) }
		b.run(c.typ, "monitor", success, "attrd_updater -n "+c.attr+" -U "+c.color+" -d "+c.dampen)
		b.run(c.typ, "stop", success)
		b.run(c.typ, "monitor", notRunning)
		b.run(c.typ, "validate-all", success)
		b.set("red_limit=x").run(c.typ, "validate-all", errConfigured)
	}
}

func TestHealthSMART(t *testing.T) {
	const info, health, all = "smartctl -i /dev/sda", "smartctl -H /dev/sda", "smartctl -A /dev/sda"
	celsius := func(n int) answer {
		return answer{text: fmt.Sprintf("ID# ATTRIBUTE_NAME FLAG VALUE WORST THRESH TYPE UPDATED WHEN_FAILED RAW_VALUE\n194 Temperature_Celsius 0x0022 64 55 0 Old_age Always - %d (Min/Max 1/2)\n", n)}
	}
	b := newBench(t).set("smartctl=smartctl")
	b.run("HealthSMART", "start", success) // whatever the drives say
	b.answers[info] = answer{text: "SMART support is: Disabled\n"}
	b.run("HealthSMART", "monitor", errInstalled, info)
	b.answers[info] = answer{text: "SMART support is: Enabled\n"}
	b.answers[health] = answer{text: "SMART overall-health self-assessment test result: PASSED\n"}
	for degrees, color := range map[int]string{30: "green", 56: "yellow", 61: "red", 3: "yellow", -1: "red"} {
		b.answers[all] = celsius(degrees)
		b.run("HealthSMART", "monitor", success, info, health, all, "attrd_updater -n #health-smart -U "+color+" -d 5s")
	}
	b.answers[health] = answer{text: "FAILED!\n"}
	b.run("HealthSMART", "monitor", success, info, health, "attrd_updater -n #health-smart -U red -d 5s")
	b.run("HealthSMART", "stop", success, "attrd_updater -D -n #health-smart -d 5s")
	b.run("HealthSMART", "monitor", notRunning, info)
	b.set("devices=ata scsi").run("HealthSMART", "validate-all", errArgs)
	b.set("devices=ata").run("HealthSMART", "validate-all", success)
	b.set("drives=sda", "devices=").run("HealthSMART", "validate-all", errArgs)
}

func TestIfspeed(t *testing.T) {
	b := newBench(t)
	b.run("ifspeed", "validate-all", errConfigured)
	b.set("ip=no").run("ifspeed", "validate-all", errConfigured)
	b.set("ip=10.0.0.1").run("ifspeed", "validate-all", success)
	b.set("iface=eth0", "weight_base=10").run("ifspeed", "monitor", notRunning)
	b.run("ifspeed", "start", success, "attrd_updater -n ifspeed -B 0 -d 5") // there is none
	b.file("/sys/class/net/eth0/operstate", "up\n")
	b.file("/sys/class/net/eth0/carrier", "1\n")
	b.file("/sys/class/net/eth0/speed", "25000\n")
	b.run("ifspeed", "monitor", success, "attrd_updater -n ifspeed -v 250 -d 5")
	b.answers["attrd_updater -n ifspeed -v"] = answer{status: 102}
	b.run("ifspeed", "monitor", errGeneric, "attrd_updater -n ifspeed -v 250 -d 5")
	b.set("debug=true").run("ifspeed", "stop", success, "attrd_updater -D -n ifspeed -d 5 -VV")
	b.run("ifspeed", "monitor", notRunning)
}

func TestInterfaceSpeeds(t *testing.T) {
	b := newBench(t)
	link := func(name, speed string) {
		b.file("/sys/class/net/"+name+"/operstate", "up")
		b.file("/sys/class/net/"+name+"/carrier", "1")
		b.file("/sys/class/net/"+name+"/speed", speed)
	}
	for _, name := range []string{"eth0", "eth1", "eth2"} {
		link(name, "1000")
	}
	link("off", "1000")
	b.file("/sys/class/net/off/carrier", "0")
	link("bond0", "")
	b.file("/sys/class/net/bond0/bonding/mode", "802.3ad 4")
	b.file("/sys/class/net/bond0/bonding/slaves", "eth0 eth1")
	link("bond1", "")
	b.file("/sys/class/net/bond1/bonding/mode", "active-backup 1")
	b.file("/sys/class/net/bond1/bonding/slaves", "eth0 eth1")
	b.file("/sys/class/net/bond1/bonding/active_slave", "eth1")
	b.file("/sys/class/net/br0/carrier", "1")
	b.file("/sys/class/net/br0/bridge/root_id", "8000.1")
	for port, state := range map[string][2]string{"eth2": {"8000.1", "3"}, "eth1": {"8000.1", "4"}, "bond0": {"8000.2", "3"}} {
		b.file("/sys/class/net/br0/brif/"+port+"/designated_bridge", state[0])
		b.file("/sys/class/net/br0/brif/"+port+"/state", state[1])
	}
	link("vlan5", "")
	b.file("/proc/net/vlan/config", "VLAN Dev name\t | VLAN ID\nName-Type: VLAN_NAME_TYPE\nvlan5          | 5  | bond0\n")
	link("opa0", "")
	if err := os.MkdirAll(b.root.Join("/sys/class/net/opa0/device"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../bus/hfi1", b.root.Join("/sys/class/net/opa0/device/driver")); err != nil {
		t.Fatal(err)
	}
	b.file("/sys/class/net/opa0/device/infiniband/hfi1_0/ports/1/rate", "100 Gb/sec (4X EDR)")
	link("loop", "")
	b.file("/sys/class/net/loop/bonding/mode", "balance-rr 0")
	b.file("/sys/class/net/loop/bonding/slaves", "loop")
	for name, want := range map[string]int{"eth0": 1000, "off": 0, "none": 0, "bond0": 1600, "bond1": 1000, "br0": 1000, "vlan5": 1600,
		"opa0": 100000, "loop": 0} {
		if got := (netInfo{root: b.root, ports: "detect"}).speed(name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if got := (netInfo{root: b.root, ports: "eth2 bond0 eth1 other"}).speed("br0"); got != 2600 {
		t.Errorf("named ports: %d", got)
	}
}

func TestRemoteIsNoProgram(t *testing.T) {
	b := newBench(t)
	b.run("remote", "start", errGeneric)
	b.run("remote", "meta-data", success)
	b.run("remote", "usage", success)
}

func TestCalledByPath(t *testing.T) {
	for path, want := range map[string]bool{"/usr/lib/ocf/resource.d/pacemaker/ping": true, "/usr/lib/ocf/resource.d/heartbeat/ping": false,
		"ping": false, "/usr/lib/ocf/resource.d/pacemaker/controld": false} {
		if typ, ok := Called(path); ok != want || ok && typ != "ping" {
			t.Errorf("%s: %s %t", path, typ, ok)
		}
	}
	for _, typ := range paths.OCFAgents() {
		if _, ok := agents()[typ]; !ok || len(agents()) != len(paths.OCFAgents()) {
			t.Errorf("%s is linked but not there, or there are others", typ)
		}
	}
}
