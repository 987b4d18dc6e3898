package conf

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/report"
)

const twoNodes = `totem {
    version: 2
    cluster_name: my_cluster
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
    cluster_uuid: 0123456789abcdef0123456789abcdef
}

nodelist {
    node {
        ring0_addr: node1
        name: node1
        nodeid: 1
    }

    node {
        ring0_addr: node2
        name: node2
        nodeid: 2
    }
}

quorum {
    provider: corosync_votequorum
    two_node: 1
}

logging {
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    to_syslog: yes
    timestamp: on
}
`

func parse(t *testing.T, text string) *Corosync {
	t.Helper()
	c, err := ParseCorosync([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCreateEqualsWhatPcsWrites(t *testing.T) {
	s := Setup{Name: "my_cluster", UUID: "0123456789abcdef0123456789abcdef",
		Nodes: []NewNode{{"node1", []string{"node1"}}, {"node2", []string{"node2"}}}}
	if diff := cmp.Diff(twoNodes, string(s.Create().Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestParsePrintRoundTrip(t *testing.T) {
	if diff := cmp.Diff(twoNodes, string(parse(t, twoNodes).Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"totem {\n":            "missing closing brace",
		"}\n":                  "unexpected closing brace",
		"{\n}\n":               "missing a section name before {",
		"totem { x\n}\n":       "extra characters after {",
		"totem {\n} x\n":       "extra characters before or after }",
		"totem {\nversion\n}":  "a line is not opening or closing a section or key: value",
		"# comment\ntotem {\n": "missing closing brace",
	} {
		_, err := ParseCorosync([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	if _, err := ParseSections([]byte(strings.Repeat("a {\n", 1000000))); err == nil || errors.Is(err, errMissingClosing) {
		t.Errorf("a million levels: %v", err)
	}
}

func TestNodesAndQuorum(t *testing.T) {
	c := parse(t, twoNodes)
	want := []Node{{"node1", 1, []Addr{{0, "node1"}}}, {"node2", 2, []Addr{{0, "node2"}}}}
	if diff := cmp.Diff(want, c.Nodes()); diff != "" {
		t.Error(diff)
	}
	q := c.Quorum()
	if !q.TwoNode || !q.WaitForAll || q.ExpectedVotes != 2 {
		t.Errorf("quorum %+v", q)
	}
	c.AddNodes([]NewNode{{"node3", []string{"node3"}}})
	if q := c.Quorum(); q.TwoNode || q.WaitForAll || q.ExpectedVotes != 3 {
		t.Errorf("quorum of three %+v", q)
	}
	c.RemoveNodes([]string{"node1"})
	if got := c.NodeNames(); !cmp.Equal(got, []string{"node2", "node3"}) || !c.Quorum().TwoNode {
		t.Errorf("after removal: %v, two_node %v", got, c.Quorum().TwoNode)
	}
	c.AddNodes([]NewNode{{"node4", []string{"node4"}}})
	if id := c.Nodes()[2].ID; id != 1 {
		t.Errorf("a new node got id %d, want the lowest free one", id)
	}
}

func TestToken(t *testing.T) {
	node := func(n string) string { return "node {\nname: n" + n + "\nnodeid: " + n + "\n}\n" }
	three := "nodelist {\n" + node("1") + node("2") + node("3") + "}\n"
	for text, want := range map[string]time.Duration{
		"":                                  DefaultToken,
		three:                               DefaultToken,
		"totem {\ntoken: 5000\n}\n":         5 * time.Second,
		"totem {\ntoken: 0\n}\n":            DefaultToken,
		"totem {\ntoken: junk\n}\n":         DefaultToken,
		three + "totem {\ntoken: 5000\n}\n": 5650 * time.Millisecond,
		three + "totem {\ntoken: 5000\ntoken_coefficient: 100\n}\n": 5100 * time.Millisecond,
	} {
		if got := parse(t, text).Token(); got != want {
			t.Errorf("%q: token %v, want %v", text, got, want)
		}
	}
}

func TestPort(t *testing.T) {
	c := parse(t, "totem {\ninterface {\nlinknumber: 1\nmcastport: 6000\n}\n}\n")
	if p := parse(t, "totem {\ninterface {\nlinknumber: 1\nknet_link_priority: 9\n}\n}\n"); p.LinkPriority(0) != 1 || p.LinkPriority(1) != 9 {
		t.Errorf("priorities %d %d", p.LinkPriority(0), p.LinkPriority(1))
	}
	if c.Port(0) != 5405 || c.Port(1) != 6000 || c.Port(2) != 5407 {
		t.Errorf("ports %d %d %d", c.Port(0), c.Port(1), c.Port(2))
	}
}

func texts(l report.List) string {
	var lines []string
	for _, r := range l {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}

func node(name string, addrs ...string) NewNode { return NewNode{name, addrs} }

func TestSetupValidate(t *testing.T) {
	resolves := func(name string) bool { return !strings.Contains(name, "nosuch") }
	two := []NewNode{node("a", "10.0.0.1"), node("b", "10.0.0.2")}
	for _, tc := range []struct {
		name  string
		setup Setup
		force bool
		want  string
	}{
		{"good", Setup{Name: "c", Nodes: two}, false, ""},
		{"no address", Setup{Name: "c", Nodes: []NewNode{node("a")}}, false,
			"Error: At least 1 and at most 8 addresses must be specified for a node, 0 addresses specified for node 'a'"},
		{"unresolvable", Setup{Name: "c", Nodes: []NewNode{node("a", "nosuch")}}, false,
			"Error: Unable to resolve addresses: 'nosuch', use --force to override"},
		{"forced", Setup{Name: "c", Nodes: []NewNode{node("a", "nosuch")}}, true,
			"Warning: Unable to resolve addresses: 'nosuch'"},
		{"names", Setup{Name: "c", Nodes: []NewNode{node("a", "10.0.0.1"), node("a", "10.0.0.2")}}, false,
			"Error: Node names must be unique, duplicate names: 'a'"},
		{"addresses", Setup{Name: "c", Nodes: []NewNode{node("a", "10.0.0.1"), node("b", "10.0.0.1")}}, false,
			"Error: Node addresses must be unique, duplicate addresses: '10.0.0.1'"},
		{"counts", Setup{Name: "c", Nodes: []NewNode{node("a", "10.0.0.1"), node("b", "10.0.0.2", "10.1.0.2")}}, false,
			"Error: All nodes must have the same number of addresses; node 'a' has 1 address; node 'b' has 2 addresses"},
		{"families", Setup{Name: "c", Nodes: []NewNode{node("a", "10.0.0.1"), node("b", "fd00::1")}}, false,
			"Error: Using both IPv4 and IPv6 on one link is not allowed; please, use either IPv4 or IPv6 on link(s): '0'"},
		{"wrong family", Setup{Name: "c", Nodes: []NewNode{node("a", "fd00::1")}, TransportOp: map[string]string{"ip_version": "ipv4"}}, false,
			"Error: Address 'fd00::1' cannot be used in link '0' because the link uses IPv4 addresses"},
		{"transport", Setup{Name: "c", Nodes: two, Transport: "tcp"}, false,
			"Error: 'tcp' is not a valid transport value, use 'knet', 'udp', 'udpu'"},
		{"udp", Setup{Name: "c", Nodes: two, Transport: "udp", Crypto: map[string]string{"hash": "md5"}}, false,
			"Error: The udp/udpu transport does not support 'crypto' options, use 'knet' transport"},
		{"injection", Setup{Name: "c", Nodes: two, Totem: map[string]string{"token": "1\n}"}}, false,
			"Error: token cannot contain {}\\n\\r characters\nError: '1\n}' is not a valid token value, use a non-negative integer"},
		{"cipher", Setup{Name: "c", Nodes: two, Crypto: map[string]string{"cipher": "aes128"}}, false,
			"Error: If crypto option 'cipher' is enabled, crypto option 'hash' must be enabled as well"},
		{"ping", Setup{Name: "c", Nodes: two, Links: []map[string]string{{"ping_interval": "5"}}}, false,
			"Error: If link option 'ping_interval' is specified, link option 'ping_timeout' must be specified as well"},
		{"links", Setup{Name: "c", Nodes: two, Links: []map[string]string{{"linknumber": "1"}, {"mcastport": "1"}}}, false,
			"Error: Cannot set options for non-existent link '1', existing links: '0'\n" +
				"Error: Cannot specify options for more links (2) than how many is defined by number of addresses per node (1)"},
		{"name", Setup{Name: "two words", Nodes: two}, false,
			"Error: Chosen cluster name 'two words' will prevent mounting GFS2 volumes in the cluster, use at most 32 of " +
				"a-z A-Z 0-9 _- characters; you may safely override this if you do not intend to use GFS2, use --force to override"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, texts(tc.setup.Validate(resolves, tc.force))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinksAreWritten(t *testing.T) {
	s := Setup{Name: "c", Nodes: []NewNode{node("a", "10.0.0.1", "10.1.0.1", "10.2.0.1")}, Links: []map[string]string{
		{"linknumber": "2", "link_priority": "100"}, {"mcastport": "6000"}}}
	links := s.Create().LinkOptions()
	want := map[int]map[string]string{
		0: {"linknumber": "0", "mcastport": "6000"},
		2: {"linknumber": "2", "link_priority": "100"}}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Error(diff)
	}
}

func TestUpdate(t *testing.T) {
	c := parse(t, twoNodes)
	u := Update{Totem: map[string]string{"token": "5000"}, Crypto: map[string]string{"hash": ""}}
	if got := texts(u.Validate(c)); !strings.Contains(got, "crypto option 'hash' must be enabled") {
		t.Errorf("got %q", got)
	}
	u.Crypto = nil
	if l := u.Validate(c); l.Failed() {
		t.Fatal(texts(l))
	}
	u.Apply(c)
	if c.Token() != 5*time.Second {
		t.Errorf("token %v", c.Token())
	}
	Update{Totem: map[string]string{"token": ""}}.Apply(c)
	if !bytes.Equal(c.Bytes(), []byte(twoNodes)) {
		t.Errorf("removing the option did not restore the file:\n%s", c.Bytes())
	}
	if !(Update{Transport: map[string]string{"ip_version": "ipv6"}}).NeedsStop(c) {
		t.Error("ip_version can be changed on a stopped cluster only")
	}
}

func TestQuorumOptions(t *testing.T) {
	c := parse(t, twoNodes)
	options := map[string]string{"auto_tie_breaker": "1", "wait_for_all": "1"}
	if l := ValidateQuorum(c, options); l.Failed() {
		t.Fatal(texts(l))
	}
	c.SetQuorumOptions(options)
	if c.Quorum().TwoNode {
		t.Error("auto_tie_breaker must take two_node away")
	}
	if got, want := c.QuorumText(), "Options:\n  auto_tie_breaker: 1\n  wait_for_all: 1\n"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestKeys(t *testing.T) {
	if _, err := NewKey(strings.NewReader("short")); err == nil {
		t.Error("a key was made from too few random bytes")
	}
	key, err := NewKey(strings.NewReader(strings.Repeat("x", 300)))
	if err != nil || len(key) != KeySize {
		t.Errorf("%d bytes, %v", len(key), err)
	}
	uuid, err := NewUUID(strings.NewReader(strings.Repeat("x", 16)))
	if err != nil || len(uuid) != 32 || uuid[12] != '4' {
		t.Errorf("uuid %q, %v", uuid, err)
	}
}

func TestShow(t *testing.T) {
	c := parse(t, twoNodes)
	want := "pcs cluster setup my_cluster \\\n  node1 addr=node1 \\\n  node2 addr=node2 \\\n  transport \\\n  knet \\\n    crypto \\\n      cipher=aes256 \\\n      hash=sha256\n"
	if diff := cmp.Diff(want, c.Command()); diff != "" {
		t.Error(diff)
	}
	if !strings.HasSuffix(c.JSON(), `"links_options": {}, "quorum_options": {}, "quorum_device": null}`+"\n") {
		t.Error(c.JSON())
	}
	if got := str("a\"\u00e9\U0001F600"); got != `"a\"\u00e9\ud83d\ude00"` {
		t.Errorf("got %s", got)
	}
}
