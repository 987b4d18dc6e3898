package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A task of API v2 does what the command line does, as the user that it is for:
// access control lists hold, and what went wrong comes back as reports.
func TestTasksOfTheAPI(t *testing.T) {
	c := members(t, 2)
	run := func(user, command, params string) (finish, report string) {
		t.Helper()
		options := "{}"
		if user != "" {
			options = `{"effective_username":"` + user + `","effective_groups":["haclient"]}`
		}
		body := fmt.Sprintf(`{"command_name":%q,"params":%s,"options":%s}`, command, params, options)
		out := must(t, c, "node1", "curl", "-s", "--unix-socket", "/var/run/pcsd.socket", "-H", "Content-Type: application/json", "-d", body,
			"http://localhost/api/v2/task/run")
		var task struct {
			Finish  string `json:"task_finish_type"`
			Reports []struct {
				Message struct{ Code, Message string }
			}
		}
		if err := json.Unmarshal([]byte(out), &task); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, r := range task.Reports {
			report += r.Message.Code + " " + r.Message.Message + "\n"
		}
		return task.Finish, report
	}
	good := func(user, command, params string) {
		t.Helper()
		if finish, report := run(user, command, params); finish != "SUCCESS" {
			t.Errorf("%s %s: %s %s", command, params, finish, report)
		}
	}
	refused := func(user, command, params, want string) {
		t.Helper()
		if finish, report := run(user, command, params); finish != "FAIL" || !strings.Contains(report, want) {
			t.Errorf("%s %s: %s %s, not %s", command, params, finish, report, want)
		}
	}
	const dummy = `{"resource_id":"%s","resource_agent_name":"ocf:pacemaker:Dummy","operation_list":[],"meta_attributes":{},"instance_attributes":{"fake":"a b"},"wait":30}`
	good("", "cluster_property.set_properties", `{"cluster_properties":{"stonith-enabled":"false"}}`)
	good("", "resource.create", fmt.Sprintf(dummy, "app"))
	if out := must(t, c, "node1", "pcs", "resource", "config", "app"); !strings.Contains(out, "fake=\"a b\"") {
		t.Errorf("created: %s", out)
	}
	refused("", "resource.create", fmt.Sprintf(dummy, "app"), "ID_ALREADY_EXISTS 'app' already exists")
	refused("", "resource.create", fmt.Sprintf(dummy, "--force"), "invalid resource name '--force'")
	good("", "acl.create_role", `{"role_id":"reader","permission_info_list":[["read","xpath","/cib"]],"description":"may look"}`)
	good("", "acl.create_target", `{"target_id":"joe","role_list":["reader"]}`)
	good("", "cluster_property.set_properties", `{"cluster_properties":{"enable-acl":"true"}}`)
	good("joe", "resource.get_configured_resources", `{}`)
	refused("joe", "resource.disable", `{"resource_or_tag_ids":["app"]}`, "permission denied by the access control lists")
	refused("joe", "cluster.remove_nodes", `{"node_list":["node2"]}`, "NOT_AUTHORIZED")
	good("", "resource.disable", `{"resource_or_tag_ids":["app"],"wait":30}`)
	if out := must(t, c, "node2", "pcs", "resource", "status"); !strings.Contains(out, "Stopped (disabled)") {
		t.Errorf("disabled: %s", out)
	}
}
