package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/auth"
)

// needed is the permission that pcsd asks for at each of its endpoints.
var needed = map[auth.Level]string{
	auth.None: "check_auth capabilities",
	auth.Read: "booth_get_config check_host check_sbd get_corosync_conf get_quorum_info get_sbd_config pacemaker_node_status status cluster_status_plaintext",
	auth.Write: "booth_save_files booth_set_config cluster_disable cluster_enable cluster_start cluster_stop manage_services reload_corosync_conf remove_file " +
		"remove_nodes_from_cib remove_stonith_watchdog_timeout sbd_disable sbd_enable set_sbd_config set_stonith_watchdog_timeout_to_zero",
	auth.Grant: "get_permissions set_permissions",
	auth.Full: "cluster_add_nodes cluster_destroy config_restore get_cluster_known_hosts get_configs known_hosts_change put_file set_certs set_configs " +
		"set_corosync_conf set_sync_options",
}

// neededBy is the same for a command of the library.
func neededBy(command string) auth.Level {
	area, verb, _ := strings.Cut(command, ".")
	switch {
	case area == "acl":
		return auth.Grant
	case command == "cluster.setup" || command == "cluster.generate_cluster_uuid":
		return auth.Super
	case command == "cluster.add_nodes" || command == "cluster.remove_nodes":
		return auth.Full
	case area == "status" || area == "resource_agent" || strings.HasPrefix(verb, "get_"):
		return auth.Read
	}
	return auth.Write
}

// includes are the levels that a permission gives.
var includes = map[string][]auth.Level{
	"none": {auth.None}, "read": {auth.None, auth.Read}, "write": {auth.None, auth.Read, auth.Write}, "grant": {auth.None, auth.Grant},
	"full":      {auth.None, auth.Read, auth.Write, auth.Grant, auth.Full},
	"hacluster": {auth.None, auth.Read, auth.Write, auth.Grant, auth.Full, auth.Super},
}

// graded are users who have one permission each, the first two of them as
// members of a group, with their tokens.
func (n *node) graded() map[string]string {
	n.t.Helper()
	var passwd, settings, tokens = "hacluster:x:189:189::/:/bin/false\n", []auth.Permission{}, map[string]string{}
	for i, name := range []string{"none", "read", "write", "grant", "full"} {
		passwd += fmt.Sprintf("%s:x:%d:%d::/:/bin/sh\n", name, 1001+i, 1001+i)
		p := auth.Permission{Type: "user", Name: name, Allow: []string{name}}
		if name == "read" {
			p.Type, p.Name = "group", "readers"
		}
		if name != "none" {
			settings = append(settings, p)
		}
	}
	write(n.t, n.root.Join("/etc/passwd"), passwd)
	write(n.t, n.root.Join("/etc/group"), "haclient:x:189:none,read,write,grant,full\nreaders:x:3001:read\n")
	if err := (auth.Settings{}).WithPermissions(settings).Save(n.root); err != nil {
		n.t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(includes)) {
		token, err := auth.NewTokens(n.root.PcsUsers()).Create(name, time.Now())
		if err != nil {
			n.t.Fatal(err)
		}
		tokens[name] = token
	}
	return tokens
}

func TestPermissionsOfEveryEndpoint(t *testing.T) {
	n := start(t, nil)
	n.keep()
	tokens := n.graded()
	asked := 0
	for level, list := range needed {
		for _, name := range strings.Fields(list) {
			asked++
			for user, token := range tokens {
				code, body := n.request("POST", "/remote/"+name, one("data_json", "{"), token)
				if denied := code == 403 && body == "Permission denied"; denied == slices.Contains(includes[user], level) {
					t.Errorf("%s by a user with permission %s: %d %s", name, user, code, body)
				}
				if name == "cluster_destroy" || name == "set_permissions" {
					tokens = n.graded() // what the endpoint took away
				}
			}
		}
	}
	if asked != len(remoteCommands()) {
		t.Errorf("%d endpoints were asked, there are %d", asked, len(remoteCommands()))
	}
}

func TestPermissionsOfEveryLibraryCommand(t *testing.T) {
	n := start(t, nil)
	n.keep()
	tokens := n.graded()
	for _, c := range libraryCommands() {
		for user, token := range tokens {
			n.token = token
			may := slices.Contains(includes[user], neededBy(c.name))
			if !c.old {
				reports := n.v2(c.name, `{"nonesuch":1}`).Reports
				if denied := reports[0].Message.Code == codeNotAuthorized; denied == may {
					t.Errorf("%s by a user with permission %s: %+v", c.name, user, reports)
				}
			}
			if c.v1 != "" {
				_, text := n.raw("POST", "/api/v1/"+c.v1, strings.NewReader(`{"nonesuch":1}`), "", token)
				if denied := text == `{"notauthorized": "true"}`; denied == may {
					t.Errorf("%s by a user with permission %s: %s", c.v1, user, text)
				}
			}
		}
	}
}

// Damaged requests are refused with a reason; none is an error of this side,
// none ends the connection.
func TestDamagedRequests(t *testing.T) {
	n := start(t, nil)
	n.keep()
	write(t, n.root.CorosyncConf(), "totem {\ncluster_name: c\n}\n")
	n.program.says = Output{Code: 1, Stderr: "Error: no"}
	n.token = n.login("hacluster")
	deep := strings.Repeat("[", 20000)
	bodies := []string{"", "{", "[]", "null", "1", `"x"`, "\x00\xff", "%zz", "data_json=%zz;&;=&&", deep, `{"a":` + deep,
		`{"command_name":null,"params":null,"options":null}`, `{"command_name":"acl.create_role","params":[],"options":{}}`,
		"data_json=null&json_data=null&configs=null&device_list=null&node=&name=&tarball=x&corosync_conf=x&config=x",
		"data_json=[]&json_data=[]&configs=[]&device_list={}&name=../x&command=null&options=null",
		`data_json={"x":null}&json_data={"permissions":{"0":null}}&configs={"configs":{"known-hosts":null}}`,
		`data_json={"x":{"type":"booth_config","name":"../../x.conf","data":""}}&configs={"cluster_name":"c","configs":{"known-hosts":{"text":"{"},"pcs_settings.conf":{"text":"["}}}`,
	}
	for _, path := range everyPath(t) {
		path = strings.Replace(path, "*", "acl-create-role/v1", 1)
		for _, verb := range []string{"create", "run", "kill", "result"} {
			for i, body := range bodies {
				method := []string{"POST", "GET", "PUT", "DELETE", "PATCH", "OPTIONS"}[i%6]
				if i < 3 {
					method = "POST"
				}
				for _, kind := range []string{"application/x-www-form-urlencoded", "application/json"} {
					code, text := n.raw(method, strings.Replace(path, "{verb}", verb, 1), strings.NewReader(body), kind, n.token)
					if code >= 500 && code != http.StatusServiceUnavailable {
						t.Errorf("%s %s %.60q: %d %s", method, path, body, code, text)
					}
				}
			}
			if !strings.Contains(path, "{verb}") {
				break
			}
		}
	}
	if strings.Contains(n.log.String(), "panic") {
		t.Error(n.log.String())
	}
}

// Methods and errors of the APIs as pcsd has them.
func TestRefusalsOfTheAPIs(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	const bad, v2 = `{"http_code":400,"http_error":"Bad Request","error_message":`, "/api/v2/task/"
	for _, c := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"PUT", "/remote/check_auth", "", 405, "<html><title>405: Method Not Allowed</title><body>405: Method Not Allowed</body></html>"},
		{"GET", "/remote/auth", "", 400, "<html><title>400: Bad Request</title><body>400: Bad Request</body></html>"},
		{"GET", "/remote/nope", "", 404, "Unknown Request"},
		{"GET", "/nope", "", 404, "Unknown Request"},
		{"POST", "/api/v1/nope/v1", "{}", 200, `{"status":"unknown_cmd","status_msg":"Unknown command 'nope/v1'","report_list":[],"data":null}`},
		{"POST", "/api/v1/acl-create-role/v1", "{", 200, `{"status":"input_error","status_msg":"Input is not valid JSON object","report_list":[],"data":null}`},
		{"PUT", "/api/v1/acl-create-role/v1", "{}", 405, `{"status":"exception","status_msg":null,"report_list":[],"data":null}`},
		{"GET", v2 + "run", "", 405, `{"http_code":405,"http_error":"Method Not Allowed","error_message":null}`},
		{"POST", v2 + "run", "{", 400, bad + `"Malformed JSON data."}`},
		{"POST", v2 + "run", "{}", 400, bad + `"Required key \"command_name\" is missing in request body."}`},
		{"POST", v2 + "run", `{"command_name":"a","params":{}}`, 400, bad + `"Required key \"options\" is missing in request body."}`},
		{"POST", v2 + "run", `{"command_name":"a","params":{},"options":{},"y":1,"x":2}`, 400, bad + `"Request body contains unexpected keys: x, y."}`},
		{"POST", v2 + "run", `{"command_name":"a","params":{},"options":{"foo":1}}`, 400, bad + `"Request body contains unexpected keys: foo."}`},
		{"POST", v2 + "run", `{"command_name":1,"params":{},"options":{}}`, 400, bad + `"Malformed request body."}`},
		{"POST", v2 + "kill", `{}`, 400, bad + `"Required key \"task_ident\" is missing in request body."}`},
		{"POST", v2 + "kill", `{"task_ident":"x"}`, 404, `{"http_code":404,"http_error":"Not Found","error_message":"Task with this identifier does not exist."}`},
		{"GET", v2 + "result", "", 400, bad + `"URL argument \"task_ident\" is missing."}`},
		{"GET", v2 + "result?task_ident=x", "", 404, `{"http_code":404,"http_error":"Not Found","error_message":"Task with this identifier does not exist."}`},
	} {
		kind := "application/json"
		if c.body == "" {
			kind = ""
		}
		if code, text := n.raw(c.method, c.path, strings.NewReader(c.body), kind, n.token); code != c.code || text != c.want {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, code, text)
		}
	}
	if code, text := n.raw("POST", v2+"run", strings.NewReader("{}"), "text/plain", n.token); code != 400 || !strings.Contains(text, "Request body is missing") {
		t.Errorf("a body that is not called JSON: %d %s", code, text)
	}
	if dto := n.v2("nope", "{}"); dto.Reports[0].Message.Code != "COMMAND_UNKNOWN" || dto.Finish != finishFail {
		t.Errorf("%+v", dto)
	}
}

func TestSettingsOfPcsd(t *testing.T) {
	n := start(t, nil)
	write(t, n.root.CorosyncConf(), "totem {\ncluster_name: c\n}\nnodelist {\nnode {\nname: node1\nring0_addr: a\nnodeid: 1\n}\n}\n")
	n.token = n.login("amy") // has no full permission
	set := func(json string, code int, text string) {
		t.Helper()
		n.want("POST", "/remote/set_permissions", one("json_data", json), code, text)
	}
	entry := func(name, kind, allow string) string {
		return `{"permissions":{"0":{"name":"` + name + `","type":"` + kind + `","allow":{"` + allow + `":"1","read":"1"}}}}`
	}
	set("{", 400, `{"status":"bad_json"}`)
	set(entry("", "group", "write"), 400, "Missing user name")
	set(entry("a", "x", "write"), 400, "Unknown user type 'x'")
	set(entry("a", "user", "fly"), 400, "Unknown permission 'fly'")
	set(`{"permissions":{"0":{"name":"a","type":"user","allow":{}},"1":{"name":"a","type":"user","allow":{}}}}`, 400, "Duplicate permissions for user a")
	set(entry("amy", "user", "full"), 403, "Permission denied\nOnly hacluster and users with Full permission can grant or revoke Full permission.")
	if code, body := n.request("GET", "/remote/get_permissions", nil, n.token); code != 200 ||
		!strings.HasSuffix(body, `"users_permissions":[{"type":"group","name":"haclient","allow":["grant","read","write"]}]}`) {
		t.Errorf("%d %s", code, body)
	}
	set(entry("amy", "user", "grant"), 200, "Permissions saved")
	n.want("GET", "/remote/cluster_start", nil, 403, "Permission denied")
	saved, err := auth.LoadSettings(n.root)
	if err != nil || saved.Version != 1 {
		t.Errorf("%+v, %v", saved, err)
	}
	// Another node's are taken where they are newer.
	n.token = n.login("hacluster")
	send := func(version int, want string) {
		t.Helper()
		file := fmt.Sprintf(`{"format_version":2,"data_version":%d,"clusters":[{"name":"c"}],"permissions":{"local_cluster":[{"type":"user","name":"amy","allow":["write"]}]}}`, version)
		body, err := json.Marshal(map[string]any{"cluster_name": "c", "force": false, "configs": map[string]any{"pcs_settings.conf": map[string]string{"type": "file", "text": file}}})
		if err != nil {
			t.Fatal(err)
		}
		n.want("POST", "/remote/set_configs", one("configs", string(body)), 200, `{"result":{"pcs_settings.conf":"`+want+`"},"status":"ok"}`)
	}
	send(1, "rejected")
	send(2, "accepted")
	n.token = n.login("amy")
	n.want("GET", "/remote/cluster_start", nil, 200, "Starting Cluster...\n")
	n.token = n.login("hacluster")
	for _, c := range [][3]string{{"sync_thread_pause", "sync thread paused", "200"}, {"x", "Exactly one option has to be specified", "400"}} {
		if code, text := n.request("POST", "/remote/set_sync_options", one(c[0], "1"), n.token); fmt.Sprint(code) != c[2] || text != c[1] {
			t.Errorf("%v: %d %s", c, code, text)
		}
	}
	n.want("GET", "/remote/set_certs", nil, 200, "success")
	n.want("POST", "/remote/set_certs", one("ssl_cert", "x"), 400, "cannot save ssl certificate without ssl key")
	n.want("POST", "/remote/manage_services", one("data_json", `{"x":{"type":"service_command","service":"foo","command":"start"}}`), 400,
		`Invalid input data format: action (key: x): unsupported 'service' ('foo') supported are ["pacemaker_remote"]`)
	n.program.says = Output{Stdout: "Cluster name: c\n"}
	n.want("POST", "/remote/cluster_status_plaintext", one("data_json", "{}"), 200,
		`{"data":"Cluster name: c","report_list":[],"status":"success","status_msg":null}`)
}
