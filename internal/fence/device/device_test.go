package device

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
case "$input" in
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
	o.TimeoutMS = 700
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
