package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Network is the network of a node or of the client, held open: it outlives
// the node's death, so that a watcher is not disturbed by it.
type Network struct {
	node  string
	space *os.File // the network namespace
}

// Network opens the network of a running node, or of the client. Close it.
func (s *Sandbox) Network(node string) (*Network, error) {
	leader, err := s.leader(node)
	if err != nil {
		return nil, err
	}
	space, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", leader))
	if err != nil {
		return nil, err
	}
	return &Network{node, space}, nil
}

// Node is the name under which the network was opened.
func (n *Network) Node() string { return n.node }

// Close lets go of the network.
func (n *Network) Close() error { return n.space.Close() }

// Dial connects from inside the network; address has an IP address, not a name.
func (n *Network) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = n.do(func() error {
		var d net.Dialer
		conn, err = d.DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// do calls f on a thread that is in the network for the while.
func (n *Network) do(f func() error) error {
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer home.Close()
	if err := unix.Setns(int(n.space.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("cannot enter the network of %s: %w", n.node, err)
	}
	defer func() {
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread() // else the thread ends with its goroutine
		}
	}()
	return f()
}

// Watch is an open look at the addresses of a network, cheap enough for once a
// millisecond.
type Watch struct{ handle *netlink.Handle }

// Watch opens a look at the network's addresses. Close it.
func (n *Network) Watch() (*Watch, error) {
	var w Watch
	err := n.do(func() (err error) {
		w.handle, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &w, nil
}

// Close ends the look.
func (w *Watch) Close() { w.handle.Close() }

// Has asks the kernel whether one of the network's interfaces has the address.
func (w *Watch) Has(ip net.IP) (bool, error) {
	family := netlink.FAMILY_V6
	if ip.To4() != nil {
		family = netlink.FAMILY_V4
	}
	addrs, err := w.handle.AddrList(nil, family)
	for errors.Is(err, netlink.ErrDumpInterrupted) { // an address came or went meanwhile
		addrs, err = w.handle.AddrList(nil, family)
	}
	if err != nil {
		return false, err
	}
	for _, a := range addrs {
		if a.IP.Equal(ip) {
			return true, nil
		}
	}
	return false, nil
}
