package conf

import (
	"maps"
	"slices"
	"sort"

	"gpcs/internal/report"
)

func sorted(words []string) []string {
	s := append([]string(nil), words...)
	sort.Strings(s)
	return s
}

// The sets of options, with the values that corosync.conf(5) and
// votequorum(5) allow. Names are strictly those: there is nothing to force.
var (
	knetTransportSet = optionSet{kind: "knet transport", names: knetTransportNames, checks: []namedCheck{
		{"ip_version", oneOf("ipv4", "ipv6", "ipv4-6", "ipv6-4")},
		{"knet_pmtud_interval", nonNegative},
		{"link_mode", oneOf("active", "passive", "rr")}}}
	udpTransportSet = optionSet{kind: "udp/udpu transport", names: udpTransportNames, checks: []namedCheck{
		{"ip_version", oneOf("ipv4", "ipv6", "ipv4-6", "ipv6-4")},
		{"netmtu", positive}}}
	compressionSet = optionSet{kind: "compression", names: compressionNames, checks: []namedCheck{
		{"level", nonNegative},
		{"model", notEmpty("a compression model e.g. zlib, lz4 or bzip2")},
		{"threshold", nonNegative}}}
	cryptoSet = optionSet{kind: "crypto", names: cryptoNames, checks: []namedCheck{
		{"cipher", oneOf("none", "aes256", "aes192", "aes128")},
		{"hash", oneOf("none", "md5", "sha1", "sha256", "sha384", "sha512")},
		{"model", oneOf("nss", "openssl")}}}
	knetLinkSet = optionSet{kind: "link", names: knetLinkNames, checks: []namedCheck{
		{"link_priority", inRange(0, 255)},
		{"mcastport", portNumber},
		{"ping_interval", nonNegative},
		{"ping_precision", nonNegative},
		{"ping_timeout", nonNegative},
		{"pong_count", nonNegative},
		{"transport", oneOf("sctp", "udp")},
		{"transport", deprecatedValue("sctp")},
		{"linknumber", inRange(0, MaxLinks-1)}}}
	udpLinkSet = optionSet{kind: "link", names: udpLinkNames, checks: []namedCheck{
		{"bindnetaddr", ipAddress},
		{"broadcast", oneOf("0", "1")},
		{"mcastaddr", ipAddress},
		{"mcastport", portNumber},
		{"ttl", inRange(0, 255)}}}
	quorumSet = optionSet{kind: "quorum", names: quorumNames, checks: []namedCheck{
		{"auto_tie_breaker", oneOf("0", "1")},
		{"last_man_standing", oneOf("0", "1")},
		{"last_man_standing_window", positive},
		{"wait_for_all", oneOf("0", "1")}}}
)

// totemSet is built by a function only because nearly all its values are numbers.
func totemSet() optionSet {
	set := optionSet{kind: "totem", names: totemNames}
	for _, n := range totemNames {
		is := check(nonNegative)
		if n == "block_unlisted_ips" {
			is = oneOf("yes", "no")
		}
		set.checks = append(set.checks, namedCheck{n, is})
	}
	return set
}

func validateKnet(transport, compression, crypto map[string]string, emptyOK bool) report.List {
	out := knetTransportSet.validate(transport, emptyOK)
	out = append(out, compressionSet.validate(compression, emptyOK)...)
	return append(out, cryptoSet.validate(crypto, emptyOK)...)
}

func validateUDP(transport, compression, crypto map[string]string, emptyOK bool) report.List {
	out := udpTransportSet.validate(transport, emptyOK)
	for _, o := range []struct {
		kind    string
		options map[string]string
	}{{"compression", compression}, {"crypto", crypto}} {
		if len(o.options) > 0 {
			out = append(out, report.NewError("COROSYNC_TRANSPORT_UNSUPPORTED_OPTIONS",
				"The udp/udpu transport does not support '"+o.kind+"' options, use 'knet' transport"))
		}
	}
	return out
}

// off tells whether a crypto option is at corosync's default, "none".
func off(value string) bool { return value == "" || value == "none" }

// window checks that last_man_standing_window comes with last_man_standing,
// whose value after the change is effective.
func window(options map[string]string, effective string) report.List {
	if w := options["last_man_standing_window"]; w != "" && w != "0" && (effective == "" || effective == "0") {
		return report.List{mustBeEnabled("quorum", "last_man_standing_window", "last_man_standing")}
	}
	return nil
}

// after returns an option's value once the change is made.
func after(change, current map[string]string, name string) string {
	if v, ok := change[name]; ok {
		return v
	}
	return current[name]
}

// Update is a change of an existing corosync.conf as `cluster config update`
// takes it. Empty values remove options.
type Update struct {
	Transport, Compression, Crypto, Totem map[string]string
}

// Validate checks the change against the file.
func (u Update) Validate(c *Corosync) report.List {
	out := totemSet().validate(u.Totem, true)
	switch c.Transport() {
	case "knet":
		out = append(out, validateKnet(u.Transport, u.Compression, u.Crypto, true)...)
		current := c.CryptoOptions()
		if !off(after(u.Crypto, current, "cipher")) && off(after(u.Crypto, current, "hash")) {
			out = append(out, mustBeEnabled("crypto", "cipher", "hash"))
		}
	case "udp", "udpu":
		out = append(out, validateUDP(u.Transport, u.Compression, u.Crypto, true)...)
	default:
		out = append(out, report.NewError("COROSYNC_CONFIG_UNSUPPORTED_TRANSPORT",
			"Transport '"+c.Transport()+"' currently configured in corosync.conf is unsupported. "+
				"Supported transport types are: 'knet', 'udp', 'udpu'"))
	}
	return out
}

// Apply makes the change, which must have passed Validate.
func (u Update) Apply(c *Corosync) {
	c.SetTotemOptions(u.Totem)
	c.SetTransportOptions(u.Transport, u.Compression, u.Crypto)
}

// NeedsStop tells whether the change takes effect only after the whole cluster
// was stopped: corosync reads ip_version and netmtu at start.
func (u Update) NeedsStop(c *Corosync) bool {
	for _, name := range []string{"ip_version", "netmtu"} {
		v, changed := u.Transport[name]
		if old, _ := c.Option("totem", name); changed && old != v {
			return true
		}
	}
	return false
}

// ValidateQuorum checks new quorum options against the file.
func ValidateQuorum(c *Corosync, options map[string]string) report.List {
	out := quorumSet.validate(options, true)
	if c.Device() != nil {
		var bad []string
		for _, n := range slices.Sorted(maps.Keys(options)) {
			if n == "auto_tie_breaker" || n == "last_man_standing" || n == "last_man_standing_window" {
				bad = append(bad, n)
			}
		}
		if len(bad) > 0 {
			out = append(out, report.NewError("COROSYNC_OPTIONS_INCOMPATIBLE_WITH_QDEVICE",
				"These options cannot be set when the cluster uses a quorum device: "+report.Quote(bad)))
		}
	}
	effective := after(options, c.QuorumOptions(), "last_man_standing")
	return append(out, window(options, effective)...)
}
