package fence

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
)

func matrixDocument(t *testing.T) *cib.Document {
	return applied(t, cib.New("pacemaker-3.9", "3.16.1"), []cib.Op{
		{Kind: cib.Modify, XML: `<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/><node id="3" uname="n3"/></nodes>`},
		{Kind: cib.Modify, XML: `<resources><primitive id="d" class="stonith" type="fence_x"><instance_attributes id="a">` +
			`<nvpair id="a1" name="pcmk_host_list" value="n1"/><nvpair id="a2" name="passwd" value="geheim"/></instance_attributes>` +
			`<operations><op id="o" name="monitor" interval="2m"/><op id="o2" name="monitor" interval="60s"/>` +
			`<op id="o3" name="monitor" interval="5s" enabled="false"/></operations></primitive></resources>`},
		{Kind: cib.Modify, XML: `<constraints><rsc_location id="l" rsc="d" node="n3" score="-INFINITY"/></constraints>`},
	})
}

func TestMatrixWarnsBeforeADeviceIsNeeded(t *testing.T) {
	doc := matrixDocument(t)
	device := Devices(doc, Site{})[0]
	if device.IntervalMS != 60000 {
		t.Error("interval", device.IntervalMS)
	}
	good, bad := "", "no route"
	for _, c := range []struct {
		name     string
		online   string
		n1, n2   *string
		nowhere  bool
		helpless []string
	}{
		{"all good", "n1 n2 n3", &good, &good, false, nil},
		{"the target does not reach it", "n1 n2 n3", &bad, &good, false, nil},
		{"only the target reaches it", "n1 n2 n3", &good, &bad, false, []string{"n1"}},
		{"nobody reaches it", "n1 n2 n3", &bad, &bad, true, nil},
		{"not all have tested it", "n1 n2 n3", nil, &bad, false, nil},
		{"the other one that could is offline", "n1 n3", &good, &bad, false, nil},
		{"the target is offline, the other fails", "n2 n3", &good, &bad, true, nil},
		{"nobody has tested it", "n1 n2 n3", nil, nil, false, nil},
	} {
		var tests []Test
		for node, failure := range map[string]*string{"n1": c.n1, "n2": c.n2} {
			if failure != nil {
				tests = append(tests, Test{Device: "d", Node: node, Config: ConfigOf(device), TriedMS: 9, Error: *failure})
			}
		}
		row := Matrix(doc, strings.Fields(c.online), tests, 0)[0]
		if row.Nowhere() != c.nowhere || !slices.Equal(row.Helpless(), c.helpless) {
			t.Errorf("%s: nowhere %v, helpless %v", c.name, row.Nowhere(), row.Helpless())
		}
	}
	old := []Test{{Device: "d", Node: "n1", Config: "another", Error: bad}, {Device: "d", Node: "n2", Config: "another", Error: bad}}
	if row := Matrix(doc, []string{"n1", "n2"}, old, 0)[0]; row.Tested() || row.Nowhere() {
		t.Error("tests of a device that was another one count")
	}
}

// Each slot has its own moment in each interval, and a test by the resource's
// own monitor stands for one.
func TestTestsAreSpread(t *testing.T) {
	const interval, slots = 60_000, 6
	taken := map[int64]bool{}
	for slot := range slots {
		if at := NextTest(1_000_000, 0, interval, slot, slots); at < 1_000_000 || at >= 1_000_000+Soon {
			t.Error("first test at", at)
		}
		last := int64(1_000_000)
		for range 3 {
			next := NextTest(last, last, interval, slot, slots)
			if next-last <= interval/2 || next-last > interval*3/2 {
				t.Errorf("slot %d: %d after the last", slot, next-last)
			}
			last = next
		}
		if taken[last%interval] {
			t.Error("two slots at one moment")
		}
		taken[last%interval] = true
		if late := NextTest(last+10*interval, last, interval, slot, slots); late != last+10*interval {
			t.Error("what is overdue is not tested at once")
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	d := Device{Params: map[string]string{"passwd": "geheim", "login": "admin", "password_script": "/bin/pw", "snmp_priv_passwd": "auch"}}
	if got := d.Hide("ipmitool -U admin -P geheim -x auch /bin/pw"); got != "ipmitool -U admin -P ****** -x ****** /bin/pw" {
		t.Error(got)
	}
}

func TestPlanPrefersMembersThatReachTheDevice(t *testing.T) {
	doc := matrixDocument(t)
	config := ConfigOf(Devices(doc, Site{})[0])
	doc = applied(t, doc, []cib.Op{{Kind: cib.Delete, Path: "/cib/configuration/constraints/rsc_location[@id='l']"}})
	p := NewPlan(doc, Request{Target: "n1", Action: Off, Members: []Member{{2, "n2"}, {3, "n3"}},
		Tests: []Test{{Device: "d", Node: "n2", Config: config, Error: "no route"}, {Device: "d", Node: "n3", Config: config}}})
	if m, ok := p.executor(Devices(doc, Site{})[0]); !ok || m.Name != "n3" {
		t.Error("run by", m)
	}
	p.tried["n3"] = true
	if m, ok := p.executor(Devices(doc, Site{})[0]); !ok || m.Name != "n2" {
		t.Error("one that failed its test is not tried at all", m)
	}
}

// A plan for what is left of a reboot switches on, by all devices of the level.
func TestPlanForTheRestOfAReboot(t *testing.T) {
	doc := matrixDocument(t)
	now := time.Unix(1000, 0)
	p := NewPlan(doc, Request{Target: "n1", Action: Reboot, TimeoutMS: 60000, SwitchOn: []string{"d", "gone"}, Members: []Member{{1, "n1"}, {2, "n2"}}})
	run := p.Begin(now)[0].(Run)
	if run.Action != On || run.Node.Name != "n2" || run.DelayMS != 0 {
		t.Fatalf("%+v", run)
	}
	if e := p.Answered(now, run.Seq, Reply{Stale: true})[0].(Ended); !e.OK || !e.Unfinished {
		t.Errorf("%+v", e)
	}
	p = NewPlan(doc, Request{Target: "n1", Action: Reboot, SwitchOn: []string{"gone"}, Members: []Member{{2, "n2"}}})
	if e := p.Begin(now)[0].(Ended); !e.OK || e.Unfinished {
		t.Errorf("a device that is no more: %+v", e)
	}
}
