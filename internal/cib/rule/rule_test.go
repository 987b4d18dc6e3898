package rule

import (
	"slices"
	"testing"
	"time"

	"gpcs/internal/cib"
)

// noon is the time at which the tests ask: Monday 2026-11-23 12:00:00 UTC.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, xml string) *cib.Element {
	t.Helper()
	e, err := cib.ParseElement([]byte(xml))
	if err != nil {
		t.Fatalf("%s: %v", xml, err)
	}
	return e
}

func TestHolds(t *testing.T) {
	attributes := map[string]string{"#uname": "node1", "site": "Berlin", "cpus": "16", "version": "2.10", "load": "0.7"}
	env := &Env{
		Now:       noon.Unix(),
		Attribute: func(name string) (string, bool) { v, ok := attributes[name]; return v, ok },
		Reference: func(source, name string) (string, bool) { return "berlin", source == "param" && name == "place" },
		Resource:  &Resource{Class: "ocf", Provider: "heartbeat", Type: "IPaddr2"},
		Operation: &Operation{Name: "monitor", IntervalMS: 10_000},
		Match:     []string{"db-site", "site"},
	}
	for expression, want := range map[string]bool{
		`<expression attribute="#uname" operation="eq" value="node1"/>`:                                             true,
		`<expression attribute="#uname" operation="ne" value="node1"/>`:                                             false,
		`<expression attribute="site" operation="eq" value="berlin"/>`:                                              true, // texts compare without case
		`<expression attribute="cpus" operation="gt" value="9"/>`:                                                   true, // numbers as numbers
		`<expression attribute="cpus" operation="gt" value="9" type="string"/>`:                                     false,
		`<expression attribute="load" operation="lt" value="0.75"/>`:                                                true,
		`<expression attribute="version" operation="gt" value="2.9" type="version"/>`:                               true,
		`<expression attribute="version" operation="lte" value="2.9" type="number"/>`:                               true,
		`<expression attribute="none" operation="defined"/>`:                                                        false,
		`<expression attribute="none" operation="not_defined"/>`:                                                    true,
		`<expression attribute="none" operation="ne" value="x"/>`:                                                   true,
		`<expression attribute="none" operation="eq" value="x"/>`:                                                   false,
		`<expression attribute="site" operation="eq" value="place" value-source="param"/>`:                          true,
		`<expression attribute="%1" operation="eq" value="berlin"/>`:                                                true,
		`<rsc_expression class="ocf" type="IPaddr2"/>`:                                                              true,
		`<rsc_expression class="systemd"/>`:                                                                         false,
		`<op_expression name="monitor" interval="10s"/>`:                                                            true,
		`<op_expression name="monitor" interval="20s"/>`:                                                            false,
		`<date_expression operation="gt" start="2026-11-23T11:00:00Z"/>`:                                            true,
		`<date_expression operation="lt" end="2026-11-23 11:00:00Z"/>`:                                              false,
		`<date_expression operation="in_range" start="2026-11-01"><duration weeks="3" days="2"/></date_expression>`: true,
		`<date_expression operation="date_spec"><date_spec hours="9-16" weekdays="1-5"/></date_expression>`:         true,
		`<date_expression operation="date_spec"><date_spec hours="13-"/></date_expression>`:                         false,
		`<rule boolean-op="or"><expression attribute="none" operation="defined"/></rule>`:                           false,
		``: true,
	} {
		if got := Holds(parse(t, "<rule>"+expression+"</rule>"), env); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

func TestNothingIsKnownOfWhatIsNotThere(t *testing.T) {
	for _, expression := range []string{
		`<expression attribute="#uname" operation="defined"/>`, `<rsc_expression/>`, `<op_expression/>`, `<date_expression operation="lt"/>`,
	} {
		if Holds(parse(t, "<rule>"+expression+"</rule>"), new(Env)) {
			t.Errorf("%s holds", expression)
		}
	}
}

func TestAndOr(t *testing.T) {
	yes, no := `<expression attribute="a" operation="defined"/>`, `<expression attribute="b" operation="defined"/>`
	env := &Env{Attribute: func(name string) (string, bool) { return "", name == "a" }}
	for xml, want := range map[string]bool{
		"<rule>" + yes + no + "</rule>":                    false,
		`<rule boolean-op="or">` + no + yes + "</rule>":    true,
		`<rule boolean-op="or">` + no + no + "</rule>":     false,
		`<rule boolean-op="or"/>`:                          false,
		"<rule><rule>" + yes + "</rule>" + yes + "</rule>": true,
	} {
		if got := Holds(parse(t, xml), env); got != want {
			t.Errorf("%s: %v", xml, got)
		}
	}
}

// What depends on the time says when it is to be asked again.
func TestRecheck(t *testing.T) {
	at := func(hour int) int64 { return time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC).Unix() }
	for expression, want := range map[string][]int64{
		`<date_expression operation="gt" start="2026-11-23T13:00:00Z"/>`:                                  {at(13) + 1},
		`<date_expression operation="lt" end="2026-11-23T13:00:00Z"/>`:                                    {at(13)},
		`<date_expression operation="in_range" start="2026-11-23T13:00:00Z"/>`:                            {at(13)},
		`<date_expression operation="in_range" start="2026-11-23T11:00:00Z" end="2026-11-23T13:00:00Z"/>`: {at(13) + 1},
		`<date_expression operation="lt" end="2026-11-23T11:00:00Z"/>`:                                    nil,
	} {
		var told []int64
		Holds(parse(t, "<rule>"+expression+"</rule>"), &Env{Now: noon.Unix(), Recheck: func(t int64) { told = append(told, t) }})
		if !slices.Equal(told, want) {
			t.Errorf("%s: told %v, want %v", expression, told, want)
		}
	}
}

func TestEffectAt(t *testing.T) {
	for expression, want := range map[string]Effect{
		`<date_expression operation="gt" start="2026-11-24"/>`:                                                      NotYet,
		`<date_expression operation="lt" end="2026-11-23"/>`:                                                        Expired,
		`<date_expression operation="in_range" start="2026-11-01" end="2026-12-01"/>`:                               InEffect,
		`<date_expression operation="in_range"/>`:                                                                   Unknown,
		`<date_expression operation="date_spec"><date_spec years="2025"/></date_expression>`:                        Expired,
		`<date_expression operation="date_spec"><date_spec years="2026-2027" months="12"/></date_expression>`:       NotYet,
		`<date_expression operation="date_spec"><date_spec months="12"/></date_expression>`:                         Unknown,
		`<date_expression operation="gt" start="2020"/><rule><date_expression operation="gt" start="2020"/></rule>`: Unknown,
	} {
		if got := EffectAt(parse(t, "<rule>"+expression+"</rule>"), noon); got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}
