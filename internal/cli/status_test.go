package cli

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
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
