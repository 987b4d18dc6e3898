package history

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/test/recordings"
)

func attrs(pairs ...string) []graph.Attr {
	var a []graph.Attr
	for i := 0; i+1 < len(pairs); i += 2 {
		a = append(a, graph.Attr{Name: pairs[i], Value: pairs[i+1]})
	}
	return a
}

var (
	node  = Node{ID: "1", Name: "node1"}
	web   = graph.Resource{ID: "web_server", Class: "ocf", Provider: "heartbeat", Type: "nginx"}
	nginx = Agent{Reload: Reload, Restart: []string{"configfile"}}
)

// result is a result of the web server at second 100.
func result(operation string, intervalMS int64, target, rc int) Result {
	return Result{Op: Op{Rsc: web, Operation: operation, IntervalMS: intervalMS,
		Attrs:         attrs("configfile", "/etc/nginx/nginx.conf", "CRM_meta_timeout", "20000"),
		TransitionKey: "7:3:" + strconv.Itoa(target) + ":cafe"},
		Outcome: Outcome{RC: rc, Reason: "no luck"}, CallID: 12, ExecMS: 184, QueueMS: 1, RunAt: 100, RCChange: 90}
}

// The history that the real stack recorded must come out again, byte for byte.
func TestRecordAsPacemakerDid(t *testing.T) {
	file, err := recordings.Find("corpus/transcripts/artifacts/cib.2nodes.tutorial.xml")
	if err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	params := map[string][]graph.Attr{
		"virtual_ip": attrs("cidr_netmask", "24", "ip", "192.168.1.100"),
		"web_server": attrs("configfile", "/etc/nginx/nginx.conf"),
	}
	timeouts := map[string]string{"virtual_ip": "20000", "web_server": "20000"}
	agents := map[string]Agent{"web_server": nginx}
	n := 0
	for _, want := range doc.Section("status").FindElements("//lrm_rsc_op") {
		id := want.Parent().SelectAttrValue("id", "")
		get := func(name string) string { return want.SelectAttrValue(name, "") }
		num := func(name string) int64 { v, _ := strconv.ParseInt(get(name), 10, 64); return v }
		r := Result{Op: Op{Rsc: graph.Resource{ID: id}, Operation: get("operation"), IntervalMS: num("interval"), TransitionKey: get("transition-key"),
			Attrs: append(attrs("CRM_meta_timeout", timeouts[id], "CRM_meta_name", get("operation"), "crm_feature_set", "3.16.1"), params[id]...)},
			Outcome: Outcome{RC: int(num("rc-code")), Status: Status(num("op-status"))},
			CallID:  int(num("call-id")), ExecMS: num("exec-time"), QueueMS: num("queue-time"), RunAt: num("last-rc-change")}
		got := Record(get("on_node"), r, agents[id])
		if len(got) != 1 {
			t.Fatalf("%s: %d entries", get("id"), len(got))
		}
		if diff := cmp.Diff(string(cib.Print(want)), string(cib.Print(got[0]))); diff != "" {
			t.Errorf("%s (-recorded +ours):\n%s", get("id"), diff)
		}
		n++
	}
	if n != 6 {
		t.Errorf("%d entries compared", n)
	}
}

func TestEntries(t *testing.T) {
	timedOut := result(Monitor, 10000, 0, 1)
	timedOut.Status = TimedOut
	cancelled := result(Monitor, 10000, 0, 0)
	cancelled.Status = Cancelled
	notify := result(Notify, 0, 0, 0)
	notify.Op.Attrs = attrs("CRM_meta_notify_type", "post", "CRM_meta_notify_operation", "start")
	for _, c := range []struct {
		name   string
		r      Result
		ids    string
		magic  string
		reason string
	}{
		{"start", result(Start, 0, 0, 0), "web_server_last_0", "0:0;7:3:0:cafe", ""},
		{"probe of a stopped resource", result(Monitor, 0, 7, 7), "web_server_last_0", "0:7;7:3:7:cafe", ""},
		{"probe that finds it running", result(Monitor, 0, 7, 0), "web_server_last_failure_0 web_server_last_0", "0:0;7:3:7:cafe", "no luck"},
		{"monitor", result(Monitor, 10000, 0, 0), "web_server_monitor_10000", "0:0;7:3:0:cafe", ""},
		{"failed monitor", result(Monitor, 10000, 0, 7), "web_server_last_failure_0", "0:7;7:3:0:cafe", "no luck"},
		{"failed start", result(Start, 0, 0, 1), "web_server_last_failure_0 web_server_last_0", "0:1;7:3:0:cafe", "no luck"},
		{"timed out", timedOut, "web_server_last_failure_0", "2:1;7:3:0:cafe", "no luck"},
		{"cancelled", cancelled, "", "", ""},
		{"pending", PendingOp(result(Start, 0, 0, 0).Op, 5, 100), "web_server_last_0", "-1:193;7:3:0:cafe", ""},
		{"notify", notify, "web_server_post_notify_start_0", "0:0;7:3:0:cafe", ""},
	} {
		var ids []string
		for _, e := range Record("node1", c.r, nginx) {
			ids = append(ids, e.SelectAttrValue("id", ""))
			if m := e.SelectAttrValue("transition-magic", ""); m != c.magic {
				t.Errorf("%s: magic %s, want %s", c.name, m, c.magic)
			}
			if got := e.SelectAttrValue("exit-reason", "none"); got != c.reason {
				t.Errorf("%s: exit reason %q, want %q", c.name, got, c.reason)
			}
		}
		if got := strings.Join(ids, " "); got != c.ids {
			t.Errorf("%s: entries %q, want %q", c.name, got, c.ids)
		}
	}
}

func TestReloadCountsAsStart(t *testing.T) {
	e := Record("node1", result(ReloadAgent, 0, 0, 0), nginx)[0]
	if key := e.SelectAttrValue("operation_key", ""); key != "web_server_start_0" {
		t.Error(key)
	}
}

func TestReloadDigests(t *testing.T) {
	has := func(r Result, a Agent, name string) bool {
		return Record("node1", r, a)[0].SelectAttr(name) != nil
	}
	for _, c := range []struct {
		name string
		r    Result
		a    Agent
		want bool
	}{
		{"start", result(Start, 0, 0, 0), nginx, true},
		{"stop", result(Stop, 0, 0, 0), nginx, false},
		{"recurring", result(Monitor, 10000, 0, 0), nginx, false},
		{"cannot reload", result(Start, 0, 0, 0), Agent{}, false},
		{"everything reloadable", result(Start, 0, 0, 0), Agent{Reload: ReloadAgent}, true},
	} {
		if has(c.r, c.a, "op-force-restart") != c.want || has(c.r, c.a, "op-restart-digest") != c.want {
			t.Errorf("%s: want %v", c.name, c.want)
		}
	}
	if !has(result(Monitor, 10000, 0, 0), Agent{Private: []string{"passwd"}}, "op-secure-digest") {
		t.Error("no secure digest")
	}
}

func TestFromMetadata(t *testing.T) {
	params := []agentmeta.Parameter{{Name: "state", UniqueGroup: agentmeta.LoneGroup + "state"}, {Name: "fake", Reloadable: true}, {Name: "passwd", Private: true}}
	old := &agentmeta.Agent{OCFVersion: "1.0", Parameters: params, Actions: []agentmeta.Action{{Name: "start"}, {Name: "reload"}}}
	modern := &agentmeta.Agent{OCFVersion: "1.1", Parameters: params, Actions: []agentmeta.Action{{Name: "reload"}, {Name: "reload-agent"}}}
	none := &agentmeta.Agent{OCFVersion: "1.1", Parameters: params, Actions: []agentmeta.Action{{Name: "reload"}}}
	for _, c := range []struct {
		m    *agentmeta.Agent
		want Agent
	}{
		{old, Agent{Reload: Reload, Restart: []string{"state"}, Private: []string{"passwd"}}},
		{modern, Agent{Reload: ReloadAgent, Restart: []string{"state", "passwd"}, Private: []string{"passwd"}}},
		{none, Agent{Private: []string{"passwd"}}},
		{nil, Agent{}},
	} {
		if diff := cmp.Diff(c.want, FromMetadata(c.m)); diff != "" {
			t.Error(diff)
		}
	}
	if FromMetadata(old).Action(ReloadAgent) != Reload || FromMetadata(modern).Action(Reload) != ReloadAgent || nginx.Action(Start) != Start {
		t.Error("action names")
	}
}

// apply makes the changes of a result in a document.
func apply(t *testing.T, doc *cib.Document, r Result, nowS int64) *cib.Document {
	t.Helper()
	next, err := cib.Apply(doc, cib.Request{Ops: Changes(doc, node, r, nginx, nowS)}, "now")
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestFailCounts(t *testing.T) {
	ignored := result(Monitor, 10000, 0, 7)
	ignored.Op.Attrs = attrs("CRM_meta_on_fail", "ignore")
	for _, c := range []struct {
		name  string
		r     Result
		times int
		count string
	}{
		{"monitor", result(Monitor, 10000, 0, 7), 1, "1"},
		{"monitor again", result(Monitor, 10000, 0, 7), 3, "3"},
		{"start", result(Start, 0, 0, 1), 1, "INFINITY"},
		{"stop", result(Stop, 0, 0, 1), 2, "INFINITY"},
		{"promote", result(Promote, 0, 0, 1), 2, "2"},
		{"probe", result(Monitor, 0, 7, 0), 1, ""},
		{"success", result(Monitor, 10000, 0, 0), 1, ""},
		{"ignored", ignored, 1, ""},
	} {
		doc := cib.New("pacemaker-3.9", FeatureSet)
		for i := range c.times {
			doc = apply(t, doc, c.r, int64(1000+i))
		}
		count, last := "", ""
		if nv := findAttribute(doc, node, FailCountName(c.r.Op)); nv != nil {
			count = nv.SelectAttrValue("value", "")
		}
		if nv := findAttribute(doc, node, LastFailureName(c.r.Op)); nv != nil {
			last = nv.SelectAttrValue("value", "")
		}
		if count != c.count {
			t.Errorf("%s: fail count %q, want %q", c.name, count, c.count)
		}
		if want := strconv.Itoa(1000 + c.times - 1); (c.count != "" || c.name == "ignored") && last != want {
			t.Errorf("%s: last failure %q, want %q", c.name, last, want)
		}
	}
}

func TestStartFailureNotFatal(t *testing.T) {
	doc := cib.New("pacemaker-3.9", FeatureSet)
	set := doc.Section("crm_config").CreateElement("cluster_property_set")
	set.AddChild(cib.NewElement("nvpair", "id", "x", "name", "start-failure-is-fatal", "value", "false"))
	doc = apply(t, doc, result(Start, 0, 0, 1), 1000)
	if v := findAttribute(doc, node, "fail-count-web_server#start_0").SelectAttrValue("value", ""); v != "1" {
		t.Errorf("fail count %s", v)
	}
}

func TestChangesAreMerged(t *testing.T) {
	doc := cib.New("pacemaker-3.9", FeatureSet)
	doc = apply(t, doc, result(Start, 0, 0, 0), 1)
	doc = apply(t, doc, result(Monitor, 10000, 0, 0), 1)
	doc = apply(t, doc, result(Monitor, 10000, 0, 7), 1795410260)
	doc = apply(t, doc, result(Stop, 0, 0, 0), 1)
	golden := filepath.Join("testdata", "changes.xml")
	got := cib.Print(doc.Section("status"))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("status section (-want +got):\n%s", diff)
	}
	if id := LastCallID(doc, "1"); id != 12 {
		t.Errorf("last call id %d", id)
	}
	if id := LastCallID(doc, "2"); id != 0 {
		t.Errorf("last call id of an unknown node %d", id)
	}
}

func TestCancelledLeavesNoTrace(t *testing.T) {
	for _, operation := range []string{Cancel, Delete} {
		if ops := Changes(cib.New("pacemaker-3.9", FeatureSet), node, result(operation, 0, 0, 0), nginx, 1); ops != nil {
			t.Errorf("%s: %v", operation, ops)
		}
	}
}

// The DC must not wait for a start that the node refused, nor count it as failed.
func TestStartNotBegun(t *testing.T) {
	r := result(Start, 0, 0, 0)
	r.Op.TransitionKey = "3:4:0:uuid"
	r.Outcome = NotBegun("no quorum")
	doc := cib.New("pacemaker-3.9", FeatureSet)
	doc, err := cib.Apply(doc, cib.Request{Ops: Changes(doc, node, PendingOp(r.Op, r.CallID, 1), nginx, 1)}, "")
	if err != nil {
		t.Fatal(err)
	}
	doc, err = cib.Apply(doc, cib.Request{Ops: Changes(doc, node, r, nginx, 1)}, "")
	if err != nil {
		t.Fatal(err)
	}
	ops, err := doc.XPath("//lrm_rsc_op")
	if err != nil || len(ops) != 1 {
		t.Fatal(ops, err)
	}
	for name, want := range map[string]string{"operation": "monitor", "rc-code": "7", "op-status": "0", "transition-magic": "0:7;3:4:0:uuid"} {
		if got := ops[0].SelectAttrValue(name, ""); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	if failures, _ := doc.XPath("//nvpair"); len(failures) > 0 {
		t.Errorf("it counts as a failure: %s", doc.Bytes())
	}
}

func TestTargetRC(t *testing.T) {
	for key, want := range map[string]int{"3:0:7:uuid": 7, "3:0:0:uuid": 0, "": -1, "3:0:x:uuid": -1, "0:7": -1} {
		if got := TargetRC(key); got != want {
			t.Errorf("%q: %d, want %d", key, got, want)
		}
	}
}

func TestFromAction(t *testing.T) {
	a := &graph.Action{Operation: "cancel", Key: "web_server_monitor_10000", Rsc: &web,
		Attrs: attrs("CRM_meta_interval", "10000", "CRM_meta_operation", "monitor", "CRM_meta_timeout", "20000", "CRM_meta_start_delay", "-1")}
	op := FromAction(a, "key")
	if op.IntervalMS != 10000 || op.TimeoutMS != 20000 || op.StartDelayMS != 0 || op.CancelTarget() != Monitor || op.Rsc.ID != "web_server" {
		t.Errorf("%+v", op)
	}
}
