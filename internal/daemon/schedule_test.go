package daemon

import (
	"log/slog"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
)

func TestAFaultOfThePolicyEngineEndsNothing(t *testing.T) {
	var log strings.Builder
	doc := cib.New("pacemaker-3.9", "3.16.2")
	p := guarded(slog.New(slog.NewTextHandler(&log, nil)), func(*cib.Document, int64) (*graph.Graph, error) { panic("index out of range") })
	if g, err := p(doc, 1); g != nil || err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v, %v", g, err)
	}
	if !strings.Contains(log.String(), "schedule_test.go") {
		t.Errorf("the log does not say where: %s", log.String())
	}
	if g, err := guarded(slog.New(slog.DiscardHandler), sched.Decide)(doc, 1); g == nil || err != nil {
		t.Errorf("an empty document: %v, %v", g, err)
	}
}
