package link

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"gpcs/internal/cluster/view"
)

// keyring derives every key from the cluster's authkey and its name, so that
// two clusters that share a key by mistake still do not understand each other.
type keyring struct {
	authkey []byte
	cluster string
}

func (k keyring) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.authkey, []byte(k.cluster), "gpcs "+purpose, chacha20poly1305.KeySize)
	if err != nil { // only for lengths that are not asked for here
		panic(fmt.Sprintf("deriving a key: %v", err))
	}
	return key
}

// seal returns the cipher for datagrams of one start of one node. Each has a
// key of its own, so that sequence numbers may begin anew.
func (k keyring) seal(p view.Peer) cipher.AEAD {
	aead, err := chacha20poly1305.New(k.derive("datagram " + p.String()))
	if err != nil { // only for a key of another size
		panic(fmt.Sprintf("making a cipher: %v", err))
	}
	return aead
}

// proof shows that its sender holds the cluster key, bound to one TLS session
// (by its exporter), to the sender's role in it and to who it says it is.
func (k keyring) proof(exporter []byte, role string, from view.Peer, to uint32) []byte {
	mac := hmac.New(sha256.New, k.derive("stream"))
	mac.Write(exporter)
	mac.Write([]byte(role))
	var b [16]byte
	binary.BigEndian.PutUint32(b[0:], from.ID)
	binary.BigEndian.PutUint64(b[4:], from.Incarnation)
	binary.BigEndian.PutUint32(b[12:], to)
	mac.Write(b[:])
	return mac.Sum(nil)
}
