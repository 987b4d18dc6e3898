package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/auth"
)

// calls has for each command of the library what is sent and the command line
// that it comes to; TestLibraryCommands wants each to be there.
const calls = `
acl.add_permission {"role_id":"r","permission_info_list":[["read","xpath","/x y"],["write","id","i"]]} => acl permission add r read xpath "/x y" write id i
acl.create_role {"role_id":"r","permission_info_list":[],"description":"a b"} => acl role create r "description=a b"
acl.create_role {"role_id":"-r","permission_info_list":[["deny","id","--x"]],"description":null} => acl role create -r deny id --x
acl.create_target {"target_id":"u","role_list":["r","s"]} => acl user create u r s
acl.create_group {"group_id":"g","role_list":[]} => acl group create g
acl.remove_role {"role_id":"r","autodelete_users_groups":true} => --autodelete acl role delete r
acl.remove_target {"target_id":"u"} => acl user delete u
acl.remove_group {"group_id":"g"} => acl group delete g
acl.remove_permission {"permission_id":"p"} => acl permission delete p
acl.assign_role_to_target {"role_id":"r","target_id":"u"} => acl role assign r to user u
acl.assign_role_to_group {"role_id":"r","group_id":"g"} => acl role assign r to group g
acl.unassign_role_from_target {"role_id":"r","target_id":"u"} => acl role unassign r from user u
acl.unassign_role_from_group {"role_id":"r","group_id":"g","autodelete_group":true} => --autodelete acl role unassign r from group g
alert.create_alert {"alert_id":"a","path":"/p","instance_attribute_dict":{"b":"2","a":"1"},"meta_attribute_dict":{"t":"5s"}} => alert create path=/p id=a options a=1 b=2 meta t=5s
alert.create_alert {"alert_id":null,"path":"/p","instance_attribute_dict":{},"meta_attribute_dict":{},"description":""} => alert create path=/p
alert.update_alert {"alert_id":"a","path":null,"instance_attribute_dict":{"x":""},"meta_attribute_dict":{},"description":""} => alert update a description= options x=
alert.remove_alert {"alert_id_list":["a","b"]} => alert remove a b
alert.add_recipient {"alert_id":"a","recipient_value":"v","instance_attribute_dict":{},"meta_attribute_dict":{},"recipient_id":"i","allow_same_value":true} => --force alert recipient add a value=v id=i
alert.update_recipient {"recipient_id":"i","instance_attribute_dict":{},"meta_attribute_dict":{"m":"1"},"recipient_value":"v"} => alert recipient update i value=v meta m=1
alert.remove_recipient {"recipient_id_list":["i"]} => alert recipient remove i
cluster.add_nodes {"nodes":[{"name":"n3","addrs":["10.0.0.3"],"watchdog":"/dev/w"}],"start":true,"enable":true,"wait":true,"force_flags":["SKIP_OFFLINE_NODES"]} => --enable --skip-offline --start --wait cluster node add n3 addr=10.0.0.3 watchdog=/dev/w
cluster.remove_nodes {"node_list":["n2"],"force_flags":["FORCE"]} => --force cluster node remove n2
cluster.setup {"cluster_name":"c","nodes":[{"name":"n1","addrs":["a"]},{"name":"n2"}],"transport_type":"knet","transport_options":{"ip_version":"ipv4"},"link_list":[{"linknumber":"0"}],"crypto_options":{"cipher":"aes256"},"totem_options":{"token":"1000"},"quorum_options":{"wait_for_all":"1"},"start":true} => --start cluster setup c n1 addr=a n2 transport knet ip_version=ipv4 link linknumber=0 crypto cipher=aes256 totem token=1000 quorum wait_for_all=1
cluster.node_clear {"node_name":"n2","allow_clear_cluster_node":true} => --force cluster node clear n2
cluster.generate_cluster_uuid {} => cluster config uuid generate
cluster_property.set_properties {"cluster_properties":{"b":"","a":"1"},"force_flags":["FORCE"]} => --force property set a=1 b=
constraint.colocation.create_with_set {"resource_set_list":[{"ids":["a","b"],"options":{"role":"Started"}},{"ids":["c"],"options":{}}],"constraint_options":{"score":"5"}} => constraint colocation set a b role=Started set c setoptions score=5
constraint.order.create_with_set {"resource_set_list":[{"ids":["a","b"]}],"constraint_options":{},"duplication_alowed":true,"resource_in_clone_alowed":true} => --force constraint order set a b
constraint.ticket.create_with_set {"resource_set_list":[{"ids":["a"]}],"constraint_options":{"ticket":"t"}} => constraint ticket set a setoptions ticket=t
constraint.ticket.create {"ticket_key":"t","resource_id":"r","options":{"loss-policy":"stop","rsc-role":"Promoted"}} => constraint ticket add t Promoted r loss-policy=stop
constraint.ticket.remove {"ticket_key":"t","resource_id":"r"} => constraint ticket remove t r
fencing_topology.add_level {"level":1,"target_type":"node","target_value":"n1","devices":["d","e"],"force_node":true} => --force stonith level add 1 n1 d e
fencing_topology.add_level {"level":"2","target_type":"regexp","target_value":"n.*","devices":["d"]} => stonith level add 2 regexp%n.* d
fencing_topology.add_level {"level":"3","target_type":"attribute","target_value":["rack","7"],"devices":["d"]} => stonith level add 3 attrib%rack=7 d
fencing_topology.remove_all_levels {} => stonith level clear
fencing_topology.remove_levels_by_params {"level":"1","target_type":"node","target_value":"n1","devices":["d"]} => stonith level delete 1 target n1 stonith d
fencing_topology.remove_levels_by_params {"devices":["d"]} => stonith level clear stonith d
fencing_topology.verify {} => stonith level verify
sbd.disable_sbd {"ignore_offline_nodes":true} => --skip-offline stonith sbd disable
sbd.enable_sbd {"default_watchdog":"/dev/w","watchdog_dict":{"n1":"/dev/v"},"sbd_options":{"SBD_WATCHDOG_TIMEOUT":1000000},"no_watchdog_validation":true} => --no-watchdog-validation stonith sbd enable watchdog=/dev/w watchdog=/dev/v@n1 SBD_WATCHDOG_TIMEOUT=1000000
node.maintenance_unmaintenance_all {"maintenance":true,"wait":30} => --all --wait=30 node maintenance
node.maintenance_unmaintenance_list {"maintenance":false,"node_names":["n1"]} => node unmaintenance n1
node.standby_unstandby_all {"standby":false} => --all node unstandby
node.standby_unstandby_list {"standby":true,"node_names":["n1","n2"],"wait":null} => --wait node standby n1 n2
resource.create {"resource_id":"r","resource_agent_name":"ocf:pacemaker:Dummy","operation_list":[{"name":"monitor","interval":"10s"},{"name":"start"}],"meta_attributes":{"m":"1"},"instance_attributes":{"state":"/x y"},"allow_absent_agent":true,"use_default_operations":false,"ensure_disabled":true} => --disabled --force --no-default-ops resource create r ocf:pacemaker:Dummy "state=/x y" op monitor interval=10s start meta m=1
resource.create_in_group {"resource_id":"r","resource_agent_name":"a","operation_list":[],"meta_attributes":{},"instance_attributes":{},"group_id":"g","adjacent_resource_id":"b","put_after_adjacent":true} => --after=b --group=g resource create r a
resource.create_as_clone {"resource_id":"r","resource_agent_name":"a","operation_list":[],"meta_attributes":{},"instance_attributes":{},"clone_meta_options":{"ordered":"true"},"clone_id":"k"} => resource create r a clone k ordered=true
stonith.create {"stonith_id":"f","stonith_agent_name":"fence_x","operations":[],"meta_attributes":{},"instance_attributes":{"ip":"h"},"wait":5} => --wait=5 stonith create f fence_x ip=h
stonith.create_in_group {"stonith_id":"f","stonith_agent_name":"fence_x","operations":[],"meta_attributes":{},"instance_attributes":{},"group_id":"g","adjacent_resource_id":"b"} => --before=b --group=g stonith create f fence_x
resource.ban {"resource_id":"r","node":"n1","master":true,"lifetime":"PT1H"} => --promoted resource ban r n1 lifetime=PT1H
resource.move {"resource_id":"r"} => resource move-with-constraint r
resource.unmove_unban {"resource_id":"r","node":"n1","expired":true} => --expired resource clear r n1
resource.move_autoclean {"resource_id":"r","node":"n1","strict":true,"wait_timeout":9} => --strict --wait=9 resource move r n1
resource.disable {"resource_or_tag_ids":["r","s"],"wait":true} => --wait resource disable r s
resource.enable {"resource_or_tag_ids":["r"],"wait":false} => resource enable r
resource.disable_safe {"resource_or_tag_ids":["r"],"strict":false} => --no-strict resource safe-disable r
resource.group_add {"group_id":"g","resource_id_list":["a","b"],"adjacent_resource_id":"c"} => --before=c resource group add g a b
resource.manage {"resource_or_tag_ids":["r"],"with_monitor":true} => --monitor resource manage r
resource.unmanage {"resource_or_tag_ids":["r"]} => resource unmanage r
tag.create {"tag_id":"t","idref_list":["a","b"]} => tag create t a b
tag.remove {"tag_list":["t"]} => tag remove t
tag.update {"tag_id":"t","idref_add":["a"],"idref_remove":["b"],"adjacent_idref":"c","put_after_adjacent":true} => --after=c tag update t add a remove b
resource_agent.list_standards {} => resource standards
resource_agent.list_ocf_providers {} => resource providers
resource_agent.list_agents_for_standard_and_provider {"standard_provider":"ocf:heartbeat"} => resource agents ocf:heartbeat
status.full_cluster_status_plaintext {"verbose":true,"hide_inactive_resources":true} => --full --hide-inactive status
cluster.get_corosync_conf_struct {} => --output-format=json cluster config
cluster_property.get_properties {} => --output-format=json property config
constraint.get_config {} => --output-format=json constraint config
fencing_topology.get_config_dto {} => --output-format=json stonith level config
resource.get_configured_resources {} => --output-format=json resource config
tag.get_config_dto {} => --output-format=json tag config
alert.get_config_dto {} => --output-format=json alert config
node.get_config_dto {} => --output-format=json node attribute
`

func TestLibraryCommands(t *testing.T) {
	n := start(t, nil)
	n.keep()
	n.token = n.login("hacluster")
	n.program.says = Output{Stdout: "{}"}
	tried := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(calls), "\n") {
		sent, want, _ := strings.Cut(line, " => ")
		name, params, _ := strings.Cut(sent, " ")
		tried[name] = true
		i := indexOf(name)
		if i < 0 {
			t.Errorf("%s is not there", name)
			continue
		}
		c := libraryCommands()[i]
		status := n.v2(name, params).Finish
		if c.old {
			status = n.v1(c.v1, params)
		}
		if status != finishSuccess && status != "success" {
			t.Errorf("%s: %s", line, status)
			continue
		}
		run := n.program.last()
		words := shown(run.Args)
		if words != want || !run.Reports || run.User.Name != "hacluster" {
			t.Errorf("%s\ngave %s for %s", line, words, run.User.Name)
		}
	}
	for _, c := range libraryCommands() {
		if !tried[c.name] && c.direct == nil {
			t.Errorf("%s is not tried", c.name)
		}
	}
}

func indexOf(name string) int {
	for i, c := range libraryCommands() {
		if c.name == name {
			return i
		}
	}
	return -1
}

// shown is a command line without the word that parts options from words; one
// that has words before it is not as it should be.
func shown(args []string) string {
	var out []string
	behind := false
	for _, a := range args {
		switch {
		case a == "--" && !behind:
			behind = true
			continue
		case !behind && !strings.HasPrefix(a, "--"):
			return fmt.Sprintf("a word among options: %q", args)
		case strings.Contains(a, " "):
			a = fmt.Sprintf("%q", a)
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}

func (n *node) v2(name, params string) taskDTO {
	n.t.Helper()
	body := fmt.Sprintf(`{"command_name":%q,"params":%s,"options":{}}`, name, params)
	code, text := n.raw("POST", "/api/v2/task/run", strings.NewReader(body), "application/json", n.token)
	var dto taskDTO
	if err := json.Unmarshal([]byte(text), &dto); err != nil || code != 200 {
		n.t.Fatalf("%s: %d %s", name, code, text)
	}
	return dto
}

func (n *node) v1(path, params string) string {
	n.t.Helper()
	code, text := n.raw("POST", "/api/v1/"+path, strings.NewReader(params), "", n.token)
	var a answerV1
	if err := json.Unmarshal([]byte(text), &a); err != nil || code != 200 {
		n.t.Fatalf("%s: %d %s", path, code, text)
	}
	return a.Status
}

// What is wrong with parameters is said in pcsd's words, and nothing is run.
func TestParametersOfLibraryCommands(t *testing.T) {
	n := start(t, nil)
	n.keep()
	n.token = n.login("hacluster")
	for params, want := range map[string]string{
		`{}`:                                   `missing value for field "role_id"`,
		`{"role_id":"a"}`:                      `missing value for field "target_id"`,
		`{"role_id":"a","x":1}`:                `can not match "x" to any data class field`,
		`{"role_id":{},"target_id":"u"}`:       `wrong value type for field "role_id" - should be "str"`,
		`{"role_id":"","target_id":"u"}`:       `field "role_id" is empty`,
		`{"role_id":"a","target_id":"\u0000"}`: `wrong value type for field "target_id" - should be "str"`,
	} {
		dto := n.v2("acl.assign_role_to_target", params)
		if dto.Finish != finishFail || len(dto.Reports) != 1 || dto.Reports[0].Message.Code != "COMMAND_INVALID_PAYLOAD" ||
			dto.Reports[0].Message.Message != "Invalid command payload: "+want {
			t.Errorf("%s: %+v", params, dto)
		}
	}
	for _, c := range libraryCommands() {
		if c.fields == "" || c.need == auth.Read {
			continue
		}
		for _, value := range []string{`[[]]`, `{"a":[]}`, `{"a=b":"c"}`, `[{"name":[]}]`} {
			var fields []string
			for _, f := range strings.Fields(c.fields) {
				fields = append(fields, fmt.Sprintf("%q:%s", strings.TrimSuffix(f, "?"), value))
			}
			if dto := n.v2(c.name, "{"+strings.Join(fields, ",")+"}"); dto.Finish != finishFail {
				t.Errorf("%s takes %s for everything: %v", c.name, value, n.program.last().Args)
			}
		}
	}
	if len(n.program.runs) > 0 {
		t.Errorf("run: %v", n.program.runs)
	}
}

func TestReportsOfTheCommandLine(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	n.program.says = Output{Code: 1, Stderr: `Warning: old words` + "\n" +
		`{"gpcs_report":{"severity":"ERROR","code":"ID_NOT_FOUND","text":"no 'x'","force":"--force"}}` + "\n" +
		`{"gpcs_report":{"severity":"DEPRECATION","code":"DEPRECATED_OPTION","text":"Using '--wait' is deprecated."}}` + "\n" +
		`{"gpcs_report":{"severity":"INFO","code":"DONE","text":"done","node":"n1"}}` + "\n" +
		"Error: first line\n  second line\nError: Errors have occurred, therefore pcs is unable to continue\n"}
	dto := n.v2("resource.enable", `{"resource_or_tag_ids":["x"]}`)
	got, err := json.Marshal(dto.Reports)
	want := `[{"severity":{"level":"WARNING","force_code":null},"message":{"code":"COMMAND_SAID","message":"old words","payload":{}},"context":null},` +
		`{"severity":{"level":"ERROR","force_code":"FORCE"},"message":{"code":"ID_NOT_FOUND","message":"no 'x'","payload":{}},"context":null},` +
		`{"severity":{"level":"INFO","force_code":null},"message":{"code":"DONE","message":"done","payload":{}},"context":{"node":"n1"}},` +
		`{"severity":{"level":"ERROR","force_code":null},"message":{"code":"COMMAND_SAID","message":"first line\n  second line","payload":{}},"context":null}]`
	if err != nil || dto.Finish != finishFail || string(got) != want {
		t.Errorf("%s\n%s", dto.Finish, got)
	}
	if n.program.says = (Output{Code: 1}); n.v2("resource.enable", `{"resource_or_tag_ids":["x"]}`).Reports[0].Message.Code != "COMMAND_FAILED" {
		t.Error("a failure without words")
	}
	if n.program.says = (Output{Stdout: "ocf\nlsb\n"}); n.v1("resource-agent-list-standards/v1", "{}") != "success" {
		t.Error("standards")
	}
	if n.v2("resource.get_configured_resources", "{}").Finish != finishException {
		t.Error("an answer that is no JSON")
	}
	n.program.err = errors.New("no such program")
	if n.v2("resource.enable", `{"resource_or_tag_ids":["x"]}`).Finish != finishException {
		t.Error("no program")
	}
}

// hacluster may be somebody else for a task, nobody else may.
func TestEffectiveUserOfATask(t *testing.T) {
	n := start(t, nil)
	body := func(user string) string {
		return `{"command_name":"fencing_topology.verify","params":{},"options":{"request_timeout":7,"effective_username":"` + user + `","effective_groups":["haclient"]}}`
	}
	for _, c := range []struct{ who, as, runs string }{{"hacluster", "joe", "joe"}, {"amy", "hacluster", "amy"}, {"hacluster", "hacluster", "hacluster"}} {
		n.token = n.login(c.who)
		code, text := n.raw("POST", "/api/v2/task/run", strings.NewReader(body(c.as)), "application/json", n.token)
		run := n.program.last()
		if code != 200 || run.User.Name != c.runs || run.Args[0] != "--request-timeout=7" {
			t.Errorf("%s as %s: %d %s, %+v", c.who, c.as, code, text, run)
		}
	}
	for _, user := range []string{`a;token=x`, `a b`, `\"`, `\n`} {
		if code, text := n.raw("POST", "/api/v2/task/run", strings.NewReader(body(user)), "application/json", n.token); code != 400 {
			t.Errorf("user %q: %d %s", user, code, text)
		}
	}
}

func TestTasksAreTheirOwners(t *testing.T) {
	n := start(t, nil)
	n.program.hold = make(chan struct{})
	amy, super := n.login("amy"), n.login("hacluster")
	post := func(verb, body, token string) (int, string) {
		return n.raw("POST", "/api/v2/task/"+verb, strings.NewReader(body), "application/json", token)
	}
	begin := func() string {
		_, text := post("create", `{"command_name":"fencing_topology.verify","params":{},"options":{}}`, amy)
		var k struct {
			Ident string `json:"task_ident"`
		}
		if err := json.Unmarshal([]byte(text), &k); err != nil || len(k.Ident) != 36 {
			t.Fatal(text, err)
		}
		return k.Ident
	}
	look := func(id, token string) (int, taskDTO) {
		code, text := n.raw("GET", "/api/v2/task/result?task_ident="+id, nil, "", token)
		var dto taskDTO
		_ = json.Unmarshal([]byte(text), &dto) // a refusal is none
		return code, dto
	}
	one, two := begin(), begin()
	if code, dto := look(one, amy); code != 200 || dto.State != taskExecuted || dto.Finish != finishNone || dto.Killed != nil {
		t.Errorf("%d %+v", code, dto)
	}
	if code, _ := look(one, super); code != 404 {
		t.Errorf("another's task: %d", code)
	}
	if code, _ := post("kill", `{"task_ident":"`+one+`"}`, super); code != 404 {
		t.Errorf("another's task is ended: %d", code)
	}
	if code, text := post("kill", `{"task_ident":"`+one+`"}`, amy); code != 200 || text != "" {
		t.Errorf("%d %s", code, text)
	}
	close(n.program.hold)
	for id, want := range map[string]string{one: finishKill, two: finishSuccess} {
		for begun := time.Now(); ; time.Sleep(time.Millisecond) {
			_, dto := look(id, amy)
			if dto.State == taskFinished {
				if dto.Finish != want {
					t.Errorf("%+v, not %s", dto, want)
				}
				break
			}
			if time.Since(begun) > time.Minute {
				t.Fatal("not finished")
			}
		}
	}
}

// A user who is not root may have some commands run, with the permission that
// each needs, and without options that name files or show secrets.
func TestCommandLineForUsers(t *testing.T) {
	n := start(t, nil)
	n.program.says = Output{Stdout: "out", Stderr: "err", Code: 2}
	for _, c := range []struct{ who, command, options, status, runs string }{
		{"amy", `["status"]`, `["--full"]`, "ok", "--full status"},
		{"amy", `["status","nodes"]`, `[]`, "bad_command", ""},
		{"amy", `["status","pcsd","n1"]`, ``, "ok", "status pcsd n1"},
		{"amy", `["cluster","start","n1"]`, `["--wait=5","--name","x"]`, "ok", "--wait=5 --name x cluster start n1"},
		{"amy", `["cluster","destroy"]`, `["--all"]`, "access_denied", ""},
		{"hacluster", `["cluster","destroy"]`, `["--all"]`, "ok", "--all cluster destroy"},
		{"hacluster", `["resource","config"]`, `[]`, "bad_command", ""},
		{"hacluster", `["cluster"]`, `[]`, "bad_command", ""},
		{"hacluster", `[]`, `[]`, "bad_command", ""},
		{"hacluster", `["status"]`, `["-f","/etc/shadow","--debug","--deb","--corosync_conf=/x","-f/x","--","x","--full"]`, "ok", "--full status"},
		{"hacluster", `{`, `[]`, "error", ""},
		{"hacluster", `["status"]`, `{}`, "error", ""},
	} {
		n.program.runs = nil
		form := one("command", c.command)
		form.Set("options", c.options)
		form.Set("stdin", "in")
		code, text := n.request("POST", "/run_pcs", form, n.login(c.who))
		var a struct{ Status string }
		if err := json.Unmarshal([]byte(text), &a); err != nil || code != 200 || a.Status != c.status {
			t.Errorf("%+v: %d %s", c, code, text)
		}
		run := n.program.last()
		if got := strings.ReplaceAll(strings.Join(run.Args, " "), "-- ", ""); got != c.runs || c.runs != "" && (run.Stdin != "in" || run.User.Name != c.who) {
			t.Errorf("%+v: ran %q as %s", c, got, run.User.Name)
		}
	}
}

const fakeAgent = `#!/bin/sh
[ "$1" = meta-data ] || exit 3
echo '<resource-agent name="fake"><version>1.0</version><longdesc>Long.</longdesc><shortdesc>Short</shortdesc><parameters>
<parameter name="ip" unique="1" required="1"><longdesc>L</longdesc><shortdesc>S</shortdesc><content type="string"/></parameter>
<parameter name="mask"><content type="integer" default="24"/></parameter></parameters>
<actions><action name="monitor" timeout="20s" interval="10s" depth="0"/></actions></resource-agent>'
`

func TestAgentsOverTheAPI(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	path := n.root.Join("/usr/lib/ocf/resource.d/own/fake")
	write(t, path, fakeAgent)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	const name = `{"provider":"own","standard":"ocf","type":"fake"}`
	want := func(command, params, result string) {
		t.Helper()
		dto := n.v2(command, params)
		if got, err := json.Marshal(dto.Result); err != nil || string(got) != result {
			t.Errorf("%s: %s %+v\n%s", command, got, dto.Reports, result)
		}
	}
	want("resource_agent.get_agents_list", "{}", `{"names":[`+name+`]}`)
	const rest = `"advanced":false,"default":%s,"deprecated":false,"deprecated_by":[],"deprecated_desc":null,"enum_values":null,"longdesc":%s,"name":"%s",` +
		`"reloadable":%v,"required":%v,"shortdesc":%s,"type":"%s","unique_group":%s`
	want("resource_agent.get_agent_metadata", `{"agent_name":`+name+`}`, `{"actions":[{"automatic":false,"depth":"0","interval":"10s","name":"monitor",`+
		`"on_target":false,"role":null,"start_delay":null,"timeout":"20s"}],"longdesc":"Long.","name":`+name+`,"parameters":[{`+
		fmt.Sprintf(rest, "null", `"L"`, "ip", true, true, `"S"`, "string", `"`+agentmeta.LoneGroup+`ip"`)+`},{`+
		fmt.Sprintf(rest, `"24"`, "null", "mask", false, false, "null", "integer", "null")+`}],"shortdesc":"Short"}`)
	for params, code := range map[string]string{`{"agent_name":{"standard":"ocf","provider":"own","type":"nope"}}`: "UNABLE_TO_GET_AGENT_METADATA",
		`{"agent_name":"ocf:own:fake"}`: "COMMAND_INVALID_PAYLOAD", `{"agent_name":{"standard":"ocf","provider":"..","type":"../x"}}`: "UNABLE_TO_GET_AGENT_METADATA"} {
		if dto := n.v2("resource_agent.get_agent_metadata", params); dto.Finish != finishFail || dto.Reports[0].Message.Code != code {
			t.Errorf("%s: %+v", params, dto)
		}
	}
}
