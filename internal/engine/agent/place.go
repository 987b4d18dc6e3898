package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"gpcs/internal/engine/builtin"
)

// place is the interface on which an address is or will be.
type place struct {
	link      netlink.Link
	prefix    int
	broadcast net.IP // of the interface's own address in the network, may be nil
}

func family(a builtin.Address) int {
	if a.IPv6() {
		return netlink.FAMILY_V6
	}
	return netlink.FAMILY_V4
}

// listAddrs lists the addresses of an interface, of all for nil.
func listAddrs(link netlink.Link, family int) ([]netlink.Addr, error) {
	return settled(func() ([]netlink.Addr, error) { return netlink.AddrList(link, family) })
}

// settled reads a table of the kernel again while it changes under the reader:
// a half-read one may lack the address that a monitor looks for.
func settled[T any](read func() ([]T, error)) ([]T, error) {
	for try := 0; ; try++ {
		list, err := read()
		if err == nil || try == 20 || !errors.Is(err, netlink.ErrDumpInterrupted) {
			return list, err
		}
	}
}

// locate finds the interface as resource-agents' findif does: the one that is
// named, else that of the longest route of scope link covering the address
// (and the network where a netmask is given). The default route is none.
func locate(cfg builtin.Address) (*place, error) {
	route, link, err := coveringRoute(cfg)
	if err != nil {
		return nil, err
	}
	p := &place{link: link, prefix: cfg.Prefix}
	if cfg.NIC != "" {
		if p.link, err = netlink.LinkByName(cfg.NIC); err != nil {
			return nil, fmt.Errorf("invalid interface name [%s]: %w", cfg.NIC, err)
		}
	}
	switch {
	case p.link == nil:
		return nil, fmt.Errorf("no interface of this node is in the network of %s (set parameter nic, or give an interface an address in it)", cfg.IP)
	case p.prefix < 0 && route == nil:
		return nil, fmt.Errorf("no route tells the netmask of %s on %s (set parameter cidr_netmask)", cfg.IP, cfg.NIC)
	case p.prefix < 0:
		p.prefix, _ = route.Dst.Mask.Size()
	}
	if route != nil && !cfg.IPv6() {
		p.broadcast = broadcastOf(p.link, route.Src)
	}
	if label := p.label(cfg); len(label) > 15 {
		return nil, fmt.Errorf("interface label [%s] exceeds maximum character limit of 15", label)
	}
	return p, nil
}

// coveringRoute returns the longest route that covers the address, with its
// interface; both nil where there is none.
func coveringRoute(cfg builtin.Address) (*netlink.Route, netlink.Link, error) {
	filter, mask := &netlink.Route{Table: unix.RT_TABLE_MAIN}, uint64(netlink.RT_FILTER_TABLE)
	if cfg.IP.IsLoopback() {
		filter.Table = unix.RT_TABLE_LOCAL
	}
	routes, err := settled(func() ([]netlink.Route, error) { return netlink.RouteListFiltered(family(cfg), filter, mask) })
	if err != nil {
		return nil, nil, fmt.Errorf("the node's routes cannot be read: %w", err)
	}
	best, bestLen := -1, 0
	var link netlink.Link
	for i, rt := range routes {
		n, ok := covers(rt, cfg)
		if !ok || n < bestLen || n == 0 {
			continue
		}
		l, err := netlink.LinkByIndex(rt.LinkIndex)
		if err != nil || (cfg.NIC != "" && l.Attrs().Name != cfg.NIC) {
			continue
		}
		best, bestLen, link = i, n, l
	}
	if best < 0 {
		return nil, nil, nil
	}
	return &routes[best], link, nil
}

// covers tells whether the route's network holds the address and is no
// smaller than the configured one; n is the length of its prefix.
func covers(rt netlink.Route, cfg builtin.Address) (n int, ok bool) {
	if rt.Dst == nil || rt.Type != unix.RTN_UNICAST && rt.Type != unix.RTN_LOCAL {
		return 0, false
	}
	if !cfg.IPv6() && !cfg.IP.IsLoopback() && rt.Scope != netlink.SCOPE_LINK {
		return 0, false
	}
	n, size := rt.Dst.Mask.Size()
	if cfg.Prefix >= 0 && n > cfg.Prefix || cfg.Prefix < 0 && n == size && !cfg.IPv6() {
		return 0, false
	}
	return n, size == cfg.IP.BitLen() && rt.Dst.Contains(cfg.IP.AsSlice())
}

func broadcastOf(link netlink.Link, src net.IP) net.IP {
	addrs, err := listAddrs(link, netlink.FAMILY_V4)
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if a.IP.Equal(src) {
			return a.Broadcast
		}
	}
	return nil
}

func (p *place) loopback() bool { return p.link.Attrs().Flags&net.FlagLoopback != 0 }

func (p *place) label(cfg builtin.Address) string {
	if cfg.Label == "" {
		return ""
	}
	return p.link.Attrs().Name + ":" + cfg.Label
}

// served tells whether the address is on the interface, with the netmask.
func (p *place) served(cfg builtin.Address) (bool, error) {
	a, err := p.find(cfg)
	return a != nil, err
}

func (p *place) find(cfg builtin.Address) (*netlink.Addr, error) {
	addrs, err := listAddrs(p.link, family(cfg))
	if err != nil {
		return nil, fmt.Errorf("addresses of %s cannot be read: %w", p.link.Attrs().Name, err)
	}
	for i := range addrs {
		n, _ := addrs[i].Mask.Size()
		if sameIP(addrs[i].IP, cfg.IP) && n == p.prefix {
			return &addrs[i], nil
		}
	}
	return nil, nil
}

func sameIP(ip net.IP, want netip.Addr) bool {
	got, ok := netip.AddrFromSlice(ip)
	return ok && got.Unmap() == want
}

// add puts the address on the interface and brings the interface up.
func (p *place) add(cfg builtin.Address) error {
	addr := &netlink.Addr{IPNet: &net.IPNet{IP: cfg.IP.AsSlice(), Mask: net.CIDRMask(p.prefix, cfg.IP.BitLen())}}
	if cfg.IPv6() {
		addr.ValidLft, addr.PreferedLft = builtin.Forever, int(cfg.PreferredLft)
		if cfg.NoDAD {
			addr.Flags |= unix.IFA_F_NODAD
		}
	} else {
		addr.Label, addr.Broadcast = p.label(cfg), p.broadcastFor(cfg)
	}
	if cfg.NoPrefixRoute {
		addr.Flags |= unix.IFA_F_NOPREFIXROUTE
	}
	if cfg.IP.IsLoopback() {
		addr.Scope = unix.RT_SCOPE_HOST
	}
	if err := netlink.AddrAdd(p.link, addr); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("failed to add %s to %s: %w", cfg.IP, p.link.Attrs().Name, err)
	}
	if err := netlink.LinkSetUp(p.link); err != nil {
		return fmt.Errorf("interface %s cannot be brought up: %w", p.link.Attrs().Name, err)
	}
	return nil
}

// broadcastFor is the broadcast address to set: 0.0.0.0 stands for none.
func (p *place) broadcastFor(cfg builtin.Address) net.IP {
	switch cfg.Broadcast {
	case "":
		if p.broadcast != nil {
			return p.broadcast
		}
	case "+", "-":
		ip, mask := cfg.IP.As4(), net.CIDRMask(p.prefix, 32)
		for i := range ip {
			ip[i] &= mask[i]
			if cfg.Broadcast == "+" {
				ip[i] |= ^mask[i]
			}
		}
		return net.IP(ip[:])
	default:
		return net.ParseIP(cfg.Broadcast).To4()
	}
	return net.IPv4zero
}

// down says why the interface cannot serve the address, "" if it can. Bridges
// and dummies have no carrier of their own: only being switched off counts.
func (p *place) down() string {
	at := p.link.Attrs()
	if at.Flags&net.FlagUp == 0 {
		return fmt.Sprintf("interface %s is down", at.Name)
	}
	switch p.link.Type() {
	case "bridge", "dummy", "ifb", "loopback":
		return ""
	}
	switch at.OperState {
	case netlink.OperDown, netlink.OperLowerLayerDown, netlink.OperNotPresent:
		return fmt.Sprintf("interface %s has no carrier (%s)", at.Name, at.OperState)
	}
	return ""
}

// awaitUsable waits until the kernel has seen that nobody else has the IPv6
// address (RFC 4862, duplicate address detection), at most ten seconds.
func (p *place) awaitUsable(ctx context.Context, cfg builtin.Address) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for {
		a, err := p.find(cfg)
		switch {
		case err != nil:
			return err
		case a == nil:
			return fmt.Errorf("%s was removed from %s while it was being started", cfg.IP, p.link.Attrs().Name)
		case a.Flags&unix.IFA_F_DADFAILED != 0:
			return fmt.Errorf("IPv6 address collision %s [DAD]: another host on the link of %s has it", cfg.IP, p.link.Attrs().Name)
		case a.Flags&unix.IFA_F_TENTATIVE == 0:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return nil
		case <-tick.C:
		}
	}
}

// removeAddress removes the address from its interface, or from whichever has
// it where none is named. Loopback is left alone: LVS keeps addresses there.
func removeAddress(cfg builtin.Address) error {
	addrs, err := listAddrs(nil, family(cfg))
	if err != nil {
		return fmt.Errorf("the node's addresses cannot be read: %w", err)
	}
	for _, a := range addrs {
		if !sameIP(a.IP, cfg.IP) {
			continue
		}
		link, err := netlink.LinkByIndex(a.LinkIndex)
		if err != nil {
			continue // the interface has just gone, and the address with it
		}
		at := link.Attrs()
		if cfg.NIC != "" && at.Name != cfg.NIC || cfg.NIC == "" && at.Flags&net.FlagLoopback != 0 && !cfg.IP.IsLoopback() {
			continue
		}
		err = netlink.AddrDel(link, &netlink.Addr{IPNet: a.IPNet})
		if err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) && !errors.Is(err, unix.ENODEV) {
			return fmt.Errorf("unable to remove IP %s from interface %s: %w", cfg.IP, at.Name, err)
		}
	}
	if cfg.FlushRoutes {
		_ = os.WriteFile("/proc/sys/net/ipv4/route/flush", []byte("1"), 0)
	}
	return nil
}
