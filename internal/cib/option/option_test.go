package option

import (
	"testing"

	"gpcs/internal/cib"
)

func doc(t *testing.T, crmConfig string) *cib.Document {
	t.Helper()
	d, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config>` +
		crmConfig + `</crm_config><nodes/><resources/><constraints/></configuration><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func set(id, score, rest string) string {
	return `<cluster_property_set id="` + id + `"` + score + `>` + rest + `</cluster_property_set>`
}

func pair(id, name, value string) string {
	return `<nvpair id="` + id + `" name="` + name + `" value="` + value + `"/>`
}

const until2001 = `<rule id="r" boolean-op="and"><date_expression id="d" operation="lt" end="2001-01-01"/></rule>`

func TestWhichValueCounts(t *testing.T) {
	for _, c := range []struct{ name, config, option, want string }{
		{"the older name", set("a", "", pair("1", "stonith-enabled", "false")), "fencing-enabled", "false"},
		{"the present name", set("a", "", pair("1", "fencing-enabled", "false")), "fencing-enabled", "false"},
		{"both, older first", set("a", "", pair("1", "stonith-enabled", "false")+pair("2", "fencing-enabled", "true")), "fencing-enabled", "true"},
		{"both, older last", set("a", "", pair("2", "fencing-enabled", "true")+pair("1", "stonith-enabled", "false")), "fencing-enabled", "true"},
		{"reaction", set("a", "", pair("1", "fence-reaction", "panic")), "fencing-reaction", "panic"},
		{"the cluster's own set", set("cib-bootstrap-options", "", pair("1", "x", "own")) + set("b", ` score="9"`, pair("2", "x", "b")), "x", "own"},
		{"the higher score", set("a", ` score="9"`, pair("1", "x", "a")) + set("b", "", pair("2", "x", "b")), "x", "a"},
		{"the later one", set("a", "", pair("1", "x", "a")) + set("b", "", pair("2", "x", "b")), "x", "b"},
		{"a rule that holds", set("a", "", until2001+pair("1", "x", "a")), "x", "a"},
		{"#default is none", set("a", "", pair("1", "x", "#default")), "x", ""},
		{"a pair elsewhere", set("a", "", `<nvpair id-ref="2" name="x"/>`+pair("2", "y", "v")), "x", "v"},
	} {
		if got := Read(doc(t, c.config), 1000).Get(c.option); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

func TestSetsThatDependOnTheTime(t *testing.T) {
	d := doc(t, set("a", "", until2001+pair("1", "x", "a")))
	for now, want := range map[int64]string{0: "", 1000: "a", 2_000_000_000: ""} {
		if got := Read(d, now).Get("x"); got != want {
			t.Errorf("at %d: %q, not %q", now, got, want)
		}
	}
}
