package explain_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/explain"
)

var update = flag.Bool("update", false, "rewrite golden files")

var now = time.Unix(1700000000, 0).UTC()

const (
	primitives = `<primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/><primitive id="web" class="ocf" provider="heartbeat" type="apache"/>`
	together   = `<rsc_colocation id="web-with-ip" rsc="web" with-rsc="ip" score="INFINITY"/><rsc_order id="ip-then-web" first="ip" then="web"/>`
	disabledIP = `<primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"><meta_attributes id="ip-m"><nvpair id="ip-t" name="target-role" value="Stopped"/></meta_attributes></primitive>` +
		`<primitive id="web" class="ocf" provider="heartbeat" type="apache"/>`
	clone = `<clone id="web-clone"><primitive id="web" class="ocf" provider="heartbeat" type="apache"/></clone>`
	group = `<group id="g"><primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/><primitive id="web" class="ocf" provider="heartbeat" type="apache"/></group>`
	ban   = `<rsc_location id="cli-ban-ip-on-n2" rsc="ip" node="n2" score="-INFINITY"/>`

	failedOnN1 = `<transient_attributes id="1"><instance_attributes id="s1"><nvpair id="f1" name="fail-count-ip#start_0" value="INFINITY"/>` +
		`<nvpair id="f2" name="last-failure-ip#start_0" value="1699999000"/></instance_attributes></transient_attributes>` +
		`<lrm id="1"><lrm_resources><lrm_resource id="ip" class="ocf" provider="heartbeat" type="IPaddr2">` +
		`<lrm_rsc_op id="ip_last_0" operation_key="ip_stop_0" operation="stop" transition-key="3:1:0:a" transition-magic="0:0;3:1:0:a" call-id="9" rc-code="0" op-status="0" interval="0"/>` +
		`<lrm_rsc_op id="ip_last_failure_0" operation_key="ip_start_0" operation="start" transition-key="2:1:0:a" transition-magic="0:5;2:1:0:a" call-id="8" rc-code="5" op-status="0" interval="0" last-rc-change="1699999000" exit-reason="ip is not installed"/>` +
		`</lrm_resource></lrm_resources></lrm>`
)

// cluster is a document of two nodes; standby names a node in standby.
func cluster(t *testing.T, resources, constraints, options, onN1, standby string) *cib.Document {
	t.Helper()
	node := func(id string) string {
		attrs := ""
		if standby == "n"+id {
			attrs = `<instance_attributes id="a` + id + `"><nvpair id="sb` + id + `" name="standby" value="on"/></instance_attributes>`
		}
		return `<node id="` + id + `" uname="n` + id + `">` + attrs + `</node>`
	}
	state := func(id, inner string) string {
		return `<node_state id="` + id + `" uname="n` + id + `" in_ccm="true" crmd="online" join="member" expected="member">` + inner + `</node_state>`
	}
	doc, err := cib.Parse([]byte(`<cib have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="o">` +
		`<nvpair id="o1" name="stonith-enabled" value="false"/>` + options + `</cluster_property_set></crm_config><nodes>` + node("1") + node("2") + `</nodes><resources>` +
		resources + `</resources><constraints>` + constraints + `</constraints></configuration><status>` + state("1", onN1) + state("2", "") + `</status></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// settled lets a document come to rest: all that may run runs.
func settled(t *testing.T, doc *cib.Document) *cib.Document {
	t.Helper()
	if f, err := explain.Settle(doc, now.Unix()); err != nil || !f.Rests {
		t.Fatalf("the document does not come to rest: %v", err)
	}
	return doc
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestChange(t *testing.T) {
	status := func(doc *cib.Document, from *cib.Document) *cib.Document {
		root := doc.Root()
		root.RemoveChild(root.SelectElement("status"))
		root.AddChild(from.Root().SelectElement("status").Copy())
		return doc
	}
	for _, c := range []struct{ name, resources, constraints, options, standby, after, afterConstraints string }{
		{name: "standby", resources: primitives, constraints: together, standby: "n1"},
		{name: "disable", resources: primitives, constraints: together, after: disabledIP},
		{name: "group-standby", resources: group, standby: "n1"},
		{name: "clone-standby", resources: clone, standby: "n2"},
		{name: "ban", resources: primitives, constraints: together, afterConstraints: together + strings.ReplaceAll(ban, "n2", "n1")},
		{name: "stop-all", resources: primitives, options: `<nvpair id="o2" name="stop-all-resources" value="true"/>`},
		{name: "maintenance", resources: primitives, options: `<nvpair id="o2" name="maintenance-mode" value="true"/>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := settled(t, cluster(t, c.resources, c.constraints, "", "", ""))
			after, constraints := c.resources, c.constraints
			if c.after != "" {
				after = c.after
			}
			if c.afterConstraints != "" {
				constraints = c.afterConstraints
			}
			changed := status(cluster(t, after, constraints, c.options, "", c.standby), before)
			was, is := string(before.Bytes()), string(changed.Bytes())
			o, err := explain.Change(before, changed, now)
			if err != nil {
				t.Fatal(err)
			}
			if string(before.Bytes()) != was || string(changed.Bytes()) != is {
				t.Error("a forecast changed a document")
			}
			stopped, err := explain.LeftStopped(before, settled(t, changed), now)
			if err != nil {
				t.Fatal(err)
			}
			if len(o.Anyway) > 0 || o.Endless {
				t.Errorf("anyway %v, endless %v", o.Anyway, o.Endless)
			}
			golden(t, "change-"+c.name, strings.Join(o.Changes, "\n")+"\n\n"+strings.Join(o.Steps, "\n")+"\n\n"+strings.Join(stopped, "\n")+"\n")
		})
	}
}

func TestWhy(t *testing.T) {
	for _, c := range []struct {
		name, ask, resources, constraints, options, onN1, standby string
		settle                                                    bool
	}{
		{name: "running", ask: "web", resources: primitives, constraints: together, settle: true},
		{name: "failed-and-banned", ask: "web", resources: primitives, constraints: together + ban, onN1: failedOnN1},
		{name: "disabled", ask: "web", resources: disabledIP, constraints: together},
		{name: "opt-in", ask: "ip", resources: primitives, options: `<nvpair id="o2" name="symmetric-cluster" value="false"/>`},
		{name: "group", ask: "g", resources: group, constraints: ban, onN1: failedOnN1},
		{name: "clone", ask: "web-clone", resources: clone, standby: "n2", settle: true},
		{name: "maintenance", ask: "ip", resources: primitives, options: `<nvpair id="o2" name="maintenance-mode" value="true"/>`},
		{name: "no-device", ask: "ip", resources: primitives, options: `<nvpair id="o3" name="fencing-enabled" value="true"/>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := cluster(t, c.resources, c.constraints, c.options, c.onN1, c.standby)
			if c.settle {
				settled(t, doc)
			}
			chain, err := explain.Why(doc, c.ask, now)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "why-"+c.name, strings.Join(chain.Lines(), "\n")+"\n")
		})
	}
	if _, err := explain.Why(cluster(t, "", "", "", "", ""), "x", now); err == nil {
		t.Error("no error for a resource that is not there")
	}
}
