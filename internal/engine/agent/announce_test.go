package agent

import (
	"context"
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"gpcs/internal/engine/history"
)

func TestCollisionCheck(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	// eth1 answers for any address that the namespace has, from its own MAC.
	other, err := netlink.ParseAddr("10.9.0.50/32")
	if err != nil {
		t.Fatal(err)
	}
	if err := netlink.AddrAdd(link(t, "eth1"), other); err != nil {
		t.Fatal(err)
	}
	out := n.want(vip("start", "ip", "10.9.0.50", "nic", "eth0", "cidr_netmask", "24", "run_arping", "true"), history.RCError)
	if !strings.Contains(out.Reason, "collision") || !strings.Contains(out.Reason, link(t, "eth1").Attrs().HardwareAddr.String()) {
		t.Errorf("reason %q", out.Reason)
	}
	n.want(vip("start", "ip", "10.9.0.51", "run_arping", "true"), 0)
}

// listen opens a socket that sees what arrives at eth1.
func listen(t *testing.T, protocol uint16) int {
	t.Helper()
	swapped := int(protocol<<8 | protocol>>8)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, swapped)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: uint16(swapped), Ifindex: link(t, "eth1").Attrs().Index}); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10}); err != nil {
		t.Fatal(err)
	}
	return fd
}

// receive returns the next packet that the filter accepts.
func receive(t *testing.T, fd int, accept func([]byte) bool) []byte {
	t.Helper()
	buf := make([]byte, 2000)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			t.Fatalf("nothing was announced: %v", err)
		}
		if accept(buf[:n]) {
			return buf[:n]
		}
	}
}

func TestNeighboursAreTold(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	mac := link(t, "eth0").Attrs().HardwareAddr
	arp := listen(t, unix.ETH_P_ARP)
	n.want(vip("start", "ip", "10.9.0.100", "arp_count", "2", "arp_interval", "10"), 0)
	for i, operation := range []byte{1, 2, 1, 2} {
		p := receive(t, arp, func(b []byte) bool { return net.IP(b[14:18]).String() == "10.9.0.100" })
		if p[7] != operation || net.HardwareAddr(p[8:14]).String() != mac.String() || net.IP(p[24:28]).String() != "10.9.0.100" {
			t.Errorf("packet %d: %s", i, hex.EncodeToString(p))
		}
	}
	v6 := listen(t, unix.ETH_P_IPV6)
	n.want(vip("start", "ip", "2001:db8:9::100", "nodad", "true"), 0)
	p := receive(t, v6, func(b []byte) bool {
		return len(b) == 72 && b[6] == unix.IPPROTO_ICMPV6 && b[40] == 136 && b[44] == 0x20
	})
	if net.IP(p[48:64]).String() != "2001:db8:9::100" || net.HardwareAddr(p[66:72]).String() != mac.String() || p[7] != 255 {
		t.Errorf("advertisement: %s", hex.EncodeToString(p))
	}
	src, dst := [16]byte(p[8:24]), [16]byte(p[24:40])
	if sum := icmpChecksum(src, dst, p[40:]); sum != 0 {
		t.Errorf("checksum does not fit: %x", sum)
	}
}

// A stop ends announcements that are still going on.
func TestStopEndsAnnouncements(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n := newNode(t)
	n.want(vip("start", "ip", "10.9.0.100", "arp_count", "1000", "arp_interval", "60000"), 0)
	h := n.addresses.of("vip")
	going := h.announced
	n.want(vip("stop", "ip", "10.9.0.100"), 0)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	going.wait(ctx)
	if ctx.Err() != nil {
		t.Error("the stopped address is still being announced")
	}
}
