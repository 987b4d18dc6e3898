package roster

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// transport carries memberlist's packets and streams on the cluster's.
type transport struct {
	opt     Options
	packets chan *memberlist.Packet
	streams chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (t *transport) packet(from uint32, body []byte, at time.Time) {
	a := addressOf(from)
	p := &memberlist.Packet{Buf: body, From: net.UDPAddrFromAddrPort(a), Timestamp: at}
	select {
	case t.packets <- p:
	default: // gossip may be lost
	}
}

func (t *transport) stream(_ uint32, conn net.Conn) {
	select {
	case t.streams <- conn:
	case <-t.closed:
		_ = conn.Close()
	default:
		_ = conn.Close()
	}
}

// FinalAdvertiseAddr is the address that stands for this node.
func (t *transport) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	a := addressOf(t.opt.Self)
	return a.Addr().AsSlice(), int(a.Port()), nil
}

// WriteTo sends a packet to the node that address stands for.
func (t *transport) WriteTo(b []byte, address string) (time.Time, error) {
	id, err := idOf(address)
	if err != nil {
		return time.Time{}, err
	}
	t.opt.Wires.SendPacket(id, b)
	return time.Now(), nil
}

// WriteToAddress is WriteTo for an address with a name.
func (t *transport) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	return t.WriteTo(b, a.Addr)
}

// PacketCh gives the packets that came.
func (t *transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// DialTimeout opens a stream to the node that address stands for.
func (t *transport) DialTimeout(address string, timeout time.Duration) (net.Conn, error) {
	select {
	case <-t.closed:
		return nil, errors.New("the roster is closed")
	default:
	}
	id, err := idOf(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return t.opt.Wires.DialRoster(ctx, id)
}

// DialAddressTimeout is DialTimeout for an address with a name.
func (t *transport) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	return t.DialTimeout(a.Addr, timeout)
}

// StreamCh gives the streams that came.
func (t *transport) StreamCh() <-chan net.Conn { return t.streams }

// Shutdown ends the transport.
func (t *transport) Shutdown() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}
