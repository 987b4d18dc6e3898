package cli

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/paths"
)

// TestStatus runs scripts on files; $CIBS holds the documents that the status
// package is tried on.
func TestStatus(t *testing.T) {
	cibs, err := filepath.Abs("../status/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/status",
		Setup: func(env *testscript.Env) error {
			env.Setenv("CIBS", cibs)
			env.Setenv("TZ", "UTC")
			env.Setenv("GPCS_ROOT", env.WorkDir)
			return os.MkdirAll(filepath.Join(env.WorkDir, "run"), 0o755)
		},
	})
}

// TestHalfDeadPeer asks a daemon that takes connections and never answers:
// the question ends with its time, and the node counts as offline.
func TestHalfDeadPeer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	root := paths.Root(t.TempDir())
	addr := listener.Addr().(*net.TCPAddr)
	known := auth.KnownHosts{Hosts: map[string]auth.Host{
		"mute": {Dests: []auth.Dest{{Addr: addr.IP.String(), Port: addr.Port}}, Token: "t"},
	}}
	if err := os.MkdirAll(root.PcsdDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := known.Save(root.KnownHosts()); err != nil {
		t.Fatal(err)
	}
	words, err := ParseWords(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &Call{Env: Env{Root: root, Stdout: io.Discard, Stderr: io.Discard}, Words: words}
	defer c.hangUp()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := c.askDaemons(ctx, []string{"mute"}); len(got) != 1 || got[0] != (daemonAnswer{"mute", daemonOffline}) {
		t.Errorf("got %v", got)
	}
}

// TestTroubles: what troubles the node stands among the warnings, after those
// of the configuration.
func TestTroubles(t *testing.T) {
	doc, err := readCIBFile("../status/testdata/many.xml")
	if err != nil {
		t.Fatal(err)
	}
	const trouble = "the disk under /var/lib/pacemaker is full"
	l := &look{doc: doc, live: true, state: api.State{Troubles: []string{trouble}}, now: time.Unix(1700000000, 0)}
	view, err := l.view()
	if err != nil {
		t.Fatal(err)
	}
	got := l.warnings(view)
	if len(got) != 3 || got[0] != "No stonith devices and stonith-enabled is not false" || got[2] != trouble {
		t.Errorf("warnings: %q", got)
	}
}

// A node that waits for all to be seen says so, and for whom.
func TestWaitingForAllIsSaid(t *testing.T) {
	l := &look{state: twoLinkState()}
	if got := l.waiting(); got != nil {
		t.Errorf("nothing is waited for: %q", got)
	}
	l.state.Quorum.Waits = true
	want := []string{"Nothing is started before all nodes were seen once since this start (wait_for_all); missing: 'n3'.\n" +
		"Start what is missing; if it is surely off, run 'pcs quorum unblock'"}
	if got := l.waiting(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for i := range l.state.View.Members {
		l.state.View.Members[i].Online = false
	}
	if got := l.waiting(); got != nil {
		t.Errorf("in no view yet: %q", got)
	}
}

// A link that is down is named where the node is reached by another one, and a
// node that is kept out although its daemon is reached.
func TestLinkTroubles(t *testing.T) {
	l := &look{state: twoLinkState()}
	want := []string{"Link 1 to node n2 (10.1.0.2) is down; the cluster goes on by its other links",
		"Node n3 is not in the cluster, but some node's daemon reaches its daemon: see 'corosync-cfgtool -s' on all nodes for the links that are down"}
	if got := l.linkTroubles(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	l.state.Links[1].Up, l.state.View.Members[2].Seen = true, false
	if got := l.linkTroubles(); len(got) > 0 {
		t.Errorf("nothing is down: %q", got)
	}
}

// twoLinkState is node n1 of three; its second link to n2 is down, n3 is lost.
func twoLinkState() api.State {
	return api.State{NodeID: 1, Running: true, Addresses: []string{"10.0.0.1", "10.1.0.1"}, View: api.View{Members: []api.Member{
		{ID: 1, Name: "n1", Online: true}, {ID: 2, Name: "n2", Online: true}, {ID: 3, Name: "n3", Seen: true}}},
		Links: []api.Link{{Number: 0, Peer: 2, Up: true, Used: true, Address: "10.0.0.2"}, {Number: 1, Peer: 2, Address: "10.1.0.2"},
			{Number: 0, Peer: 3, Address: "10.0.0.3"}, {Number: 1, Peer: 3, Address: "10.1.0.3"}}}
}

// The forms of corosync-cfgtool 3.1.7.
func TestCfgtoolLinks(t *testing.T) {
	for name, tc := range map[string]struct {
		given []string
		print func(*toolCall)
		want  string
	}{
		"status": {nil, func(c *toolCall) { c.links(twoLinkState()) }, "Local node ID 1, transport knet\n" +
			"LINK ID 0 udp\n\taddr\t= 10.0.0.1\n\tstatus:\n\t\tnodeid:          1:\tlocalhost\n\t\tnodeid:          2:\tconnected\n" +
			"\t\tnodeid:          3:\tdisconnected\n" +
			"LINK ID 1 udp\n\taddr\t= 10.1.0.1\n\tstatus:\n\t\tnodeid:          1:\tlocalhost\n\t\tnodeid:          2:\tdisconnected\n" +
			"\t\tnodeid:          3:\tdisconnected\n"},
		"brief": {[]string{"-b"}, func(c *toolCall) { c.links(twoLinkState()) }, "Local node ID 1, transport knet\n" +
			"LINK ID 0 udp\n\taddr\t= 10.0.0.1\n\tstatus\t= n31\nLINK ID 1 udp\n\taddr\t= 10.1.0.1\n\tstatus\t= n11\n"},
		"nodes": {nil, func(c *toolCall) { c.peersByLink(twoLinkState()) }, "Local node ID 1, transport knet\n" +
			"nodeid: 2 reachable\n   LINK: 0 udp (10.0.0.1->10.0.0.2) enabled connected mtu: 1397\n   LINK: 1 udp (10.1.0.1->10.1.0.2) enabled mtu: 1397\n" +
			"nodeid: 3\n   LINK: 0 udp (10.0.0.1->10.0.0.3) enabled mtu: 1397\n   LINK: 1 udp (10.1.0.1->10.1.0.3) enabled mtu: 1397\n"},
	} {
		var out strings.Builder
		c := &toolCall{Call: &Call{Env: Env{Stdout: &out}}, argv: tc.given}
		if err := c.parse([]toolOption{{'b', "brief", noValue}}); err != nil {
			t.Fatal(err)
		}
		if tc.print(c); out.String() != tc.want {
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
}
