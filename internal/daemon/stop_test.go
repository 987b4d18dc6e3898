package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

// newBusyNode runs a resource that stops when allow is called. stopping waits
// until the agent was told to stop, stopped until it has.
func newBusyNode(t *testing.T) (n *node, stopping, stopped, allow func()) {
	t.Helper()
	n = newNode(t, true)
	dir := t.TempDir()
	agent := filepath.Join(n.root.OCFRoot(), "resource.d", "test", "Slow")
	n.write(agent, slowAgent)
	must(t, os.Chmod(agent, 0o755))
	n.mustDo("start")
	_, err := n.Submit(n.context(), cib.Request{ID: "setup", Ops: []cib.Op{
		{Kind: cib.Modify, XML: `<crm_config><cluster_property_set id="c"><nvpair id="f" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>`},
		{Kind: cib.Modify, XML: fmt.Sprintf(`<resources><primitive id="slow" class="ocf" provider="test" type="Slow"><instance_attributes id="i">`+
			`<nvpair id="d" name="dir" value="%s"/></instance_attributes><operations><op id="s" name="stop" interval="0" timeout="600s"/>`+
			`</operations></primitive></resources>`, dir)}}})
	must(t, err)
	must(t, n.Idle(n.context()))
	if !exists(filepath.Join(dir, "up")) {
		t.Fatal("the resource was not started")
	}
	await := func(name string, there bool) {
		t.Helper()
		for ctx := n.context(); exists(filepath.Join(dir, name)) != there; {
			select {
			case <-ctx.Done():
				t.Fatalf("the agent's file %s: waited for there=%v", name, there)
			case <-time.After(10 * time.Millisecond): // an agent has no way to tell
			}
		}
	}
	return n, func() { await("stopping", true) }, func() { await("up", false) }, func() { n.write(filepath.Join(dir, "go"), "") }
}

// Who asks for a stop and loses patience does not stop the stopping: pcs asks
// again each minute while resources take their time.
func TestStopGoesOnWithoutItsCaller(t *testing.T) {
	n, stopping, _, allow := newBusyNode(t)
	impatient, cancel := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() { first <- n.Do(impatient, api.ClusterCommand{Do: "stop", Component: "pacemaker"}) }()
	stopping()
	cancel()
	var e *api.Error
	if err := <-first; !errors.As(err, &e) || e.Code != api.CodeTimeout {
		t.Errorf("the first caller heard %v", err)
	}
	if !n.State().Running {
		t.Error("the node is said to be stopped before its resource is")
	}
	allow()
	n.mustDo("stop pacemaker")
	if n.State().Running || n.current() == nil {
		t.Error("the node does not stay a member without resources")
	}
	n.mustDo("start")
	if !n.State().Running {
		t.Error("the node was not taken back")
	}
	n.mustDo("stop")
	if n.current() != nil || exists(n.runningFile()) {
		t.Error("the node has not left")
	}
}

// The wish to leave is forgotten where the DC writes down that the node has
// joined: it is told again.
func TestStopIsToldAgain(t *testing.T) {
	n, stopping, _, allow := newBusyNode(t)
	answer := make(chan error, 1)
	go func() { answer <- n.do("stop") }()
	stopping()
	must(t, n.current().unsetTransient(n.context(), "shutdown"))
	allow()
	if err := <-answer; err != nil || n.current() != nil {
		t.Errorf("the stop ended with %v", err)
	}
}

// A kill need not wait for a stop that hangs.
func TestKillEndsAStop(t *testing.T) {
	n, stopping, stopped, allow := newBusyNode(t)
	answer := make(chan error, 1)
	go func() { answer <- n.do("stop") }()
	stopping()
	n.mustDo("kill")
	if err := <-answer; err != nil {
		t.Errorf("the stop ended with %v", err)
	}
	if n.State().Running || n.current() != nil || exists(n.runningFile()) {
		t.Error("cluster services were not killed")
	}
	allow()
	stopped() // the agent, which outlives the daemon
}

// A start takes a node back that is still being stopped.
func TestStartEndsAStop(t *testing.T) {
	n, stopping, _, allow := newBusyNode(t)
	answer := make(chan error, 1)
	go func() { answer <- n.do("stop") }()
	stopping()
	n.mustDo("start")
	if err := <-answer; !errors.Is(err, errStarted) {
		t.Errorf("the stop ended with %v", err)
	}
	allow()
	must(t, n.Idle(n.context()))
	doc, err := n.Document(n.context(), true)
	must(t, err)
	if !n.State().Running || strings.Contains(string(doc.Bytes()), `name="shutdown"`) {
		t.Error("the node still means to stop")
	}
}

// slowAgent is a resource whose stop waits until a file exists.
const slowAgent = `#!/bin/sh
case $1 in
start) : >"$OCF_RESKEY_dir/up" ;;
stop)
	: >"$OCF_RESKEY_dir/stopping"
	until [ -e "$OCF_RESKEY_dir/go" ] || [ ! -e "$OCF_RESKEY_dir/up" ]; do sleep 0.05; done
	rm -f "$OCF_RESKEY_dir/up" ;;
monitor) [ -e "$OCF_RESKEY_dir/up" ] || exit 7 ;;
*) exit 3 ;;
esac
`
