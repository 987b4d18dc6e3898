package conf

import (
	"encoding/hex"
	"fmt"
	"io"
)

// KeySize is the size of corosync's and pacemaker's authkey in bytes.
const KeySize = 256

// NewKey makes a key of KeySize bytes from a source of random bytes.
func NewKey(random io.Reader) ([]byte, error) {
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("no random bytes for a key: %w", err)
	}
	return key, nil
}

// NewUUID makes a cluster_uuid: 32 hexadecimal digits of a version 4 UUID.
func NewUUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no random bytes for a cluster uuid: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return hex.EncodeToString(b[:]), nil
}

// Bounds of a cluster key in bytes, as libknet has them.
const MinKey, MaxKey = 128, 4096
