package alerter

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gpcs/internal/cib"
	"gpcs/internal/engine/alert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// agent waits where its recipient says so, and notes its sequence number.
const agent = `#!/bin/sh
case $CRM_alert_recipient in
slow*) [ "$CRM_alert_node" = first ] && { echo begun >>DIR/slow; sleep 1000 & wait; } ;;
esac
echo "$CRM_alert_node" >>DIR/$CRM_alert_recipient
`

type bench struct {
	dir     string
	runner  *Runner
	targets []alert.Target
}

func start(t *testing.T, o Options, timeout string, recipients ...string) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), runner: New(o)}
	path := filepath.Join(b.dir, "agent")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(agent, "DIR", b.dir)), 0o755); err != nil {
		t.Fatal(err)
	}
	text := `<alert id="a" path="` + path + `"><meta_attributes id="m"><nvpair id="n" name="timeout" value="` + timeout + `"/></meta_attributes>`
	for _, r := range recipients {
		text += `<recipient id="` + r + `" value="` + r + `"/>`
	}
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration><alerts>` +
		text + `</alert></alerts></configuration></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	b.targets = alert.Targets(doc, time.Now())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- b.runner.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return b
}

func (b *bench) send(names ...string) {
	for _, n := range names {
		b.runner.Send(b.targets, alert.NodeChanged(n, "1", true))
	}
}

func (b *bench) told(recipient string) []string {
	data, _ := os.ReadFile(filepath.Join(b.dir, recipient)) // not there yet: told nothing
	return strings.Fields(string(data))
}

func (b *bench) await(t *testing.T, recipient string, want ...string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if slices.Equal(b.told(recipient), want) {
			return
		}
	}
	t.Fatalf("%s was told %v, want %v", recipient, b.told(recipient), want)
}

func TestARecipientIsToldInOrder(t *testing.T) {
	b := start(t, Options{Patience: time.Hour}, "30s", "a", "b")
	names := strings.Fields("one two three four five six seven eight nine ten")
	b.send(names...)
	b.await(t, "a", names...)
	b.await(t, "b", names...)
}

func TestASlowAgentHoldsUpNobodyForLong(t *testing.T) {
	b := start(t, Options{Patience: time.Millisecond}, "30s", "slow", "quick")
	b.send("first")
	b.await(t, "slow", "begun")
	b.send("second")
	b.await(t, "quick", "first", "second")
	b.await(t, "slow", "begun", "second")
}

// With an endless patience the next is run only because the one before it was killed.
func TestAHangingAgentIsKilled(t *testing.T) {
	b := start(t, Options{Patience: time.Hour}, "200ms", "slow")
	b.send("first", "second")
	b.await(t, "slow", "begun", "second")
}

func TestNoAgentIsRunWithoutItsUser(t *testing.T) {
	asked := make(chan bool, 1)
	b := start(t, Options{Account: func() (int, int, bool) { asked <- true; return 0, 0, false }}, "30s", "a")
	b.send("first")
	<-asked
	if told := b.told("a"); len(told) > 0 {
		t.Error("it was run all the same")
	}
}
