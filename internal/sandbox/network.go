package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const (
	bridgeName = "br0"
	nodeLink   = "eth0"

	// The network of the BMCs, which no cut of a node reaches.
	managementBridge = "br1"
	managementLink   = "eth1"

	// States of a bridge's port (BR_STATE_*, linux/if_bridge.h). A disabled port
	// drops every frame both ways while the node's link stays up.
	portDisabled   = 0
	portForwarding = 3
)

// ClientAddress is the client's address, on the bridge itself.
const ClientAddress = "192.168.1.1"

// Address returns the address of the i-th node: node1 has 192.168.1.10.
func Address(i int) string { return fmt.Sprintf("192.168.1.%d", 9+i) }

func portName(node string) string { return "vb-" + node }

// handle opens a netlink socket in the network namespace of a process.
func handle(pid int) (*netlink.Handle, error) {
	ns, err := netns.GetFromPid(pid)
	if err != nil {
		return nil, err
	}
	defer ns.Close()
	return netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
}

// wireHub makes the bridge in the hub's namespace and gives the client its address.
func (s *Sandbox) wireHub(pid int) error {
	h, err := handle(pid)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := linkUp(h, "lo"); err != nil {
		return err
	}
	if err := addBridge(h, bridgeName, 0); err != nil {
		return err
	}
	if err := configure(h, bridgeName, ClientAddress); err != nil || !s.conf.BMC {
		return err
	}
	if err := addBridge(h, managementBridge, 1); err != nil {
		return err
	}
	for i := range s.conf.Nodes {
		if err := configure(h, managementBridge, BMCAddress(i+1)); err != nil {
			return err
		}
	}
	return nil
}

// addBridge makes a bridge with a hardware address of its own: one that it took
// from its ports would change with each power cycle, and the nodes would not
// reach client and BMCs until they ask for the address again.
func addBridge(h *netlink.Handle, name string, number byte) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	attrs.HardwareAddr = net.HardwareAddr{0x02, 0x67, 0x70, 0x63, number, 0xfe}
	snooping := false
	if err := h.LinkAdd(&netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: &snooping}); err != nil {
		return fmt.Errorf("cannot make a bridge: %w", err)
	}
	return nil
}

// cable is what joins a node to one of the networks.
type cable struct {
	node       string
	number     int
	management bool
}

// ends names the bridge, its port, the node's interface and its address.
func (c cable) ends() (bridge, port, inside, address string) {
	if c.management {
		return managementBridge, "vm-" + c.node, managementLink, managementAddress(c.number)
	}
	return bridgeName, portName(c.node), nodeLink, Address(c.number)
}

// network numbers the network in hardware addresses.
func (c cable) network() byte {
	if c.management {
		return 1
	}
	return 0
}

// plug joins a node to a bridge. The node's end keeps its hardware address
// over power cycles, as a network card does.
func plug(hub, leader int, c cable) error {
	bridged, port, inside, address := c.ends()
	h, err := handle(hub)
	if err != nil {
		return err
	}
	defer h.Close()
	bridge, err := h.LinkByName(bridged)
	if err != nil {
		return err
	}
	if err := unplug(h, port); err != nil {
		return err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MasterIndex = port, bridge.Attrs().Index
	veth := &netlink.Veth{
		LinkAttrs: attrs, PeerName: inside, PeerNamespace: netlink.NsPid(leader),
		PeerHardwareAddr: net.HardwareAddr{0x02, 0x67, 0x70, 0x63, c.network(), byte(c.number)},
	}
	if err := h.LinkAdd(veth); err != nil {
		return fmt.Errorf("cannot make a veth: %w", err)
	}
	if err := linkUp(h, port); err != nil {
		return err
	}
	within, err := handle(leader)
	if err != nil {
		return err
	}
	defer within.Close()
	if err := linkUp(within, "lo"); err != nil {
		return err
	}
	return configure(within, inside, address)
}

// unplug takes a cable out of its port; none is no error.
func unplug(h *netlink.Handle, port string) error {
	link, err := h.LinkByName(port)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.LinkDel(link); err != nil && !errors.Is(err, unix.ENODEV) { // it goes by itself with a dead node
		return err
	}
	return nil
}

func configure(h *netlink.Handle, name, address string) error {
	link, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr(address + "/24")
	if err != nil {
		return err
	}
	if err := h.AddrAdd(link, addr); err != nil {
		return fmt.Errorf("cannot give %s to %s: %w", address, name, err)
	}
	return h.LinkSetUp(link)
}

func linkUp(h *netlink.Handle, name string) error {
	link, err := h.LinkByName(name)
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	return h.LinkSetUp(link)
}

// setPortState is `bridge link set dev PORT state N`.
func (s *Sandbox) setPortState(node string, state byte) error {
	hub, err := s.leader(Client)
	if err != nil {
		return err
	}
	if _, err := s.leader(node); err != nil {
		return err
	}
	ns, err := netns.GetFromPid(hub)
	if err != nil {
		return err
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer h.Close()
	link, err := h.LinkByName(portName(node))
	if err != nil {
		return fmt.Errorf("port of %s: %w", node, err)
	}
	socket, err := nl.GetNetlinkSocketAt(ns, netns.None(), unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer socket.Close()
	req := nl.NewNetlinkRequest(unix.RTM_SETLINK, unix.NLM_F_ACK)
	req.Sockets = map[int]*nl.SocketHandle{unix.NETLINK_ROUTE: {Socket: socket}}
	msg := nl.NewIfInfomsg(unix.AF_BRIDGE)
	msg.Index = int32(link.Attrs().Index)
	req.AddData(msg)
	info := nl.NewRtAttr(unix.IFLA_PROTINFO|unix.NLA_F_NESTED, nil)
	info.AddRtAttr(nl.IFLA_BRPORT_STATE, []byte{state})
	req.AddData(info)
	_, err = req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}

// isCut reads the port's state where the kernel shows it.
func isCut(hub int, node string) bool {
	name := filepath.Join(fmt.Sprintf("/proc/%d/root/sys/class/net", hub), portName(node), "brport/state")
	data, err := os.ReadFile(name)
	return err == nil && strings.TrimSpace(string(data)) == fmt.Sprint(portDisabled)
}
