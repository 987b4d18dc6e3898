package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"gpcs/internal/engine/builtin"
)

// announcer tells the neighbours where an address is now: gratuitous ARP
// (RFC 5227) and unsolicited neighbour advertisements (RFC 4861, 7.2.6). Its
// packet socket is kept open and only sends: it is bound to no protocol.
type announcer struct {
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu sync.Mutex
	fd int // -1: not open
}

// announcement is one address being announced some times.
type announcement struct {
	stop context.CancelFunc
	done chan struct{}
}

func (n *announcement) wait(ctx context.Context) {
	select {
	case <-n.done:
	case <-ctx.Done():
	}
}

func newAnnouncer(log *slog.Logger) *announcer {
	a := &announcer{log: log, fd: -1}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a
}

func (a *announcer) close() {
	a.cancel()
	a.wg.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fd >= 0 {
		unix.Close(a.fd)
		a.fd = -1
	}
}

// begin announces the address once before it returns, and count-1 times more
// in the background.
func (a *announcer) begin(p *place, cfg builtin.Address, count int) *announcement {
	ctx, cancel := context.WithCancel(a.ctx)
	n := &announcement{stop: cancel, done: make(chan struct{})}
	if err := a.send(p.link, cfg); err != nil {
		a.log.Warn("neighbours were not told of the address; they find it when their caches expire",
			"address", cfg.IP.String(), "interface", p.link.Attrs().Name, "err", err)
	}
	if count <= 1 || ctx.Err() != nil {
		cancel()
		close(n.done)
		return n
	}
	a.wg.Go(func() {
		defer close(n.done)
		defer cancel()
		tick := time.NewTicker(cfg.ARPInterval)
		defer tick.Stop()
		for range count - 1 {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = a.send(p.link, cfg)
			}
		}
	})
	return n
}

// send sends one round: ARP as request and as reply, since hosts differ in
// which of the two they learn from; or one advertisement.
func (a *announcer) send(link netlink.Link, cfg builtin.Address) error {
	at := link.Attrs()
	if len(at.HardwareAddr) != 6 {
		return nil // no Ethernet: point to point, nobody to tell
	}
	if cfg.IPv6() {
		group := net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}
		return a.packet(at.Index, unix.ETH_P_IPV6, group, neighbourAdvertisement(cfg.IP.As16(), at.HardwareAddr))
	}
	all := net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	return errors.Join(
		a.packet(at.Index, unix.ETH_P_ARP, all, gratuitousARP(1, cfg.IP.As4(), at.HardwareAddr)),
		a.packet(at.Index, unix.ETH_P_ARP, all, gratuitousARP(2, cfg.IP.As4(), at.HardwareAddr)))
}

// networkOrder is htons, as packet(7) wants protocols.
func networkOrder(n uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], n)
	return binary.NativeEndian.Uint16(b[:])
}

// packet sends a payload; the kernel writes the Ethernet header.
func (a *announcer) packet(index int, protocol uint16, to net.HardwareAddr, payload []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fd < 0 {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return err
		}
		a.fd = fd
	}
	sa := &unix.SockaddrLinklayer{Protocol: networkOrder(protocol), Ifindex: index, Halen: 6}
	copy(sa.Addr[:], to)
	return unix.Sendto(a.fd, payload, 0, sa)
}

// gratuitousARP is an ARP packet (RFC 826) whose sender and target is the
// address; operation 1 is a request, 2 a reply.
func gratuitousARP(operation byte, ip [4]byte, mac net.HardwareAddr) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, operation}
	b = append(b, mac...)
	b = append(b, ip[:]...)
	b = append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	return append(b, ip[:]...)
}

// neighbourAdvertisement is an IPv6 packet to all nodes with ICMPv6 type 136,
// override flag set, and the target link-layer address option.
func neighbourAdvertisement(ip [16]byte, mac net.HardwareAddr) []byte {
	allNodes := [16]byte{0xff, 0x02, 15: 1}
	icmp := make([]byte, 0, 32)
	icmp = append(icmp, 136, 0, 0, 0, 0x20, 0, 0, 0)
	icmp = append(icmp, ip[:]...)
	icmp = append(icmp, 2, 1)
	icmp = append(icmp, mac...)
	binary.BigEndian.PutUint16(icmp[2:], icmpChecksum(ip, allNodes, icmp))
	head := []byte{0x60, 0, 0, 0, 0, byte(len(icmp)), unix.IPPROTO_ICMPV6, 255}
	head = append(head, ip[:]...)
	head = append(head, allNodes[:]...)
	return append(head, icmp...)
}

// icmpChecksum is the checksum of RFC 4443, 2.3, over the pseudo header of
// RFC 8200 and the message, whose own checksum field is 0.
func icmpChecksum(src, dst [16]byte, msg []byte) uint16 {
	data := append(append(src[:], dst[:]...), 0, 0, 0, byte(len(msg)), 0, 0, 0, unix.IPPROTO_ICMPV6)
	data = append(data, msg...)
	var sum uint32
	for i := 0; i+1 < len(data); i += 2 {
		sum += uint32(data[i])<<8 | uint32(data[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
