package sched_test

import (
	"strings"
	"testing"
)

// What was once found to be decided otherwise than by Pacemaker's on inputs
// that nobody had recorded, each reduced to what it takes (see test/beside).
func TestBeside(t *testing.T) {
	const ticket = `<rsc_ticket id="t" rsc="a" ticket="T" loss-policy="POLICY"/>`
	byPolicy := func(policy string) string { return strings.Replace(ticket, "POLICY", policy, 1) }
	running := []string{"RESOURCES", dummy, "HISTORY1", history("a", probedNot, started, monitored), "HISTORY2", history("a", probedNot)}
	with := func(more ...string) []string { return append(more, running...) }
	guest := `<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="m"><nvpair id="mg" name="remote-node" value="g"/></meta_attributes></primitive>`
	device := strings.Replace(history("f", probedNot, started), `class="ocf" provider="heartbeat" type="Dummy"`, `class="stonith" type="fence_x"`, 1)
	for _, c := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"a guest is connected where nothing may run without leave", []string{"RESOURCES", guest, "OPTIONS", option("symmetric-cluster", "false"),
			"CONSTRAINTS", `<rsc_location id="l" rsc="a" node="n1" score="1"/>`, "HISTORY1", history("a", probedNot), "HISTORY2", history("a", probedNot)},
			"a_start_0@n1 g_monitor_0@n1 g_monitor_0@n2 g_monitor_30000@n1 g_start_0@n1"},
		{"an operation without a digest may have run with anything", []string{"RESOURCES", dummy,
			"HISTORY1", strings.ReplaceAll(history("a", probedNot, started), "op-digest", "x-digest"), "HISTORY2", history("a", probedNot)},
			"a_monitor_10000@n1 a_start_0@n1 a_stop_0@n1"},
		{"a hard error by the executor's word", with("HISTORY1", history("a", probedNot, started, "monitor 10000 3 1 5 0")), "a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"a fatal one", with("HISTORY1", history("a", probedNot, started, "monitor 10000 3 1 6 0")), "a_stop_0@n1"},
		{"no secrets to run it with", with("HISTORY1", history("a", probedNot, started, "monitor 10000 3 1 11 0")), "a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"a cancelled operation says nothing", with("HISTORY1", history("a", probedNot, started, monitored, "stop 0 4 1 1 0")), ""},
		{"a device that was removed is stopped, though it was the last", []string{"OPTIONS", option("stonith-enabled", "true"), "HISTORY1", device},
			"f_delete_0@n1 f_stop_0@n1"},
		{"a history by another agent elsewhere is deleted, no more", []string{"RESOURCES", dummy, "HISTORY1", history("a", probedNot, started, monitored),
			"HISTORY2", strings.Replace(history("a", probedNot), "heartbeat", "other", 1)}, "a_delete_0@n2"},
		{"negative stickiness drives nothing away", with("RESOURCES", strings.Replace(dummy, "<operations>",
			`<meta_attributes id="m"><nvpair id="ms" name="resource-stickiness" value="-1"/></meta_attributes><operations>`, 1)), ""},
		{"a remote node never seen is fenced when it cannot be reached", []string{"OPTIONS", option("stonith-enabled", "true"),
			"RESOURCES", `<primitive id="f" class="stonith" type="fence_x"/><primitive id="r" class="ocf" provider="pacemaker" type="remote"/>`,
			"CONSTRAINTS", `<rsc_location id="l1" rsc="r" node="n1" score="-INFINITY"/><rsc_location id="l2" rsc="r" node="n2" score="-INFINITY"/>`,
			"HISTORY1", device + history("r", probedNot), "HISTORY2", history("r", probedNot)},
			"f_monitor_0@n2 r_delete_0@n1 r_delete_0@n2 stonith-r-reboot@r"},
		{"what a bundle holds needs no room inside of it", []string{"OPTIONS", option("placement-strategy", "balanced"),
			"RESOURCES", `<bundle id="b"><podman image="i"/><network ip-range-start="10.0.0.1"/>` + strings.Replace(dummy, "<operations>",
				`<utilization id="u"><nvpair id="uc" name="cpu" value="1"/></utilization><operations>`, 1) + `</bundle>`,
			"ATTRS1", `<utilization id="u1"><nvpair id="u1c" name="cpu" value="1"/></utilization>`},
			"a:0_monitor_10000@b-0 a:0_start_0@b-0 b-0_monitor_0@n1 b-0_monitor_0@n2 b-0_monitor_30000@n1 b-0_start_0@n1 b-clone_running_0 b-clone_start_0 " +
				"b-ip-10.0.0.1_monitor_0@n1 b-ip-10.0.0.1_monitor_0@n2 b-ip-10.0.0.1_monitor_60000@n1 b-ip-10.0.0.1_start_0@n1 b-podman-0_monitor_0@n1 " +
				"b-podman-0_monitor_0@n2 b-podman-0_monitor_60000@n1 b-podman-0_start_0@n1 b_running_0 b_start_0 load_stopped_n1 load_stopped_n2"},
		{"exclusive discovery holds though its rule holds nowhere", []string{"RESOURCES", dummy,
			"CONSTRAINTS", `<rsc_location id="l" rsc="a" resource-discovery="exclusive"><rule id="r" score="INFINITY"><date_expression id="d" operation="lt" end="2005-01-01"/></rule></rsc_location>`}, ""},
		{"a remote connection launches no guest", []string{"RESOURCES", strings.Replace(guest, `provider="heartbeat" type="Dummy"`, `provider="pacemaker" type="remote"`, 1)},
			"a_monitor_0@n1 a_monitor_0@n2 a_start_0@n1"},
		{"the role of a constraint is not that of its rules", with("CONSTRAINTS",
			`<rsc_location id="l" rsc="a" role="Promoted"><rule id="r" score="-INFINITY"><expression id="e" attribute="#uname" operation="eq" value="n1"/></rule></rsc_location>`),
			"a_monitor_10000@n2 a_start_0@n2 a_stop_0@n1"},
		{"of a set only what comes before a name without bearer is tied together", with("CONSTRAINTS",
			`<rsc_location id="l" score="-INFINITY" node="n1"><resource_set id="s"><resource_ref id="nobody"/><resource_ref id="a"/></resource_set></rsc_location>`), ""},
		{"a ticket never granted: stop", with("CONSTRAINTS", byPolicy("stop")), "a_stop_0@n1"},
		{"a ticket never granted: freeze what runs", with("CONSTRAINTS", byPolicy("freeze")), ""},
		{"a ticket never granted: freeze what is stopped", []string{"RESOURCES", dummy, "CONSTRAINTS", byPolicy("freeze"),
			"HISTORY1", history("a", probedNot), "HISTORY2", history("a", probedNot)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := document(t, c.pairs...)
			for _, p := range doc.Section("crm_config").FindElements(".//nvpair[@id='o1']") {
				if strings.Contains(strings.Join(c.pairs, ""), "opt-stonith-enabled") {
					p.Parent().RemoveChild(p)
				}
			}
			if got := strings.Join(keys(schedule(t, doc)), " "); got != c.want {
				t.Errorf("graph has\n %s\nwant\n %s", got, c.want)
			}
		})
	}
}

// A promotion that a start without quorum stands before is said to be blocked.
func TestPromotionBeyondStart(t *testing.T) {
	doc := document(t, "RESOURCES", `<clone id="c"><meta_attributes id="m"><nvpair id="mp" name="promotable" value="true"/></meta_attributes>`+dummy+`</clone>`,
		"TRANSIENT1", `<transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s1m" name="master-a" value="5"/></instance_attributes></transient_attributes>`)
	doc.Root().CreateAttr("have-quorum", "0")
	list := schedule(t, doc).Summary
	if len(list) == 0 || list[0].Change != "Promote" || !list[0].Blocked {
		t.Errorf("decided %+v", list)
	}
}
