package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/paths"
)

// patience bounds every wait of these tests; it says nothing about how long
// anything takes.
const patience = 30 * time.Second

// newPair makes one certificate for all tests: its key takes a while.
var newPair = sync.OnceValues(func() ([2][]byte, error) {
	cert, key, err := auth.NewCertificate("alone", time.Now())
	return [2][]byte{cert, key}, err
})

// node is a daemon that runs under a root directory of its own, on loopback
// and with ports that the kernel chose.
type node struct {
	*Daemon
	t    *testing.T
	root paths.Root
}

// newNode runs a daemon; with a cluster of this node alone if inCluster.
// before is done to its files before it starts.
func newNode(t *testing.T, inCluster bool, before ...func(paths.Root)) *node {
	t.Helper()
	dir, err := os.MkdirTemp("", "gpcsd") // short enough for the name of a socket
	must(t, err)
	n := &node{t: t, root: paths.Root(dir)}
	pair, err := newPair()
	must(t, err)
	n.write(n.root.Certificate(), string(pair[0]))
	n.write(n.root.CertificateKey(), string(pair[1]))
	must(t, os.MkdirAll(filepath.Dir(n.root.Socket()), 0o755))
	if inCluster {
		n.write(n.root.CorosyncConf(), fmt.Sprintf(corosyncConf, freePort(t, "udp")))
		n.write(n.root.CorosyncAuthkey(), strings.Repeat("k", 256))
	}
	for _, do := range before {
		do(n.root)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	n.Daemon, err = New(Options{Root: n.root, Log: slog.New(slog.DiscardHandler), Host: "alone", Address: "127.0.0.1",
		Port: freePort(t, "tcp"), Ready: func() { close(ready) }})
	must(t, err)
	n.noCgroups = true
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the daemon ended with %v", err)
		}
		must(t, os.RemoveAll(dir))
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return n
}

const corosyncConf = `totem {
    version: 2
    cluster_name: lab
    transport: knet
    interface {
        linknumber: 0
        mcastport: %d
    }
}
nodelist {
    node {
        ring0_addr: 127.0.0.1
        name: alone
        nodeid: 1
    }
}
quorum {
    provider: corosync_votequorum
}
`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) write(name, content string) {
	n.t.Helper()
	must(n.t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(n.t, os.WriteFile(name, []byte(content), 0o600))
}

// freePort asks the kernel for a port that nobody uses.
func freePort(t *testing.T, network string) int {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		must(t, err)
		defer c.Close()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (n *node) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	n.t.Cleanup(cancel)
	return ctx
}

func (n *node) do(what string) error {
	words := strings.Fields(what + " ")
	c := api.ClusterCommand{Do: words[0]}
	if len(words) > 1 {
		c.Component = words[1]
	}
	return n.Do(n.context(), c)
}

func (n *node) mustDo(what string) {
	n.t.Helper()
	if err := n.do(what); err != nil {
		n.t.Fatalf("%s: %v", what, err)
	}
}

// A start that fails names the file and what to do, and leaves nothing behind
// that would make the next daemon start by itself.
func TestStartNamesWhatIsWrong(t *testing.T) {
	n := newNode(t, true)
	conf, key, dir := n.root.CorosyncConf(), n.root.CorosyncAuthkey(), n.root.CIBDir()
	good, err := os.ReadFile(conf)
	must(t, err)
	for name, c := range map[string]struct {
		harm func()
		want []string
	}{
		"no corosync.conf":      {func() { must(t, os.Remove(conf)) }, []string{conf, "pcs cluster setup"}},
		"damaged corosync.conf": {func() { n.write(conf, "totem {\n") }, []string{conf, "copy it from another node"}},
		"another node's file": {func() { n.write(conf, strings.ReplaceAll(string(good), "alone", "other")) },
			[]string{conf, "'alone'", "nodelist"}},
		"no authkey":    {func() { must(t, os.Remove(key)) }, []string{key, "copy it from another node"}},
		"empty authkey": {func() { n.write(key, "") }, []string{key, "copy it from another node"}},
		"no CIB directory": {func() { n.write(dir, "a file") },
			[]string{dir, "cannot make the CIB directory"}},
		"CIB that cannot be read": {func() { must(t, os.MkdirAll(filepath.Join(dir, "cib.xml"), 0o755)) },
			[]string{filepath.Join(dir, "cib.xml"), "cannot read"}},
		"damaged lineage": {func() { n.write(filepath.Join(dir, "cib.lineage"), "{") },
			[]string{filepath.Join(dir, "cib.lineage"), "remove"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.harm()
			err := n.do("start")
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if n.State().Running || exists(n.runningFile()) {
				t.Error("cluster services are said to run")
			}
			if troubles := strings.Join(n.State().Troubles, "\n"); !strings.Contains(troubles, err.Error()) {
				t.Errorf("the state does not say why: %q", troubles)
			}
			n.write(conf, string(good))
			n.write(key, strings.Repeat("k", 256))
			must(t, os.RemoveAll(dir))
		})
	}
	n.mustDo("start") // all harm was mended
	if !n.State().Running || !exists(n.runningFile()) {
		t.Error("cluster services do not run")
	}
	if troubles := n.State().Troubles; len(troubles) > 0 {
		t.Errorf("troubles that are over: %q", troubles)
	}
}

// At boot nobody reads why cluster services did not start: the state says it
// until they start, or are stopped.
func TestFailedStartAtBoot(t *testing.T) {
	n := newNode(t, false, func(root paths.Root) {
		must(t, os.MkdirAll(filepath.Dir(root.CorosyncConf()), 0o755))
		must(t, os.WriteFile(root.CorosyncConf(), []byte("totem {\n"), 0o600))
		must(t, os.MkdirAll(root.StateDir(), 0o755))
		must(t, mark(filepath.Join(root.StateDir(), "enabled"), true))
	})
	troubles := strings.Join(n.State().Troubles, "\n")
	for _, want := range []string{"on alone could not be started", n.root.CorosyncConf(), "pcs cluster start"} {
		if !strings.Contains(troubles, want) {
			t.Errorf("%q does not say %q", troubles, want)
		}
	}
	n.write(n.root.CorosyncConf(), fmt.Sprintf(corosyncConf, freePort(t, "udp")))
	n.mustDo("stop")
	if troubles := n.State().Troubles; len(troubles) > 0 {
		t.Errorf("after a stop: %q", troubles)
	}
}

func TestCommandsWithoutACluster(t *testing.T) {
	n := newNode(t, false)
	for _, what := range []string{"stop", "kill", "reload", "enable", "disable", "destroy"} {
		if err := n.do(what); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := n.do("dance"); err == nil {
		t.Error("a command that there is not was carried out")
	}
	var e *api.Error
	for what, err := range map[string]error{"idle": n.Idle(n.context()), "refresh": n.Refresh(n.context(), api.RefreshRequest{})} {
		if !errors.As(err, &e) || e.Code != api.CodeNotRunning || !strings.Contains(e.Message, "pcs cluster start") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestReloadKeepsWhatRuns(t *testing.T) {
	n := newNode(t, true)
	n.mustDo("start")
	before := n.current()
	good, err := os.ReadFile(n.root.CorosyncConf())
	must(t, err)
	n.write(n.root.CorosyncConf(), "totem {\n")
	if err := n.do("reload"); err == nil || !strings.Contains(err.Error(), n.root.CorosyncConf()) {
		t.Errorf("a damaged corosync.conf was taken: %v", err)
	}
	if n.current() != before || !n.State().Running {
		t.Error("cluster services did not go on")
	}
	n.write(n.root.CorosyncConf(), strings.Replace(string(good), "quorum {", "nodelist {\n    node {\n        ring0_addr: 127.0.0.2\n"+
		"        name: other\n        nodeid: 2\n    }\n}\nquorum {", 1))
	n.write(n.root.CorosyncAuthkey(), strings.Repeat("q", 256))
	n.mustDo("reload")
	if n.current() != before || len(n.State().View.Members) != 2 {
		t.Errorf("a node was not added while cluster services run: %+v", n.State())
	}
	n.write(n.root.CorosyncConf(), string(good))
	n.mustDo("reload")
	if n.current() != before || len(n.State().View.Members) != 1 {
		t.Errorf("it was not removed: %+v", n.State())
	}
	n.write(n.root.CorosyncConf(), strings.Replace(string(good), "cluster_name: lab", "cluster_name: new", 1))
	n.mustDo("reload")
	if n.current() == before || n.State().ClusterName != "new" || !exists(n.runningFile()) {
		t.Error("the changed corosync.conf was not taken")
	}
}

func TestForgottenNodesAreGone(t *testing.T) {
	n := newNode(t, true)
	n.mustDo("start")
	must(t, n.Idle(n.context()))
	add := func(id, name string) {
		_, err := n.Submit(n.context(), cib.Request{Ops: []cib.Op{
			{Kind: cib.Modify, XML: fmt.Sprintf(`<nodes><node id="%s" uname="%s"/></nodes>`, id, name)},
			{Kind: cib.Modify, XML: fmt.Sprintf(`<status><node_state id="%s" uname="%s"/></status>`, id, name)}}})
		must(t, err)
	}
	forget := func(nodes ...string) error { return n.Do(n.context(), api.ClusterCommand{Do: "forget", Nodes: nodes}) }
	add("7", "gone")
	add("8", "later")
	must(t, forget("gone"))
	doc, err := n.Document(n.context(), false)
	must(t, err)
	if text := string(doc.Bytes()); strings.Contains(text, "gone") || !strings.Contains(text, "later") {
		t.Errorf("after the first:\n%s", text)
	}
	n.mustDo("stop")
	must(t, forget("later"))
	stored, err := os.ReadFile(n.root.CIB())
	must(t, err)
	if strings.Contains(string(stored), "later") {
		t.Errorf("after the second:\n%s", stored)
	}
	n.mustDo("start") // the edited file is a good one
	if s := n.State(); len(s.Troubles) > 0 {
		t.Error(s.Troubles)
	}
	if err := forget("a' or 'b"); err == nil {
		t.Error("what is no name of a node was taken")
	}
}

func TestDestroyLeavesNothing(t *testing.T) {
	n := newNode(t, true)
	n.mustDo("enable")
	n.mustDo("start")
	must(t, n.Idle(n.context()))
	n.mustDo("destroy")
	for _, name := range []string{n.root.CorosyncConf(), n.root.CorosyncAuthkey(), n.root.CIB(), n.enabledFile(), n.runningFile()} {
		if exists(name) {
			t.Errorf("%s is still there", name)
		}
	}
	if s := n.State(); s.Running || s.ClusterName != "" {
		t.Errorf("%+v", s)
	}
}

// Two daemons on one machine: the second says who is in its way.
func TestPortIsTaken(t *testing.T) {
	n := newNode(t, false)
	second, err := New(n.opts)
	must(t, err)
	if err := second.Run(t.Context()); err == nil || !strings.Contains(err.Error(), fmt.Sprint(n.opts.Port)) {
		t.Errorf("%v", err)
	}
}

// The port of a link is taken, by the real corosync perhaps.
func TestLinkPortIsTaken(t *testing.T) {
	n := newNode(t, true)
	port := freePort(t, "udp")
	n.write(n.root.CorosyncConf(), fmt.Sprintf(corosyncConf, port))
	other, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
	must(t, err)
	defer other.Close()
	want := fmt.Sprintf("is corosync running too? see 'ss -lunp sport = :%d'", port)
	if err := n.do("start"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %q", err, want)
	}
}

// A stream of another node's cluster is refused while there is no cluster here.
func TestStreamWithoutACluster(t *testing.T) {
	n := newNode(t, false)
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", n.opts.Port),
		&tls.Config{InsecureSkipVerify: true, NextProtos: []string{"gpcs-cluster/1"}})
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(patience)))
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the stream stays open: %v", err)
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
