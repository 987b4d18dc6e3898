package conf

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// known resolves every name but those that begin with "un".
func known(name string) bool { return !strings.HasPrefix(name, "un") }

// small is a cluster of two nodes with the given links, each with an address
// 10.LINK.0.NODE.
func small(t interface{ Fatal(...any) }, links ...int) *Corosync {
	text := "totem {\n    cluster_name: c\n    transport: knet\n}\n\nnodelist {\n"
	for id := 1; id <= 2; id++ {
		text += "    node {\n"
		for _, l := range links {
			text += fmt.Sprintf("        ring%d_addr: 10.%d.0.%d\n", l, l, id)
		}
		text += fmt.Sprintf("        name: n%d\n        nodeid: %d\n    }\n", id, id)
	}
	c, err := ParseCorosync([]byte(text + "}\n\nquorum {\n    provider: corosync_votequorum\n    two_node: 1\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestValidateAddNodes(t *testing.T) {
	for want, node := range map[string]NewNode{
		"": {"n3", []string{"10.0.0.3", "n3.example"}},
		"Error: Node name 'n1' is already used by existing nodes; please, use other name":                              {"n1", []string{"10.0.0.3", "b"}},
		"Error: Node name 'guest' is already used by existing nodes; please, use other name":                           {"guest", []string{"10.0.0.3", "b"}},
		"Error: Node address '10.0.0.9' is already used by existing nodes; please, use other address":                  {"n3", []string{"10.0.0.9", "b"}},
		"Error: Node addresses must be unique, duplicate addresses: '10.0.0.3'":                                        {"n3", []string{"10.0.0.3", "10.0.0.3"}},
		"Error: 2 addresses must be specified for a node, 1 address specified for node 'n3'":                           {"n3", []string{"10.0.0.3"}},
		"Error: Address 'fd00::3' cannot be used in link '2' because the link uses IPv4 addresses":                     {"n3", []string{"10.0.0.3", "fd00::3"}},
		"Error: Empty address set for node 'n3', an address cannot be empty":                                           {"n3", []string{"10.0.0.3", ""}},
		"Error: Unable to resolve addresses: 'unheard', use --force to override":                                       {"n3", []string{"10.0.0.3", "unheard"}},
		"Error: node 1 name cannot be empty":                                                                           {"", []string{"10.0.0.3", "b"}},
		"Error: node address cannot contain {}\\n\\r characters":                                                       {"n3", []string{"10.0.0.3", "b{"}},
		"Error: Node addresses '10.0.0.1', '10.2.0.1' are already used by existing nodes; please, use other addresses": {"n3", []string{"10.0.0.1", "10.2.0.1"}},
	} {
		c := small(t, 0, 2)
		if got := texts(c.ValidateAddNodes([]NewNode{node}, []OtherNode{{"guest", "10.0.0.9"}}, known, false)); got != want {
			t.Errorf("%v:\ngot  %s\nwant %s", node, got, want)
		}
	}
}

func TestValidateRemoveNodes(t *testing.T) {
	c := small(t, 0)
	if got := texts(c.ValidateRemoveNodes([]string{"n2", "x", "n1", "x"})); got != "Error: Node 'x' does not appear to exist in configuration\n"+
		"Error: No nodes would be left in the cluster, if you intend to destroy the whole cluster, run 'pcs cluster destroy --all' instead" {
		t.Error(got)
	}
	if got := c.ValidateRemoveNodes([]string{"n2"}); len(got) > 0 {
		t.Error(texts(got))
	}
}

// What is added and removed again leaves the file as it was, whatever was
// added; ids and link numbers are never given twice.
func TestNodesAndLinksComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := rapid.SliceOfNDistinct(rapid.IntRange(0, MaxLinks-1), 1, MaxLinks-1, rapid.ID[int]).Draw(t, "links")
		c := small(t, links...)
		before := string(c.Bytes())
		var nodes []NewNode
		var names []string
		for i := range rapid.IntRange(1, 5).Draw(t, "nodes") {
			n := NewNode{Name: fmt.Sprint("new", i)}
			for l := range links {
				n.Addrs = append(n.Addrs, fmt.Sprintf("10.9.%d.%d", l, i))
			}
			nodes, names = append(nodes, n), append(names, n.Name)
		}
		c.AddNodes(nodes)
		ids := map[uint32]bool{}
		for _, n := range c.Nodes() {
			if ids[n.ID] || n.ID == 0 || len(n.Addrs) != len(links) {
				t.Fatalf("node %+v after\n%s", n, c.Bytes())
			}
			ids[n.ID] = true
		}
		if c.Quorum().TwoNode {
			t.Fatalf("two_node with %d nodes", len(ids))
		}
		c.RemoveNodes(names)
		had := len(c.Links())
		l := LinkChange{Addrs: map[string]string{"n1": "10.8.0.1", "n2": "10.8.0.2"}, Options: map[string]string{"link_priority": "5"}}
		if out := c.ValidateAddLink(l, nil, known, false); len(out) > 0 {
			t.Fatal(texts(out))
		}
		c.AddLink(l)
		if len(c.Links()) != had+1 || len(c.LinkOptions()) != 1 {
			t.Fatalf("links %v of\n%s", c.Links(), c.Bytes())
		}
		for number := range c.LinkOptions() {
			c.RemoveLinks([]string{fmt.Sprint(number)})
		}
		if after := string(c.Bytes()); after != before {
			t.Fatalf("%s\nbecame\n%s", before, after)
		}
	})
}

func TestUpdateLink(t *testing.T) {
	c := small(t, 0, 2)
	c.UpdateLink(LinkChange{Number: "2", Addrs: map[string]string{"n2": "10.7.0.2"}, Options: map[string]string{"mcastport": "5500", "ping_interval": ""}})
	if got := c.LinkOptions()[2]; got["mcastport"] != "5500" || len(got) != 2 {
		t.Errorf("%v of\n%s", got, c.Bytes())
	}
	if n := c.Nodes()[1]; n.Addrs[1] != (Addr{2, "10.7.0.2"}) {
		t.Errorf("%+v", n)
	}
	for want, l := range map[string]LinkChange{
		"Error: Cannot set options for non-existent link '1', existing links: '0', '2'":                            {Number: "1"},
		"Error: If link option 'ping_interval' is specified, link option 'ping_timeout' must be specified as well": {Number: "2", Options: map[string]string{"ping_interval": "7"}},
		"Error: Node address '10.0.0.1' is already used by existing nodes; please, use other address":              {Number: "2", Addrs: map[string]string{"n1": "10.0.0.1"}},
		"Error: Using both IPv4 and IPv6 on one link is not allowed; please, use either IPv4 or IPv6":              {Number: "2", Addrs: map[string]string{"n1": "fd00::1"}},
		"Error: Node 'x' does not appear to exist in configuration":                                                {Number: "2", Addrs: map[string]string{"x": "10.7.0.9"}},
		"": {Number: "2", Addrs: map[string]string{"n1": "10.7.0.1"}, Options: map[string]string{"mcastport": ""}},
	} {
		if got := texts(c.ValidateUpdateLink(l, known, false)); got != want {
			t.Errorf("%+v:\ngot  %s\nwant %s", l, got, want)
		}
	}
	c.UpdateLink(LinkChange{Number: "2", Options: map[string]string{"mcastport": ""}})
	if got := c.LinkOptions()[2]["mcastport"]; got != "" {
		t.Errorf("mcastport is still %s", got)
	}
}
