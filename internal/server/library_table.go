package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/auth"
)

// libraryCommands are the commands of pcs's library that are carried out here,
// with the permissions that pcsd asks for.
func libraryCommands() []libraryCommand {
	return slices.Concat(aclCommands(), agentCommands(), alertCommands(), clusterCommands(), constraintCommands(), fencingCommands(), nodeCommands(),
		resourceCommands(), tagCommands(), queryCommands())
}

// fixed are words that do not depend on parameters.
func fixed(words ...string) func(*params) []string {
	return func(*params) []string { return words }
}

func words(list ...[]string) []string { return slices.Concat(list...) }

// then adds ids after words, each by its parameter's name.
func then(text string, ids ...string) func(*params) []string {
	return func(p *params) []string {
		out := strings.Fields(text)
		for _, name := range ids {
			out = append(out, p.id(name))
		}
		return out
	}
}

// over adds the words of a list after others.
func over(text, list string) func(*params) []string {
	return func(p *params) []string {
		ids := p.list(list)
		if len(ids) == 0 && p.err == nil {
			p.err = fmt.Errorf("field %q is empty", list)
		}
		return append(strings.Fields(text), ids...)
	}
}

func aclCommands() []libraryCommand {
	list := []libraryCommand{
		{name: "acl.add_permission", fields: "role_id permission_info_list", words: func(p *params) []string {
			return words([]string{"acl", "permission", "add", p.id("role_id")}, p.permissions())
		}},
		{name: "acl.create_role", fields: "role_id permission_info_list description", words: func(p *params) []string {
			return words([]string{"acl", "role", "create", p.id("role_id")}, p.description(), p.permissions())
		}},
		{name: "acl.create_target", fields: "target_id role_list", words: func(p *params) []string {
			return words([]string{"acl", "user", "create", p.id("target_id")}, p.list("role_list"))
		}},
		{name: "acl.create_group", fields: "group_id role_list", words: func(p *params) []string {
			return words([]string{"acl", "group", "create", p.id("group_id")}, p.list("role_list"))
		}},
		{name: "acl.remove_role", fields: "role_id autodelete_users_groups?", words: func(p *params) []string {
			p.flag("--autodelete", "autodelete_users_groups")
			return []string{"acl", "role", "delete", p.id("role_id")}
		}},
		{name: "acl.remove_target", fields: "target_id", words: then("acl user delete", "target_id")},
		{name: "acl.remove_group", fields: "group_id", words: then("acl group delete", "group_id")},
		{name: "acl.remove_permission", fields: "permission_id", words: then("acl permission delete", "permission_id")},
	}
	for _, holder := range [][2]string{{"target", "user"}, {"group", "group"}} {
		kind, word := holder[0], holder[1]
		list = append(list,
			libraryCommand{name: "acl.assign_role_to_" + kind, fields: "role_id " + kind + "_id", words: func(p *params) []string {
				return []string{"acl", "role", "assign", p.id("role_id"), "to", word, p.id(kind + "_id")}
			}},
			libraryCommand{name: "acl.unassign_role_from_" + kind, fields: "role_id " + kind + "_id autodelete_" + kind + "?", words: func(p *params) []string {
				p.flag("--autodelete", "autodelete_"+kind)
				return []string{"acl", "role", "unassign", p.id("role_id"), "from", word, p.id(kind + "_id")}
			}})
	}
	return published(auth.Grant, list)
}

// published gives commands a permission and the path that API v1 has for them.
func published(need auth.Level, list []libraryCommand) []libraryCommand {
	for i := range list {
		if list[i].need == "" {
			list[i].need = need
		}
		if list[i].v1 == "" {
			list[i].v1 = strings.NewReplacer(".", "-", "_", "-").Replace(list[i].name) + "/v1"
		}
	}
	return list
}

// permissions are the words of a role's permissions: each is a list of the
// access, the kind of scope and the scope.
func (p *params) permissions() []string {
	var out []string
	for _, item := range p.items("permission_info_list") {
		three, ok := item.([]any)
		if !ok || len(three) != 3 {
			p.wrong("permission_info_list", "list of three")
			continue
		}
		for _, v := range three {
			s, _ := asText(v)
			out = append(out, s)
		}
	}
	return out
}

func (p *params) description() []string {
	if p.text("description") == "" {
		return nil
	}
	return p.pair("description", "description")
}

func alertCommands() []libraryCommand {
	attributes := func(p *params) []string {
		return words(section("options", p.pairs("instance_attribute_dict")), section("meta", p.pairs("meta_attribute_dict")))
	}
	return published(auth.Write, []libraryCommand{
		{name: "alert.create_alert", fields: "alert_id path instance_attribute_dict meta_attribute_dict description?", words: func(p *params) []string {
			return words([]string{"alert", "create", "path=" + p.id("path")}, p.pair("id", "alert_id"), p.description(), attributes(p))
		}},
		{name: "alert.update_alert", fields: "alert_id path instance_attribute_dict meta_attribute_dict description?", words: func(p *params) []string {
			return words([]string{"alert", "update", p.id("alert_id")}, p.pair("path", "path"), p.pair("description", "description"), attributes(p))
		}},
		{name: "alert.remove_alert", fields: "alert_id_list", words: over("alert remove", "alert_id_list")},
		{name: "alert.add_recipient", fields: "alert_id recipient_value instance_attribute_dict meta_attribute_dict recipient_id? description? allow_same_value?",
			words: func(p *params) []string {
				p.flag("--force", "allow_same_value")
				return words([]string{"alert", "recipient", "add", p.id("alert_id"), "value=" + p.id("recipient_value")}, p.pair("id", "recipient_id"),
					p.description(), attributes(p))
			}},
		{name: "alert.update_recipient", fields: "recipient_id instance_attribute_dict meta_attribute_dict recipient_value? description? allow_same_value?",
			words: func(p *params) []string {
				p.flag("--force", "allow_same_value")
				return words([]string{"alert", "recipient", "update", p.id("recipient_id")}, p.pair("value", "recipient_value"),
					p.pair("description", "description"), attributes(p))
			}},
		{name: "alert.remove_recipient", fields: "recipient_id_list", words: over("alert recipient remove", "recipient_id_list")},
	})
}

func constraintCommands() []libraryCommand {
	var list []libraryCommand
	for _, kind := range []string{"colocation", "order", "ticket"} {
		list = append(list, libraryCommand{name: "constraint." + kind + ".create_with_set",
			fields: "resource_set_list constraint_options resource_in_clone_alowed? duplication_alowed?", words: func(p *params) []string {
				p.flag("--force", "resource_in_clone_alowed")
				p.flag("--force", "duplication_alowed")
				out := []string{"constraint", kind}
				for _, item := range p.items("resource_set_list") {
					set, _ := item.(map[string]any)
					of := &params{values: set}
					out = words(out, []string{"set"}, of.list("ids"), of.pairs("options"))
					if set == nil || of.err != nil {
						p.wrong("resource_set_list", "list of ids and options")
					}
				}
				return words(out, section("setoptions", p.pairs("constraint_options")))
			}})
	}
	return published(auth.Write, append(list,
		libraryCommand{name: "constraint.ticket.create", fields: "ticket_key resource_id options resource_in_clone_alowed? duplication_alowed?",
			words: func(p *params) []string {
				p.flag("--force", "resource_in_clone_alowed")
				p.flag("--force", "duplication_alowed")
				var role, rest []string
				for _, w := range p.pairs("options") {
					if value, ok := strings.CutPrefix(w, "rsc-role="); ok {
						role = []string{value}
						continue
					}
					rest = append(rest, w)
				}
				return words([]string{"constraint", "ticket", "add", p.id("ticket_key")}, role, []string{p.id("resource_id")}, rest)
			}},
		libraryCommand{name: "constraint.ticket.remove", fields: "ticket_key resource_id", words: then("constraint ticket remove", "ticket_key", "resource_id")}))
}

func fencingCommands() []libraryCommand {
	return published(auth.Write, []libraryCommand{
		{name: "fencing_topology.add_level", fields: "level target_type target_value devices force_device? force_node?", words: func(p *params) []string {
			p.flag("--force", "force_device")
			p.flag("--force", "force_node")
			return words([]string{"stonith", "level", "add", p.id("level"), p.target()}, p.list("devices"))
		}},
		{name: "fencing_topology.remove_all_levels", words: fixed("stonith", "level", "clear")},
		{name: "fencing_topology.remove_levels_by_params", fields: "level? target_type? target_value? devices? ignore_if_missing? target_may_be_a_device?",
			words: func(p *params) []string {
				out := []string{"stonith", "level", "clear"}
				if p.text("level") != "" {
					out = []string{"stonith", "level", "delete", p.text("level")}
				}
				if p.values["target_value"] != nil {
					out = append(out, "target", p.target())
				}
				return words(out, section("stonith", p.list("devices")))
			}},
		{name: "fencing_topology.verify", words: fixed("stonith", "level", "verify")},
		{name: "sbd.disable_sbd", fields: "ignore_offline_nodes?", words: func(p *params) []string {
			p.flag("--skip-offline", "ignore_offline_nodes")
			return []string{"stonith", "sbd", "disable"}
		}},
		{name: "sbd.enable_sbd", fields: "default_watchdog watchdog_dict sbd_options default_device_list? node_device_dict? allow_unknown_opts? " +
			"ignore_offline_nodes? no_watchdog_validation? allow_invalid_option_values?", words: enableSBD},
	})
}

// target is the target of a fencing level as a word.
func (p *params) target() string {
	switch kind := p.text("target_type"); kind {
	case "regexp":
		return "regexp%" + p.id("target_value")
	case "attribute":
		pair := p.list("target_value")
		if len(pair) != 2 {
			p.wrong("target_value", "list of a name and a value")
			return ""
		}
		return "attrib%" + pair[0] + "=" + pair[1]
	case "node", "":
	default:
		p.wrong("target_type", "node, regexp or attribute")
	}
	return p.id("target_value")
}

func enableSBD(p *params) []string {
	p.flag("--force", "allow_unknown_opts")
	p.flag("--force", "allow_invalid_option_values")
	p.flag("--skip-offline", "ignore_offline_nodes")
	p.flag("--no-watchdog-validation", "no_watchdog_validation")
	out := []string{"stonith", "sbd", "enable"}
	if w := p.text("default_watchdog"); w != "" {
		out = append(out, "watchdog="+w)
	}
	for _, pair := range p.pairs("watchdog_dict") {
		node, device, _ := strings.Cut(pair, "=")
		out = append(out, "watchdog="+device+"@"+node)
	}
	for _, d := range p.list("default_device_list") {
		out = append(out, "device="+d)
	}
	if p.values["node_device_dict"] != nil {
		p.wrong("node_device_dict", "null: SBD with disks is not supported")
	}
	return append(out, p.pairs("sbd_options")...)
}

func nodeCommands() []libraryCommand {
	var list []libraryCommand
	for _, verb := range []string{"maintenance", "standby"} {
		choose := func(p *params) []string {
			p.wait("wait")
			if p.on(verb) {
				return []string{"node", verb}
			}
			return []string{"node", "un" + verb}
		}
		list = append(list,
			libraryCommand{name: "node." + verb + "_un" + verb + "_all", fields: verb + " wait?", words: func(p *params) []string {
				p.flags = append(p.flags, "--all")
				return choose(p)
			}},
			libraryCommand{name: "node." + verb + "_un" + verb + "_list", v1: "node-" + verb + "-un" + verb + "/v1", fields: verb + " node_names wait?",
				words: func(p *params) []string { return append(choose(p), over("", "node_names")(p)...) }})
	}
	return published(auth.Write, list)
}

func tagCommands() []libraryCommand {
	list := published(auth.Write, []libraryCommand{
		{name: "tag.create", fields: "tag_id idref_list", words: func(p *params) []string {
			return append([]string{"tag", "create", p.id("tag_id")}, p.list("idref_list")...)
		}},
		{name: "tag.remove", fields: "tag_list", words: over("tag remove", "tag_list")},
		{name: "tag.update", fields: "tag_id idref_add idref_remove adjacent_idref? put_after_adjacent?", words: func(p *params) []string {
			p.beside("adjacent_idref")
			return words([]string{"tag", "update", p.id("tag_id")}, section("add", p.list("idref_add")), section("remove", p.list("idref_remove")))
		}},
	})
	for i := range list {
		list[i].v1 = ""
	}
	return list
}

// beside adds --before or --after.
func (p *params) beside(name string) {
	option := "--before"
	if p.on("put_after_adjacent") {
		option = "--after"
	}
	p.option(option, name)
}

// queryCommands are those that only look.
func queryCommands() []libraryCommand {
	list := published(auth.Read, []libraryCommand{
		{name: "resource_agent.list_standards", old: true, words: fixed("resource", "standards"), result: lines},
		{name: "resource_agent.list_ocf_providers", old: true, words: fixed("resource", "providers"), result: lines},
		{name: "resource_agent.list_agents_for_standard_and_provider", old: true, fields: "standard_provider?", result: lines, words: func(p *params) []string {
			if of := p.text("standard_provider"); of != "" {
				return []string{"resource", "agents", of}
			}
			return []string{"resource", "agents"}
		}},
		{name: "status.full_cluster_status_plaintext", old: true, fields: "hide_inactive_resources? verbose?", result: whole, words: func(p *params) []string {
			p.flag("--hide-inactive", "hide_inactive_resources")
			p.flag("--full", "verbose")
			return []string{"status"}
		}},
	})
	for _, q := range [][2]string{{"cluster.get_corosync_conf_struct", "cluster config"}, {"cluster_property.get_properties", "property config"},
		{"constraint.get_config", "constraint config"}, {"fencing_topology.get_config_dto", "stonith level config"},
		{"resource.get_configured_resources", "resource config"}, {"tag.get_config_dto", "tag config"}, {"alert.get_config_dto", "alert config"},
		{"node.get_config_dto", "node attribute"}} {
		list = append(list, libraryCommand{name: q[0], need: auth.Read, fields: "evaluate_expired? evaluate_rules?", result: asJSON, words: func(p *params) []string {
			p.flags = append(p.flags, "--output-format=json")
			return strings.Fields(q[1])
		}})
	}
	return list
}

func whole(stdout string) (any, error) { return strings.TrimSuffix(stdout, "\n"), nil }

func lines(stdout string) (any, error) {
	return slices.DeleteFunc(strings.Split(stdout, "\n"), func(s string) bool { return s == "" }), nil
}

func asJSON(stdout string) (any, error) {
	if !json.Valid([]byte(stdout)) {
		return nil, fmt.Errorf("not JSON: %.80q", stdout)
	}
	return json.RawMessage(strings.TrimSpace(stdout)), nil
}
