package sched_test

import (
	"sort"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

func schedule(t *testing.T, doc *cib.Document) *sched.Result {
	t.Helper()
	r, err := sched.Schedule(doc, sched.Options{Now: 1700000000})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keys lists a graph's actions as "key@node", sorted.
func keys(r *sched.Result) []string {
	out := []string{}
	for _, s := range r.Graph.Synapses {
		for _, a := range s.Actions {
			k := a.Key
			if a.Node != "" {
				k += "@" + a.Node
			}
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

// after tells whether the graph waits for one action before another.
func after(r *sched.Result, first, then string) bool {
	ids := map[int]string{}
	for _, s := range r.Graph.Synapses {
		for _, a := range s.Actions {
			ids[a.ID] = a.Key + "@" + a.Node
		}
	}
	for _, s := range r.Graph.Synapses {
		if ids[s.Actions[0].ID] != then {
			continue
		}
		for _, in := range s.Inputs {
			if ids[in] == first {
				return true
			}
		}
	}
	return false
}

const (
	probedNot = "monitor 0 1 7 0"
	started   = "start 0 2 0 0"
	monitored = "monitor 10000 3 0 0"
	down      = `in_ccm="false" crmd="offline" join="down" expected="down"`
)

func failCount(op, count string) string {
	return `<transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s1f" name="fail-count-a#` + op + `" value="` + count +
		`"/><nvpair id="s1l" name="last-failure-a#` + op + `" value="1699999990"/></instance_attributes></transient_attributes>`
}

func option(name, value string) string {
	return `<nvpair id="opt-` + name + `" name="` + name + `" value="` + value + `"/>`
}

func TestSchedule(t *testing.T) {
	running := []string{"RESOURCES", dummy, "HISTORY1", history("a", probedNot, started, monitored), "HISTORY2", history("a", probedNot)}
	with := func(pairs ...string) []string { return append(pairs, running...) }
	location := func(node, score string) string {
		return `<rsc_location id="l" rsc="a" node="` + node + `" score="` + score + `"/>`
	}
	for _, c := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"fresh cluster: probes everywhere, then start", []string{"RESOURCES", dummy},
			"a_monitor_0@n1 a_monitor_0@n2 a_monitor_10000@n1 a_start_0@n1"},
		{"quiet cluster: nothing", running, ""},
		{"history erased, probe found it active: leave it running, monitor it", []string{"RESOURCES", dummy,
			"HISTORY1", history("a", "monitor 0 1 0 0 7"), "HISTORY2", history("a", probedNot)}, "a_monitor_10000@n1"},
		{"history erased on one node: probe only there", []string{"RESOURCES", dummy,
			"HISTORY1", history("a", probedNot, started, monitored)}, "a_monitor_0@n2"},
		{"monitor failed: recover in place", []string{"RESOURCES", dummy, "TRANSIENT1", failCount("monitor_10000", "1"),
			"HISTORY1", history("a", probedNot, started, "monitor 10000 3 7 0 0"), "HISTORY2", history("a", probedNot)},
			"a_monitor_10000@n1 a_start_0@n1 a_stop_0@n1"},
		{"start failed for good: elsewhere", []string{"RESOURCES", dummy, "TRANSIENT1", failCount("start_0", "INFINITY"),
			"HISTORY1", history("a", probedNot, "start 0 2 1 0 0"), "HISTORY2", history("a", probedNot)},
			"a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"stop failed without fencing: blocked", []string{"RESOURCES", dummy, "TRANSIENT1", failCount("stop_0", "INFINITY"),
			"HISTORY1", history("a", started, "stop 0 3 1 0 0"), "HISTORY2", history("a", probedNot)}, ""},
		{"migration-threshold reached: elsewhere", []string{"RESOURCES",
			strings.Replace(dummy, "<operations>", `<meta_attributes id="m"><nvpair id="mt" name="migration-threshold" value="2"/></meta_attributes><operations>`, 1),
			"TRANSIENT1", failCount("monitor_10000", "2"),
			"HISTORY1", history("a", probedNot, started, "monitor 10000 3 7 0 0"), "HISTORY2", history("a", probedNot)},
			"a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"standby: move", with("ATTRS1", `<instance_attributes id="i1"><nvpair id="i1s" name="standby" value="on"/></instance_attributes>`),
			"a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"node maintenance: cancel the monitor", with("ATTRS1", `<instance_attributes id="i1"><nvpair id="i1s" name="maintenance" value="true"/></instance_attributes>`),
			"a_monitor_10000@n1"},
		{"maintenance mode: cancel the monitor", with("OPTIONS", option("maintenance-mode", "true")), "a_monitor_10000@n1"},
		{"disabled: stop", with("RESOURCES",
			strings.Replace(dummy, "<operations>", `<meta_attributes id="m"><nvpair id="mt" name="target-role" value="Stopped"/></meta_attributes><operations>`, 1)),
			"a_stop_0@n1"},
		{"prefers the other node: move", with("CONSTRAINTS", location("n2", "100")), "a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"stickiness outweighs the preference", with("CONSTRAINTS", location("n2", "100"), "RESOURCES",
			strings.Replace(dummy, "<operations>", `<meta_attributes id="m"><nvpair id="mt" name="resource-stickiness" value="200"/></meta_attributes><operations>`, 1)), ""},
		{"banned: move", with("CONSTRAINTS", location("n1", "-INFINITY")), "a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"removed from the configuration: stop, delete the history", with("RESOURCES", ""),
			"a_delete_0@n1 a_delete_0@n2 a_stop_0@n1"},
		{"stop-all-resources", with("OPTIONS", option("stop-all-resources", "true")), "a_stop_0@n1"},
		{"shutdown of a node: move, then shut it down", with("TRANSIENT1",
			`<transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s1f" name="shutdown" value="1699999999"/></instance_attributes></transient_attributes>`),
			"a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1 do_shutdown-n1@n1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := schedule(t, document(t, c.pairs...))
			if got := strings.Join(keys(r), " "); got != c.want {
				t.Errorf("graph has\n %s\nwant\n %s", got, c.want)
			}
		})
	}
}

func TestNodeLost(t *testing.T) {
	doc := document(t, "RESOURCES", dummy, "HISTORY1", history("a", probedNot),
		"HISTORY2", history("a", probedNot, started, monitored), "STATE2", down)
	r := schedule(t, doc)
	if got := strings.Join(keys(r), " "); got != "a_monitor_10000@n1 a_start_0@n1" {
		t.Errorf("graph has %s", got)
	}
}

func TestNoQuorum(t *testing.T) {
	for policy, want := range map[string]string{
		"stop": "a_stop_0@n1", "freeze": "", "ignore": "",
	} {
		doc := document(t, "RESOURCES", dummy, "OPTIONS", option("no-quorum-policy", policy),
			"HISTORY1", history("a", probedNot, started, monitored), "STATE2", down)
		doc.Root().CreateAttr("have-quorum", "0")
		if got := strings.Join(keys(schedule(t, doc)), " "); got != want {
			t.Errorf("%s: graph has %q, want %q", policy, got, want)
		}
	}
}

func TestStartWaitsForAllProbes(t *testing.T) {
	r := schedule(t, document(t, "RESOURCES", dummy))
	for _, n := range []string{"n1", "n2"} {
		if !after(r, "a_monitor_0@"+n, "a_start_0@n1") {
			t.Errorf("the start does not wait for the probe on %s", n)
		}
	}
	if !after(r, "a_start_0@n1", "a_monitor_10000@n1") {
		t.Error("the monitor does not wait for the start")
	}
}

func TestFencing(t *testing.T) {
	device := `<primitive id="f" class="stonith" type="fence_dummy"/>`
	doc := document(t, "RESOURCES", device+dummy, "OPTIONS", "",
		"HISTORY1", history("a", probedNot)+history("f", probedNot, started), "HISTORY2", history("a", probedNot, started, monitored)+history("f", probedNot),
		"STATE2", `in_ccm="false" crmd="offline" join="member" expected="member"`)
	for _, p := range doc.Section("crm_config").FindElements(".//nvpair[@name='stonith-enabled']") {
		p.CreateAttr("value", "true")
	}
	r := schedule(t, doc)
	got := strings.Join(keys(r), " ")
	if !strings.Contains(got, "stonith-n2-reboot@n2") || !after(r, "stonith-n2-reboot@n2", "a_start_0@n1") {
		t.Errorf("a is not started after the fencing of n2: %s", got)
	}
}
