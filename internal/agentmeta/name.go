package agentmeta

import (
	"errors"
	"regexp"
)

// Name is the full name of an agent.
type Name struct {
	Standard string `json:"standard"` // "ocf", "lsb", "service", "systemd" or "stonith"
	Provider string `json:"provider"` // of ocf only: "heartbeat"
	Type     string `json:"type"`
}

// String returns the name as people write it: ocf:heartbeat:IPaddr2.
func (n Name) String() string {
	if n.Provider != "" {
		return n.Standard + ":" + n.Provider + ":" + n.Type
	}
	return n.Standard + ":" + n.Type
}

// ErrName is returned for a word that is no full name of an agent.
var ErrName = errors.New("not a full name of an agent")

// Names of systemd units may hold colons, other types may not.
var (
	unitName  = regexp.MustCompile(`^(systemd|service):(.+)$`)
	otherName = regexp.MustCompile(`^([^:]+)(?::([^:]+))?:([^:]+)$`)
)

// ParseName reads standard:provider:type or standard:type.
func ParseName(s string) (Name, error) {
	if m := unitName.FindStringSubmatch(s); m != nil {
		return Name{Standard: m[1], Type: m[2]}, nil
	}
	m := otherName.FindStringSubmatch(s)
	if m == nil {
		return Name{}, ErrName
	}
	n := Name{Standard: m[1], Provider: m[2], Type: m[3]}
	switch n.Standard {
	case "ocf":
		if n.Provider == "" {
			return Name{}, ErrName
		}
	case "lsb", "stonith":
		if n.Provider != "" {
			return Name{}, ErrName
		}
	default:
		return Name{}, ErrName
	}
	return n, nil
}

// IsStonith tells a fence agent.
func (n Name) IsStonith() bool { return n.Standard == "stonith" }

// IsOCF tells an agent of the OCF standard.
func (n Name) IsOCF() bool { return n.Standard == "ocf" }
