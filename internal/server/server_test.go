package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/conf"
	"gpcs/internal/paths"
)

func TestAuthentication(t *testing.T) {
	n := start(t, nil)
	n.want("POST", "/remote/auth", url.Values{"username": {"hacluster"}, "password": {"wrong"}}, 200, "")
	n.want("POST", "/remote/auth", url.Values{"username": {"nosuchuser"}, "password": {"wrong"}}, 200, "")
	n.want("GET", "/remote/check_auth", nil, 401, `{"notauthorized":"true"}`)
	n.token = "11111111-2222-3333-4444-555555555555"
	n.want("GET", "/remote/check_auth", nil, 401, `{"notauthorized":"true"}`)
	n.want("GET", api.PathState, nil, 401, `{"notauthorized":"true"}`)
	n.token = n.login("hacluster")
	n.want("GET", "/remote/check_auth", nil, 200, `{"success":true}`)
	n.want("POST", "/remote/check_auth", one("check_auth_only", "1"), 200, `{"success":true}`)
	n.want("GET", "/remote/no_such_command", nil, 404, "Unknown Request")
	if log := n.log.String(); strings.Contains(log, "Secret.123") || strings.Contains(log, n.token) {
		t.Errorf("a secret is in the log:\n%s", log)
	}
}

func TestPermissionsAreAsked(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("amy") // in haclient: read, write, grant by default
	n.want("GET", "/remote/cluster_start", nil, 200, "Starting Cluster...\n")
	n.want("GET", "/remote/cluster_destroy", nil, 403, "Permission denied")
	code, body := n.raw("POST", api.PathCluster, strings.NewReader(`{"do":"destroy"}`), "application/json", n.token)
	if code != 403 || !strings.Contains(body, `"DENIED"`) {
		t.Errorf("destroy: %d %s", code, body)
	}
	if len(n.cluster.done) != 1 {
		t.Errorf("done %v", n.cluster.done)
	}
}

func TestClusterCommands(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	n.want("GET", "/remote/cluster_start", nil, 200, "Starting Cluster...\n")
	n.want("POST", "/remote/cluster_stop", url.Values{"component": {"pacemaker"}, "force": {"1"}}, 200, "Stopping Cluster (pacemaker)...\n")
	n.want("POST", "/remote/cluster_stop", one("component", "corosync"), 200, "Stopping Cluster (corosync)...\n")
	n.want("POST", "/remote/cluster_stop", one("component", "x"), 400, "unknown component")
	n.want("GET", "/remote/cluster_enable", nil, 200, "Cluster Enabled")
	n.want("GET", "/remote/cluster_disable", nil, 200, "Cluster Disabled")
	n.want("GET", "/remote/cluster_destroy", nil, 200, "Successfully destroyed cluster")
	n.want("GET", "/remote/reload_corosync_conf", nil, 200, `{"code":"not_running","message":""}`)
	want := "start,stop pacemaker,stop corosync,enable,disable,destroy"
	if got := strings.Join(n.cluster.done, ","); got != want {
		t.Errorf("done %s, want %s", got, want)
	}
	n.cluster.err = errors.New("cluster is not currently configured on this node")
	n.want("GET", "/remote/cluster_start", nil, 400, "Error: cluster is not currently configured on this node\n")
}

func TestFilesOfASetup(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	code, host := n.request("GET", "/remote/check_host", nil, n.token)
	if code != 200 || !strings.Contains(host, `"cluster_configuration_exists":false`) {
		t.Errorf("check_host: %d %s", code, host)
	}
	n.want("POST", "/remote/remove_file", one("data_json", `{"pcsd settings": {"type": "pcsd_settings"}}`), 200,
		`{"files":{"pcsd settings":{"code":"not_found","message":""}}}`)
	n.want("POST", "/remote/put_file", one("data_json", `{"corosync authkey": {"type": "corosync_authkey", "data": "AAEC", "rewrite_existing": true}}`), 200,
		`{"files":{"corosync authkey":{"code":"written","message":""}}}`)
	info, err := os.Stat(n.root.CorosyncAuthkey())
	if err != nil || info.Mode().Perm() != 0o400 || info.Size() != 3 {
		t.Errorf("authkey %v, %v", info, err)
	}
	put := func(data string) url.Values {
		text, _ := json.Marshal(map[string]filePut{"corosync.conf": {Type: "corosync_conf", Data: data}})
		return one("data_json", string(text))
	}
	n.want("POST", "/remote/put_file", put("totem {\ncluster_name: c\n}\n"), 200, `{"files":{"corosync.conf":{"code":"written","message":""}}}`)
	n.want("POST", "/remote/put_file", put("totem {\ncluster_name: c\n}\n"), 200, `{"files":{"corosync.conf":{"code":"same_content","message":""}}}`)
	n.want("POST", "/remote/put_file", put("other"), 200, `{"files":{"corosync.conf":{"code":"conflict","message":""}}}`)
	n.want("GET", "/remote/get_corosync_conf", nil, 200, "totem {\ncluster_name: c\n}\n")
	n.want("POST", "/remote/set_corosync_conf", one("corosync_conf", ""), 400, "Failed")
	n.want("POST", "/remote/set_corosync_conf", one("corosync_conf", "totem {\n"), 400, "Failed: missing closing brace")
	n.want("POST", "/remote/set_corosync_conf", one("corosync_conf", "totem {\ncluster_name: d\n}\n"), 200, "Succeeded")
	// Of two changes that are made from one file one is taken; what was made
	// from it and comes before it on another node is not undone by it.
	file := func(name string) string { return "totem {\ncluster_name: " + name + "\n}\n" }
	change := func(from, to string, strict bool) url.Values {
		form := one("corosync_conf", file(to))
		api.Replace{Digest: api.Digest([]byte(file(from))), Strict: strict}.Put(form)
		return form
	}
	n.want("POST", "/remote/set_corosync_conf", change("d", "e", true), 200, "Succeeded")
	n.want("POST", "/remote/set_corosync_conf", change("d", "f", true), 400, "Failed: "+api.ReplacedMeanwhile)
	n.want("POST", "/remote/set_corosync_conf", change("e2", "e3", false), 200, "Succeeded")
	n.want("POST", "/remote/set_corosync_conf", change("e", "e2", false), 200, "Succeeded")
	n.want("GET", "/remote/get_corosync_conf", nil, 200, file("e3"))
	n.want("POST", "/remote/set_corosync_conf", change("e3", "e2", false), 200, "Succeeded")
	n.want("GET", "/remote/get_corosync_conf", nil, 200, file("e2"))
	n.want("POST", "/remote/set_corosync_conf", change("e2", "d", false), 200, "Succeeded")
	code, text := n.request("POST", "/remote/put_file", one("data_json", `{"x": {"type": "../../etc/shadow"}}`), n.token)
	if code != 400 || !strings.Contains(text, "unsupported 'type'") {
		t.Errorf("unknown type: %d %s", code, text)
	}
}

func TestKnownHostsBetweenNodes(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	n.want("POST", "/remote/get_configs", one("cluster_name", "c"), 200, `{"status":"not_in_cluster"}`)
	n.want("POST", "/remote/known_hosts_change", one("data_json",
		`{"known_hosts_add": {"n2": {"token": "t", "dest_list": [{"addr": "n2", "port": 2224}], "gpcs_certificate_sha256": "ab"}}, "known_hosts_remove": {}}`), 200, "")
	conf := conf.Setup{Name: "c", Nodes: []conf.NewNode{{Name: "n2", Addrs: []string{"n2"}}}}.Create()
	write(t, n.root.CorosyncConf(), string(conf.Bytes()))
	n.want("POST", "/remote/get_configs", one("cluster_name", "other"), 200, `{"status":"wrong_cluster_name"}`)
	n.want("GET", "/remote/get_cluster_known_hosts", nil, 200,
		`{"n2":{"dest_list":[{"addr":"n2","port":2224}],"token":"t","gpcs_certificate_sha256":"ab"}}`)
	set := func(version, token string) url.Values {
		text := `{"format_version":1,"data_version":` + version + `,"known_hosts":{"n2":{"token":"` + token + `","dest_list":[]}}}`
		quoted, _ := json.Marshal(text)
		return one("configs", `{"cluster_name":"c","force":false,"configs":{"known-hosts":{"type":"file","text":`+string(quoted)+`},"bogus":{"type":"file","text":""}}}`)
	}
	n.want("POST", "/remote/set_configs", set("1", "x"), 200, `{"result":{"bogus":"not_supported","known-hosts":"rejected"},"status":"ok"}`)
	n.want("POST", "/remote/set_configs", set("2", "t"), 200, `{"result":{"bogus":"not_supported","known-hosts":"accepted"},"status":"ok"}`)
	known, err := auth.LoadKnownHosts(n.root.KnownHosts())
	if err != nil || known.Hosts["n2"].Pin != "ab" {
		t.Errorf("the pin was lost: %+v, %v", known, err)
	}
	n.want("POST", "/remote/set_configs", one("configs", "{"), 200, `{"status":"bad_json"}`)
}

func TestNodeStatus(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	n.want("GET", "/remote/pacemaker_node_status", nil, 200, `{"pacemaker_not_running":true}`)
	n.want("GET", "/remote/get_quorum_info", nil, 200, "Cannot initialize CMAP service\n")
	n.cluster.state.Running = true
	n.cluster.state.View = api.View{Quorate: true, Members: []api.Member{{ID: 1, Name: "node1", Online: true, Votes: 1}}}
	if _, text := n.request("GET", "/remote/get_quorum_info", nil, n.token); !strings.Contains(text, "Quorate:          Yes\n") ||
		!strings.Contains(text, "         1          1         NR node1 (local)\n") {
		t.Errorf("quorum info: %s", text)
	}
	for _, tc := range []struct {
		attributes      []string
		online, pending bool
	}{
		{nil, false, false},
		{[]string{"in_ccm", "true", "crmd", "online", "join", "down"}, true, true},
		{[]string{"in_ccm", "true", "crmd", "online", "join", "member"}, true, false},
		{[]string{"in_ccm", "1795410197", "crmd", "1795410198", "join", "member"}, true, false},
		{[]string{"in_ccm", "0", "crmd", "0", "join", "down"}, false, false},
	} {
		status := n.cluster.doc.Section("status")
		for _, c := range status.ChildElements() {
			status.RemoveChild(c)
		}
		status.AddChild(cib.NewElement("node_state", append([]string{"id", "1", "uname", "node1"}, tc.attributes...)...))
		_, text := n.request("GET", "/remote/pacemaker_node_status", nil, n.token)
		var got nodeState
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Online != tc.online || got.Pending != tc.pending {
			t.Errorf("%v: %s %v", tc.attributes, text, err)
		}
	}
}

func TestOwnAPI(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("amy")
	code, xml := n.request("GET", api.PathCIB, nil, n.token)
	if code != 200 || !strings.HasPrefix(xml, "<cib ") {
		t.Errorf("cib: %d %s", code, xml)
	}
	change := `{"id":"1","client":"cibadmin","user":"root","ops":[{"kind":"delete","path":"//x"}]}`
	code, body := n.raw("POST", api.PathChange, strings.NewReader(change), "application/json", n.token)
	if code != 200 || body != `{"version":"0.7.0"}` {
		t.Errorf("change: %d %s", code, body)
	}
	if r := n.cluster.requests[0]; r.User != "amy" || r.Origin != "node1" || r.Client != "cibadmin" {
		t.Errorf("request %+v", r)
	}
	n.cluster.err = cib.ErrConflict
	if code, body = n.raw("POST", api.PathChange, strings.NewReader(change), "application/json", n.token); code != 409 || !strings.Contains(body, "CONFLICT") {
		t.Errorf("conflict: %d %s", code, body)
	}
	n.cluster.err = &api.Error{Code: api.CodeNoQuorum, Message: "no quorum"}
	if code, body = n.request("GET", api.PathCIB, nil, n.token); code != 503 || body != `{"code":"NO_QUORUM","message":"no quorum"}` {
		t.Errorf("no quorum: %d %s", code, body)
	}
	if code, body = n.request("GET", api.PathIdle+"?timeout=0", nil, n.token); code != 200 || body != `{"idle":false}` {
		t.Errorf("idle: %d %s", code, body)
	}
	if code, _ = n.raw("POST", api.PathChange, strings.NewReader("{"), "application/json", n.token); code != 400 {
		t.Errorf("bad JSON: %d", code)
	}
	if code, _ = n.request("GET", api.PathCluster, nil, n.token); code != 405 {
		t.Errorf("a change by GET: %d", code)
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	code, _ := n.request("POST", "/remote/put_file", one("data_json", strings.Repeat("x", bodyLimit)), n.token)
	if code != 413 {
		t.Errorf("got %d", code)
	}
}

func TestLocalSocketKnowsTheCaller(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: only root is let in on the local socket without an account, and this test does not run as root")
	}
	n := start(t, nil)
	transport := &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", n.unix)
		}}
	r, err := http.NewRequest("GET", "http://local"+api.PathState, nil)
	if err != nil {
		t.Fatal(err)
	}
	if code, body := answerTo(t, transport, r); code != 200 || !strings.Contains(body, `"node":"node1"`) {
		t.Errorf("%d %s", code, body)
	}
	if _, err := ListenLocal(n.unix); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second daemon: %v", err)
	}
}

func TestStreamsAreHandedOn(t *testing.T) {
	n := start(t, func(c net.Conn) {
		go func() { // returns before the connection is done with
			defer c.Close()
			b := make([]byte, 4)
			if _, err := io.ReadFull(c, b); err == nil {
				_, _ = c.Write(b)
			}
		}()
	})
	c, err := tls.Dial("tcp", strings.TrimPrefix(n.url, "https://"),
		&tls.Config{InsecureSkipVerify: true, NextProtos: []string{StreamProtocol}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(c); err != nil || string(b) != "ping" {
		t.Errorf("got %q, %v", b, err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	n := start(t, nil)
	_, err := tls.Dial("tcp", strings.TrimPrefix(n.url, "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	if err == nil {
		t.Error("TLS 1.2 was accepted")
	}
}

func TestRemoveClusterFiles(t *testing.T) {
	root := paths.Root(t.TempDir())
	for _, f := range []string{root.CorosyncConf(), root.CorosyncConf() + ".bak", root.CorosyncAuthkey(), root.CIB(), root.CIB() + ".sig", filepath.Join(root.CIBDir(), "cib-1.raw")} {
		write(t, f, "x")
	}
	write(t, root.KnownHosts(), "kept")
	for range 2 {
		if err := RemoveClusterFiles(root); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(root.CorosyncConf()); err == nil {
		t.Error("corosync.conf is still there")
	}
	if left, _ := os.ReadDir(filepath.Dir(root.CorosyncConf())); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if left, _ := os.ReadDir(root.CIBDir()); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := os.Stat(root.KnownHosts()); err != nil {
		t.Error("known-hosts must stay")
	}
}
