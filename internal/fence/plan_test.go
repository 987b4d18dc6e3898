package fence

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"gpcs/internal/cib"
)

// TestPlan drives plans step by step: "plan" with a configuration begins one,
// "answer", "lost" and "tick" are its events; printed is what it wants done.
func TestPlan(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var plan *Plan
		var last Run
		now := time.Unix(1000, 0)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "plan":
				plan = NewPlan(document(t, d.Input), request(t, d))
				return show(plan.Begin(now), &last)
			case "answer":
				r := Reply{OK: d.HasArg("ok"), Verified: d.HasArg("verified"), Unfit: d.HasArg("unfit"), Reason: "no route"}
				return show(plan.Answered(now, last.Seq, r), &last)
			case "stale":
				return show(plan.Answered(now, last.Seq-1, Reply{OK: true}), &last)
			case "lost":
				var id int
				d.ScanArgs(t, "node", &id)
				return show(plan.Lost(now, uint32(id)), &last)
			case "spare":
				after := 0
				d.ScanArgs(t, "after", &after)
				return show(plan.Spare(now.Add(time.Duration(after)*time.Second)), &last)
			case "tick":
				now = plan.Deadline()
				return show(plan.Tick(now), &last)
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}

func request(t *testing.T, d *datadriven.TestData) Request {
	r := Request{TimeoutMS: 60000, Random: 0.5, Action: Reboot}
	d.ScanArgs(t, "target", &r.Target)
	if d.HasArg("action") {
		d.ScanArgs(t, "action", &r.Action)
	}
	if d.HasArg("switch-on") {
		var devices string
		d.ScanArgs(t, "switch-on", &devices)
		r.SwitchOn = strings.Split(devices, "+")
	}
	if d.HasArg("delay") {
		var s int64
		d.ScanArgs(t, "delay", &s)
		r.DelayMS = s * 1000
	}
	members := "n1 n2 n3"
	if d.HasArg("members") {
		d.ScanArgs(t, "members", &members)
		members = strings.ReplaceAll(members, "+", " ")
	}
	for _, name := range strings.Fields(members) {
		id, err := strconv.Atoi(name[1:])
		if err != nil {
			t.Fatal(err)
		}
		r.Members = append(r.Members, Member{ID: uint32(id), Name: name})
	}
	return r
}

// document makes a CIB of lines: device ID NAME=VALUE..., level INDEX
// KIND=VALUE DEVICES, ban DEVICE NODE, works DEVICE NODE, attr NODE NAME VALUE.
func document(t *testing.T, text string) *cib.Document {
	t.Helper()
	var resources, levels, bans, nodes, status strings.Builder
	for i, line := range strings.Split(text, "\n") {
		w := strings.Fields(line)
		switch {
		case len(w) == 0:
		case w[0] == "device":
			attrs, meta := "", ""
			for _, p := range w[2:] {
				name, value, _ := strings.Cut(p, "=")
				nv := fmt.Sprintf(`<nvpair id="%s-%s" name="%s" value="%s"/>`, w[1], name, name, value)
				if name == "priority" || name == "target-role" || name == "provides" {
					meta += nv
				} else {
					attrs += nv
				}
			}
			fmt.Fprintf(&resources, `<primitive id="%s" class="stonith" type="fence_x"><instance_attributes id="%s-i">%s</instance_attributes>`+
				`<meta_attributes id="%s-m">%s</meta_attributes></primitive>`, w[1], w[1], attrs, w[1], meta)
		case w[0] == "level":
			kind, value, _ := strings.Cut(w[2], "=")
			if kind == "attr" {
				name, v, _ := strings.Cut(value, "=")
				kind, value = "target-attribute", name+`" target-value="`+v
			}
			fmt.Fprintf(&levels, `<fencing-level id="l%d" index="%s" %s="%s" devices="%s"/>`, i, w[1], kind, value, w[3])
		case w[0] == "ban":
			fmt.Fprintf(&bans, `<rsc_location id="b%d" rsc="%s" node="%s" score="-INFINITY"/>`, i, w[1], w[2])
		case w[0] == "works":
			fmt.Fprintf(&status, `<node_state id="%s" uname="%s"><lrm><lrm_resources><lrm_resource id="%s"><lrm_rsc_op id="o%d" `+
				`operation="start" rc-code="0" call-id="4"/></lrm_resource></lrm_resources></lrm></node_state>`, w[2][1:], w[2], w[1], i)
		case w[0] == "attr":
			fmt.Fprintf(&nodes, `<node id="%s" uname="%s"><instance_attributes id="a%d"><nvpair id="av%d" name="%s" value="%s"/></instance_attributes></node>`,
				w[1][1:], w[1], i, i, w[2], w[3])
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	doc, err := cib.Parse([]byte(`<cib><configuration><crm_config/><nodes>` + nodes.String() + `</nodes><resources>` + resources.String() +
		`</resources><constraints>` + bans.String() + `</constraints><fencing-topology>` + levels.String() +
		`</fencing-topology></configuration><status>` + status.String() + `</status></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func show(effects []Effect, last *Run) string {
	var b strings.Builder
	for _, e := range effects {
		switch e := e.(type) {
		case Run:
			*last = e
			fmt.Fprintf(&b, "run %s %s of %s on %s", e.Device.ID, e.Action, e.Device.Plug(e.Target), e.Node.Name)
			if e.Ask {
				b.WriteString(" if it fences it")
			}
			fmt.Fprintf(&b, " within %dms", e.TimeoutMS)
			if e.Retries != 2 {
				fmt.Fprintf(&b, " in %d tries", e.Retries)
			}
			if e.DelayMS > 0 {
				fmt.Fprintf(&b, " after %dms", e.DelayMS)
			}
			b.WriteString("\n")
		case Proven:
			fmt.Fprintf(&b, "proven: %s, %s by %s\n", e.Proof, strings.Join(e.Devices, "+"), e.Delegate)
		case Ended:
			fmt.Fprintf(&b, "ended ok=%v\n", e.OK)
			for _, f := range e.Failures {
				fmt.Fprintf(&b, "  %s\n", f)
			}
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func TestDelay(t *testing.T) {
	for _, c := range []struct {
		base, max string
		random    float64
		want      int64
	}{
		{"", "", 0.9, 0}, {"5", "", 0.9, 5000}, {"n1:1s;n2:3", "", 0, 3000}, {"n1:1s", "", 0, 0},
		{"2s", "4s", 0.5, 3000}, {"4s", "2s", 0.5, 2000}, {"", "10", 0.25, 2500},
	} {
		d := Device{Params: map[string]string{"pcmk_delay_base": c.base, "pcmk_delay_max": c.max}}
		if got := d.DelayMS("n2", c.random); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// What an order's success proves by itself is for the next DC: only the last
// device of a level, and only of a daemon that is known.
func TestWhatASuccessClaims(t *testing.T) {
	doc := document(t, "device a pcmk_host_list=n2\ndevice b pcmk_host_list=n2\nlevel 1 target=n2 a,b")
	now := time.Unix(1000, 0)
	p := NewPlan(doc, Request{Target: "n2", Action: Reboot, TimeoutMS: 1000, Members: []Member{{1, "n1"}, {2, "n2"}}})
	first, ok := p.Begin(now)[0].(Run)
	if _, claims := first.Claim.Attested(Reply{OK: true, Verified: true, Struck: 7}); !ok || claims {
		t.Fatalf("one of two devices is taken for a proof: %+v", first)
	}
	second, ok := p.Answered(now, first.Seq, Reply{OK: true, Verified: true})[0].(Run)
	if !ok {
		t.Fatal("no second device")
	}
	for _, c := range []struct {
		reply Reply
		want  string
	}{
		{Reply{OK: true, Verified: true, Struck: 7}, "off verified by status by a,b, on with a,b"},
		{Reply{OK: true, Struck: 7}, "off reported by the agent by a,b, on with a,b"},
		{Reply{OK: true, Verified: true}, ""},
		{Reply{Struck: 7}, ""},
	} {
		got := ""
		if proven, ok := second.Claim.Attested(c.reply); ok {
			got = fmt.Sprintf("%s by %s, on with %s", proven.Proof, strings.Join(proven.Devices, ","), strings.Join(proven.SwitchOn, ","))
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.reply, got, c.want)
		}
	}
}

func TestWhatAnOrderWasDecidedOnMustHold(t *testing.T) {
	for _, c := range []struct{ wasQuorate, wasMember, quorate, isMember, want bool }{
		{true, false, true, false, true},
		{true, false, false, true, false},
		{false, true, false, true, true},
		{false, true, false, false, false},
		{false, true, true, false, true},
		{false, false, false, false, true}, // the quorum is ignored, or an administrator wants it
	} {
		if got := Holds(c.wasQuorate, c.wasMember, c.quorate, c.isMember); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
