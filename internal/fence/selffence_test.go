package fence

import (
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
)

func TestWhenAWatchdogIsFed(t *testing.T) {
	for _, c := range []struct {
		name          string
		w             Watch
		quorate, idle bool
		want          bool
	}{
		{"has just booted and waits for the others", Watch{}, false, false, true},
		{"has quorum", Watch{}, true, false, true},
		{"had quorum", Watch{Had: true}, false, false, false},
		{"had quorum and has stopped all that it ran", Watch{Had: true}, false, true, true},
		{"was told to reset itself", Watch{Had: true, Ordered: true}, true, true, false},
	} {
		if got := c.w.Feed(c.quorate, c.idle); got != c.want {
			t.Errorf("%s: fed: %v", c.name, got)
		}
	}
	var w Watch
	w.Feed(true, false)
	if w.Feed(false, false) {
		t.Error("fed after the loss of quorum")
	}
}

func TestWatchdogsThatCount(t *testing.T) {
	doc := cib.New("pacemaker-3.9", "3.16.1")
	doc = applied(t, doc, []cib.Op{{Kind: cib.Modify, XML: `<status><node_state id="1" uname="n1" watchdog="5000"/><node_state id="2" uname="n2"/></status>`}})
	for _, c := range []struct {
		node, option string
		want         int64
	}{{"n1", "10s", 10000}, {"n1", "5s", 0}, {"n1", "-1", 10000}, {"n1", "", 0}, {"n1", "0", 0}, {"n2", "10s", 0}, {"n3", "10s", 0}} {
		if got := WatchdogMS(doc, c.node, c.option); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestPlanWaitsForTheWatchdog(t *testing.T) {
	doc := cib.New("pacemaker-3.9", "3.16.1")
	now := time.Unix(1000, 0)
	plan := func(action string, ms int64) []Effect {
		p := NewPlan(doc, Request{Target: "n2", Action: action, TimeoutMS: 60000, WatchdogMS: ms, Members: []Member{{1, "n1"}, {2, "n2"}}})
		effects := p.Begin(now)
		run, ok := effects[0].(Run)
		if !ok {
			return effects
		}
		if run.Device.Agent != WatchdogAgent || run.Node.Name != "n1" || run.TimeoutMS != ms || run.Ask {
			t.Errorf("%+v", run)
		}
		return p.Answered(now, run.Seq, Reply{OK: true})
	}
	effects := plan(Reboot, 10000)
	if len(effects) != 2 || effects[0].(Proven).Proof != watchdogProof || !effects[1].(Ended).OK {
		t.Errorf("%+v", effects)
	}
	if e := plan(Reboot, 0)[0].(Ended); e.OK || !strings.Contains(e.Failures[0], "no usable fence device") {
		t.Errorf("%+v", e)
	}
	if e := plan(On, 10000)[0].(Ended); e.OK {
		t.Error("a watchdog switches nothing on")
	}
}
