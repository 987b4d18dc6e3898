package builtin

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Has tells whether gpcsd runs the agent itself.
func Has(class, provider, typ string) bool {
	return class == "ocf" && provider == "heartbeat" && typ == "IPaddr2"
}

// Forever is a lifetime without end, as the kernel counts it.
const Forever = math.MaxUint32

// Address is what the parameters of an IPaddr2 resource ask for.
type Address struct {
	IP            netip.Addr
	Prefix        int    // length of the network, -1: that of the interface's route
	NIC           string // "" : the interface whose network covers IP
	Label         string // alias name without the interface's
	Broadcast     string // "" as the interface's own address has it, "+", "-" or an address
	ARPInterval   time.Duration
	ARPCount      int   // announcements after a start
	ARPRefresh    int   // announcements at each monitor
	Foreground    bool  // the start waits until all announcements are sent
	NoDAD         bool  // IPv6: no duplicate address detection
	NoPrefixRoute bool  // no route to the network for this address
	PreferredLft  int64 // IPv6: preferred lifetime in s, Forever
	FlushRoutes   bool  // flush the routing cache on stop
	LVS           bool  // IPv4: while it is stopped here, loopback may have the address
	Detect        bool  // IPv4: refuse to start where another host has the address
	// Beyond names the parameter that asks for what only the installed agent
	// does (cluster IP, IPv6 labels, namespaces, ...); "" if the built-in will do.
	Beyond string
}

// IPv6 tells the family.
func (a Address) IPv6() bool { return a.IP.Is6() }

// ErrNoIP says that the one mandatory parameter is missing.
var ErrNoIP = errors.New("IP address (the ip parameter) is mandatory")

// ParseAddress reads the parameters of IPaddr2. Meta attributes (CRM_meta_*)
// may be among them. Beyond is set even where an error is returned.
func ParseAddress(params map[string]string) (Address, error) {
	a := Address{Beyond: beyond(params), Broadcast: params["broadcast"], Prefix: -1,
		NIC: params["nic"], Label: params["iflabel"],
		NoDAD: OCFTrue(params["nodad"]), NoPrefixRoute: OCFTrue(params["noprefixroute"]), FlushRoutes: OCFTrue(params["flush_routes"]),
		LVS: OCFTrue(params["lvs_support"])}
	if nic, label, ok := strings.Cut(a.NIC, ":"); ok {
		a.NIC, a.Label = nic, label
	}
	if params["ip"] == "" {
		return a, ErrNoIP
	}
	var err error
	if a.IP, err = netip.ParseAddr(params["ip"]); err != nil || a.IP.Zone() != "" || (a.IP.Is4() && a.IP.As4()[0] == 0) {
		return a, fmt.Errorf("IP address [%s] not valid", params["ip"])
	}
	if a.IPv6() && a.IP.IsLinkLocalUnicast() && a.NIC == "" {
		return a, fmt.Errorf("'nic' parameter is mandatory for a link local address [%s]", params["ip"])
	}
	if a.LVS && a.IPv6() {
		return a, errors.New("IPv6 does not support lvs_support")
	}
	a.Detect = OCFTrue(params["run_arping"]) && !a.IPv6()
	if err := a.parseNetwork(params); err != nil {
		return a, err
	}
	return a, a.parseAnnouncements(params)
}

func (a *Address) parseNetwork(params map[string]string) error {
	mask := params["cidr_netmask"]
	if mask == "" {
		mask = params["netmask"] // an old name of the parameter
	}
	if mask != "" {
		n, ok := prefixLength(mask)
		if !ok || n < 1 || n > a.IP.BitLen() {
			return fmt.Errorf("invalid netmask specification [%s]", mask)
		}
		a.Prefix = n
	}
	if b := a.Broadcast; b != "" && b != "+" && b != "-" && !a.IPv6() {
		if ip, err := netip.ParseAddr(b); err != nil || !ip.Is4() {
			return fmt.Errorf("invalid broadcast address [%s]", b)
		}
	}
	return nil
}

func (a *Address) parseAnnouncements(params map[string]string) error {
	interval, err := positive(params, "arp_interval", 200)
	if err != nil {
		return err
	}
	a.ARPInterval = time.Duration(interval) * time.Millisecond
	if a.ARPCount, err = positive(params, "arp_count", 5); err != nil {
		return err
	}
	if v := params["arp_count_refresh"]; v != "" {
		if a.ARPRefresh, err = strconv.Atoi(v); err != nil || a.ARPRefresh < 0 {
			return fmt.Errorf("invalid arp_count_refresh [%s]", v)
		}
	}
	// Unlike the agent the built-in never makes the start wait unless told to.
	a.Foreground = params["arp_bg"] != "" && !OCFTrue(params["arp_bg"])
	switch s := params["arp_sender"]; s {
	case "", "send_arp", "iputils_arping", "libnet_arping", "ipoibarping":
	default:
		return fmt.Errorf("unrecognized arp_sender value: %s", s)
	}
	a.PreferredLft = Forever
	if v := params["preferred_lft"]; v != "" && v != "forever" {
		if a.PreferredLft, err = strconv.ParseInt(v, 10, 64); err != nil || a.PreferredLft < 0 || a.PreferredLft > Forever {
			return fmt.Errorf("invalid preferred_lft [%s]", v)
		}
	}
	return nil
}

// beyond names the first parameter that needs the installed agent.
func beyond(params map[string]string) string {
	for _, name := range []string{"lvs_ipv6_addrlabel", "unique_clone_address"} {
		if OCFTrue(params[name]) {
			return name
		}
	}
	for _, name := range []string{"network_namespace", "send_arp_opts"} {
		if params[name] != "" {
			return name
		}
	}
	if params["arp_sender"] == "ipoibarping" {
		return "arp_sender"
	}
	if n, err := strconv.Atoi(params["CRM_meta_clone_max"]); err == nil && n > 1 {
		return "clone-max"
	}
	return ""
}

func positive(params map[string]string, name string, value int) (int, error) {
	if v, ok := params[name]; ok {
		n, err := strconv.Atoi(v)
		if err != nil || n <= 0 {
			return 0, fmt.Errorf("invalid OCF_RESKEY_%s [%s]", name, v)
		}
		value = n
	}
	return value, nil
}

// prefixLength reads "24" or, as the agent still accepts, "255.255.255.0".
func prefixLength(mask string) (int, bool) {
	if n, err := strconv.Atoi(mask); err == nil {
		return n, true
	}
	ip, err := netip.ParseAddr(mask)
	if err != nil || !ip.Is4() {
		return 0, false
	}
	b := ip.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n := bits.LeadingZeros32(^v)
	return n, v<<n == 0
}

// OCFTrue is ocf_is_true of resource-agents: whether an agent takes a parameter
// for yes.
func OCFTrue(s string) bool {
	switch s {
	case "yes", "true", "1", "YES", "TRUE", "True", "ja", "on", "ON":
		return true
	}
	return false
}
