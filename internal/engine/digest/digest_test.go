package digest_test

import (
	"testing"

	"gpcs/internal/engine/digest"
	"gpcs/internal/engine/graph"
)

func TestOperation(t *testing.T) {
	ip := []graph.Attr{{Name: "ip", Value: "10.0.0.9"}, {Name: "cidr_netmask", Value: "24"}}
	meta := append([]graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}, {Name: "crm_feature_set", Value: "3.16.2"}}, ip...)
	for _, c := range []struct {
		name     string
		params   []graph.Attr
		interval int64
		want     string
	}{
		// The digest of no parameters is the one found in every history of a Dummy resource.
		{"none", nil, 0, "f2317cad3d54cec5d7d7aa7d0bf35cf8"},
		{"one-off ignores the timeout", meta, 0, digest.Operation(ip, 0)},
		// What Pacemaker records for a monitor with timeout 20s and no parameters.
		{"recurring counts the timeout", []graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}}, 10000, "4811cef7f7f94e3a35a70be7916cb2fd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := digest.Operation(c.params, c.interval); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if digest.Operation(meta, 10000) == digest.Operation(ip, 10000) {
		t.Error("the timeout makes no difference in a recurring operation")
	}
}

func TestPartialDigests(t *testing.T) {
	p := []graph.Attr{{Name: "a", Value: "1"}, {Name: "passwd", Value: "x"}}
	a := []graph.Attr{{Name: "a", Value: "1"}}
	if got, want := digest.Restart(p, []string{"a"}), digest.Operation(a, 0); got != want {
		t.Errorf("restart digest %s, want %s", got, want)
	}
	if got, want := digest.Secure(p, []string{"passwd"}), digest.Operation(a, 0); got != want {
		t.Errorf("secure digest %s, want %s", got, want)
	}
	if digest.Operation([]graph.Attr{{Name: "a", Value: `<">&`}}, 0) == digest.Operation(nil, 0) {
		t.Error("parameters with special characters are not hashed")
	}
}

func TestNames(t *testing.T) {
	if got := digest.ParseNames(" a b "); len(got) != 2 || got[1] != "b" {
		t.Errorf("got %q", got)
	}
}
