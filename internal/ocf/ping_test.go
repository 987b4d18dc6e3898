package ocf

import (
	"strings"
	"testing"
)

func TestPing(t *testing.T) {
	b := newBench(t).set("host_list=10.0.0.1 10.0.0.2 fd00::3", "multiplier=100", "timeout=2s")
	ping := func(host string) string {
		if strings.Contains(host, ":") {
			return "ping -n -q -W 2 -c 3 -6 " + host
		}
		return "ping -n -q -W 2 -c 3 " + host
	}
	b.answers[ping("10.0.0.2")] = answer{status: 1}
	all := []string{ping("10.0.0.1"), ping("10.0.0.2"), ping("fd00::3")}
	b.run("ping", "monitor", notRunning)
	b.run("ping", "start", success, append(all, "attrd_updater -n pingd -B 200 -d 5s")...)
	b.run("ping", "monitor", success, append(all, "attrd_updater -n pingd -v 200 -d 5s")...)
	b.set("failure_score=300", "dampen=30s").run("ping", "monitor", errGeneric, append(all, "attrd_updater -n pingd -v 200 -d 30s")...)
	b.run("ping", "stop", success, "attrd_updater -D -n pingd -d 30s")
	b.run("ping", "monitor", notRunning)
	b.set("host_list=").run("ping", "validate-all", errConfigured)
}

func TestPingPrefersFping(t *testing.T) {
	b := newBench(t).set("host_list=10.0.0.1 10.0.0.2", "timeout=3", "name=gw")
	b.answers["fping"] = answer{}
	b.answers["fping -r"] = answer{"10.0.0.1 is alive\n10.0.0.2 is unreachable\n", 1}
	b.file("/var/run/ping-gw", "")
	b.run("ping", "monitor", success, "fping -v", "fping -r 3 -t 1000 -B 1.0 10.0.0.1 10.0.0.2", "attrd_updater -n gw -v 1 -d 5s")
	b.set("host_list=10.0.0.1 fd00::1").run("ping", "validate-all", errConfigured, "fping -v")
	b.set("use_fping=0", "host_list=h").run("ping", "monitor", success, "ping -n -q -W 3 -c 3 h", "attrd_updater -n gw -v 1 -d 5s")
}

func TestPingTimeout(t *testing.T) {
	for _, c := range []struct {
		timeout, limit string
		want           int
	}{{"2", "", 2}, {"4s", "", 4}, {"1500ms", "", 1}, {"100ms", "", 5}, {"2min", "", 120}, {"1h", "", 300}, {"", "60000", 9}, {"", "", 5}} {
		b := newBench(t).set("timeout="+c.timeout, "host_list=a b", "CRM_meta_timeout="+c.limit)
		call := Call{Vars: b.vars}
		if c.limit == "" {
			delete(b.vars, "OCF_RESKEY_CRM_meta_timeout")
		}
		if c.timeout == "" && c.limit == "" {
			b.set("host_list=")
		}
		if got := call.pingTimeout(); got != c.want {
			t.Errorf("%q of %q: %d, want %d", c.timeout, c.limit, got, c.want)
		}
	}
}
