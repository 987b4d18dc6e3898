package ocf

import (
	"context"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"

	"gpcs/internal/engine/builtin"
)

// ifspeed writes how fast an interface is to a node attribute.
func ifspeed() agent {
	return agent{describeIfspeed, map[string]action{
		"start": ifStart, "stop": ifStop, "monitor": ifMonitor, "validate-all": ifValidate,
	}}
}

func describeIfspeed(*Call) meta {
	return meta{version: "1.1", short: "Network interface speed monitor",
		long: "Writes at each monitor the speed of an interface to a node attribute, for location rules. Bridges count the ports that lead upstream and forward, " +
			"bonds that balance count 80 % of the sum of their ports, other bonds their active port, VLANs the interface below.",
		params: []param{
			{name: "name", group: "name", kind: "string", value: value("ifspeed"), short: "Attribute name", long: "Name of the node attribute."},
			{name: "iface", group: "iface", kind: "string", value: value(""), short: "Interface", long: "The interface; either this or ip has to be set."},
			{name: "ip", group: "ip", kind: "string", value: value(""), short: "Address of the interface",
				long: "IPv4 or IPv6 address by which the interface is found, where iface is not set."},
			{name: "bridge_ports", group: "iface", kind: "string", value: value("detect"), short: "Ports of the bridge",
				long: "If the interface is a bridge: the ports that count, with blanks between them; detect takes those that lead to the root bridge."},
			{name: "weight_base", kind: "integer", value: value("1000"), short: "Value of 1 Gbit/s", long: "The attribute's value for 1 Gbit/s."},
			{name: "dampen", kind: "integer", value: value("5"), short: "Dampening interval",
				long: "How long to wait for further changes before one takes effect."},
			{name: "debug", kind: "string", value: value("false"), short: "Log more", long: "Whether to log what is written."},
		},
		actions: []op{
			{name: "start", timeout: "30s"}, {name: "stop", timeout: "30s"}, {name: "monitor", timeout: "30s", interval: "10s", depth: "0"},
			{name: "meta-data", timeout: "5s"}, {name: "validate-all", timeout: "30s"},
		}}
}

func (c *Call) ifFile() string {
	dir := c.Vars["HA_RSCTMP"]
	if dir == "" {
		dir = c.Root.Join("/run/resource-agents")
	}
	return filepath.Join(dir, "ifspeed-"+c.instance())
}

func ifValidate(_ context.Context, c *Call) int {
	if c.param("iface", "") != "" {
		return success
	}
	ip := c.param("ip", "")
	if ip == "" {
		c.reason("neither iface nor ip is set")
		return errConfigured
	}
	if _, err := netip.ParseAddr(ip); err != nil {
		c.reason("'%s' is no IP address", ip)
		return errConfigured
	}
	return success
}

func ifStart(ctx context.Context, c *Call) int {
	if status := ifMonitor(ctx, c); status != notRunning {
		return status
	}
	if status := c.touch(c.ifFile()); status != success {
		return status
	}
	return c.ifUpdate(ctx)
}

func ifStop(ctx context.Context, c *Call) int {
	if status := ifValidate(ctx, c); status != success {
		return status
	}
	drop(c.ifFile())
	c.Tool(ctx, "attrd_updater", append([]string{"-D", "-n", c.param("name", "ifspeed"), "-d", c.param("dampen", "5")}, c.verbose()...)...)
	return success
}

func ifMonitor(ctx context.Context, c *Call) int {
	if status := ifValidate(ctx, c); status != success {
		return status
	}
	if !isFile(c.ifFile()) {
		return notRunning
	}
	return c.ifUpdate(ctx)
}

func (c *Call) verbose() []string {
	if builtin.OCFTrue(c.param("debug", "")) {
		return []string{"-VV"}
	}
	return nil
}

func (c *Call) ifUpdate(ctx context.Context) int {
	name := c.param("iface", "")
	if name == "" {
		addr, _ := netip.ParseAddr(c.param("ip", ""))
		if name = holder(addr); name == "" {
			c.reason("no interface has the network of %s", addr)
			return errGeneric
		}
	}
	base, ok := count(c.param("weight_base", "1000"))
	if !ok {
		base = 1000
	}
	n := netInfo{root: c.Root, ports: c.param("bridge_ports", "detect")}
	score := strconv.Itoa(n.speed(name) * base / 1000)
	attr := c.param("name", "ifspeed")
	if status := c.attribute(ctx, attr, c.setOption(), score, c.param("dampen", "5"), c.verbose()...); status != 0 {
		c.logf("warn", "node attribute %s could not be set to %s: status %d", attr, score, status)
		return errGeneric
	}
	if builtin.OCFTrue(c.param("debug", "")) {
		c.logf("debug", "node attribute %s is %s", attr, score)
	}
	return success
}

// holder is the interface that has the address, or whose network has.
func holder(addr netip.Addr) string {
	list, err := net.Interfaces()
	if err != nil {
		return ""
	}
	near := ""
	for _, i := range list {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			switch {
			case err != nil:
			case p.Addr() == addr:
				return i.Name
			case near == "" && p.Contains(addr):
				near = i.Name
			}
		}
	}
	return near
}
