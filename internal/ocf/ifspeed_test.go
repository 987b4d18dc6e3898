package ocf

import (
	"os"
	"testing"
)

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
