package cli

import (
	"slices"
	"strings"
)

// oldTotem and oldQuorum are the options of "cluster setup" of pcs 0.9 and
// what they are called among the options of totem and quorum now.
var (
	oldTotem = map[string]string{"token": "token", "token_coefficient": "token_coefficient", "join": "join", "consensus": "consensus",
		"miss_count_const": "miss_count_const", "fail_recv_const": "fail_to_recv_const"}
	oldQuorum = map[string]string{"wait_for_all": "wait_for_all", "auto_tie_breaker": "auto_tie_breaker",
		"last_man_standing": "last_man_standing", "last_man_standing_window": "last_man_standing_window"}
	// oldLink are those of an interface, without its number.
	oldLink = map[string]string{"addr": "bindnetaddr", "mcast": "mcastaddr", "mcastport": "mcastport", "ttl": "ttl"}
)

// setupWords is a "cluster setup" of pcs 0.9 taken apart.
type setupWords struct {
	name, transport, rrp        string
	nodes, totem, quorum, flags []string
	links                       [2][]string
	ipv6, secret                bool
}

// oldSetup rewrites "cluster setup --name": the name was an option, a node's
// addresses were one word with a comma between, and all else were options that
// no longer are. It returns nil where a command is no such one.
func oldSetup(argv []string) []string {
	at := slices.Index(argv, "cluster")
	isName := func(w string) bool { return w == "--name" || strings.HasPrefix(w, "--name=") }
	if at < 0 || at+1 >= len(argv) || argv[at+1] != "setup" || !slices.ContainsFunc(argv, isName) {
		return nil
	}
	s := setupWords{flags: slices.Clone(argv[:at])}
	rest := argv[at+2:]
	for i := 0; i < len(rest); i++ {
		option, isOption := strings.CutPrefix(rest[i], "--")
		if !isOption {
			s.nodes = append(s.nodes, rest[i])
			continue
		}
		option, value, said := strings.Cut(option, "=")
		if takesValue(option) && !said && i+1 < len(rest) {
			i++
			value = rest[i]
		}
		s.take(option, value, rest[i])
	}
	return s.modern()
}

// takesValue tells the options of the old command that have a value.
func takesValue(option string) bool {
	name := strings.TrimRight(option, "01")
	return oldTotem[option] != "" || oldQuorum[option] != "" || oldLink[name] != "" && name != option ||
		slices.Contains([]string{"name", "transport", "rrpmode", "encryption", "corosync_conf", "request-timeout"}, option)
}

func (s *setupWords) take(option, value, word string) {
	number := 0
	if strings.HasSuffix(option, "1") {
		number = 1
	}
	switch name := strings.TrimRight(option, "01"); {
	case option == "name":
		s.name = value
	case option == "transport":
		s.transport = value
	case option == "rrpmode":
		s.rrp = value
	case option == "encryption":
		s.secret = value == "1"
	case option == "ipv6":
		s.ipv6 = true
	case option == "local": // the node alone was set up; now each command sets up all
	case oldTotem[option] != "":
		s.totem = append(s.totem, oldTotem[option]+"="+value)
	case oldQuorum[option] != "":
		s.quorum = append(s.quorum, oldQuorum[option]+"="+value)
	case name == "broadcast" && name != option:
		s.links[number] = append(s.links[number], "broadcast=1")
	case oldLink[name] != "" && name != option:
		s.links[number] = append(s.links[number], oldLink[name]+"="+value)
	case takesValue(option):
		s.flags = append(s.flags, "--"+option, value)
	default:
		s.flags = append(s.flags, word)
	}
}

// modern are the words of today. Nodes with two addresses, and encryption,
// need knet: udp and udpu have lost both with corosync 3.
func (s *setupWords) modern() []string {
	now := append(s.flags, "cluster", "setup", s.name)
	knet := s.secret
	for _, n := range s.nodes {
		addresses := strings.Split(n, ",")
		now = append(now, addresses[0])
		if len(addresses) > 1 {
			knet = true
			for _, a := range addresses {
				now = append(now, "addr="+a)
			}
		}
	}
	if knet && s.transport != "" || s.transport == "" && (s.rrp != "" || s.ipv6) {
		s.transport = "knet"
	}
	if s.transport != "" {
		now = append(now, "transport", s.transport)
		if s.ipv6 {
			now = append(now, "ip_version=ipv6")
		}
		if s.rrp != "" && s.transport == "knet" {
			now = append(now, "link_mode="+s.rrp)
		}
		if s.transport == "udp" {
			for _, l := range s.links {
				if len(l) > 0 {
					now = append(append(now, "link"), l...)
				}
			}
		}
	}
	for _, group := range []struct {
		name    string
		options []string
	}{{"totem", s.totem}, {"quorum", s.quorum}} {
		if len(group.options) > 0 {
			now = append(append(now, group.name), group.options...)
		}
	}
	return now
}
