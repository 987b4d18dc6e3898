package ocf

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

// bench runs agents under a root of their own and notes what they call.
type bench struct {
	t        *testing.T
	root     paths.Root
	vars     map[string]string
	calls    []string
	answers  map[string]answer // of programs, by the beginning of the call
	out, err bytes.Buffer
	slept    time.Duration
	asleep   func() // what happens meanwhile
}

type answer struct {
	text   string
	status int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, root: paths.Root(t.TempDir()), vars: map[string]string{"OCF_RESOURCE_INSTANCE": "rsc"}, answers: map[string]answer{}}
	for _, dir := range []string{"/var/run", "/run/resource-agents"} {
		if err := os.MkdirAll(b.root.Join(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// set gives parameters, "name=value".
func (b *bench) set(params ...string) *bench {
	for _, p := range params {
		name, v, _ := strings.Cut(p, "=")
		b.vars["OCF_RESKEY_"+name] = v
	}
	return b
}

func (b *bench) file(name, text string) {
	b.t.Helper()
	filetest.Write(b.t, b.root.Join(name), text, 0o644)
}

func (b *bench) program(_ context.Context, name string, args ...string) (string, int) {
	call := strings.Join(append([]string{name}, args...), " ")
	best := ""
	for begin := range b.answers {
		if strings.HasPrefix(call, begin) && len(begin) > len(best) {
			best = begin
		}
	}
	if best == "" && (name == "fping" || name == "smartctl") {
		return "", noProgram
	}
	b.calls = append(b.calls, call)
	return b.answers[best].text, b.answers[best].status
}

// run carries out an action and wants its exit status and the calls that it
// makes, in order.
func (b *bench) run(typ, action string, want int, calls ...string) {
	b.t.Helper()
	b.act(typ, action, want)
	if got, want := strings.Join(b.calls, "\n"), strings.Join(calls, "\n"); got != want {
		b.t.Errorf("%s %s called\n%s\nwant\n%s", typ, action, got, want)
	}
}

// act carries out an action and wants its exit status.
func (b *bench) act(typ, action string, want int) {
	b.t.Helper()
	b.calls = nil
	b.out.Reset()
	b.err.Reset()
	c := Call{Type: typ, Action: action, Vars: b.vars, Root: b.root, Host: "node1", Stdout: &b.out, Stderr: &b.err,
		Tool: b.program, Exec: b.program, Now: func() time.Time { return time.Unix(0, 0).UTC() },
		Sleep: func(_ context.Context, d time.Duration) {
			if b.slept += d; b.asleep != nil {
				b.asleep()
			}
		}}
	if got := c.Run(context.Background()); got != want {
		b.t.Errorf("%s %s: exit status %d, want %d; %s", typ, action, got, want, b.err.String())
	}
}

func TestDummy(t *testing.T) {
	b := newBench(t)
	b.run("Dummy", "monitor", notRunning)
	b.run("Dummy", "start", success)
	b.run("Dummy", "start", success)
	if _, err := os.Stat(b.root.Join("/var/run/Dummy-rsc.state")); err != nil {
		t.Error("the state file is not where Pacemaker's agent has it")
	}
	b.run("Dummy", "monitor", success)
	b.vars["OCF_CHECK_LEVEL"] = "30"
	b.run("Dummy", "monitor", errGeneric)
	if !strings.Contains(b.err.String(), "ocf-exit-reason:") {
		t.Errorf("no reason in %q", b.err.String())
	}
	b.vars["OCF_CHECK_LEVEL"] = "40"
	b.file("/var/run/Dummy-rsc.state", "9\n")
	b.run("Dummy", "monitor", 9)
	delete(b.vars, "OCF_CHECK_LEVEL")
	b.set("fail_start_on=node1").run("Dummy", "start", errGeneric)
	b.run("Dummy", "migrate_to", success)
	b.run("Dummy", "monitor", notRunning)
	b.run("Dummy", "migrate_from", errGeneric) // bogus: it runs
	b.run("Dummy", "monitor", success)
	b.run("Dummy", "stop", success)
	b.run("Dummy", "stop", success)
	b.run("Dummy", "reload", success)
	b.run("Dummy", "promote", errUnimplemented)
}

func TestDummySleepsAndDumps(t *testing.T) {
	b := newBench(t)
	dump := b.root.Join("/dump")
	b.set("op_sleep=7", "envfile="+dump).run("Dummy", "start", success)
	b.run("Dummy", "monitor", success)
	if b.slept != 14*time.Second {
		t.Errorf("slept %s", b.slept)
	}
	b.file("/var/run/Dummy-rsc.state.serialized", "")
	b.run("Dummy", "monitor", errGeneric)
	text, _ := os.ReadFile(dump)
	if !strings.Contains(string(text), "### start @ ") || !strings.Contains(string(text), "OCF_RESKEY_op_sleep=7\n") {
		t.Errorf("%s", text)
	}
	b.set("op_sleep=much").run("Dummy", "validate-all", errConfigured)
}

func TestCloneInstancesShareStateUnlessUnique(t *testing.T) {
	b := newBench(t)
	b.vars["OCF_RESOURCE_INSTANCE"] = "rsc:1"
	b.run("Dummy", "start", success)
	b.vars["OCF_RESOURCE_INSTANCE"] = "rsc:2"
	b.run("Dummy", "monitor", success)
	b.set("CRM_meta_globally_unique=true").run("Dummy", "monitor", notRunning)
}

func TestStateful(t *testing.T) {
	const five, ten = "crm_attribute --promotion -v 5", "crm_attribute --promotion -v 10"
	b := newBench(t)
	b.run("Stateful", "promote", notRunning)
	b.run("Stateful", "start", success, five)
	b.set("CRM_meta_interval=11000").run("Stateful", "monitor", success)
	b.run("Stateful", "promote", success, ten)
	b.run("Stateful", "monitor", runningPromoted)
	b.set("CRM_meta_interval=0").run("Stateful", "monitor", runningPromoted, ten) // a probe
	b.run("Stateful", "stop", runningPromoted, "crm_attribute --promotion -D")
	b.run("Stateful", "demote", success, five)
	b.run("Stateful", "stop", success, "crm_attribute --promotion -D")
	b.run("Stateful", "monitor", notRunning)
	b.file("/var/run/Stateful-rsc.state", "King")
	b.run("Stateful", "monitor", errGeneric)
	b.file("/var/run/Stateful-rsc.state.rc", "9")
	b.run("Stateful", "monitor", 9)
	b.set("notify_delay=3").run("Stateful", "notify", success)
	if b.slept != 3*time.Second {
		t.Errorf("slept %s", b.slept)
	}
}

func TestAttribute(t *testing.T) {
	const query = "attrd_updater -n opa-rsc -Q"
	says := func(v string) answer { return answer{text: `name="opa-rsc" host="node1" value="` + v + "\"\n"} }
	b := newBench(t)
	b.answers[query] = answer{status: 105}
	b.run("attribute", "monitor", notRunning, query)
	b.run("attribute", "start", success, query, "attrd_updater -n opa-rsc -U 1")
	b.run("attribute", "monitor", errGeneric, query) // not set yet
	b.answers[query] = says("1")
	b.run("attribute", "monitor", success, query)
	b.run("attribute", "start", success, query)
	b.run("attribute", "stop", success, query, "attrd_updater -n opa-rsc -U 0")
	b.run("attribute", "monitor", errGeneric, query) // still the old value
	b.answers[query] = says("0")
	b.run("attribute", "monitor", notRunning, query)
	b.run("attribute", "stop", success, query)
	b.answers["attrd_updater -n opa-rsc -U"] = answer{status: 102}
	b.run("attribute", "start", errGeneric, query, "attrd_updater -n opa-rsc -U 1")
	if isFile(b.root.Join("/var/run/opa-rsc.state")) {
		t.Error("a start that failed left its state file")
	}
	b.run("attribute", "validate-all", success)
	b.set("inactive_value=1").run("attribute", "validate-all", errConfigured)
	b.set("active_value=").run("attribute", "validate-all", success) // empty is a value
}

func TestClusterMon(t *testing.T) {
	b := newBench(t)
	pid := b.root.Join("/mon.pid")
	b.set("pidfile="+pid, "htmlfile=/srv/x.html", "update=5000", "extra_options=-n -r")
	b.run("ClusterMon", "monitor", notRunning)
	mon := "crm_mon -p " + pid + " -d -i 5 -n -r --output-as=html --output-to=/srv/x.html"
	b.run("ClusterMon", "start", success, mon)
	b.answers["crm_mon"] = answer{"no", 1}
	b.run("ClusterMon", "start", errGeneric, mon)
	// A process of that number that is no crm_mon is another one.
	b.file("/mon.pid", "4194999\n")
	b.file("/proc/4194999/cmdline", "sleep\x00inf")
	b.run("ClusterMon", "monitor", notRunning)
	b.file("/proc/4194999/cmdline", "crm_mon\x00-p\x00"+pid+"\x00-d")
	b.run("ClusterMon", "monitor", success)
	b.run("ClusterMon", "stop", success)
	if isFile(pid) {
		t.Error("the PID file was left")
	}
	b.run("ClusterMon", "validate-all", success)
	b.set("update=0").run("ClusterMon", "validate-all", errArgs)
	b.set("update=20", "extra_options=oops").run("ClusterMon", "validate-all", errArgs)
}

func TestRemoteIsNoProgram(t *testing.T) {
	b := newBench(t)
	b.run("remote", "start", errGeneric)
	b.run("remote", "meta-data", success)
	b.run("remote", "usage", success)
}

func TestCalledByPath(t *testing.T) {
	for path, want := range map[string]bool{"/usr/lib/ocf/resource.d/pacemaker/ping": true, "/usr/lib/ocf/resource.d/heartbeat/ping": false,
		"ping": false, "/usr/lib/ocf/resource.d/pacemaker/controld": false} {
		if typ, ok := Called(path); ok != want || ok && typ != "ping" {
			t.Errorf("%s: %s %t", path, typ, ok)
		}
	}
	for _, typ := range paths.OCFAgents() {
		if _, ok := agents()[typ]; !ok || len(agents()) != len(paths.OCFAgents()) {
			t.Errorf("%s is linked but not there, or there are others", typ)
		}
	}
}
