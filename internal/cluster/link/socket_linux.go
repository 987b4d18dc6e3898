package link

import (
	"syscall"

	"golang.org/x/sys/unix"
)

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
