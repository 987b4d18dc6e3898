package agent

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gpcs/internal/agentmeta"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFactsAreAskedOnce(t *testing.T) {
	n := newNode(t)
	n.agent("thing", "exit 0")
	asked := 0
	var fail error
	f := n.NewFacts(func(_ context.Context, name agentmeta.Name) (agentmeta.Agent, error) {
		asked++
		return agentmeta.Agent{Name: name, OCFVersion: "1.1", Actions: []agentmeta.Action{{Name: "reload-agent"}}}, fail
	})
	rsc := graph.Resource{ID: "r", Class: "ocf", Provider: "test", Type: "thing"}
	for range 3 {
		if a := f.Of(context.Background(), rsc); a.Reload != history.ReloadAgent {
			t.Fatalf("%+v", a)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	// An upgraded agent is asked again; one that fails counts as unknown.
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(n.ocfPath(Request{Rsc: rsc}), later, later); err != nil {
		t.Fatal(err)
	}
	fail = errors.New("broken")
	if a := f.Of(context.Background(), rsc); a.Reload != "" || asked != 2 {
		t.Errorf("%+v after %d questions", a, asked)
	}
	for _, typ := range []string{"nosuch", "../thing"} {
		rsc.Type = typ
		f.Of(context.Background(), rsc)
	}
	f.Of(context.Background(), graph.Resource{Class: "ocf", Provider: "heartbeat", Type: "IPaddr2"})
	f.Of(context.Background(), graph.Resource{Class: "systemd", Type: "nginx"})
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
