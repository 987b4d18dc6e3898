package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// The first level's board does not answer; the second has a device for each of
// the machine's two power supplies, and both are needed.
func TestSecondLevelFencesWhereTheFirstCannot(t *testing.T) {
	c, p := fenced(t, 2)
	victim := active(t, c)
	heir := other(victim)
	for _, pdu := range []string{"pdu-a", "pdu-b"} {
		must(t, c, heir, "pcs", "stonith", "create", pdu, "fence_power", p.socket(), "board="+pdu, "pcmk_host_list=node1,node2")
	}
	must(t, c, heir, "pcs", "stonith", "level", "add", "1", victim, "fence-"+victim)
	must(t, c, heir, "pcs", "stonith", "level", "add", "2", victim, "pdu-a", "pdu-b")
	must(t, c, heir, "pcs", "stonith", "update", "fence-"+victim, "pcmk_reboot_retries=1", "pcmk_delay_base=")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	p.bad = "bmc"
	p.mu.Unlock()
	if _, err := c.Cut(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if got := p.offs(); len(got) != 1 || got[0] != victim {
			return fmt.Errorf("switched off: %v", got)
		}
		return nil
	})
	if now := active(t, c); now != heir {
		t.Errorf("the site is on %s", now)
	}
	p.mu.Lock()
	p.bad = ""
	p.mu.Unlock()
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	// As with Pacemaker the levels are one fencing, which succeeded.
	history := must(t, c, heir, "pcs", "stonith", "history", "show", victim)
	if !strings.Contains(history, "reboot of "+victim+" successful: delegate="+heir+", client=pacemaker-controld, origin="+heir) ||
		!strings.HasSuffix(history, "\n1 event found\n") {
		t.Errorf("history:\n%s", history)
	}
	if out := must(t, c, heir, "pcs", "stonith", "ledger", "--verify"); !strings.Contains(out, "off verified by status; device pdu-a,pdu-b") {
		t.Errorf("ledger:\n%s", out)
	}
	if out := must(t, c, heir, "crm_mon", "-1", "--output-as=xml"); !strings.Contains(out, `<fence_event action="reboot" target="`+victim+`" client="pacemaker-controld"`) {
		t.Errorf("crm_mon's XML has no history:\n%s", out)
	}
}

// hangingAgent is a resource whose stop does not end while its file is there.
const hangingAgent = `#!/bin/sh
case $1 in
meta-data) cat <<END
<?xml version="1.0"?><resource-agent name="hang" version="1.0"><version>1.1</version>
<longdesc lang="en">hangs</longdesc><shortdesc lang="en">hangs</shortdesc><parameters/>
<actions><action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="monitor" timeout="20s" interval="10s"/>
<action name="meta-data" timeout="5s"/></actions></resource-agent>
END
;;
start) touch /run/hang;;
stop) [ -e /run/hang ] && sleep 1000; exit 0;;
monitor) [ -e /run/hang ] || exit 7;;
esac
`

// A node that cannot stop a resource is fenced, and what it ran is recovered.
func TestNodeWhoseStopHangsIsFenced(t *testing.T) {
	c, p := fenced(t, 2)
	for _, node := range c.Nodes() {
		install(t, c, node, "/usr/lib/ocf/resource.d/heartbeat/hang", hangingAgent)
	}
	must(t, c, "node1", "pcs", "resource", "create", "hang", "ocf:heartbeat:hang", "op", "stop", "timeout=1s", "--disabled")
	must(t, c, "node1", "pcs", "constraint", "colocation", "add", "hang", "with", "virtual_ip")
	must(t, c, "node1", "pcs", "resource", "enable", "hang")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	victim := active(t, c)
	must(t, c, other(victim), "pcs", "resource", "ban", "virtual_ip", victim)
	eventually(t, func() error {
		if got := p.offs(); len(got) != 1 || got[0] != victim {
			return fmt.Errorf("switched off: %v", got)
		}
		return nil
	})
	if now := active(t, c); now != other(victim) {
		t.Errorf("the site is on %s", now)
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if out := must(t, c, other(victim), "pcs", "status", "resources", "hang"); !strings.Contains(out, "Started "+other(victim)) {
		t.Errorf("not recovered:\n%s", out)
	}
	if got := p.offs(); len(got) != 1 {
		t.Errorf("switched off: %v", got)
	}
}
