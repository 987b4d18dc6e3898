package admin

import (
	"testing"

	"gpcs/internal/cib"
)

func TestDoubts(t *testing.T) {
	const head = `<cib validate-with="pacemaker-3.1"><configuration><crm_config>`
	const resources = `</crm_config><nodes><node id="1" uname="a"/><node id="2" uname="b"/></nodes><resources>`
	const constraints = `</resources><constraints>`
	const tail = `</constraints></configuration></cib>`
	property := func(pairs ...string) string {
		text := `<cluster_property_set id="p">`
		for i := 0; i < len(pairs); i += 2 {
			text += `<nvpair id="p-` + pairs[i] + `" name="` + pairs[i] + `" value="` + pairs[i+1] + `"/>`
		}
		return text + `</cluster_property_set>`
	}
	ip := func(value string) string {
		return `<primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="ip-ia">` +
			`<nvpair id="ip-ip" name="ip" value="` + value + `"/></instance_attributes></primitive>`
	}
	op := func(interval string) string {
		return `<primitive id="d" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="d-m" name="monitor" interval="` +
			interval + `"/></operations></primitive>`
	}
	order := func(first, then, more string) string {
		return `<rsc_order id="` + first + then + `" first="` + first + `" then="` + then + `" ` + more + `/>`
	}
	for name, c := range map[string]struct {
		after string
		want  []string
	}{
		"nothing":      {head + resources + constraints + tail, nil},
		"address":      {head + resources + ip("10.0.0.7") + constraints + tail, nil},
		"IPv6 address": {head + resources + ip("fe80::1") + constraints + tail, nil},
		"no address":   {head + resources + ip("not.an.ip") + constraints + tail, []string{"NOT_AN_ADDRESS"}},
		"time":         {head + resources + op("1min") + constraints + tail, nil},
		"ISO time":     {head + resources + op("PT10S") + constraints + tail, nil},
		"no time":      {head + resources + op("abc") + constraints + tail, []string{"NOT_A_TIME"}},
		"line":         {head + resources + constraints + order("a", "b", "") + order("b", "c", "") + tail, nil},
		"circle":       {head + resources + constraints + order("a", "b", "") + order("b", "a", "") + tail, []string{"ORDER_CIRCLE"}},
		"optional":     {head + resources + constraints + order("a", "b", "") + order("b", "a", `kind="Optional"`) + tail, nil},
		"stop first":   {head + resources + constraints + order("a", "b", "") + order("b", "a", `first-action="stop"`) + tail, nil},
		"circle of a set": {head + resources + constraints + `<rsc_order id="s"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="b"/>` +
			`</resource_set><resource_set id="s2"><resource_ref id="a"/></resource_set></rsc_order>` + tail, []string{"ORDER_CIRCLE"}},
		"ignore, fenced": {head + property("no-quorum-policy", "ignore") + resources + `<primitive id="f" class="stonith" type="x"/>` + constraints + tail, nil},
		"ignore":         {head + property("no-quorum-policy", "ignore", "stonith-enabled", "false") + resources + constraints + tail, []string{"NO_QUORUM_NO_FENCING"}},
	} {
		before, err := cib.Parse([]byte(head + resources + constraints + tail))
		if err != nil {
			t.Fatal(err)
		}
		after, err := cib.Parse([]byte(c.after))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range Doubts(before, after, true) {
			got = append(got, r.Code)
		}
		if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if again := Doubts(after, after, true); again != nil {
			t.Errorf("%s: told again: %v", name, again)
		}
	}
}
