package agent

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"gpcs/internal/engine/builtin"
)

// With LVS direct routing each real server has the address on its loopback
// device. Where the resource runs that one is taken away; a file with the name
// and form of resource-agents' IPaddr2 says that it must come back.

func (a *addresses) lvsFile(cfg builtin.Address) string {
	return filepath.Join(a.state, cfg.IP.String())
}

// hideLoopback takes the address off the loopback device before a start.
func (a *addresses) hideLoopback(cfg builtin.Address) error {
	lo, addr, err := loopbackAddr(cfg)
	if err != nil {
		return err
	}
	switch err := netlink.AddrDel(lo, addr); {
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot be removed from %s: %w", cfg.IP, lo.Attrs().Name, err)
	}
	text := fmt.Sprintf("%s 32 255.255.255.255 %s\n", cfg.IP, lo.Attrs().Name)
	if err := os.WriteFile(a.lvsFile(cfg), []byte(text), 0o644); err != nil {
		a.log.Warn("the loopback address will not come back after the stop", "address", cfg.IP.String(), "err", err)
	}
	return nil
}

// restoreLoopback undoes hideLoopback after a stop.
func (a *addresses) restoreLoopback(cfg builtin.Address) error {
	if st, err := os.Stat(a.lvsFile(cfg)); err != nil || st.Size() == 0 {
		return nil
	}
	lo, addr, err := loopbackAddr(cfg)
	if err != nil {
		return err
	}
	addr.Broadcast = net.IPv4bcast.To4()
	if err := netlink.AddrAdd(lo, addr); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("%s cannot be put back on %s: %w", cfg.IP, lo.Attrs().Name, err)
	}
	return os.Remove(a.lvsFile(cfg))
}

func loopbackAddr(cfg builtin.Address) (netlink.Link, *netlink.Addr, error) {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return nil, nil, fmt.Errorf("the loopback device cannot be found: %w", err)
	}
	return lo, &netlink.Addr{IPNet: &net.IPNet{IP: cfg.IP.AsSlice(), Mask: net.CIDRMask(32, 32)}}, nil
}
