package link

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket is one link's UDP socket, which never waits. Nobody waits for it
// either: the beat looks what has come, and the kernel notes when it came. With
// Go's poller the daemon would wake up for each datagram that comes, and for
// each that has gone.
type socket struct {
	own netip.Addr
	mu  sync.Mutex
	fd  int // -1 = closed
	oob [64]byte
}

// openSocket binds a socket to an address of this node, which need not be
// there yet, and may go and come back.
func openSocket(ctx context.Context, addr string) (*socket, error) {
	lc := net.ListenConfig{Control: freebind}
	conn, err := lc.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // the socket goes on under another number, unknown to the poller
	raw, err := conn.(*net.UDPConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &socket{own: conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()}
	ctl := raw.Control(func(fd uintptr) {
		s.fd, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err = errors.Join(ctl, err); err != nil {
		return nil, err
	}
	// Without it what comes is taken to have come when it is read. The buffer
	// has room for what comes while this node stands still for a while.
	_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1<<20)
	return s, nil
}

// receive takes a datagram and tells how long ago it came, by the wall clock.
// syscall.EAGAIN says that there is none, net.ErrClosed that there will be none;
// other errors may be of something that was sent.
func (s *socket) receive(buf []byte) (n int, ago time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd < 0 {
		return 0, 0, net.ErrClosed
	}
	// The one of x/sys asks the kernel each time what protocol the sender's address is of.
	n, oobn, _, _, err := syscall.Recvmsg(s.fd, buf, s.oob[:], syscall.MSG_DONTWAIT)
	if err != nil {
		return 0, 0, err
	}
	notes, err := syscall.ParseSocketControlMessage(s.oob[:oobn])
	if err == nil && len(notes) == 1 && notes[0].Header.Type == unix.SCM_TIMESTAMPNS && len(notes[0].Data) == 16 {
		sec, nsec := binary.NativeEndian.Uint64(notes[0].Data), binary.NativeEndian.Uint64(notes[0].Data[8:])
		ago = time.Since(time.Unix(int64(sec), int64(nsec)))
	}
	return n, ago, nil
}

// send sends one datagram, or does not where that would have to wait.
func (s *socket) send(b []byte, to netip.AddrPort) error {
	var sa unix.Sockaddr
	switch {
	case s.own.Is6():
		six := &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
		if zone := to.Addr().Zone(); zone != "" {
			i, err := net.InterfaceByName(zone)
			if err != nil {
				return err
			}
			six.ZoneId = uint32(i.Index)
		}
		sa = six
	case to.Addr().Is4():
		sa = &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	default:
		return unix.EAFNOSUPPORT
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd < 0 {
		return net.ErrClosed
	}
	return unix.Sendto(s.fd, b, unix.MSG_DONTWAIT, sa)
}

// Close gives the address free.
func (s *socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd < 0 {
		return net.ErrClosed
	}
	fd := s.fd
	s.fd = -1
	return unix.Close(fd)
}

// freebind lets a socket be bound to an address that the host does not have
// at the moment, so that an interface may go down and come back.
func freebind(network, _ string, c syscall.RawConn) error {
	var err error
	ctl := c.Control(func(fd uintptr) {
		if network == "udp6" {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_FREEBIND, 1)
		} else {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_FREEBIND, 1)
		}
	})
	if ctl != nil {
		return ctl
	}
	return err
}

// realtime gives the calling thread the lowest real-time priority. Threads
// and processes that it starts do not inherit it.
func realtime() error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{
		Size:     unix.SizeofSchedAttr,
		Policy:   unix.SCHED_RR,
		Priority: 1,
		Flags:    unix.SCHED_FLAG_RESET_ON_FORK,
	}, 0)
}
