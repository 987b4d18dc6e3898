package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/history"
	"gpcs/internal/engine/sched"
	"gpcs/internal/fence"
)

// dc is the controller of a DC, n1, with the policy engine that the daemon
// gives it. Changes are stored at once, actions of resources end as the engine
// expects or as fails says, fencing is left to the test.
type dc struct {
	t      *testing.T
	c      *controller.Controller
	doc    *cib.Document
	now    time.Time
	number uint64
	calls  int
	wake   time.Time
	fails  map[string]bool    // keys of operations, "r_monitor_10000"
	ran    []string           // "n1 r_start_0"
	fences []controller.Fence // begun and not yet answered
}

// startDC has nodes n1 to nN configured with a fence device for all of them and
// a resource r; options are cluster options in the form name=value.
func startDC(t *testing.T, nodes int, resources string, options ...string) *dc {
	t.Helper()
	d := &dc{t: t, now: time.Unix(1_790_000_000, 0), fails: map[string]bool{}}
	var set, list strings.Builder
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		fmt.Fprintf(&set, `<nvpair id="o%d" name="%s" value="%s"/>`, i, name, value)
	}
	for i := range nodes {
		fmt.Fprintf(&list, `<node id="%d" uname="n%d"/>`, i+1, i+1)
	}
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" crm_feature_set="3.16.1" have-quorum="1" admin_epoch="0" epoch="1" num_updates="0">` +
		`<configuration><crm_config><cluster_property_set id="p">` + set.String() + `</cluster_property_set></crm_config><nodes>` + list.String() +
		`</nodes><resources><primitive id="f" class="stonith" type="fence_x"><instance_attributes id="fi"><nvpair id="fp" name="pcmk_host_check" value="none"/>` +
		`</instance_attributes></primitive>` + resources + `</resources><constraints/></configuration><status/></cib>`))
	must(t, err)
	d.doc = doc
	d.c = controller.New(controller.Config{UUID: "u", Version: "2.1.5", FeatureSet: "3.16.1", ClusterName: "c", Token: time.Second,
		Guard: 250 * time.Millisecond, Schedule: sched.Decide})
	d.do(d.c.Document(d.now, d.doc))
	return d
}

const aDummy = `<primitive id="r" class="ocf" provider="heartbeat" type="Dummy"/>`

// sees gives the DC a view with these nodes online; a node that was never
// online is one that was never seen.
func (d *dc) sees(nodes int, online ...int) {
	d.t.Helper()
	d.number++
	v := controller.View{Number: d.number, Self: 1, DC: true, Quorate: true}
	for id := 1; id <= nodes; id++ {
		n := controller.Node{ID: uint32(id), Name: fmt.Sprintf("n%d", id)}
		if slices.Contains(online, id) {
			n.Online, n.Incarnation = true, uint64(10+id)
		}
		v.Nodes = append(v.Nodes, n)
	}
	d.do(d.c.View(d.now, v))
}

// pass lets time pass, with the ticks that the controller asked for.
func (d *dc) pass(by time.Duration) {
	d.t.Helper()
	until := d.now.Add(by)
	for !d.wake.IsZero() && d.wake.After(d.now) && !d.wake.After(until) {
		d.now = d.wake
		d.do(d.c.Tick(d.now))
	}
	d.now = until
	d.do(d.c.Tick(d.now))
}

func (d *dc) do(effects []controller.Effect) {
	d.t.Helper()
	for _, e := range effects {
		switch e := e.(type) {
		case controller.Submit:
			d.change(e.Request.Ops...)
			d.do(d.c.Submitted(d.now, e.Seq, nil))
		case controller.Execute:
			d.run(e)
		case controller.Fence:
			d.fences = append(d.fences, e)
		case controller.Wake:
			d.wake = e.At
		}
	}
}

func (d *dc) change(ops ...cib.Op) {
	d.t.Helper()
	next, err := cib.Apply(d.doc, cib.Request{Ops: ops}, "")
	must(d.t, err)
	d.doc = next
	d.do(d.c.Document(d.now, next))
}

func (d *dc) run(e controller.Execute) {
	op := history.FromAction(e.Act, e.Key)
	d.calls++
	d.ran = append(d.ran, e.Act.Node+" "+op.Key())
	r := history.Result{Op: op, CallID: d.calls, RunAt: d.now.Unix(), Outcome: history.Outcome{RC: max(0, history.TargetRC(e.Key))}}
	if d.fails[op.Key()] {
		r.RC = history.RCError
	}
	d.change(history.Changes(d.doc, history.Node{ID: fmt.Sprint(e.Node), Name: e.Act.Node}, r, history.Agent{}, d.now.Unix())...)
}

// targets are those whose fencing was begun and not yet answered.
func (d *dc) targets() string {
	var names []string
	for _, f := range d.fences {
		names = append(names, f.Request.Target)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// off answers the first fencing that is under way: its target is off.
func (d *dc) off() {
	f := d.fences[0]
	d.fences = d.fences[1:]
	d.do(d.c.Proven(d.now, f.Seq, fence.Proven{Proof: "off verified by status", Devices: []string{"f"}, Delegate: "n1"}))
	d.do(d.c.Ended(d.now, f.Seq, fence.Ended{OK: true}))
}

// refused answers it otherwise.
func (d *dc) refused() {
	f := d.fences[0]
	d.fences = d.fences[1:]
	d.do(d.c.Ended(d.now, f.Seq, fence.Ended{Failures: []string{"no route"}}))
}

func (d *dc) wantTargets(what, want string) {
	d.t.Helper()
	if got := d.targets(); got != want {
		d.t.Fatalf("%s: fencing of %q is under way, not of %q", what, got, want)
	}
}

func TestConcurrentFencing(t *testing.T) {
	for option, atOnce := range map[string]int{"concurrent-fencing=true": 2, "concurrent-fencing=false": 1} {
		d := startDC(t, 5, aDummy, option)
		d.sees(5, 1, 2, 3, 4, 5)
		d.sees(5, 1, 2, 3)
		if len(d.fences) != atOnce {
			t.Errorf("%s: fencing of %q is under way", option, d.targets())
		}
		first := d.fences[0].Request.Target
		d.off()
		d.wantTargets(option+", one is off", map[string]string{"n4": "n5", "n5": "n4"}[first])
		d.off()
		d.wantTargets(option+", both are off", "")
	}
}

// A node that was never seen may run something, unless startup-fencing says
// that it does not.
func TestStartupFencing(t *testing.T) {
	for _, c := range []struct {
		option, targets string
		startsAtOnce    bool
	}{{"startup-fencing=true", "n3", false}, {"startup-fencing=false", "", true}} {
		d := startDC(t, 3, aDummy, c.option)
		d.sees(3, 1, 2)
		d.wantTargets(c.option+", at once", "")
		if got := d.started("r"); got != c.startsAtOnce {
			t.Errorf("%s: started at once: %v", c.option, got)
		}
		d.pass(25 * time.Second)
		d.wantTargets(c.option, c.targets)
		if d.targets() != "" {
			if d.started("r") {
				t.Errorf("%s: started before the proof", c.option)
			}
			d.off()
		}
		if !d.started("r") {
			t.Errorf("%s: not started in the end", c.option)
		}
	}
}

func (d *dc) started(rsc string) bool {
	return slices.ContainsFunc(d.ran, func(s string) bool { return strings.HasSuffix(s, " "+rsc+"_start_0") })
}

// Pacemaker 3 has other names for some options. Those of old count as well,
// where both are there the present one.
func TestFencingOptionsByBothNames(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []string
		want    string // target, action, ms
	}{
		{"none", nil, "n3 reboot 60000"},
		{"older", []string{"stonith-enabled=true", "stonith-action=off", "stonith-timeout=90s"}, "n3 off 90000"},
		{"present", []string{"fencing-enabled=true", "fencing-action=off", "fencing-timeout=90s"}, "n3 off 90000"},
		{"both", []string{"stonith-enabled=false", "fencing-enabled=true", "fencing-action=off", "stonith-action=reboot", "fencing-timeout=90s", "stonith-timeout=30s"},
			"n3 off 90000"},
		{"a word of old", []string{"stonith-action=poweroff"}, "n3 off 60000"},
		{"older off", []string{"stonith-enabled=false"}, ""},
		{"present off", []string{"fencing-enabled=false"}, ""},
		{"both off", []string{"stonith-enabled=true", "fencing-enabled=false"}, ""},
	} {
		d := startDC(t, 3, aDummy, c.options...)
		d.sees(3, 1, 2, 3)
		d.sees(3, 1, 2)
		d.pass(3 * time.Second)
		got := ""
		for _, f := range d.fences {
			got += fmt.Sprintf("%s %s %d", f.Request.Target, f.Request.Action, f.Request.TimeoutMS)
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

func TestHowOftenFencingIsTried(t *testing.T) {
	for _, c := range []struct {
		option string
		want   int
	}{{"stonith-max-attempts=2", 2}, {"fencing-max-attempts=3", 3}, {"x=y", 10}, {"fencing-max-attempts=INFINITY", 20}} {
		d := startDC(t, 3, aDummy, c.option)
		d.sees(3, 1, 2, 3)
		d.sees(3, 1, 2)
		tried := 0
		for ; len(d.fences) > 0 && tried < 20; tried++ {
			d.refused()
			d.pass(time.Minute)
		}
		if tried != c.want {
			t.Errorf("%s: tried %d times, not %d", c.option, tried, c.want)
		}
		if tried < 20 { // a change of the configuration is a reason to try again
			d.change(cib.Op{Kind: cib.Modify, XML: `<nodes><node id="2" uname="n2" description="x"/></nodes>`})
			d.pass(time.Minute)
			d.wantTargets("after a change", "n3")
		}
	}
}

func TestPriorityFencingDelay(t *testing.T) {
	prized := strings.Replace(aDummy, "/>", `><meta_attributes id="m"><nvpair id="mp" name="priority" value="10"/></meta_attributes></primitive>`, 1)
	for runsOn, delayMS := range map[string]int64{"n1": 0, "n2": 15000} { // who runs more is shot at later
		d := startDC(t, 2, prized, "priority-fencing-delay=15s", "no-quorum-policy=ignore")
		d.change(cib.Op{Kind: cib.Modify, XML: `<constraints><rsc_location id="l" rsc="r" node="` + runsOn + `" score="100"/></constraints>`})
		d.sees(2, 1, 2)
		if !slices.Contains(d.ran, runsOn+" r_start_0") {
			t.Fatal(d.ran)
		}
		d.sees(2, 1)
		d.wantTargets("the other half", "n2")
		if got := d.fences[0].Request.DelayMS; got != delayMS {
			t.Errorf("r runs on %s, the wait is %d ms", runsOn, got)
		}
	}
}

// A node on which a resource does not stop, or whose operation says
// on-fail=fence, is fenced though it is a member.
func TestFailuresThatFenceAMember(t *testing.T) {
	monitored := strings.Replace(aDummy, "/>", `><operations><op id="om" name="monitor" interval="10" on-fail="fence"/></operations></primitive>`, 1)
	for _, c := range []struct{ name, resource, fails string }{
		{"monitor with on-fail=fence", monitored, "r_monitor_10000"},
		{"stop", aDummy, "r_stop_0"},
	} {
		d := startDC(t, 3, c.resource)
		d.fails[c.fails] = true
		d.sees(3, 1, 2, 3)
		if c.fails == "r_stop_0" {
			d.wantTargets("before", "")
			d.change(cib.Op{Kind: cib.Modify, XML: `<resources><primitive id="r"><meta_attributes id="m"><nvpair id="mt" name="target-role" value="Stopped"/></meta_attributes></primitive></resources>`})
		}
		where := ""
		for _, s := range d.ran {
			if node, op, _ := strings.Cut(s, " "); op == c.fails {
				where = node
			}
		}
		d.wantTargets(c.name, where)
		if where == "" {
			t.Errorf("%s: nothing failed: %v", c.name, d.ran)
		}
	}
}

// A node that joins is let at its storage before it starts anything, once.
func TestUnfencingOnce(t *testing.T) {
	d := startDC(t, 2, aDummy+`<primitive id="u" class="stonith" type="fence_scsi"><meta_attributes id="um"><nvpair id="up" name="provides" value="unfencing"/>`+
		`</meta_attributes></primitive>`)
	d.sees(2, 1, 2)
	d.wantTargets("both nodes", "n1 n2")
	for len(d.fences) > 0 {
		if f := d.fences[0].Request; f.Action != fence.On || d.started("r") {
			t.Fatalf("%+v, %v", f, d.ran)
		}
		d.off() // done, that is
	}
	if !d.started("r") {
		t.Error("nothing starts")
	}
	d.change(cib.Op{Kind: cib.Modify, XML: `<nodes><node id="2" uname="n2" description="x"/></nodes>`})
	d.wantTargets("after another decision", "")
}
