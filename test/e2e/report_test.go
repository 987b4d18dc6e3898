package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// A report has the parts of all nodes and no secret of any: not the planted ones,
// not the cluster's keys and tokens.
func TestReportHasAllNodesAndNoSecret(t *testing.T) {
	c := members(t, 2)
	secrets := plantSecrets(t, c)
	says(t, c, "pcs cluster report /root/r1", "Collected results are available in /root/r1.tar.bz2")
	sh(t, c, "node1", "mkdir /root/out && tar -xf /root/r1.tar.bz2 -C /root/out")
	for _, s := range secrets {
		if r := do(t, c, "node1", "grep", "-rFl", "--", s, "/root/out"); r.Code != 1 || r.Stdout != "" {
			t.Errorf("secret %q is in %s", s, r.Stdout)
		}
	}
	for _, node := range c.Nodes() {
		for file, want := range map[string]string{"cib.xml": `name="passwd" value="******"`, "etc/corosync/corosync.conf": "cluster_name: my_cluster",
			"state.json": `"running": true`, "status.txt": "ocf:heartbeat:Dummy", "var/log/gpcsd.log": "an agent said ******", "versions.txt": "gpcsd",
			"addresses.txt": "192.168.1."} {
			if text := do(t, c, "node1", "cat", "/root/out/r1/"+node+"/"+file).Stdout; !strings.Contains(text, want) {
				t.Errorf("%s of %s lacks %q:\n%.600s", file, node, want, text)
			}
		}
	}

	for line, want := range map[string]string{
		"pcs cluster report /root/r1":                                 "File '/root/r1.tar.bz2' already exists, use --overwrite to override",
		"pcs cluster report /root/r2 --to 2026-1-1":                   "--to cannot be used without --from",
		"pcs cluster report /root/r2 --from yesterday":                "'yesterday' is not a valid from value",
		"pcs cluster report":                                          "Usage: pcs cluster report",
		"pcs cluster report /root/r2 --from 2026-11-2 --to 2026-11-1": "--to is before --from",
	} {
		if r := do(t, c, "node1", strings.Fields(line)...); r.Code != 1 || !strings.Contains(r.Stdout+r.Stderr, want) {
			t.Errorf("%s: status %d\n%s%s\nwant %s", line, r.Code, r.Stdout, r.Stderr, want)
		}
	}
	says(t, c, "pcs cluster report /root/r1 --overwrite", "Collected results are available")
	must(t, c, "node1", "pcs", "cluster", "report", "--from", "2001-1-1 0:0:0", "--to", "2001-1-2 0:0:0", "/root/old")
	if log := sh(t, c, "node1", "tar -xOf /root/old.tar.bz2 old/node1/var/log/gpcsd.log 2>/dev/null | grep -c time= || true"); log != "0" {
		t.Errorf("%s lines of a log that are newer than asked for", log)
	}
	if _, err := c.Kill("node2"); err != nil {
		t.Fatal(err)
	}
	says(t, c, "pcs cluster report /root/r3", "the report lacks the part of node 'node2'")
	must(t, c, "node1", "pcs", "cluster", "destroy")
	if r := do(t, c, "node1", "pcs", "cluster", "report", "/root/r4"); r.Code != 1 || r.Stderr != "Error: cluster is not configured on this node\n" {
		t.Errorf("without a cluster: status %d, %s", r.Code, r.Stderr)
	}
}

// plantSecrets puts secrets into the configuration, the files and the logs of two
// nodes. It returns them, and those that the nodes have anyway.
func plantSecrets(t *testing.T, c *failover.Cluster) []string {
	t.Helper()
	for _, argv := range [][]string{
		{"pcs", "resource", "create", "probe", "ocf:heartbeat:Dummy", "fake=x"},
		{"pcs", "alert", "create", "id=mail", "path=/bin/true", "options", "smtp_password=planted-in-alert"},
		{"pcs", "node", "attribute", "node2", "api_token=planted-in-attribute"},
	} {
		must(t, c, "node1", argv...)
	}
	must(t, c, "node1", "cibadmin", "--modify", "--scope", "resources", "--xml-text",
		`<primitive id="probe"><instance_attributes id="probe-i"><nvpair id="probe-i-p" name="passwd" value="planted&amp;in params"/></instance_attributes></primitive>`)
	secrets := []string{"planted-in-alert", "planted-in-attribute", "planted&in params", "planted&amp;in params", "planted-on-disk"}
	for _, node := range c.Nodes() {
		sh(t, c, node, "mkdir -p /var/lib/pacemaker/lrm/secrets/probe && printf planted-on-disk >/var/lib/pacemaker/lrm/secrets/probe/passwd")
		var hosts struct {
			Known map[string]struct{ Token string } `json:"known_hosts"`
		}
		if err := json.Unmarshal([]byte(sh(t, c, node, "cat /var/lib/pcsd/known-hosts")), &hosts); err != nil || len(hosts.Known) != 2 {
			t.Fatalf("known-hosts of %s: %v, %v", node, hosts, err)
		}
		for _, h := range hosts.Known {
			secrets = append(secrets, h.Token)
		}
		secrets = append(secrets, sh(t, c, node, "base64 -w0 /etc/corosync/authkey"), sh(t, c, node, "grep ^hacluster /etc/shadow | cut -d: -f2"))
		for _, s := range secrets {
			must(t, c, node, "sh", "-c", `echo "an agent said $1" >>/var/log/gpcsd.log`, "sh", s)
		}
	}
	return secrets
}
