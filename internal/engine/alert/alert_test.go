package alert

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
	"gpcs/internal/fence"
)

// at is Monday, 23 November 2026, 13:49:42.351058 UTC.
var at = time.Unix(1795441782, 351058000).UTC()

func document(t *testing.T, alerts, status string) *cib.Document {
	t.Helper()
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/>` +
		`<resources/><constraints/><alerts>` + alerts + `</alerts></configuration><status>` + status + `</status></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

const configured = `
<alert id="a1" path="/agent"><select><select_attributes/><select_fencing/><select_nodes/><select_resources/></select>
 <meta_attributes id="m"><nvpair id="m1" name="timeout" value="4s"/></meta_attributes>
 <instance_attributes id="i"><nvpair id="i1" name="opt_one" value="a b'c"/><nvpair id="i2" name="over" value="1"/></instance_attributes>
 <recipient id="r1" value="one"><instance_attributes id="ri"><nvpair id="ri1" name="opt_two" value="2"/><nvpair id="ri2" name="over" value="2"/></instance_attributes>
  <meta_attributes id="rm"><nvpair id="rm1" name="timestamp-format" value="%Y-%m-%d %H:%M:%S.%03N %s %j %a"/></meta_attributes></recipient>
 <recipient id="r2" value="two"/></alert>`

// The variables as Pacemaker 2.1.5 gave them to an agent for the same events,
// sorted, without those of the time and of the recipient.
func TestEnvironmentIsPacemakers(t *testing.T) {
	op := func(task string, interval int64, rc int, status history.Status, took int64) history.Result {
		return history.Result{Op: history.Op{Rsc: graph.Resource{ID: "d"}, Operation: task, IntervalMS: interval, TimeoutMS: 3000,
			TransitionKey: "3:7:0:88ec1a6c-ae58-4d4b-b54d-5c6f6a0a4f5e"}, Outcome: history.Outcome{RC: rc, Status: status}, ExecMS: took}
	}
	operated := func(r history.Result) Event {
		e, ok := Operated("node1", r)
		if !ok {
			t.Fatalf("no event of %+v", r)
		}
		return e
	}
	for _, c := range []struct {
		name  string
		event Event
		want  string
	}{
		{"attribute", AttributeSet("node1", "1", "foo", "bar"),
			"attribute_name=foo attribute_value=bar kind=attribute node=node1 nodeid=1"},
		{"attribute removed", AttributeSet("node1", "1", "foo", ""), "attribute_name=foo attribute_value= kind=attribute node=node1 nodeid=1"},
		{"node", NodeChanged("node2", "2", false), "desc=lost kind=node node=node2 nodeid=2"},
		{"member", NodeChanged("node2", "2", true), "desc=member kind=node node=node2 nodeid=2"},
		{"failed monitor", operated(op("monitor", 5000, 7, history.Done, 0)),
			"desc=not running exec_time=0 interval=5000 kind=resource node=node1 rc=7 rsc=d status=0 target_rc=0 task=monitor"},
		{"stop", operated(op("stop", 0, 0, history.Done, 95)),
			"desc=ok exec_time=95 interval=0 kind=resource node=node1 rc=0 rsc=d status=0 target_rc=0 task=stop"},
		{"timed out", operated(op("start", 0, 1, history.TimedOut, 0)),
			"desc=Timed Out exec_time=3000 interval=0 kind=resource node=node1 rc=1 rsc=d status=2 target_rc=0 task=start"},
		{"cancelled", operated(op("cancel", 5000, 0, history.Done, 0)),
			"desc=Cancelled exec_time=0 interval=5000 kind=resource node=node1 rc=0 rsc=d status=1 target_rc=0 task=monitor"},
		{"fencing", Fenced(fence.Record{ID: "9e29", Target: "node2", Action: "reboot", State: fence.Success, Origin: "node1",
			Client: "stonith_admin.371", Delegate: "node1"}),
			"desc=Operation reboot of node2 by node1 for stonith_admin.371@node1: OK (ref=9e29) kind=fencing node=node2 rc=0 task=st_notify_fence"},
		{"fencing failed", Fenced(fence.Record{ID: "1", Target: "node2", Action: "off", State: fence.Failed, Origin: "node1",
			Client: "controld", Reason: "no route"}),
			"desc=Operation off of node2 by the cluster for controld@node1: Error (no route) (ref=1) kind=fencing node=node2 rc=-201 task=st_notify_fence"},
	} {
		targets := Targets(document(t, configured, ""), at)
		if len(targets) != 2 || targets[0].Recipient != "two" || targets[0].Timeout != 4*time.Second {
			t.Fatalf("targets %+v", targets)
		}
		var have []string
		for _, kv := range targets[1].Env(c.event, at, 7) {
			name, ok := strings.CutPrefix(kv, "CRM_alert_")
			if ok && !slices.Contains(targets[1].Env(c.event, at, 7), "CRM_notify_"+name) {
				t.Errorf("%s: no CRM_notify_%s", c.name, name)
			}
			if ok && !strings.HasPrefix(name, "timestamp") && !strings.HasPrefix(name, "recipient=") && !strings.HasPrefix(name, "version=") &&
				!strings.HasPrefix(name, "node_sequence=") {
				have = append(have, name)
			}
		}
		slices.Sort(have)
		if got := strings.Join(have, " "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestOptionsRecipientAndTime(t *testing.T) {
	two, one := Targets(document(t, configured, ""), at)[0], Targets(document(t, configured, ""), at)[1]
	env := func(target Target) []string { return target.Env(NodeChanged("n", "1", true), at, 12) }
	for _, want := range []string{"opt_one=a b'c", "opt_two=2", "over=2", "CRM_alert_recipient=one", "CRM_alert_version=2.1.5",
		"CRM_alert_node_sequence=12", "CRM_alert_timestamp=2026-11-23 13:49:42.351 1795441782 327 Mon",
		"CRM_alert_timestamp_epoch=1795441782", "CRM_alert_timestamp_usec=351058"} {
		if !slices.Contains(env(one), want) {
			t.Errorf("one: no %s in %v", want, env(one))
		}
	}
	for _, want := range []string{"over=1", "CRM_alert_recipient=two", "CRM_alert_timestamp=13:49:42.351058"} {
		if !slices.Contains(env(two), want) {
			t.Errorf("two: no %s in %v", want, env(two))
		}
	}
}

func TestWhoIsTold(t *testing.T) {
	events := map[string]Event{"node": NodeChanged("n", "1", true), "fencing": Fenced(fence.Record{}),
		"resource": {Kind: Resource}, "foo": AttributeSet("n", "1", "foo", "1"), "bar": AttributeSet("n", "1", "bar", "1")}
	for _, c := range []struct{ name, alert, want string }{
		{"nothing selected", ``, "fencing node resource"},
		{"nodes", `<select><select_nodes/></select>`, "node"},
		{"all attributes", `<select><select_attributes/></select>`, "bar foo"},
		{"one attribute", `<select><select_fencing/><select_attributes><attribute id="x" name="foo"/></select_attributes></select>`, "fencing foo"},
		{"switched off", `<meta_attributes id="m"><nvpair id="n" name="enabled" value="false"/></meta_attributes>`, ""},
		{"a recipient that is off", `<recipient id="r" value="v"><meta_attributes id="m"><nvpair id="n" name="enabled" value="false"/></meta_attributes></recipient>`, ""},
	} {
		var told []string
		for _, target := range Targets(document(t, `<alert id="a" path="/x">`+c.alert+`</alert>`, ""), at) {
			for name, e := range events {
				if target.Wants(e) {
					told = append(told, name)
				}
			}
		}
		slices.Sort(told)
		if got := strings.Join(told, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRulesDecideOnMetaAttributes(t *testing.T) {
	doc := document(t, `<alert id="a" path="/x"><meta_attributes id="m" score="2"><rule id="r" score="0">
<date_expression id="d" operation="gt" start="2026-12-01"/></rule><nvpair id="n" name="timeout" value="2min"/></meta_attributes>
<meta_attributes id="m2" score="1"><nvpair id="n2" name="timeout" value="500ms"/><nvpair id="n3" name="timestamp-format" value="%F"/></meta_attributes></alert>`, "")
	for when, want := range map[time.Time]time.Duration{at: 500 * time.Millisecond, at.AddDate(0, 1, 0): 2 * time.Minute} {
		if got := Targets(doc, when)[0]; got.Timeout != want || got.Format != "%F" {
			t.Errorf("at %v: %v %q, want %v", when, got.Timeout, got.Format, want)
		}
	}
}

// The right side is what date(1) of coreutils prints in the C locale.
func TestFormat(t *testing.T) {
	sunday := time.Date(2027, 1, 3, 0, 5, 9, 7000, time.FixedZone("", 3600+1800))
	for _, c := range []struct {
		at            time.Time
		pattern, want string
	}{
		{at, "%H:%M:%S.%06N", "13:49:42.351058"}, {at, "%N|%3N|%01N", "351058|351|3"},
		{at, "%a %A %b %B %d %e %j %u %w", "Mon Monday Nov November 23 23 327 1 1"},
		{at, "%U %W %V %G %g %C %y", "47 47 48 2026 26 20 26"}, {at, "%I %l %k %p %P %r", "01  1 13 PM pm 01:49:42 PM"},
		{at, "%F %T %D %R %s %z %% %n", "2026-11-23 13:49:42 11/23/26 13:49 1795441782 +0000 % \n"},
		{at, "%c", "Mon Nov 23 13:49:42 2026"}, {at, "50%", "50%"}, {at, "%Q", "%Q"},
		{sunday, "%U %W %V %G %u %w %j %z", "01 00 53 2026 7 0 003 +0130"},
		{sunday, "%-d %-H %_m %e %06N %^a %-j", "3 0  1  3 000007 SUN 3"},
	} {
		if got := Format(c.pattern, c.at); got != c.want {
			t.Errorf("%q: %q, want %q", c.pattern, got, c.want)
		}
	}
}

func TestExpectedProbesAreNoEvents(t *testing.T) {
	r := history.Result{Op: history.Op{Operation: "monitor", TransitionKey: "3:7:7:x"}, Outcome: history.Outcome{RC: 7}}
	if _, ok := Operated("n", r); ok {
		t.Error("a probe that found nothing is an event")
	}
	r.RC = 0
	if _, ok := Operated("n", r); !ok {
		t.Error("a probe that found a resource is none")
	}
}

func state(id, name, pairs string) string {
	return `<node_state id="` + id + `" uname="` + name + `"><transient_attributes id="` + id + `"><instance_attributes id="status-` + id + `">` +
		pairs + `</instance_attributes></transient_attributes></node_state>`
}

func TestChangesAreFound(t *testing.T) {
	values := func(events []Event) string {
		var words []string
		for _, e := range events {
			var w []string
			for _, v := range e.Vars {
				w = append(w, v.Value)
			}
			words = append(words, strings.Join(w, " "))
		}
		return strings.Join(words, "; ")
	}
	var a Attributes
	for _, c := range []struct{ status, want string }{
		{state("1", "n1", `<nvpair id="a" name="x" value="1"/>`), ""},
		{state("1", "n1", `<nvpair id="a" name="x" value="1"/>`), ""},
		{state("1", "n1", `<nvpair id="a" name="x" value="2"/><nvpair id="b" name="y" value="3"/>`), "n1 1 x 2; n1 1 y 3"},
		{state("1", "n1", `<nvpair id="b" name="y" value="3"/>`), "n1 1 x "},
		{`<node_state id="1" uname="n1"/>`, ""},
		{state("1", "n1", `<nvpair id="b" name="y" value="3"/>`), "n1 1 y 3"},
	} {
		if got := values(a.Changed(document(t, "", c.status))); got != c.want {
			t.Errorf("%s: %q, want %q", c.status, got, c.want)
		}
	}
	var m Members
	node := func(id uint32, online bool) controller.Node {
		return controller.Node{ID: id, Name: "n" + string(rune('0'+id)), Online: online, Incarnation: 7}
	}
	again := node(2, true)
	again.Incarnation = 8
	for _, c := range []struct {
		nodes []controller.Node
		want  string
	}{
		{[]controller.Node{node(1, true), node(2, false)}, "n1 1 member"},
		{[]controller.Node{node(1, true), node(2, true)}, "n2 2 member"},
		{[]controller.Node{node(1, true), node(2, true)}, ""},
		{[]controller.Node{node(1, true), again}, "n2 2 lost; n2 2 member"},
		{[]controller.Node{node(1, true), node(2, false)}, "n2 2 lost"},
	} {
		if got := values(m.Changed(controller.View{Nodes: c.nodes})); got != c.want {
			t.Errorf("%v: %q, want %q", c.nodes, got, c.want)
		}
	}
	var f Fencings
	doc := document(t, "", "")
	for i, r := range []fence.Record{{ID: "1", Target: "old", CompletedMS: 1}, {ID: "2", Target: "new", CompletedMS: 2},
		{ID: "3", Target: "past", CompletedMS: 1, Past: true}, {ID: "4", Target: "gone", Action: fence.Leave, CompletedMS: 4}} {
		next, err := cib.Apply(doc, cib.Request{Ops: []cib.Op(fence.Append(doc, r))}, "")
		if err != nil {
			t.Fatal(err)
		}
		doc = next
		if events := f.Changed(doc); (len(events) == 1) != (i == 1) {
			t.Errorf("record %s: %s", r.ID, values(events))
		}
	}
}
