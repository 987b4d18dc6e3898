package ocf

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/paths"
)

// netInfo reads what the kernel says of interfaces in /sys and /proc.
type netInfo struct {
	root  paths.Root
	ports string // of a bridge, "detect" = those that lead to the root bridge
}

// deepest is how many interfaces can stand on each other.
const deepest = 8

// speed is the interface's in Mbit/s, 0 while it is down.
func (n netInfo) speed(name string) int { return n.speedAt(name, 0) }

func (n netInfo) speedAt(name string, depth int) int {
	switch {
	case depth == deepest || name == "" || !n.exists(name):
		return 0
	case n.exists(name + "/bridge"): // bridges have no operstate
		if n.read(name+"/carrier") != "1" {
			return 0
		}
		return n.sum(n.bridgePorts(name), depth)
	case n.read(name+"/operstate") != "up" || n.read(name+"/carrier") != "1":
		return 0
	case n.exists(name + "/bonding"):
		return n.bondSpeed(name, depth)
	}
	if below := n.vlanBelow(name); below != "" {
		return n.speedAt(below, depth+1)
	}
	if driver, err := os.Readlink(n.path(name + "/device/driver")); err == nil && strings.Contains(filepath.Base(driver), "hfi1") {
		return n.omniPathSpeed(name)
	}
	speed, _ := strconv.Atoi(n.read(name + "/speed"))
	return speed
}

func (n netInfo) sum(names []string, depth int) int {
	sum := 0
	for _, name := range names {
		sum += n.speedAt(name, depth+1)
	}
	return sum
}

// bondSpeed counts 80 % of the ports of a bond that balances.
func (n netInfo) bondSpeed(name string, depth int) int {
	mode, _, _ := strings.Cut(n.read(name+"/bonding/mode"), " ")
	if slices.Contains([]string{"balance-rr", "balance-xor", "802.3ad", "balance-tlb", "balance-alb"}, mode) {
		return n.sum(strings.Fields(n.read(name+"/bonding/slaves")), depth) * 8 / 10
	}
	return n.speedAt(n.read(name+"/bonding/active_slave"), depth+1)
}

// forwarding is BR_STATE_FORWARDING of linux/if_bridge.h.
const forwarding = "3"

// bridgePorts are the ports that count and forward.
func (n netInfo) bridgePorts(bridge string) []string {
	var ports []string
	if n.ports == "" || n.ports == "detect" {
		root := n.read(bridge + "/bridge/root_id")
		entries, _ := os.ReadDir(n.path(bridge + "/brif"))
		for _, e := range entries {
			if n.read(bridge+"/brif/"+e.Name()+"/designated_bridge") == root {
				ports = append(ports, e.Name())
			}
		}
	} else {
		ports = strings.Fields(n.ports)
	}
	return slices.DeleteFunc(ports, func(p string) bool { return n.read(bridge+"/brif/"+p+"/state") != forwarding })
}

// vlanBelow is the interface that a VLAN is on; "" if it is no VLAN.
func (n netInfo) vlanBelow(name string) string {
	config, _ := os.ReadFile(n.root.Join("/proc/net/vlan/config"))
	for _, line := range strings.Split(string(config), "\n") {
		f := strings.Split(line, "|")
		if len(f) == 3 && strings.TrimSpace(f[0]) == name {
			return strings.TrimSpace(f[2])
		}
	}
	return ""
}

// omniPathSpeed reads "100 Gb/sec (4X EDR)".
func (n netInfo) omniPathSpeed(name string) int {
	rates, _ := filepath.Glob(n.path(name + "/device/infiniband/*/ports/*/rate"))
	if len(rates) == 0 {
		return 0
	}
	text, _ := os.ReadFile(rates[0])
	f := strings.Fields(string(text))
	if len(f) == 0 {
		return 0
	}
	gbit, _ := strconv.Atoi(f[0])
	return gbit * 1000
}

func (n netInfo) path(name string) string { return n.root.Join("/sys/class/net/" + name) }

func (n netInfo) exists(name string) bool {
	_, err := os.Stat(n.path(name))
	return err == nil
}

func (n netInfo) read(name string) string {
	text, _ := os.ReadFile(n.path(name))
	return strings.TrimSpace(string(text))
}
