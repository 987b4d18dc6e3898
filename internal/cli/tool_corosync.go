package cli

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/conf"
	"gpcs/internal/status"
)

// exitNotQuorate is how corosync-quorumtool -s tells that there is no quorum.
const exitNotQuorate = 2

// cmapctl prints keys of the running cluster's configuration, and of its
// state as far as programs ask for it: corosync-cmapctl(8). Keys are read
// only; to change the configuration there are the verbs of pcs.
func cmapctl(ctx context.Context, t *toolCall) int {
	if err := t.parse([]toolOption{{'b', "binary", noValue}, {'g', "get", noValue}, {'m', "map", needsValue}, {'h', "help", noValue},
		{'q', "quiet", noValue}}); err != nil {
		return t.fails(exitError, "%v; keys can be read, to change the configuration use pcs cluster config update", err)
	}
	state, err := t.running(ctx)
	if err != nil {
		fmt.Fprintln(t.Stderr, "Failed to initialize the cmap API. Error CS_ERR_LIBRARY")
		return exitError
	}
	file, err := t.corosyncConf()
	if err != nil {
		return t.fails(exitError, "%v", err)
	}
	keys := append(file.Keys(), stateKeys(state, file)...)
	slices.SortStableFunc(keys, func(a, b conf.Key) int { return strings.Compare(a.Name, b.Name) })
	code := exitOK
	if t.has("get") {
		for _, name := range t.rest {
			i := slices.IndexFunc(keys, func(k conf.Key) bool { return k.Name == name })
			if i < 0 {
				fmt.Fprintf(t.Stderr, "Can't get key %s. Error CS_ERR_NOT_EXIST\n", name)
				code = exitError
				continue
			}
			fmt.Fprintln(t.Stdout, keys[i])
		}
		return code
	}
	for _, k := range keys {
		if len(t.rest) == 0 || slices.ContainsFunc(t.rest, func(p string) bool { return strings.HasPrefix(k.Name, p) }) {
			fmt.Fprintln(t.Stdout, k)
		}
	}
	return exitOK
}

// stateKeys are the keys that corosync makes while it runs.
func stateKeys(state api.State, file *conf.Corosync) []conf.Key {
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	keys := []conf.Key{
		{Name: "runtime.config.totem.token", Type: "u32", Value: number(uint64(file.Token().Milliseconds()))},
		{Name: "runtime.votequorum.this_node_id", Type: "u32", Value: number(uint64(state.NodeID))},
	}
	if i := slices.IndexFunc(file.Nodes(), func(n conf.Node) bool { return n.ID == state.NodeID }); i >= 0 {
		keys = append(keys, conf.Key{Name: "nodelist.local_node_pos", Type: "u32", Value: strconv.Itoa(i)})
	}
	for _, m := range state.View.Members {
		prefix := "runtime.members." + number(uint64(m.ID))
		word := "left"
		if m.Online {
			word = "joined"
		}
		keys = append(keys, conf.Key{Name: prefix + ".ip", Type: "str", Value: "r(0) ip(" + m.Address + ") "},
			conf.Key{Name: prefix + ".status", Type: "str", Value: word})
	}
	return keys
}

// cfgtool shows the links and has corosync.conf read again: corosync-cfgtool(8).
func cfgtool(ctx context.Context, t *toolCall) int {
	if err := t.parse([]toolOption{{'i', "interface", needsValue}, {'s', "status", noValue}, {'n', "nodes", noValue}, {'b', "brief", noValue},
		{'R', "reload", noValue}, {'L', "reopen", noValue}, {'k', "kill", needsValue}, {'a', "addresses", needsValue},
		{'H', "shutdown", noValue}, {0, "force", noValue}, {'h', "help", noValue}}); err != nil {
		return t.fails(exitError, "%v", err)
	}
	if t.has("reopen") {
		return exitOK // what is logged goes to the journal, there is nothing to open again
	}
	if t.has("reload") {
		fmt.Fprintln(t.Stdout, "Reloading corosync.conf...")
	}
	state, err := t.running(ctx)
	if err != nil {
		fmt.Fprintln(t.Stderr, "Could not initialize corosync configuration API error CS_ERR_LIBRARY")
		return exitError
	}
	switch {
	case t.has("reload"):
		if err := t.doHere(ctx, api.ClusterCommand{Do: "reload"}, "Could not reload configuration"); err != nil {
			return t.fails(exitError, "%v", err)
		}
		fmt.Fprintln(t.Stdout, "Done")
	case t.has("shutdown"):
		if err := t.doHere(ctx, api.ClusterCommand{Do: "stop"}, "Could not shutdown"); err != nil {
			return t.fails(exitError, "%v", err)
		}
	case t.has("addresses"):
		return t.addresses(state)
	case t.has("status"):
		t.links(state)
	case t.has("nodes"):
		t.peersByLink(state)
	case t.has("kill"):
		return t.fails(exitError, "a single node is not killed from here, use: pcs cluster stop NODE or pcs stonith fence NODE")
	default:
		return t.fails(exitError, "say what to show: -s, -n or -a nodeid")
	}
	return exitOK
}

func (t *toolCall) addresses(state api.State) int {
	id, _ := t.value("addresses")
	for _, m := range state.View.Members {
		if strconv.FormatUint(uint64(m.ID), 10) == id {
			fmt.Fprintln(t.Stdout, m.Address)
			return exitOK
		}
	}
	return t.fails(exitError, "there is no node with the id %s", id)
}

// links prints this node's links and who is connected on each.
func (t *toolCall) links(state api.State) {
	fmt.Fprintf(t.Stdout, "Local node ID %d, transport knet\n", state.NodeID)
	for _, number := range linkNumbers(state) {
		fmt.Fprintf(t.Stdout, "LINK ID %d udp\n\taddr\t= %s\n", number, ownAddress(state, number))
		if t.has("brief") {
			fmt.Fprintf(t.Stdout, "\tstatus\t= %s\n", briefly(state, number))
			continue
		}
		fmt.Fprint(t.Stdout, "\tstatus:\n")
		for _, m := range state.View.Members {
			word := "disconnected"
			switch {
			case m.ID == state.NodeID:
				word = "localhost"
			case connected(state, m.ID, number):
				word = "connected"
			}
			fmt.Fprintf(t.Stdout, "\t\tnodeid: %10d:\t%s\n", m.ID, word)
		}
	}
}

// briefly is one character for each node: n for this one, else the sum of 1,
// for a link that is enabled, and 2, for one that is connected.
func briefly(state api.State, number int) string {
	var b strings.Builder
	for _, m := range state.View.Members {
		switch {
		case m.ID == state.NodeID:
			b.WriteByte('n')
		case connected(state, m.ID, number):
			b.WriteByte('3')
		default:
			b.WriteByte('1')
		}
	}
	return b.String()
}

func connected(state api.State, peer uint32, number int) bool {
	return slices.ContainsFunc(state.Links, func(l api.Link) bool { return l.Peer == peer && l.Number == number && l.Up })
}

// ownAddress is this node's address on a link, "" if it has none.
func ownAddress(state api.State, number int) string {
	if number < len(state.Addresses) {
		return state.Addresses[number]
	}
	return ""
}

func linkNumbers(state api.State) []int {
	var numbers []int
	for number, address := range state.Addresses {
		if address != "" {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// linkMTU is what corosync shows of a link: what knet's datagrams have room for
// with its usual encryption, which rounds to blocks of 16 bytes, in the packets
// of the network of this node's address.
func linkMTU(own string) int {
	const ethernet, salt, digest, padding, knet = 1500, 16, 32, 1, 26
	packet, headers := ethernet, 28
	ip := net.ParseIP(own)
	if ip != nil && ip.To4() == nil {
		headers = 48
	}
	interfaces, _ := net.Interfaces() // where it cannot be found out it is what most have
	for _, i := range interfaces {
		addresses, _ := i.Addrs()
		if slices.ContainsFunc(addresses, func(a net.Addr) bool { n, ok := a.(*net.IPNet); return ok && n.IP.Equal(ip) }) {
			packet = i.MTU
		}
	}
	return (packet-headers-salt-digest)/16*16 - padding - knet
}

// peersByLink prints the other nodes, and each link to them: one that is down
// lacks the word "connected".
func (t *toolCall) peersByLink(state api.State) {
	fmt.Fprintf(t.Stdout, "Local node ID %d, transport knet\n", state.NodeID)
	for _, m := range state.View.Members {
		if m.ID == state.NodeID {
			continue
		}
		reachable, lines := "", ""
		for _, l := range state.Links {
			if l.Peer != m.ID {
				continue
			}
			up := ""
			if l.Up {
				reachable, up = " reachable", " connected"
			}
			own := ownAddress(state, l.Number)
			lines += fmt.Sprintf("   LINK: %d udp (%s->%s) enabled%s mtu: %d\n", l.Number, own, l.Address, up, linkMTU(own))
		}
		fmt.Fprintf(t.Stdout, "nodeid: %d%s\n%s", m.ID, reachable, lines)
	}
}

// quorumtool shows votes and members: corosync-quorumtool(8).
func quorumtool(ctx context.Context, t *toolCall) int {
	if err := t.parse([]toolOption{{'s', "status", noValue}, {'m', "monitor", noValue}, {'l', "list", noValue}, {'a', "all", noValue},
		{'p', "parsable", noValue}, {'v', "votes", needsValue}, {'n', "nodeid", needsValue}, {'e', "expected", needsValue},
		{'H', "hex", noValue}, {'i', "ip", noValue}, {'o', "order", needsValue}, {'f', "forget", noValue}, {'V', "version", noValue}}); err != nil {
		return t.fails(exitError, "%v", err)
	}
	if t.has("version") {
		fmt.Fprintln(t.Stdout, "corosync-quorumtool version: 3.1.7")
		return exitOK
	}
	if votes, ok := t.value("expected"); ok {
		n, err := strconv.Atoi(votes)
		if err != nil || n < 1 {
			return t.fails(exitError, "New expected votes value was not valid, try a positive number")
		}
		if err := t.doHere(ctx, api.ClusterCommand{Do: "expected-votes", Votes: n}, "Unable to set expected votes"); err != nil {
			return t.fails(exitError, "%v", err)
		}
		return exitOK
	}
	votes, err := t.votes(ctx, errToolStopped)
	switch {
	case err == errToolStopped:
		fmt.Fprintln(t.Stderr, "Cannot initialize CMAP service")
		return exitError
	case err != nil:
		return t.fails(exitError, "%v", err)
	}
	text := status.QuorumText(votes)
	if t.has("list") {
		text = status.MembershipText(votes)
	} else if !t.has("parsable") {
		head, _, _ := strings.Cut(text, "\nMembership information")
		text = head + status.MembershipText(votes)
	}
	fmt.Fprint(t.Stdout, text)
	if !t.has("list") && !votes.Quorate {
		return exitNotQuorate
	}
	return exitOK
}
