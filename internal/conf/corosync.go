package conf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Corosync is a corosync.conf with its meaning. Where a section or option
// stands more than once the last value counts, as in corosync.
type Corosync struct {
	root *Section
}

// MaxLinks is the number of links that knet can hold, corosync.conf(5).
const MaxLinks = 8

// Node is one node of the nodelist.
type Node struct {
	Name  string // "" where the file does not name it
	ID    uint32 // 0 where the file does not number it
	Addrs []Addr // by link number
}

// Addr is the address of a node on one link: an IP address or a host name.
type Addr struct {
	Link int
	Addr string
}

// ParseCorosync reads a corosync.conf. To an administrator an error reads
// "Unable to parse corosync config: ..."
func ParseCorosync(data []byte) (*Corosync, error) {
	root, err := ParseSections(data)
	if err != nil {
		return nil, err
	}
	return &Corosync{root: root}, nil
}

// Bytes prints the file as pcs prints it.
func (c *Corosync) Bytes() []byte { return []byte(c.root.String()) }

// Copy returns a deep copy.
func (c *Corosync) Copy() *Corosync { return &Corosync{root: c.root.Copy()} }

// Option returns the last value of an option in a top-level section.
func (c *Corosync) Option(section, name string) (string, bool) {
	value, ok := "", false
	for _, s := range c.root.All(section) {
		if v, has := s.Get(name); has {
			value, ok = v, true
		}
	}
	return value, ok
}

func (c *Corosync) optionOr(section, name, def string) string {
	if v, ok := c.Option(section, name); ok && v != "" {
		return v
	}
	return def
}

// ClusterName returns totem.cluster_name, "" if there is none.
func (c *Corosync) ClusterName() string { return c.optionOr("totem", "cluster_name", "") }

// SetClusterName sets totem.cluster_name.
func (c *Corosync) SetClusterName(name string) {
	setOptions(c.root.ensure("totem"), "cluster_name", name)
}

// UUID returns totem.cluster_uuid and whether it is there.
func (c *Corosync) UUID() (string, bool) { return c.Option("totem", "cluster_uuid") }

// SetUUID sets totem.cluster_uuid.
func (c *Corosync) SetUUID(uuid string) { setOptions(c.root.ensure("totem"), "cluster_uuid", uuid) }

// Transport returns knet, udp or udpu.
func (c *Corosync) Transport() string { return c.optionOr("totem", "transport", "knet") }

// IPVersion returns ipv4, ipv6, ipv4-6 or ipv6-4: which family names of nodes
// resolve to.
func (c *Corosync) IPVersion() string {
	return c.optionOr("totem", "ip_version", defaultIPVersion(c.Transport()))
}

func defaultIPVersion(transport string) string {
	if transport == "udp" {
		return "ipv4"
	}
	return "ipv6-4"
}

// Nodes returns the nodelist in its order.
func (c *Corosync) Nodes() []Node {
	var nodes []Node
	for _, s := range c.nodeSections() {
		n := Node{}
		n.Name, _ = s.Get("name")
		if v, ok := s.Get("nodeid"); ok {
			id, _ := strconv.ParseUint(v, 10, 32)
			n.ID = uint32(id)
		}
		for link := 0; link < MaxLinks; link++ {
			if a, ok := s.Get(fmt.Sprintf("ring%d_addr", link)); ok && a != "" {
				n.Addrs = append(n.Addrs, Addr{link, a})
			}
		}
		if n.Name != "" || n.ID != 0 || len(n.Addrs) > 0 {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func (c *Corosync) nodeSections() []*Section {
	var all []*Section
	for _, list := range c.root.All("nodelist") {
		all = append(all, list.All("node")...)
	}
	return all
}

// NodeNames returns the names of the nodelist; unnamed nodes are left out.
func (c *Corosync) NodeNames() []string {
	var names []string
	for _, n := range c.Nodes() {
		if n.Name != "" {
			names = append(names, n.Name)
		}
	}
	return names
}

// DefaultToken is how long a silent node counts as alive where corosync.conf
// does not say. Corosync's own default is 3 s: it has to outlast a token that
// passes through every node, we do not.
const DefaultToken = 1000 * time.Millisecond

// Token returns the time after which a silent node is declared lost:
// totem.token plus token_coefficient for each node above two, as
// corosync.conf(5) says, or DefaultToken if totem.token is not set.
func (c *Corosync) Token() time.Duration {
	token, ok := c.milliseconds("totem", "token")
	if !ok {
		return DefaultToken
	}
	coefficient, ok := c.milliseconds("totem", "token_coefficient")
	if !ok {
		coefficient = 650 * time.Millisecond
	}
	if n := len(c.Nodes()); n > 2 {
		token += time.Duration(n-2) * coefficient
	}
	return token
}

func (c *Corosync) milliseconds(section, name string) (time.Duration, bool) {
	v, ok := c.Option(section, name)
	n, err := strconv.Atoi(v)
	if !ok || err != nil || n <= 0 {
		return 0, false
	}
	return time.Duration(n) * time.Millisecond, true
}

// Port returns the UDP port of a link: mcastport of its interface section, or
// 5405 plus the link's number for knet, 5405 for udp and udpu.
func (c *Corosync) Port(link int) int {
	if v := c.LinkOptions()[link]["mcastport"]; v != "" {
		if n, err := strconv.Atoi(v); err == nil && n > 0 && n < 1<<16 {
			return n
		}
	}
	if c.Transport() == "knet" {
		return 5405 + link
	}
	return 5405
}

// LinkPriority is knet_link_priority of a link, 1 where it is not set
// (corosync.conf(5)).
func (c *Corosync) LinkPriority(link int) int {
	if n, err := strconv.Atoi(c.LinkOptions()[link]["link_priority"]); err == nil && n >= 0 && n < 256 {
		return n
	}
	return 1
}

// LinkOptions returns the options of the interface sections by link number,
// with the names that users type.
func (c *Corosync) LinkOptions() map[int]map[string]string {
	links := map[int]map[string]string{}
	knet := c.Transport() == "knet"
	for _, totem := range c.root.All("totem") {
		for _, s := range totem.All("interface") {
			number, _ := s.Get("linknumber")
			n, _ := strconv.Atoi(number)
			if links[n] == nil {
				links[n] = map[string]string{}
			}
			for _, a := range s.Attrs {
				name, ok := linkOptionForUsers(a.Name, knet)
				switch {
				case !ok:
				case name != "broadcast":
					links[n][name] = a.Value
				case a.Value == "yes":
					links[n][name] = "1"
				}
			}
			if knet {
				links[n]["linknumber"] = strconv.Itoa(n)
			}
		}
	}
	return links
}

// options returns what a top-level section says about the given options,
// which in the file carry a prefix.
func (c *Corosync) options(section, prefix string, names []string) map[string]string {
	found := map[string]string{}
	for _, a := range c.orderedOptions(section, prefix, names) {
		found[a.Name] = a.Value
	}
	return found
}

// orderedOptions is options in the order of the file.
func (c *Corosync) orderedOptions(section, prefix string, names []string) []Attr {
	var found []Attr
	place := map[string]int{}
	for _, s := range c.root.All(section) {
		for _, a := range s.Attrs {
			name, ok := strings.CutPrefix(a.Name, prefix)
			if !ok || !slices.Contains(names, name) {
				continue
			}
			if i, seen := place[name]; seen {
				found[i].Value = a.Value
				continue
			}
			place[name] = len(found)
			found = append(found, Attr{name, a.Value})
		}
	}
	return found
}

// TotemOptions returns the options of totem that pcs lets users set.
func (c *Corosync) TotemOptions() map[string]string { return c.options("totem", "", totemNames) }

// CryptoOptions returns cipher, hash and model.
func (c *Corosync) CryptoOptions() map[string]string {
	return c.options("totem", "crypto_", cryptoNames)
}

// CompressionOptions returns model, level and threshold.
func (c *Corosync) CompressionOptions() map[string]string {
	return c.options("totem", "knet_compression_", compressionNames)
}

// TransportOptions returns what else can be set for the transport.
func (c *Corosync) TransportOptions() map[string]string {
	if c.Transport() == "knet" {
		return c.options("totem", "", knetTransportNames)
	}
	return c.options("totem", "", udpTransportNames)
}

// QuorumOptions returns the options of quorum that pcs lets users set.
func (c *Corosync) QuorumOptions() map[string]string { return c.options("quorum", "", quorumNames) }
