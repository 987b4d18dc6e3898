package cib

import (
	"strings"
	"testing"
)

// cibOf is a document of a schema with these resources and constraints.
func cibOf(schema, resources, constraints string) string {
	return `<cib validate-with="` + schema + `" epoch="1" num_updates="0" admin_epoch="0">
<configuration><crm_config/><nodes/>
<resources>` + resources + `</resources>
<constraints>` + constraints + `</constraints>
</configuration><status/></cib>`
}

const dummy = `<primitive id="d" class="ocf" provider="p" type="Dummy"/>`

func TestValidateNamesLineAndElement(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"sound", cibOf("pacemaker-3.9", dummy, ""), ""},
		{"unchecked", cibOf("none", "<bogus/>", ""), ""},
		{"unknown schema", cibOf("pacemaker-9.0", dummy, ""), "line 1: element cib: 'pacemaker-9.0' is no schema that is known here"},
		{"element", cibOf("pacemaker-3.9", `<primitive id="d" class="ocf" provider="p" type="D"><bogus/></primitive>`, ""),
			"line 3: element bogus (id d): it cannot stand in <primitive>"},
		{"attribute", cibOf("pacemaker-3.9", dummy, `<rsc_location id="l" rsc="d" node="n" score="1" foo="1"/>`),
			"line 4: element rsc_location (id l): there is no attribute foo of it"},
		{"missing attribute", cibOf("pacemaker-3.9", `<primitive id="d"/>`, ""), "line 3: element primitive (id d): it needs the attributes class and type"},
		{"provider", cibOf("pacemaker-3.9", `<primitive id="d" class="ocf" type="D"/>`, ""), "line 3: element primitive (id d): an agent of class ocf has a provider"},
		{"score", cibOf("pacemaker-3.9", dummy, `<rsc_location id="l" rsc="d" node="n" score="many"/>`), "score is 'many', which is no score"},
		{"action", cibOf("pacemaker-3.9", dummy, `<rsc_order id="o" first="d" then="d" first-action="break"/>`), "first-action is 'break', use start, promote, demote, stop"},
		{"dangling", cibOf("pacemaker-3.9", dummy, `<rsc_location id="l" rsc="gone" node="n" score="1"/>`), "rsc refers to 'gone'"},
		{"twice", cibOf("pacemaker-3.9", dummy+"\n"+dummy, ""), "line 4: element primitive (id d): the id 'd' is taken"},
		{"empty group", cibOf("pacemaker-3.9", `<group id="g"/>`, ""), "line 3: element group (id g): it needs a <primitive>"},
		{"two in a clone", cibOf("pacemaker-3.9", `<clone id="c">`+dummy+strings.Replace(dummy, `"d"`, `"e"`, 1)+`</clone>`, ""), "holds"},
		{"master then", cibOf("pacemaker-1.0", `<master id="m">`+dummy+`</master>`, ""), ""},
		{"master now", cibOf("pacemaker-4.0", `<master id="m">`+dummy+`</master>`, ""), "element master (id m): it cannot stand in <resources>"},
		{"role before its time", cibOf("pacemaker-3.6", dummy, `<rsc_location id="l" rsc="d" role="Promoted" node="n" score="1"/>`), "role is 'Promoted', use Stopped, Started, Master, Slave"},
		{"no text", cibOf("pacemaker-3.9", dummy+"words", ""), `it holds text: "words"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := Validate([]byte(c.text))
			switch {
			case c.want == "" && faults != nil:
				t.Errorf("faults %v, want none", faults)
			case c.want != "" && (len(faults) == 0 || !strings.Contains(faults[0].String(), c.want)):
				t.Errorf("faults %v, want %q", faults, c.want)
			}
		})
	}
}

func TestReplaceByPathLeavesNothingElse(t *testing.T) {
	doc, err := Parse([]byte(cibOf("pacemaker-3.9", dummy, "")))
	if err != nil {
		t.Fatal(err)
	}
	op := Op{Kind: Replace, Path: "//primitive[@id='d']", XML: `<primitive id="d" class="ocf" provider="p" type="Other"/>`}
	next, err := Apply(doc, Request{Ops: []Op{op}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if faults := Validate(next.Bytes()); faults != nil {
		t.Errorf("%v in\n%s", faults, next.Bytes())
	}
}
