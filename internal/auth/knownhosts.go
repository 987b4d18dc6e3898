package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"gpcs/internal/durable"
)

// DefaultPort is pcsd's port.
const DefaultPort = 2224

// Dest is one address of a host.
type Dest struct {
	Addr string `json:"addr"`
	Port int    `json:"port"`
}

// Host is what a node knows of another: where it is and the token that it gave.
type Host struct {
	Dests []Dest `json:"dest_list"`
	Token string `json:"token"`
	// Pin is the SHA-256 of the host's certificate, in hexadecimal, as it was
	// seen at `host auth`. pcs ignores and drops it; a host without a pin is
	// trusted by its token alone, as pcs trusts it.
	Pin string `json:"gpcs_certificate_sha256,omitempty"`
}

// KnownHosts is a known-hosts file of pcs.
type KnownHosts struct {
	FormatVersion int             `json:"format_version"`
	DataVersion   int             `json:"data_version"` // grows by one with each change
	Hosts         map[string]Host `json:"known_hosts"`
}

// ParseKnownHosts reads the file's content. No content means no hosts.
func ParseKnownHosts(data []byte) (KnownHosts, error) {
	k := KnownHosts{FormatVersion: 1, Hosts: map[string]Host{}}
	if len(bytes.TrimSpace(data)) == 0 {
		return k, nil
	}
	if err := json.Unmarshal(data, &k); err != nil {
		return k, fmt.Errorf("unable to parse known-hosts file: %w", err)
	}
	if k.Hosts == nil {
		k.Hosts = map[string]Host{}
	}
	return k, nil
}

// Bytes prints the file as pcsd does.
func (k KnownHosts) Bytes() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(k) // strings and numbers always encode
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Copy returns a copy whose map can be changed.
func (k KnownHosts) Copy() KnownHosts {
	k.Hosts = maps.Clone(k.Hosts)
	return k
}

// Names lists the hosts, sorted.
func (k KnownHosts) Names() []string { return slices.Sorted(maps.Keys(k.Hosts)) }

// Change adds and removes hosts and raises the data version. A host added
// without a pin keeps the pin of the same address and token.
func (k KnownHosts) Change(add map[string]Host, remove []string) KnownHosts {
	k = k.Copy()
	for name, h := range add {
		if old, ok := k.Hosts[name]; ok && h.Pin == "" && old.Token == h.Token {
			h.Pin = old.Pin
		}
		k.Hosts[name] = h
	}
	for _, name := range remove {
		delete(k.Hosts, name)
	}
	k.DataVersion++
	return k
}

// LoadKnownHosts reads a known-hosts file; one that does not exist is empty.
func LoadKnownHosts(file string) (KnownHosts, error) {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return KnownHosts{}, err
	}
	return ParseKnownHosts(data)
}

// Save writes the file, mode 0600.
func (k KnownHosts) Save(file string) error { return durable.Write(file, k.Bytes(), 0o600) }
