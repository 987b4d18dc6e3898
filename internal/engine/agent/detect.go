package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/engine/builtin"
)

// Probing for another owner of an IPv4 address (RFC 5227, 2.1).
const (
	detectProbes = 2
	detectWait   = time.Second // after each probe
)

// detect asks the link whether somebody else has the address.
func (p *place) detect(ctx context.Context, cfg builtin.Address) error {
	at := p.link.Attrs()
	if len(at.HardwareAddr) != 6 {
		return nil // no Ethernet, no ARP
	}
	arp := networkOrder(unix.ETH_P_ARP)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(arp))
	if err != nil {
		return fmt.Errorf("no ARP socket for the collision check of %s: %w", cfg.IP, err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: arp, Ifindex: at.Index}); err != nil {
		return fmt.Errorf("no ARP socket for the collision check of %s: %w", cfg.IP, err)
	}
	to := &unix.SockaddrLinklayer{Protocol: arp, Ifindex: at.Index, Halen: 6}
	copy(to.Addr[:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	for range detectProbes {
		if err := unix.Sendto(fd, arpProbe(cfg.IP.As4(), at.HardwareAddr), 0, to); err != nil {
			return fmt.Errorf("interface %s cannot be asked for other owners of %s: %w", at.Name, cfg.IP, err)
		}
		owner, err := awaitOwner(ctx, fd, cfg.IP.As4(), at.HardwareAddr)
		if err != nil {
			return err
		}
		if owner != nil {
			return fmt.Errorf("IPv4 address collision %s [DAD]: %s on the link of %s has it", cfg.IP, owner, at.Name)
		}
	}
	return nil
}

// awaitOwner waits for an ARP packet in which somebody else says to have the
// address; nil if there is none in time.
func awaitOwner(ctx context.Context, fd int, ip [4]byte, own net.HardwareAddr) (net.HardwareAddr, error) {
	end := time.Now().Add(detectWait)
	buf := make([]byte, 128)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == nil {
			if n >= 28 && bytes.Equal(buf[14:18], ip[:]) && !bytes.Equal(buf[8:14], own) {
				return net.HardwareAddr(bytes.Clone(buf[8:14])), nil
			}
			continue
		}
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return nil, fmt.Errorf("collision check: %w", err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		left := min(time.Until(end), 100*time.Millisecond) // ctx is looked at in between
		if left <= 0 {
			return nil, nil
		}
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
	}
}

// arpProbe is a request whose sender has no address yet.
func arpProbe(ip [4]byte, mac net.HardwareAddr) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	b = append(b, mac...)
	b = append(b, make([]byte, 10)...) // sender's address 0.0.0.0, target's MAC unknown
	return append(b, ip[:]...)
}
