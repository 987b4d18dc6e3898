package collect

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// planted are secrets by the file in which they belong.
var planted = map[string]string{
	"/etc/corosync/authkey":                         "corosync-\x01\x02\xff-key-0123456789",
	"/etc/pacemaker/authkey":                        "pacemaker-key-9876543210",
	"/etc/booth/booth.key":                          "booth-key-5555555555",
	"/var/lib/pacemaker/lrm/secrets/fence-a/passwd": "kept-apart-pw",
	"/etc/corosync/qdevice/net/nssdb/pwdfile.txt":   "nss-database-pw",
	"/var/lib/pcsd/pcsd.key":                        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n",
	"/var/lib/pcsd/known-hosts":                     `{"known_hosts": {"node2": {"token": "2a8b40aa-b539-11ee-0001"}}}`,
	"/var/lib/pcsd/pcs_users.conf":                  `[{"token": "3b9c51bb-b539-11ee-0002", "username": "hacluster"}]`,
	"/etc/shadow":                                   "hacluster:$6$salt$hashhashhashhash:19000:0:99999:7:::\n",
	"/var/lib/pcsd/pcs_settings.conf":               `{"permissions": {}, "tokens": {"x": "settings-token-77"}}`,
	"/etc/default/pcsd":                             "PCSD_DEBUG=true\nSNMP_COMMUNITY=sesame-open\n",
	"/var/log/pacemaker/pacemaker.log":              "2026-11-23 11:30:00Z fence_x: login admin with passwd=logged-pw-123\n",
	"/etc/corosync/corosync.conf":                   "totem {\n cluster_name: c\n token: 3000\n}\n",
	"/etc/booth/booth.conf":                         "transport=UDP\nauthfile=/etc/booth/booth.key\n",
	"/etc/hosts":                                    "127.0.0.1 localhost\n",
	"/var/lib/gpcs/fencing-ledger":                  `{"id":"1","reason":"login failed with cib-pw-1&2"}` + "\n",
	"/run/gpcs/agents/fence-a.monitor.err":          "curl: https://admin:url-pw-99@bmc1/ refused\n",
}

const document = `<cib validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration><resources>
<primitive id="fence-a" class="stonith" type="fence_x"><instance_attributes id="i"><nvpair id="i1" name="passwd" value="cib-pw-1&amp;2"/>
<nvpair id="i3" name="ip" value="10.9.8.7"/></instance_attributes><operations><op id="o" name="monitor" interval="1m">
<instance_attributes id="oi"><nvpair id="oi1" name="api_key" value="operation-key-8"/></instance_attributes></op></operations></primitive>
</resources><alerts><alert id="a" path="/x"><instance_attributes id="ai"><nvpair id="ai1" name="email_password" value="alert-pw-4"/></instance_attributes></alert></alerts>
</configuration><status><node_state id="1" uname="node1"><lrm id="1"><lrm_resources><lrm_resource id="fence-a" class="stonith" type="fence_x">
<lrm_rsc_op id="x" exit-reason="login failed with cib-pw-1&amp;2" operation="monitor"/></lrm_resource></lrm_resources></lrm>
<transient_attributes id="1"><instance_attributes id="t"><nvpair id="t1" name="repl_token" value="attribute-token-5"/></instance_attributes></transient_attributes>
</node_state></status></cib>`

// secrets are what must be in no file of a report.
var secrets = []string{"corosync-\x01\x02\xff-key-0123456789", "pacemaker-key-9876543210", "booth-key-5555555555", "kept-apart-pw", "nss-database-pw",
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj", "2a8b40aa-b539-11ee-0001", "3b9c51bb-b539-11ee-0002", "$6$salt$hashhashhashhash", "settings-token-77",
	"sesame-open", "logged-pw-123", "url-pw-99", "cib-pw-1&2", "operation-key-8", "alert-pw-4", "attribute-token-5"}

func plant(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		filetest.Write(t, filepath.Join(root, name), text, 0o600)
	}
}

func collected(t *testing.T, root string) Files {
	t.Helper()
	doc, err := cib.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return Node(context.Background(), Options{Root: paths.Root(root), Doc: doc, From: noon.Add(-time.Hour), To: noon,
		More: map[string][]byte{"state.json": []byte(`{"troubles": ["token 2a8b40aa-b539-11ee-0001 refused"]}`)}})
}

// Secrets are planted in each place that has some, and in logs in the forms in
// which programs print them; the whole archive is searched for each.
func TestNoSecretLeaves(t *testing.T) {
	root := t.TempDir()
	plant(t, root, planted)
	log := ""
	for _, s := range secrets {
		log += "time=2026-11-23T11:00:00Z level=WARN msg=\"got " + s + "\" b64=" + base64.StdEncoding.EncodeToString([]byte(s)) +
			" hex=" + hex.EncodeToString([]byte(s)) + "\n"
	}
	plant(t, root, map[string]string{"/var/log/gpcsd.log": log})
	files := collected(t, root)
	for name, text := range files.Text {
		for _, s := range secrets {
			for _, form := range []string{s, base64.StdEncoding.EncodeToString([]byte(s)), hex.EncodeToString([]byte(s)), strings.ReplaceAll(s, "&", "&amp;")} {
				if bytes.Contains(text, []byte(form)) {
					t.Errorf("%s has the secret %q:\n%s", name, form, text)
				}
			}
		}
	}
	for name, want := range map[string]string{"cib.xml": "10.9.8.7", "etc/corosync/corosync.conf": "token: 3000", "var/log/gpcsd.log": "level=WARN msg=",
		"state.json": "troubles", "etc/default/pcsd": "PCSD_DEBUG=true", "etc/booth/booth.conf": "transport=UDP", "var/lib/gpcs/fencing-ledger": "login failed"} {
		if !bytes.Contains(files.Text[name], []byte(want)) {
			t.Errorf("%s lacks %q:\n%s", name, want, files.Text[name])
		}
	}
	for name := range files.Text {
		for secret := range planted {
			if strings.HasSuffix(secret, "authkey") && strings.HasSuffix(name, "authkey") || strings.HasSuffix(name, ".key") {
				t.Errorf("%s is in the report", name)
			}
		}
	}
	if len(files.Lacks) > 0 {
		t.Errorf("lacks %v", files.Lacks)
	}
}

// A file with a secret of its own that is not known as one does leak: the search
// above would find it.
func TestTheSearchFindsWhatIsNotHidden(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/etc/hosts": "10.0.0.1 kept-apart-pw\n"})
	if text := collected(t, root).Text["etc/hosts"]; !bytes.Contains(text, []byte("kept-apart-pw")) {
		t.Errorf("%s", text)
	}
}

func TestLogsAreOfTheTimeAskedFor(t *testing.T) {
	log := "begin\n2026-11-23T10:00:00Z old\n more of old\ntime=2026-11-23T11:30:00.5Z new\n more of new\n[2026-11-23 13:00:00 +0000 late\n"
	want := "begin\ntime=2026-11-23T11:30:00.5Z new\n more of new\n"
	if got := string(Within([]byte(log), noon.Add(-time.Hour), noon)); !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
}
