package device

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/fence"
	"gpcs/internal/paths"
)

// fakeAgent keeps what it was told, by argument and by input, and obeys files
// in its directory: "on" is the machine's power.
const fakeAgent = `#!/bin/sh
cd DIR
if [ "$1" = -o ]; then
  echo '<resource-agent name="fence_fake"><parameters><parameter name="plug"><content type="string"/></parameter></parameters>
  <actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/></actions></resource-agent>'
  exit 0
fi
echo "$@" >>argv
input=$(cat)
echo "$input" >>input
while [ -e hold ]; do sleep 0.02; done
for once in list status monitor; do
  case "$input" in *action=$once*) [ -e flaky ] && { rm flaky; echo "not now" >&2; exit 1; };; esac
done
if [ -e renamed ]; then
  case "$input" in *action=off*|*action=status*|*action=list*|*action=monitor*) exit 1;; esac
fi
case "$input" in
*action=poweroff*) rm -f on;;
*action=state*) [ -e on ] || exit 2;;
*action=nodes*) echo "m7";;
*action=ping*) ;;
*action=off*) [ -e fails ] && { rm fails; echo "no answer" >&2; exit 1; }; [ -e deaf ] || rm -f on;;
*action=on*) touch on;;
*action=status*) [ -e on ] || exit 2;;
*action=list*) echo "m1,on"; echo "m2,off";;
*action=monitor*) [ -e broken ] && { echo "no route to host" >&2; exit 1; };;
esac
exit 0
`

func fake(t *testing.T) (*Runner, string) {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "machine")
	sbin := filepath.Join(root, "usr/sbin")
	for _, d := range []string{dir, sbin} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(sbin, "fence_fake"), []byte(strings.ReplaceAll(fakeAgent, "DIR", dir)), 0o755); err != nil {
		t.Fatal(err)
	}
	touch(t, dir, "on")
	return New(paths.Root(root), nil), dir
}

func touch(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func order(params map[string]string) Order {
	return Order{Device: fence.Device{ID: "d", Agent: "fence_fake", Params: params}, Action: fence.Off, Target: "n1",
		TimeoutMS: 20000, Retries: 2}
}

func TestOffIsVerifiedAndSecretsStayOnTheInput(t *testing.T) {
	r, dir := fake(t)
	reply := r.Fence(context.Background(), order(map[string]string{"passwd": "hush", "pcmk_host_map": "n1:m1", "action": "reboot"}))
	if !reply.OK || !reply.Verified {
		t.Fatalf("%+v", reply)
	}
	argv, err := os.ReadFile(filepath.Join(dir, "argv"))
	if err != nil || strings.TrimSpace(string(argv)) != "" {
		t.Errorf("arguments %q, %v", argv, err)
	}
	input, err := os.ReadFile(filepath.Join(dir, "input"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "action=off\nnodename=n1\npasswd=hush\nplug=m1\n"; !strings.HasPrefix(string(input), want) {
		t.Errorf("input %q, want %q first", input, want)
	}
}

func TestADeviceThatLiesIsNotBelieved(t *testing.T) {
	r, dir := fake(t)
	touch(t, dir, "deaf")
	o := order(map[string]string{"pcmk_host_check": "none"})
	o.TimeoutMS = 2000
	reply := r.Fence(context.Background(), o)
	if reply.OK || !strings.Contains(reply.Reason, "still on") {
		t.Errorf("%+v", reply)
	}
}

func TestTheDeviceSaysWhomItFences(t *testing.T) {
	r, _ := fake(t)
	o := order(nil)
	o.Ask = true
	if reply := r.Fence(context.Background(), o); !reply.Unfit {
		t.Errorf("a node that is not listed: %+v", reply)
	}
	o.Target = "m2"
	if reply := r.Fence(context.Background(), o); !reply.OK {
		t.Errorf("a node that is listed: %+v", reply)
	}
}

func TestMonitor(t *testing.T) {
	r, dir := fake(t)
	d := order(nil).Device
	if err := r.Monitor(context.Background(), d, 20*time.Second); err != nil {
		t.Error(err)
	}
	touch(t, dir, "broken")
	if err := r.Monitor(context.Background(), d, 20*time.Second); err == nil || err.Error() != "no route to host" {
		t.Error(err)
	}
	d.Agent = "fence_missing"
	if err := r.Monitor(context.Background(), d, 20*time.Second); err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Error(err)
	}
	d.Agent = "../bin/sh"
	if err := r.Monitor(context.Background(), d, 20*time.Second); err == nil {
		t.Error("a path was taken for an agent")
	}
}

// The parameter that names the machine is the configured one, else that of the
// agent; a value that the administrator gave stays.
func TestParameterThatNamesTheMachine(t *testing.T) {
	for _, c := range []struct{ name, agent, params, want string }{
		{"plug", "plug port", "", "plug=n1"},
		{"port", "port", "", "port=n1"},
		{"a plug of old", "-plug port", "", "port=n1"},
		{"none that is known", "ip", "", ""},
		{"configured", "plug", "pcmk_host_argument=outlet", "outlet=n1"},
		{"none by configuration", "plug", "pcmk_host_argument=none", ""},
		{"the machine's other name", "plug", "pcmk_host_map=n1:7", "plug=7"},
		{"given", "plug", "plug=3", "plug=3"},
		{"given as dynamic", "plug", "plug=dynamic pcmk_host_map=n1:7", "plug=7"},
	} {
		r, _ := fake(t)
		var m agentmeta.Agent
		for _, name := range strings.Fields(c.agent) {
			name, old := strings.CutPrefix(name, "-")
			m.Parameters = append(m.Parameters, agentmeta.Parameter{Name: name, Deprecated: old})
		}
		r.meta["fence_fake"] = m
		params := map[string]string{}
		for _, p := range strings.Fields(c.params) {
			name, value, _ := strings.Cut(p, "=")
			params[name] = value
		}
		want := "action=off\nnodename=n1\n" + c.want
		if got := strings.TrimSpace(r.input(context.Background(), order(params).Device, fence.Off, "n1")); got != strings.TrimSpace(want) {
			t.Errorf("%s: %q, not %q", c.name, got, want)
		}
	}
}

// pcmk_ACTION_action, for the actions that change nothing too.
func TestActionsUnderOtherNames(t *testing.T) {
	r, dir := fake(t)
	touch(t, dir, "renamed")
	o := order(map[string]string{"pcmk_host_check": "dynamic-list", "pcmk_off_action": "poweroff", "pcmk_status_action": "state",
		"pcmk_list_action": "nodes", "pcmk_monitor_action": "ping"})
	o.Target, o.Ask = "m7", true
	if reply := r.Fence(context.Background(), o); !reply.OK || !reply.Verified {
		t.Errorf("%+v", reply)
	}
	if err := r.Monitor(context.Background(), o.Device, 20*time.Second); err != nil {
		t.Error(err)
	}
}

// Where a device says itself whom it fences, it is asked in the way that it
// knows, as often and as long as it may be.
func TestHowADeviceIsAsked(t *testing.T) {
	for _, c := range []struct {
		name, actions, params, target string
		flaky, off                    bool
		want                          bool
	}{
		{"list", "list status", "", "m1", false, false, true},
		{"list, not in it", "list status", "", "n1", false, false, false},
		{"status", "status", "", "n1", false, false, true},
		{"status, off", "status", "", "n1", false, true, true},
		{"neither", "off", "", "n1", false, false, true},
		{"status as configured", "list status", "pcmk_host_check=status", "n1", false, false, true},
		{"list, the second time", "list", "", "m1", true, false, true},
		{"list, once only", "list", "pcmk_list_retries=1", "m1", true, false, false},
		{"list, no time", "list", "pcmk_list_timeout=1ms", "m1", false, false, false},
		{"status, the second time", "status", "", "n1", true, false, true},
		{"status, once only", "status", "pcmk_status_retries=1", "n1", true, false, false},
		{"status, no time", "status", "pcmk_status_timeout=1ms", "n1", false, false, false},
	} {
		r, dir := fake(t)
		var m agentmeta.Agent
		for _, name := range strings.Fields(c.actions) {
			m.Actions = append(m.Actions, agentmeta.Action{Name: name})
		}
		r.meta["fence_fake"] = m
		params := map[string]string{}
		if name, value, given := strings.Cut(c.params, "="); given {
			params[name] = value
		}
		if c.flaky {
			touch(t, dir, "flaky")
		}
		if c.off {
			remove(t, dir, "on")
		}
		if got := r.use(order(params).Device).fences(context.Background(), c.target); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// pcmk_monitor_timeout goes before the operation's, pcmk_monitor_retries is 2.
func TestLimitsOfAMonitor(t *testing.T) {
	for params, works := range map[string]bool{"": true, "pcmk_monitor_retries=1": false} {
		r, dir := fake(t)
		touch(t, dir, "flaky")
		d := order(nil).Device
		d.Params = map[string]string{"pcmk_monitor_timeout": "20s"}
		if name, value, given := strings.Cut(params, "="); given {
			d.Params[name] = value
		}
		if err := r.Monitor(context.Background(), d, 0); (err == nil) != works {
			t.Errorf("%q: %v", params, err)
		}
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}
