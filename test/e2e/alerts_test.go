package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// The agents that Debian's pacemaker-cli-utils brings.
const sampleAlerts = "/usr/share/pacemaker/alerts"

// spyAlert is an agent that tells as whom and with what it was run.
const spyAlert = `#!/bin/sh
[ "$CRM_alert_recipient" = hang ] && sleep 1000
echo "$(id -un):$(id -gn) $CRM_alert_recipient $CRM_alert_kind $CRM_alert_attribute_name=$CRM_alert_attribute_value" >>/var/lib/pacemaker/spy
`

// createAlerts installs agents on all nodes, with programs that write down what
// they are to send, and has them told of events.
func createAlerts(t *testing.T, c *failover.Cluster) {
	t.Helper()
	for _, node := range c.Nodes() {
		for _, name := range []string{"file", "smtp", "snmp"} {
			sh(t, c, node, "install -m 755 "+sampleAlerts+"/alert_"+name+".sh.sample /var/lib/pacemaker/alert_"+name+".sh")
		}
		install(t, c, node, "/var/lib/pacemaker/spy.sh", spyAlert)
		for _, fake := range []string{"sendmail", "snmptrap"} {
			install(t, c, node, "/usr/local/bin/"+fake, "#!/bin/sh\n{ echo \"$@\"; cat; } </dev/stdin >>/var/lib/pacemaker/"+fake+"\n")
		}
		sh(t, c, node, "chown hacluster:haclient /var/lib/pacemaker")
	}
	for _, line := range []string{
		"alert create id=file path=/var/lib/pacemaker/alert_file.sh meta timestamp-format=%H:%M",
		"alert recipient add file value=/var/lib/pacemaker/file.log",
		"alert create id=mail path=/var/lib/pacemaker/alert_smtp.sh options email_sender=cluster@example.org",
		"alert recipient add mail value=admin@example.org",
		"alert create id=trap path=/var/lib/pacemaker/alert_snmp.sh options trap_binary=/usr/local/bin/snmptrap trap_add_hires_timestamp_oid=false",
		"alert recipient add trap value=192.168.1.1",
		"alert create id=spy path=/var/lib/pacemaker/spy.sh meta timeout=1s",
		"alert recipient add spy value=hang",
		"alert recipient add spy value=good",
	} {
		must(t, c, "node1", append([]string{"pcs"}, strings.Fields(line)...)...)
	}
	must(t, c, "node1", "cibadmin", "--modify", "--xml-text", `<alert id="spy" path="/var/lib/pacemaker/spy.sh"><select><select_attributes>`+
		`<attribute id="spy-mood" name="mood"/></select_attributes><select_resources/></select></alert>`)
}

// Pacemaker's own alert agents are told of what happens, as hacluster; one that
// hangs holds up nobody and is killed.
func TestAlertAgentsAreTold(t *testing.T) {
	if _, err := os.Stat(sampleAlerts); err != nil {
		t.Skipf("NOT RUN: %v; pacemaker-cli-utils brings the agents", err)
	}
	c, _ := fenced(t, 2)
	createAlerts(t, c)
	must(t, c, "node1", "attrd_updater", "-N", "node2", "-n", "mood", "-U", "calm")
	must(t, c, "node1", "attrd_updater", "-N", "node2", "-n", "weather", "-U", "fair")
	at := active(t, c)
	must(t, c, "node1", "pcs", "resource", "restart", "web_server")
	peer := other(at)
	must(t, c, at, "pcs", "stonith", "fence", peer)

	awaitFile := func(node, file string, words ...string) {
		t.Helper()
		eventually(t, func() error {
			r := do(t, c, node, "cat", "/var/lib/pacemaker/"+file)
			for _, w := range words {
				if !strings.Contains(r.Stdout, w) {
					return fmt.Errorf("%s on %s has no %q:\n%s%s", file, node, w, r.Stdout, r.Stderr)
				}
			}
			return nil
		})
	}
	awaitFile(at, "file.log", "Resource operation 'stop' for 'web_server' on '"+at+"': ok", "Resource operation 'monitor (10000)' for 'web_server'",
		"Node '"+peer+"' is now 'lost'", "Node '"+peer+"' is now 'member'", "Fencing Operation reboot of "+peer+" by "+at)
	awaitFile(at, "sendmail", "-t -r cluster@example.org", "To: admin@example.org", "my_cluster: Resource operation 'start' for 'web_server'",
		"CRM_alert_rsc=web_server")
	awaitFile(at, "snmptrap", "PACEMAKER-MIB::pacemakerNotificationNode s "+at, "PACEMAKER-MIB::pacemakerNotificationResource s web_server",
		"192.168.1.1")
	awaitFile(at, "spy", "hacluster:haclient good resource =")
	awaitFile(dc(t, c), "spy", "hacluster:haclient good attribute mood=calm")
	for _, node := range c.Nodes() {
		if said := do(t, c, node, "cat", "/var/lib/pacemaker/spy").Stdout; strings.Contains(said, "weather") {
			t.Errorf("%s was told of an attribute that nobody asked for:\n%s", node, said)
		}
	}
	eventually(t, func() error {
		log := do(t, c, at, "cat", "/var/log/gpcsd.log").Stdout
		if !strings.Contains(log, "did not end within 1s and was killed") {
			return fmt.Errorf("the log of %s says nothing of the agent that hangs", at)
		}
		return nil
	})
}

// dc returns the node that decides.
func dc(t *testing.T, c *failover.Cluster) string {
	t.Helper()
	return sh(t, c, "node1", "crmadmin -D | sed 's/.*: //'")
}
