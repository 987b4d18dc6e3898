package admin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// testAgent is an agent with a required, a unique and a deprecated parameter.
func testAgent(t testing.TB) agentmeta.Agent {
	t.Helper()
	a, err := agentmeta.Parse(agentmeta.Name{Standard: "ocf", Provider: "acme", Type: "web"}, []byte(`<resource-agent>
	<version>1.1</version><parameters>
	<parameter name="port" required="1"/><parameter name="dir" unique-group="dir"/><parameter name="mode"/>
	<parameter name="oldmode"><deprecated><replaced-with name="mode"/></deprecated></parameter></parameters>
	<actions><action name="start" timeout="20s"/><action name="stop" timeout="30s"/><action name="reload"/>
	<action name="monitor" timeout="20s" interval="10s"/><action name="monitor" timeout="9s" interval="10s" role="Promoted"/>
	<action name="meta-data"/></actions></resource-agent>`))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func emptyDoc() *cib.Document { return cib.New("pacemaker-3.9", "3.16.2") }

// fataler is what tests and laws have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// with parses a document whose resources and constraints are given.
func with(t fataler, resources, constraints string) *cib.Document {
	t.Helper()
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes><node id="1" uname="n1"/>` +
		`<node id="2" uname="n2"/></nodes><resources>` + resources + `</resources><constraints>` + constraints +
		`</constraints></configuration><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func dummy(id string) string {
	return fmt.Sprintf(`<primitive id="%s" class="ocf" provider="acme" type="web"/>`, id)
}

// said joins reports as they are printed.
func said(reports report.List) string {
	var lines []string
	for _, r := range reports {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}

// must fails the test if an edit went wrong.
func must(t *testing.T, reports report.List) {
	t.Helper()
	if reports.Failed() {
		t.Fatal(said(reports))
	}
}

// xmlOf prints a section of a document.
func xmlOf(doc *cib.Document, section string) string { return string(cib.Print(doc.Section(section))) }

func TestCreateResource(t *testing.T) {
	doc := emptyDoc()
	out := CreateResource(doc, NewResource{
		ID: "w", Agent: testAgent(t), Attributes: Pairs{{"port", "80"}, {"dir", "/srv"}}, Meta: Pairs{{"priority", "1"}},
		Operations: []Pairs{{{"name", "stop"}, {"timeout", "5"}, {checkLevel, "1"}}}, Disabled: true,
	})
	if want := "Warning: changing a monitor operation interval from 10s to 11 to make the operation unique"; said(out) != want {
		t.Errorf("said %q", said(out))
	}
	want := `<resources>
  <primitive id="w" class="ocf" type="web" provider="acme">
    <instance_attributes id="w-instance_attributes">
      <nvpair id="w-instance_attributes-dir" name="dir" value="/srv"/>
      <nvpair id="w-instance_attributes-port" name="port" value="80"/>
    </instance_attributes>
    <meta_attributes id="w-meta_attributes">
      <nvpair id="w-meta_attributes-priority" name="priority" value="1"/>
      <nvpair id="w-meta_attributes-target-role" name="target-role" value="Stopped"/>
    </meta_attributes>
    <operations>
      <op name="monitor" interval="10s" timeout="20s" id="w-monitor-interval-10s"/>
      <op name="monitor" interval="11" timeout="9s" role="Promoted" id="w-monitor-interval-11"/>
      <op name="reload" interval="0s" id="w-reload-interval-0s"/>
      <op name="start" interval="0s" timeout="20s" id="w-start-interval-0s"/>
      <op name="stop" timeout="5" interval="0s" id="w-stop-interval-0s">
        <instance_attributes id="w-stop-interval-0s-instance_attributes">
          <nvpair id="w-stop-interval-0s-instance_attributes-OCF_CHECK_LEVEL" name="OCF_CHECK_LEVEL" value="1"/>
        </instance_attributes>
      </op>
    </operations>
  </primitive>
</resources>
`
	if d := cmp.Diff(want, xmlOf(doc, "resources")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCreateResourceRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*NewResource)
		want   string
		forced string // "" if force does not help
	}{
		"id taken": {func(r *NewResource) { r.ID = "old" }, "Error: 'old' already exists", ""},
		"bad id": {func(r *NewResource) { r.ID = "2bad" },
			"Error: invalid resource name '2bad', '2' is not a valid first character for a resource name", ""},
		"missing": {func(r *NewResource) { r.Attributes = nil },
			"Error: required resource option 'port' is missing, use --force to override", "Warning: required resource option 'port' is missing"},
		"unknown": {func(r *NewResource) { r.Attributes = r.Attributes.With("x", "1").With("a", "1") },
			"Error: invalid resource options: 'a', 'x', allowed options are: 'dir', 'mode', 'oldmode', 'port', use --force to override",
			"Warning: invalid resource options: 'a', 'x', allowed options are: 'dir', 'mode', 'oldmode', 'port'"},
		"empty": {func(r *NewResource) { r.Attributes = r.Attributes.With("port", "") }, "Error: port cannot be empty", ""},
		"not unique": {func(r *NewResource) { r.Attributes = r.Attributes.With("dir", "/srv") },
			"Error: Value '/srv' of option 'dir' is not unique across 'ocf:acme:web' resources. Following resources are configured " +
				"with the same value of the instance attribute: 'old', use --force to override",
			"Warning: Value '/srv' of option 'dir' is not unique across 'ocf:acme:web' resources. Following resources are configured " +
				"with the same value of the instance attribute: 'old'"},
		"negative interval": {func(r *NewResource) { r.Operations = []Pairs{{{"name", "monitor"}, {"interval", "-1"}}} },
			"Error: '-1' is not a valid interval value, use time interval (e.g. 1, 2s, 3m, 4h, ...)", ""},
		"same interval": {func(r *NewResource) {
			r.Operations = []Pairs{{{"name", "monitor"}, {"interval", "60"}}, {{"name", "monitor"}, {"interval", "1m"}}}
		}, "Error: multiple specification of the same operation with the same interval:\nmonitor with intervals 60, 1m", ""},
		"unknown operation": {func(r *NewResource) { r.Operations = append(r.Operations, Pairs{{"name", "dance"}, {"interval", "3"}}) },
			"Error: 'dance' is not a valid operation name value, use 'meta-data', 'monitor', 'reload', 'start', 'stop', use --force to override",
			"Warning: 'dance' is not a valid operation name value, use 'meta-data', 'monitor', 'reload', 'start', 'stop'"},
		"fence device": {func(r *NewResource) { r.Agent.Name = agentmeta.Name{Standard: "stonith", Type: "fence_x"} },
			"Error: This command does not accept stonith resource. Use 'pcs stonith create' command instead.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, force := range []bool{false, true} {
				doc := with(t, `<primitive id="old" class="ocf" provider="acme" type="web"><instance_attributes id="o">`+
					`<nvpair id="o1" name="dir" value="/srv"/></instance_attributes></primitive>`, "")
				r := NewResource{ID: "new", Agent: testAgent(t), Attributes: Pairs{{"port", "80"}}, MonitorsOnly: true, Force: force,
					Operations: []Pairs{{{"name", "monitor"}, {"interval", "7"}}}}
				test.change(&r)
				out := CreateResource(doc, r)
				want := test.want
				if force && test.forced != "" {
					want = test.forced
				}
				if got := said(out); got != want {
					t.Errorf("force %v: said\n%s\nwant\n%s", force, got, want)
				}
				if failed := !force || test.forced == ""; failed != out.Failed() {
					t.Errorf("force %v: failed %v", force, out.Failed())
				}
			}
		})
	}
}

func TestRolesFollowTheSchema(t *testing.T) {
	doc := cib.New("pacemaker-3.1", "3.0.14")
	r := NewResource{ID: "w", Agent: testAgent(t), Attributes: Pairs{{"port", "80"}}, MonitorsOnly: true}
	must(t, CreateResource(doc, r))
	if got := xmlOf(doc, "resources"); !strings.Contains(got, `role="Master"`) {
		t.Errorf("schema 3.1 knows no Promoted:\n%s", got)
	}
}

func TestDeleteTakesAlongWhatCannotBeWithout(t *testing.T) {
	doc := with(t, `<clone id="c"><group id="g">`+dummy("a")+dummy("b")+`</group></clone>`+dummy("x"),
		`<rsc_location id="l" rsc="c" node="n1" score="1"/><rsc_colocation id="co" rsc="x" with-rsc="c"/>`+
			`<rsc_order id="o"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="x"/></resource_set>`+
			`<resource_set id="s2"><resource_ref id="b"/></resource_set></rsc_order>`)
	out := DeleteResources(doc, []string{"a"}, Deletion{})
	must(t, out)
	if want := "Removing references:\n  Resource 'a' from:\n    Group: 'g'\n    Resource set: 's1'"; said(out) != want {
		t.Errorf("said\n%s", said(out))
	}
	out = DeleteResources(doc, []string{"b"}, Deletion{})
	must(t, out)
	want := `Removing dependant elements:
  Clone: 'c'
  Colocation constraint: 'co'
  Group: 'g'
  Location constraint: 'l'
  Resource set: 's2'
Removing references:
  Resource set 's2' from:
    Order constraint: 'o'`
	if d := cmp.Diff(want, said(out)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	want = "<constraints>\n  <rsc_order id=\"o\">\n    <resource_set id=\"s1\">\n      <resource_ref id=\"x\"/>\n    </resource_set>\n  </rsc_order>\n</constraints>\n"
	if d := cmp.Diff(want, xmlOf(doc, "constraints")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMarksOfResources(t *testing.T) {
	const resources = `<clone id="c"><group id="g"><primitive id="a" class="ocf" provider="acme" type="web"/>` +
		`<primitive id="b" class="ocf" provider="acme" type="web"/></group></clone>`
	marked := func(doc *cib.Document, name string) string {
		var ids []string
		for _, e := range allResources(doc) {
			if _, given := nvsetValue(e, "meta_attributes", name); given {
				ids = append(ids, elementID(e))
			}
		}
		return strings.Join(ids, " ")
	}
	doc := with(t, resources, "")
	must(t, DisableResources(doc, []string{"c", "g", "a"}))
	must(t, EnableResources(doc, []string{"g"}))
	if got := marked(doc, "target-role"); got != "a" {
		t.Errorf("enabling a cloned group leaves its members be, marked: %s", got)
	}
	must(t, UnmanageResources(doc, []string{"c"}, false))
	if got := marked(doc, "is-managed"); got != "a b" {
		t.Errorf("unmanaging a clone marks its primitives, marked: %s", got)
	}
	must(t, ManageResources(doc, []string{"a"}, false))
	if got := marked(doc, "is-managed"); got != "b" {
		t.Errorf("managing a primitive leaves its neighbour be, marked: %s", got)
	}
}

func TestSteer(t *testing.T) {
	doc := with(t, dummy("w"), "")
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	must(t, Steer(doc, Steering{Resource: "w", Node: "n1"}))
	must(t, Steer(doc, Steering{Resource: "w", Node: "n1", Ban: true}))
	if got := xmlOf(doc, "constraints"); strings.Contains(got, "cli-prefer") || !strings.Contains(got, "cli-ban-w-on-n1") {
		t.Errorf("a ban takes back the wish to be there:\n%s", got)
	}
	end, ok := LifetimeEnd("PT1H30M", now)
	if !ok || end.Sub(now) != 90*time.Minute {
		t.Errorf("lifetime %v, %v", end, ok)
	}
	must(t, Steer(doc, Steering{Resource: "w", Node: "n2", Until: end}))
	must(t, Unsteer(doc, Steering{Resource: "w"}, true, now))
	if n := len(doc.Section("constraints").ChildElements()); n != 2 {
		t.Errorf("nothing has expired yet, %d constraints left", n)
	}
	must(t, Unsteer(doc, Steering{Resource: "w"}, true, end.Add(time.Second)))
	if n := len(doc.Section("constraints").ChildElements()); n != 1 {
		t.Errorf("the preference has expired, %d constraints left", n)
	}
	for _, bad := range []string{"", "P", "1H", "PT1X"} {
		if _, ok := LifetimeEnd(bad, now); ok {
			t.Errorf("%q is no duration", bad)
		}
	}
}

// Whatever is put into groups, in whatever order: each primitive is somewhere
// once, no group is empty, and an edit that fails says why.
func TestGroupLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := with(t, dummy("a")+dummy("b")+dummy("c")+dummy("d"), `<rsc_location id="l" rsc="g1" node="n1" score="1"/>`)
		id := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		group := rapid.SampledFrom([]string{"g1", "g2"})
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			edited := doc.Copy()
			var out report.List
			if rapid.Bool().Draw(t, "add") {
				m := Member{Group: group.Draw(t, "group")}
				if rapid.Bool().Draw(t, "beside") {
					m.Beside, m.After = id.Draw(t, "neighbour"), rapid.Bool().Draw(t, "after")
				}
				out = AddToGroup(edited, rapid.SliceOfNDistinct(id, 1, 3, rapid.ID).Draw(t, "members"), m)
			} else {
				out = Ungroup(edited, group.Draw(t, "group"), rapid.SliceOfDistinct(id, rapid.ID).Draw(t, "leaving"))
			}
			if out.Failed() {
				continue
			}
			doc = edited
			count := map[string]int{}
			for _, e := range allResources(doc) {
				count[elementID(e)]++
				if e.Tag == "group" && len(e.SelectElements("primitive")) == 0 {
					t.Fatalf("group %s is empty", elementID(e))
				}
			}
			for _, want := range []string{"a", "b", "c", "d"} {
				if count[want] != 1 {
					t.Fatalf("%s stands %d times:\n%s", want, count[want], doc.Bytes())
				}
			}
		}
	})
}

// After a deletion nothing refers to what is gone, whatever the document was.
func TestDeletionLeavesNoReferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"a", "b", "c", "g", "k", "x"}
		id := rapid.SampledFrom(ids)
		var constraints strings.Builder
		for i := range rapid.IntRange(0, 6).Draw(t, "constraints") {
			if rapid.Bool().Draw(t, "plain") {
				fmt.Fprintf(&constraints, `<rsc_colocation id="p%d" rsc="%s" with-rsc="%s"/>`, i, id.Draw(t, "rsc"), id.Draw(t, "with"))
				continue
			}
			fmt.Fprintf(&constraints, `<rsc_order id="o%d"><resource_set id="s%d">`, i, i)
			for _, m := range rapid.SliceOfNDistinct(id, 1, 3, rapid.ID).Draw(t, "set") {
				fmt.Fprintf(&constraints, `<resource_ref id="%s"/>`, m)
			}
			constraints.WriteString(`</resource_set></rsc_order>`)
		}
		doc := with(t, `<clone id="k"><group id="g">`+dummy("a")+dummy("b")+`</group></clone>`+dummy("c")+dummy("x"), constraints.String())
		if out := DeleteResources(doc, rapid.SliceOfNDistinct(id, 1, 3, rapid.ID).Draw(t, "deleted"), Deletion{}); out.Failed() {
			t.Fatal(said(out))
		}
		there := map[string]bool{}
		for _, e := range allResources(doc) {
			there[elementID(e)] = true
			if isTag(e, "clone", "group") && len(primitives(e)) == 0 {
				t.Fatalf("%s is empty", elementID(e))
			}
		}
		for _, c := range doc.Section("constraints").ChildElements() {
			for _, end := range constraintEnds {
				if a := c.SelectAttr(end); a != nil && !there[a.Value] {
					t.Fatalf("%s refers to %s, which is gone", elementID(c), a.Value)
				}
			}
			for _, ref := range c.FindElements(".//resource_ref") {
				if !there[elementID(ref)] {
					t.Fatalf("%s refers to %s, which is gone", elementID(c), elementID(ref))
				}
			}
		}
	})
}

func TestDebuggable(t *testing.T) {
	doc := with(t, `<clone id="c"><group id="g"><primitive id="w" class="ocf" provider="acme" type="web">`+
		`<instance_attributes id="i"><nvpair id="n" name="port" value="80"/></instance_attributes><operations>`+
		`<op id="o" name="start" interval="0" timeout="90s"/></operations></primitive></group></clone>`, "")
	target, out := Debuggable(doc, "w", "debug-start", "start")
	must(t, out)
	if target.Agent.Type != "web" || !slices.Contains(target.Env, "OCF_RESKEY_port=80") || TimeoutSeconds(target.Timeout) != 90 {
		t.Errorf("%+v", target)
	}
	for id, want := range map[string]string{
		"c":      "Error: unable to debug-start a clone, try the clone's resource: w",
		"g":      "Error: unable to debug-start a group, try one of the group's resource(s) (w)",
		"nosuch": "Error: unable to find a resource: nosuch",
	} {
		if _, out := Debuggable(doc, id, "debug-start", "start"); said(out) != want {
			t.Errorf("%s: %s", id, said(out))
		}
	}
}
