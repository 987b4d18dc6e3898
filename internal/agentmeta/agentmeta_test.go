package agentmeta

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseName(t *testing.T) {
	for text, want := range map[string]Name{
		"ocf:heartbeat:IPaddr2":   {"ocf", "heartbeat", "IPaddr2"},
		"systemd:nginx":           {"systemd", "", "nginx"},
		"systemd:openvpn@a:b":     {"systemd", "", "openvpn@a:b"},
		"service:ssh":             {"service", "", "ssh"},
		"lsb:nginx":               {"lsb", "", "nginx"},
		"stonith:fence_apc":       {"stonith", "", "fence_apc"},
		"ocf:Dummy":               {},
		"ocf:heartbeat:":          {},
		"ocf:heartbeat:Dummy:0":   {},
		"lsb:provider:nginx":      {},
		"stonith:provider:device": {},
		"nosuch:Dummy":            {},
		"IPaddr2":                 {},
		":":                       {},
		"":                        {},
	} {
		got, err := ParseName(text)
		if (want == Name{}) != errors.Is(err, ErrName) {
			t.Errorf("%q: error %v", text, err)
		}
		if err == nil && (got != want || got.String() != text) {
			t.Errorf("%q: got %+v, written %q", text, got, got)
		}
	}
}

const promotable = `<?xml version="1.0"?>
<resource-agent name="db">
  <version>1.1</version>
  <longdesc lang="en">
    Runs a database.
  </longdesc>
  <shortdesc lang="en">A database</shortdesc>
  <parameters>
    <parameter name="dir" required="1" unique-group="place">
      <longdesc>Where it is.</longdesc>
      <content type="string"/>
    </parameter>
    <parameter name="port" unique-group="place" reloadable="true">
      <content type="integer" default="5432"/>
    </parameter>
    <parameter name="mode"><content type="select" default="a"><option value="a"/><option value="b"/></content></parameter>
    <parameter name="old">
      <deprecated><replaced-with name="mode"/><desc>had a bad name</desc></deprecated>
      <content type="string"/>
    </parameter>
    <parameter name="hidden" advanced="1"><content type="string"/></parameter>
  </parameters>
  <actions>
    <action name="start" timeout="20s"/>
    <action name="stop" timeout="20"/>
    <action name="monitor" timeout="20s" interval="10s" role="Master" depth="0"/>
    <action name="monitor" timeout="20s" role="Slave" depth="10" start-delay="5s"/>
    <action name="promote" timeout="10s"/>
    <action name="demote" timeout="10s"/>
    <action name="meta-data" timeout="5s"/>
    <action name="validate-all" timeout="5s"/>
    <action name="status" timeout="5s"/>
  </actions>
</resource-agent>`

func TestParse(t *testing.T) {
	a, err := Parse(Name{"ocf", "acme", "db"}, []byte(promotable))
	if err != nil {
		t.Fatal(err)
	}
	if a.OCFVersion != "1.1" || a.ShortDesc != "A database" || a.LongDesc != "Runs a database." || !a.Promotable() {
		t.Errorf("agent %+v", a)
	}
	want := []Parameter{
		{Name: "dir", LongDesc: "Where it is.", Type: "string", Required: true, UniqueGroup: "place"},
		{Name: "port", Type: "integer", Default: "5432", HasDefault: true, UniqueGroup: "place", Reloadable: true},
		{Name: "mode", Type: "select", Default: "a", HasDefault: true, Enum: []string{"a", "b"}},
		{Name: "old", Type: "string", Deprecated: true, DeprecatedBy: []string{"mode"}, DeprecatedDesc: "had a bad name"},
		{Name: "hidden", Type: "string", Advanced: true},
	}
	if d := cmp.Diff(want, a.Parameters); d != "" {
		t.Errorf("parameters (-want +got):\n%s", d)
	}
	ops := []Operation{
		{Name: "start", Interval: "0s", Timeout: "20s"},
		{Name: "stop", Interval: "0s", Timeout: "20"},
		{Name: "monitor", Interval: "10s", Timeout: "20s", Role: "Promoted"},
		{Name: "monitor", Interval: "60s", Timeout: "20s", Role: "Unpromoted", StartDelay: "5s", CheckLevel: "10"},
		{Name: "promote", Interval: "0s", Timeout: "10s"},
		{Name: "demote", Interval: "0s", Timeout: "10s"},
	}
	if d := cmp.Diff(ops, a.DefaultOperations(false)); d != "" {
		t.Errorf("operations (-want +got):\n%s", d)
	}
	if d := cmp.Diff(ops[2:4], a.DefaultOperations(true)); d != "" {
		t.Errorf("monitors (-want +got):\n%s", d)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"":                            ErrMetadata,
		"no xml":                      ErrMetadata,
		"<resource-agent>":            ErrMetadata,
		"<other-agent></other-agent>": ErrMetadata,
		"<resource-agent><version>2.0</version></resource-agent>": ErrVersion,
	} {
		if _, err := Parse(Name{"ocf", "a", "b"}, []byte(text)); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
}

// OCF 1.0 knows unique but no groups: each unique parameter is one of its own.
func TestUniqueOfOCF10(t *testing.T) {
	a, err := Parse(Name{"ocf", "acme", "x"}, []byte(`<resource-agent><parameters>
		<parameter name="a" unique="1"/><parameter name="b" unique="0"/></parameters></resource-agent>`))
	if err != nil {
		t.Fatal(err)
	}
	if a.Parameters[0].UniqueGroup != LoneGroup+"a" || a.Parameters[1].UniqueGroup != "" {
		t.Errorf("unique groups %q, %q", a.Parameters[0].UniqueGroup, a.Parameters[1].UniqueGroup)
	}
	if ops := a.DefaultOperations(false); len(ops) != 1 || ops[0] != (Operation{Name: "monitor", Interval: "60s"}) {
		t.Errorf("an agent without actions is monitored by %+v", ops)
	}
}

func TestTracing(t *testing.T) {
	for provider, want := range map[string]bool{"heartbeat": true, "pacemaker": true, "acme": false} {
		a, err := Parse(Name{"ocf", provider, "x"}, []byte(`<resource-agent/>`))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Parameter("trace_ra") != nil; got != want {
			t.Errorf("%s: trace_ra %v, want %v", provider, got, want)
		}
	}
}

const fence = `<resource-agent name="fence_x" shortdesc="Fence x">
  <parameters>
    <parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
    <parameter name="ip" obsoletes="ipaddr" required="1"><content type="string"/></parameter>
    <parameter name="ipaddr" deprecated="1" required="1"><content type="string"/></parameter>
    <parameter name="help"><content type="string"/></parameter>
    <parameter name="plug" required="1"><content type="string"/></parameter>
  </parameters>
  <actions><action name="on" automatic="1" on_target="1"/><action name="monitor"/><action name="start" timeout="20s"/></actions>
</resource-agent>`

func TestFenceAgent(t *testing.T) {
	a, err := Parse(Name{Standard: "stonith", Type: "fence_x"}, []byte(fence))
	if err != nil {
		t.Fatal(err)
	}
	if p := a.Parameter("action"); p.Required || !p.Deprecated || !p.Advanced {
		t.Errorf("action is for the cluster to choose: %+v", p)
	}
	if p := a.Parameter("plug"); p.Required {
		t.Error("Pacemaker finds the port; plug cannot be required")
	}
	if p := a.Parameter("ipaddr"); !p.Deprecated || !cmp.Equal(p.DeprecatedBy, []string{"ip"}) {
		t.Errorf("ipaddr gave way to ip: %+v", p)
	}
	if a.Parameter("pcmk_host_map") == nil || !a.Parameter("pcmk_off_retries").Advanced {
		t.Error("the parameters that every device takes are missing")
	}
	if a.Parameter("help") != nil {
		t.Error("help is no option of a device")
	}
	if !a.Unfences() {
		t.Error("it switches nodes on when they join")
	}
	if ops := a.DefaultOperations(false); len(ops) != 1 || ops[0].Name != "monitor" || ops[0].Interval != "60s" {
		t.Errorf("a device is only monitored, got %+v", ops)
	}
}

func TestDeviceParametersAreDescribed(t *testing.T) {
	for _, p := range deviceParameters {
		if p.LongDesc == "" || p.ShortDesc == "" || !strings.HasPrefix(p.Name, "pcmk_") {
			t.Errorf("%+v", p)
		}
	}
}
