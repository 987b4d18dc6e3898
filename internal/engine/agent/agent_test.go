package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

// node is a runner under a root directory of its own, with its test agents.
type node struct {
	*Runner
	t    testing.TB
	root paths.Root
}

func newNode(t testing.TB) *node {
	t.Helper()
	n := &node{t: t, root: paths.Root(t.TempDir())}
	n.reopen()
	return n
}

// reopen stands for a restart of the daemon.
func (n *node) reopen() {
	r, err := New(Options{Root: n.root, Node: "node1"})
	if err != nil {
		n.t.Fatal(err)
	}
	n.Runner = r
	n.t.Cleanup(func() {
		r.Close()
		if r.cgroups == nil {
			return
		}
		dirs, _ := filepath.Glob(r.cgroups.base + "/rsc-*")
		for _, d := range dirs {
			rsc := strings.TrimPrefix(filepath.Base(d), "rsc-")
			_, _ = r.cgroups.clear(rsc)
			r.cgroups.remove(rsc)
		}
		os.Remove(r.cgroups.base)
	})
}

// agent installs a shell script as ocf:test:NAME.
func (n *node) agent(name, script string) {
	n.t.Helper()
	n.file("/usr/lib/ocf/resource.d/test/"+name, "#!/bin/sh\n"+script+"\n")
}

func (n *node) file(name, text string) {
	n.t.Helper()
	filetest.Write(n.t, n.root.Join(name), text, 0o755)
}

func (n *node) read(name string) string {
	n.t.Helper()
	data, err := os.ReadFile(n.root.Join(name))
	if err != nil {
		n.t.Fatal(err)
	}
	return string(data)
}

func ocf(name, action string, attrs ...string) Request {
	req := Request{Rsc: graph.Resource{ID: "r-" + name, Class: "ocf", Provider: "test", Type: name}, Action: action, Timeout: time.Minute}
	for i := 0; i+1 < len(attrs); i += 2 {
		req.Attrs = append(req.Attrs, graph.Attr{Name: attrs[i], Value: attrs[i+1]})
	}
	return req
}

func TestExitCodesAndReasons(t *testing.T) {
	n := newNode(t)
	n.agent("codes", `
echo "ocf-exit-reason:first try" >&2
echo "some noise" >&2
echo "ocf-exit-reason:disk is full " >&2
echo "said on stdout"
exit $OCF_RESKEY_code`)
	for _, code := range []int{0, 1, 2, 5, 6, 7, 8, 9, 42, 190} {
		out := n.Run(context.Background(), ocf("codes", "monitor", "code", strconv.Itoa(code)))
		if out.RC != code || out.Status != history.Done || out.Reason != "disk is full" {
			t.Errorf("exit %d: got rc %d, status %v, reason %q", code, out.RC, out.Status, out.Reason)
		}
		if out.Stdout != "said on stdout\n" || !strings.Contains(out.Stderr, "some noise") {
			t.Errorf("exit %d: output %q and %q", code, out.Stdout, out.Stderr)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("PCMK_debug", "yes")
	t.Setenv("SECRET_OF_THE_DAEMON", "x")
	n := newNode(t)
	n.agent("env", "env > $HA_RSCTMP/env; echo action=$1 >> $HA_RSCTMP/env")
	req := ocf("env", "monitor", "state", "/run/x y", "CRM_meta_clone-max", "2", "OCF_CHECK_LEVEL", "10")
	req.Timeout = 15 * time.Second
	if out := n.Run(context.Background(), req); out.RC != 0 {
		t.Fatalf("%+v", out)
	}
	env := "\n" + n.read("/run/resource-agents/env")
	for _, want := range []string{
		"OCF_ROOT=" + n.root.OCFRoot(), "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1",
		"OCF_RESOURCE_INSTANCE=r-env", "OCF_RESOURCE_TYPE=env", "OCF_RESOURCE_PROVIDER=test",
		"OCF_EXIT_REASON_PREFIX=ocf-exit-reason:", "OCF_CHECK_LEVEL=10", "OCF_RESKEY_state=/run/x y",
		"OCF_RESKEY_CRM_meta_clone_max=2", "OCF_RESKEY_CRM_meta_interval=0", "OCF_RESKEY_CRM_meta_timeout=15000",
		"OCF_RESKEY_CRM_meta_on_node=node1", "OCF_RESKEY_crm_feature_set=3.16.1",
		"HA_LOGFACILITY=daemon", "HA_debug=0", "LC_ALL=C", "PCMK_debug=yes", "action=monitor",
	} {
		if !strings.Contains(env, "\n"+want+"\n") {
			t.Errorf("no %q in the agent's environment", want)
		}
	}
	for _, bad := range []string{"SECRET_OF_THE_DAEMON", "OCF_RESKEY_OCF_CHECK_LEVEL"} {
		if strings.Contains(env, bad) {
			t.Errorf("%s must not reach the agent", bad)
		}
	}
	if st, err := os.Stat(n.root.Join("/run/resource-agents")); err != nil || st.Mode() != os.ModeDir|os.ModeSticky|0o755 {
		t.Errorf("state directory: %v %v", st.Mode(), err)
	}
}

func TestNotInstalled(t *testing.T) {
	n := newNode(t)
	n.file("/usr/lib/ocf/resource.d/test/noshell", "#!/no/such/interpreter\n")
	for name, req := range map[string]Request{
		"missing":     ocf("nosuch", "start"),
		"interpreter": ocf("noshell", "start"),
		"outside":     ocf("../../etc/passwd", "start"),
		"lsb":         {Rsc: graph.Resource{ID: "x", Class: "lsb", Type: "nosuch"}, Action: "start"},
		"systemd":     {Rsc: graph.Resource{ID: "x", Class: "systemd", Type: "nosuch"}, Action: "start"},
		"service":     {Rsc: graph.Resource{ID: "x", Class: "service", Type: "nosuch"}, Action: "start"},
	} {
		out := n.Run(context.Background(), req)
		if out.RC != history.RCInstalled || out.Status != history.NotInstalled || out.Reason == "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
	out := n.Run(context.Background(), Request{Rsc: graph.Resource{ID: "x", Class: "upstart", Type: "y"}, Action: "start"})
	if out.Status != history.NotSupported {
		t.Errorf("unknown class: %+v", out)
	}
}

func TestTimeoutEndsTheWholeGroup(t *testing.T) {
	n := newNode(t)
	// The child ignores the polite signal and must be gone all the same.
	n.agent("slow", `sh -c 'trap "" TERM; echo $$ > $HA_RSCTMP/child; while :; do sleep 1; done' & wait`)
	req := ocf("slow", "start")
	req.Timeout = 300 * time.Millisecond
	out := n.Run(context.Background(), req)
	if out.Status != history.TimedOut || out.RC != history.RCError || out.Reason != "Resource agent did not complete within 300ms" {
		t.Fatalf("%+v", out)
	}
	awaitGone(t, n.read("/run/resource-agents/child"))
}

// awaitGone fails unless the process whose id is given ends by itself soon.
func awaitGone(t *testing.T, pid string) {
	t.Helper()
	id, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(id, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if !pollProcess(context.Background(), fd, 10*time.Second) {
		t.Errorf("process %d still runs", id)
	}
}

// alive tells whether the process runs; a zombie does not.
func alive(pid string) bool {
	id, _ := strconv.Atoi(strings.TrimSpace(pid))
	fd, err := unix.PidfdOpen(id, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return !pollProcess(context.Background(), fd, 0)
}

func TestSignalledAgentIsAnError(t *testing.T) {
	n := newNode(t)
	n.agent("dies", "kill -9 $$")
	out := n.Run(context.Background(), ocf("dies", "start"))
	if out.Status != history.Error || out.RC != history.RCError || out.Reason != "Process interrupted by signal 9" {
		t.Errorf("%+v", out)
	}
}

// An action that an earlier daemon began is awaited, not doubled.
func TestRestartedDaemonAwaitsTheOldAction(t *testing.T) {
	n := newNode(t)
	n.agent("once", `
case $1 in
start)   echo begin >> $HA_RSCTMP/log; until [ -f $HA_RSCTMP/go ]; do sleep 0.05; done; echo end >> $HA_RSCTMP/log ;;
monitor) echo monitor >> $HA_RSCTMP/log ;;
esac`)
	ctx, stop := context.WithCancel(context.Background())
	first := make(chan history.Outcome)
	go func() { first <- n.Run(ctx, ocf("once", "start")) }()
	awaitFile(t, n.root.Join("/run/gpcs/agents/r-once.running"))
	awaitFile(t, n.root.Join("/run/resource-agents/log"))
	stop()
	if out := <-first; out.Status != history.Cancelled {
		t.Fatalf("the daemon's end: %+v", out)
	}
	n.reopen()
	second := make(chan history.Outcome)
	go func() { second <- n.Run(context.Background(), ocf("once", "monitor")) }()
	n.file("/run/resource-agents/go", "")
	if out := <-second; out.RC != 0 {
		t.Fatalf("%+v", out)
	}
	if log := n.read("/run/resource-agents/log"); log != "begin\nend\nmonitor\n" {
		t.Errorf("order of actions: %q", log)
	}
}

func awaitFile(t testing.TB, name string) {
	t.Helper()
	for range 2000 {
		if _, err := os.Stat(name); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s was not made", name)
}

func TestAbortEndsTheAgent(t *testing.T) {
	n := newNode(t)
	n.agent("long", `echo $$ > $HA_RSCTMP/pid.new; mv $HA_RSCTMP/pid.new $HA_RSCTMP/pid; sleep 300`)
	req := ocf("long", "monitor")
	abort := make(chan struct{})
	req.Abort = abort
	done := make(chan history.Outcome)
	go func() { done <- n.Run(context.Background(), req) }()
	awaitFile(t, n.root.Join("/run/resource-agents/pid"))
	close(abort)
	if out := <-done; out.Status != history.Cancelled {
		t.Errorf("%+v", out)
	}
	awaitGone(t, n.read("/run/resource-agents/pid"))
}

func TestLSB(t *testing.T) {
	n := newNode(t)
	n.file("/etc/init.d/thing", "#!/bin/sh\n[ $1 = status ] && exit $(cat "+n.root.Join("/code")+")\nexit 0\n")
	rsc := graph.Resource{ID: "thing", Class: "service", Type: "thing"}
	for code, want := range map[int]int{0: 0, 1: 7, 2: 7, 3: 7, 4: 4, 150: 1} {
		n.file("/code", strconv.Itoa(code))
		if out := n.Run(context.Background(), Request{Rsc: rsc, Action: "monitor"}); out.RC != want {
			t.Errorf("status %d: rc %d, want %d", code, out.RC, want)
		}
	}
	if out := n.Run(context.Background(), Request{Rsc: rsc, Action: "start"}); out.RC != 0 {
		t.Errorf("start: %+v", out)
	}
}

func TestOutputIsBounded(t *testing.T) {
	n := newNode(t)
	n.agent("loud", `i=0; while [ $i -lt 3000 ]; do echo "line $i of much text" >&2; i=$((i+1)); done; echo "ocf-exit-reason:at last" >&2; exit 1`)
	out := n.Run(context.Background(), ocf("loud", "start"))
	if len(out.Stderr) > keepOutput || !strings.HasPrefix(out.Stderr, "line ") || out.Reason != "at last" {
		t.Errorf("%d bytes kept, reason %q", len(out.Stderr), out.Reason)
	}
}

func TestReadable(t *testing.T) {
	for d, want := range map[time.Duration]string{20 * time.Second: "20s", 90 * time.Second: "1m30s",
		time.Hour: "1h", 250 * time.Millisecond: "250ms", 1500 * time.Millisecond: "1500ms"} {
		if got := readable(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	if got := fmt.Sprint(fileName("a/b:0%")); got != "a%2fb:0%25" {
		t.Error(got)
	}
}
