package status

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gpcs/internal/cib"
)

func TestQuorumText(t *testing.T) {
	votes := Votes{
		Now: moment, NodeID: 1, RingID: "1.e", Quorate: true, Expected: 2, HighestExpected: 2, Total: 2, Needed: 1,
		Flags:   []string{"2Node", "Quorate", "WaitForAll"},
		Members: []Voter{{2, "beta", 1}, {1, "alpha", 1}},
	}
	want := `Quorum information
------------------
Date:             Tue Nov 14 22:20:00 2023
Quorum provider:  corosync_votequorum
Nodes:            2
Node ID:          1
Ring ID:          1.e
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   2
Highest expected: 2
Total votes:      2
Quorum:           1  
Flags:            2Node Quorate WaitForAll 

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
         1          1         NR alpha (local)
         2          1         NR beta

`
	if diff := cmp.Diff(want, QuorumText(votes)); diff != "" {
		t.Error(diff)
	}
	want = `
Membership information
----------------------
    Nodeid      Votes Name
         1          1 alpha (local)
         2          1 beta
`
	if diff := cmp.Diff(want, MembershipText(votes)); diff != "" {
		t.Error(diff)
	}
	votes.Quorate = false
	if text := QuorumText(votes); !strings.Contains(text, "\nQuorum:           1 Activity blocked\n") {
		t.Errorf("a loss of quorum does not show:\n%s", text)
	}
}

func TestFailcounts(t *testing.T) {
	doc := parse(t, `<cib><configuration><nodes><node id="1" uname="alpha"/></nodes></configuration><status>
	  <node_state id="1"><transient_attributes id="1"><instance_attributes id="s1">
	    <nvpair id="a" name="fail-count-web#monitor_10000" value="2"/>
	    <nvpair id="b" name="last-failure-web#monitor_10000" value="1700000000"/>
	    <nvpair id="c" name="fail-count-web#start_0" value="3"/>
	    <nvpair id="d" name="fail-count-db#start_0" value="INFINITY"/>
	    <nvpair id="e" name="fail-count-db#stop_0" value="1"/>
	  </instance_attributes></transient_attributes></node_state></status></cib>`)
	list := ReadFailcounts(doc)
	for _, c := range []struct {
		filter FailcountFilter
		full   bool
		want   string
	}{
		{FailcountFilter{}, false, "Failcounts for resource 'db'\n  alpha: INFINITY\nFailcounts for resource 'web'\n  alpha: 5\n"},
		{FailcountFilter{Resource: "web"}, true,
			"Failcounts for resource 'web'\n  alpha:\n    monitor 10000ms: 2\n    start 0ms: 3\n"},
		{FailcountFilter{Resource: "web", Operation: "monitor", Interval: "10"}, false,
			"Failcounts for operation 'monitor' with interval '10' of resource 'web'\n  alpha: 2\n"},
		{FailcountFilter{Operation: "start"}, false, "Failcounts for operation 'start' of resource 'db'\n  alpha: INFINITY\n" +
			"Failcounts for operation 'start' of resource 'web'\n  alpha: 3\n"},
		{FailcountFilter{Resource: "web", Node: "beta"}, false, "No failcounts for resource 'web' on node 'beta'\n"},
		{FailcountFilter{Resource: "none"}, true, "No failcounts for resource 'none'\n"},
	} {
		if got := FailcountsText(list, c.filter, c.full); got != c.want {
			t.Errorf("%+v: got\n%swant\n%s", c.filter, got, c.want)
		}
	}
	if len(list) != 4 || list[0].Last != 1700000000 {
		t.Errorf("read %+v", list)
	}
}

func TestWarnings(t *testing.T) {
	bare := parse(t, `<cib><configuration/></cib>`)
	if got := Warnings(bare, true, false); len(got) != 1 || got[0] != "No stonith devices and stonith-enabled is not false" {
		t.Errorf("without devices: %q", got)
	}
	for _, silent := range [][]string{Warnings(bare, false, false), Warnings(bare, true, true)} {
		if len(silent) != 0 {
			t.Errorf("a needless warning: %q", silent)
		}
	}
	doc := parse(t, `<cib><configuration><resources>
	  <primitive id="f1" class="stonith" type="fence_x"><instance_attributes id="i">
	    <nvpair id="n1" name="action" value="off"/><nvpair id="n2" name="method" value="cycle"/></instance_attributes></primitive>
	  <primitive id="sbd" class="stonith" type="fence_sbd"><instance_attributes id="j">
	    <nvpair id="n3" name="method" value="cycle"/></instance_attributes></primitive>
	  </resources><constraints><rsc_location id="cli-prefer-web" rsc="web" node="alpha" score="INFINITY"/></constraints></configuration></cib>`)
	want := []string{
		"Following stonith devices have the 'action' option set, it is recommended to set 'pcmk_off_action', 'pcmk_reboot_action' instead: 'f1'",
		"Following stonith devices have the 'method' option set to 'cycle' which is potentially dangerous, please consider using 'onoff': 'f1'",
		"Following resources have been moved and their move constraints are still in place: 'web'\n" +
			"Run 'pcs constraint location' or 'pcs resource clear <resource id>' to view or remove the constraints, respectively",
	}
	if diff := cmp.Diff(want, Warnings(doc, true, false)); diff != "" {
		t.Error(diff)
	}
}

func TestStateQueries(t *testing.T) {
	view, _ := loadView(t, "many")
	for _, c := range []struct {
		id   string
		q    StateQuery
		want bool
	}{
		{"cache-clone", StateQuery{State: "started", Instances: "any"}, true},
		{"cache-clone", StateQuery{State: "started", Instances: "all"}, false},
		{"cache", StateQuery{State: "started", Node: "beta", Instances: "any"}, true},
		{"cache", StateQuery{State: "started", Node: "gamma", Instances: "any"}, false},
		{"db", StateQuery{State: "unpromoted", Instances: "any"}, true},
		{"db", StateQuery{State: "promoted", Instances: "all"}, false},
		{"shop", StateQuery{State: "failed", Members: "all"}, true},
		{"shop", StateQuery{State: "stopped", Members: "none"}, true},
		{"idle", StateQuery{State: "disabled"}, true},
		{"idle", StateQuery{State: "enabled"}, false},
	} {
		if got := view.Whole(c.id).Is(c.q); got != c.want {
			t.Errorf("%s %+v: %v", c.id, c.q, got)
		}
	}
	if (StateQuery{State: "sleepy"}).Known() || view.Whole("nobody") != nil {
		t.Error("something was found that there is not")
	}
	if got := view.Whole("cache").NodeNames(); !slices.Equal(got, []string{"alpha", "beta"}) {
		t.Errorf("cache runs on %v", got)
	}
	if got := view.Places("db"); !slices.Equal(got, []Place{{"beta", false}, {"alpha", true}}) {
		t.Errorf("db runs on %v", got)
	}
	if got := view.Whole("shop").MemberIDs(); !slices.Equal(got, []string{"cart", "till"}) {
		t.Errorf("shop has %v", got)
	}
}

// TestFilters narrows the list of resources as "resource status" does.
func TestFilters(t *testing.T) {
	view, _ := loadView(t, "many")
	all := func(*Resource) bool { return true }
	for _, c := range []struct {
		show Show
		want string
	}{
		{Show{Inactive: true, OnlyResource: []string{"idle"}}, "  * idle\t(ocf:heartbeat:Dummy):\t Stopped (disabled)\n"},
		{Show{OnlyResource: []string{"idle"}}, ""},
		{Show{OnlyResource: []string{"till"}}, "  * Resource Group: shop:\n    * till\t(ocf:heartbeat:Dummy):\t FAILED alpha\n"},
		{Show{OnlyResource: []string{"cache"}, OnlyNode: []string{"beta"}}, "  * Clone Set: cache-clone [cache]:\n    * Started: [ beta ]\n"},
		{Show{OnlyResource: []string{"cache:1"}}, "  * Clone Set: cache-clone [cache]:\n    * Started: [ beta ]\n"},
	} {
		if got := view.ResourceLines(c.show, all); got != c.want {
			t.Errorf("%+v: got\n%swant\n%s", c.show, got, c.want)
		}
	}
}

func TestHistoryOwners(t *testing.T) {
	view, _ := loadView(t, "many")
	ids := func(list []*Resource) (ids []string) {
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		return ids
	}
	till := view.Resource("till")
	if got := ids(till.HistoryOwners(false)); !slices.Equal(got, []string{"cart", "till"}) {
		t.Errorf("a member stands for its group: %v", got)
	}
	if got := ids(till.HistoryOwners(true)); !slices.Equal(got, []string{"till"}) {
		t.Errorf("a member alone: %v", got)
	}
	if got := ids(view.Resource("cache-clone").HistoryOwners(false)); !slices.Equal(got, []string{"cache"}) {
		t.Errorf("instances share their history: %v", got)
	}
	var known []string
	for _, n := range view.NodesKnowing(view.Resource("picky")) {
		known = append(known, n.Name)
	}
	if !slices.Equal(known, []string{"alpha", "beta", "gamma"}) {
		t.Errorf("picky was probed on %v", known)
	}
	if !view.HasFailed(till, view.Nodes[0]) || view.HasFailed(till, view.Nodes[1]) {
		t.Error("till failed on alpha and nowhere else")
	}
}

func TestReadable(t *testing.T) {
	for ms, want := range map[int64]string{
		20: "20ms", 1000: "1000ms", 1495: "1.495s", 10000: "10s", 90009: "1m30.009s", 120000: "2m", 3600000: "1h", 90061000: "1d1h1m1s",
	} {
		if got := readable(ms); got != want {
			t.Errorf("%d: %q, want %q", ms, got, want)
		}
	}
}

// TestReadableIsExact: no two spans below a day have the same words.
func TestReadableIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(1001, 86400000-1).Draw(t, "ms")
		d, err := time.ParseDuration(readable(ms))
		if err != nil || d.Milliseconds() != ms {
			t.Fatalf("%d ms is worded %q, which is %v (%v)", ms, readable(ms), d, err)
		}
	})
}

func TestKeyResource(t *testing.T) {
	for key, want := range map[string]string{
		"web_monitor_10000": "web", "my_web_start_0": "my_web", "vm_migrate_to_0": "vm", "vm_reload-agent_0": "vm", "odd": "",
	} {
		if got := keyResource(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func parse(t *testing.T, text string) *cib.Document {
	t.Helper()
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
