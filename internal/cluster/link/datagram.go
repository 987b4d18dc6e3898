package link

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"

	"gpcs/internal/cluster/view"
)

// A datagram is a header in clear, which is authenticated, and a sealed body:
//
//	version 1 | sender u32 | incarnation u64 | receiver u32 | link u8 | sequence u64 | body
const (
	datagramVersion = 1
	headerSize      = 1 + 4 + 8 + 4 + 1 + 8
	maxDatagram     = 65507
)

// header is the clear part of a datagram.
type header struct {
	from view.Peer
	to   uint32
	link uint8
	seq  uint64
}

var errDatagram = errors.New("not a datagram of this cluster")

func (h header) append(b []byte) []byte {
	b = append(b, datagramVersion)
	b = binary.BigEndian.AppendUint32(b, h.from.ID)
	b = binary.BigEndian.AppendUint64(b, h.from.Incarnation)
	b = binary.BigEndian.AppendUint32(b, h.to)
	b = append(b, h.link)
	return binary.BigEndian.AppendUint64(b, h.seq)
}

func parseHeader(b []byte) (header, error) {
	if len(b) < headerSize || b[0] != datagramVersion {
		return header{}, errDatagram
	}
	return header{
		from: view.Peer{ID: binary.BigEndian.Uint32(b[1:]), Incarnation: binary.BigEndian.Uint64(b[5:])},
		to:   binary.BigEndian.Uint32(b[13:]),
		link: b[17],
		seq:  binary.BigEndian.Uint64(b[18:]),
	}, nil
}

// nonce is unique under a sender's key: its receiver, link and sequence number
// never come together twice.
func (h header) nonce() []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint64(n[4:], h.seq)
	n[3] = h.link
	n[2], n[1], n[0] = byte(h.to), byte(h.to>>8), byte(h.to>>16)
	return n
}

func sealDatagram(aead cipher.AEAD, h header, body []byte) []byte {
	b := h.append(make([]byte, 0, headerSize+len(body)+aead.Overhead()))
	return aead.Seal(b, h.nonce(), body, b)
}

func openDatagram(aead cipher.AEAD, h header, b []byte) ([]byte, error) {
	body, err := aead.Open(nil, h.nonce(), b[headerSize:], b[:headerSize])
	if err != nil {
		return nil, errDatagram
	}
	return body, nil
}

// window refuses sequence numbers that came before, or are too old to tell.
type window struct {
	highest uint64
	seen    uint64 // bit n: highest-n was seen
}

func (w *window) fresh(seq uint64) bool {
	if seq > w.highest {
		if d := seq - w.highest; d < 64 {
			w.seen <<= d
		} else {
			w.seen = 0
		}
		w.highest = seq
		w.seen |= 1
		return true
	}
	d := w.highest - seq
	if d >= 64 || w.seen&(1<<d) != 0 {
		return false
	}
	w.seen |= 1 << d
	return true
}

// Bodies begin with their kind.
const (
	kindHeartbeat = 1
	kindRoster    = 2
)

// heartbeat says that its sender is alive, whom of the two it hears, and when
// it was sent, so that the answer to it gives the round trip.
type heartbeat struct {
	sent  uint64 // sender's clock, ns
	hears uint64 // incarnation of the receiver that the sender hears; 0 = silent
	echo  uint64 // sent of the receiver's last heartbeat on this link; 0 = none
	held  uint64 // ns since that came
	acked uint64 // as echo, but of the newest on any link
}

func (h heartbeat) encode() []byte {
	b := []byte{kindHeartbeat}
	for _, v := range []uint64{h.sent, h.hears, h.echo, h.held, h.acked} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

func parseHeartbeat(b []byte) (heartbeat, error) {
	if len(b) < 33 {
		return heartbeat{}, errDatagram
	}
	u := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	h := heartbeat{u(0), u(1), u(2), u(3), u(2)}
	if len(b) >= 41 { // an earlier gpcs says it for each link only
		h.acked = u(4)
	}
	return h, nil
}
