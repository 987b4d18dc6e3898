package server

import (
	"strings"

	"gpcs/internal/auth"
)

// creation are the parameters that all ways to create a resource share.
const creation = "meta_attributes instance_attributes allow_absent_agent? allow_invalid_operation? allow_invalid_instance_attributes? " +
	"use_default_operations? ensure_disabled? wait? allow_not_suitable_command? enable_agent_self_validation? "

func resourceCommands() []libraryCommand {
	const resource, device = "resource_id resource_agent_name operation_list ", "stonith_id stonith_agent_name operations "
	const within = "group_id adjacent_resource_id? put_after_adjacent?"
	return published(auth.Write, []libraryCommand{
		{name: "resource.create", fields: resource + creation, words: func(p *params) []string { return p.create("resource") }},
		{name: "resource.create_in_group", fields: resource + creation + within, words: func(p *params) []string { return p.inGroup("resource") }},
		{name: "resource.create_as_clone", fields: resource + creation + "clone_meta_options clone_id? allow_incompatible_clone_meta_attributes?",
			words: func(p *params) []string {
				p.flag("--force", "allow_incompatible_clone_meta_attributes")
				out := append(p.create("resource"), "clone")
				if id := p.text("clone_id"); id != "" {
					out = append(out, id)
				}
				return append(out, p.pairs("clone_meta_options")...)
			}},
		{name: "stonith.create", fields: device + creation, words: func(p *params) []string { return p.create("stonith") }},
		{name: "stonith.create_in_group", fields: device + creation + within, words: func(p *params) []string { return p.inGroup("stonith") }},

		{name: "resource.ban", fields: "resource_id node? master? lifetime? wait?", words: func(p *params) []string { return p.place("ban") }},
		{name: "resource.move", fields: "resource_id node? master? lifetime? wait?", words: func(p *params) []string { return p.place("move-with-constraint") }},
		{name: "resource.unmove_unban", fields: "resource_id node? master? expired? wait?", words: func(p *params) []string {
			p.flag("--expired", "expired")
			return p.place("clear")
		}},
		{name: "resource.move_autoclean", fields: "resource_id node? master? wait_timeout? strict?", words: func(p *params) []string {
			p.flag("--strict", "strict")
			if v := p.text("wait_timeout"); v != "" && v != "0" && !strings.HasPrefix(v, "-") {
				p.option("--wait", "wait_timeout")
			}
			return p.place("move")
		}},
		{name: "resource.disable", fields: "resource_or_tag_ids wait?", words: waiting(over("resource disable", "resource_or_tag_ids"))},
		{name: "resource.enable", fields: "resource_or_tag_ids wait?", words: waiting(over("resource enable", "resource_or_tag_ids"))},
		{name: "resource.disable_safe", fields: "resource_or_tag_ids strict wait?", words: waiting(func(p *params) []string {
			if !p.on("strict") {
				p.flags = append(p.flags, "--no-strict")
			}
			return over("resource safe-disable", "resource_or_tag_ids")(p)
		})},
		{name: "resource.group_add", fields: "group_id resource_id_list adjacent_resource_id? put_after_adjacent? wait?", words: waiting(func(p *params) []string {
			p.beside("adjacent_resource_id")
			return append([]string{"resource", "group", "add", p.id("group_id")}, over("", "resource_id_list")(p)...)
		})},
		{name: "resource.manage", fields: "resource_or_tag_ids with_monitor?", words: func(p *params) []string {
			p.flag("--monitor", "with_monitor")
			return over("resource manage", "resource_or_tag_ids")(p)
		}},
		{name: "resource.unmanage", fields: "resource_or_tag_ids with_monitor?", words: func(p *params) []string {
			p.flag("--monitor", "with_monitor")
			return over("resource unmanage", "resource_or_tag_ids")(p)
		}},
	})
}

// waiting lets a command wait where it is asked to.
func waiting(of func(*params) []string) func(*params) []string {
	return func(p *params) []string {
		p.wait("wait")
		return of(p)
	}
}

// place are the words of moves and bans.
func (p *params) place(verb string) []string {
	p.wait("wait")
	p.flag("--promoted", "master")
	out := []string{"resource", verb, p.id("resource_id")}
	if node := p.text("node"); node != "" {
		out = append(out, node)
	}
	if p.text("lifetime") != "" {
		out = append(out, p.pair("lifetime", "lifetime")...)
	}
	return out
}

// create are the words that make a resource or a fence device.
func (p *params) create(noun string) []string {
	for _, name := range []string{"allow_absent_agent", "allow_invalid_operation", "allow_invalid_instance_attributes", "allow_not_suitable_command"} {
		p.flag("--force", name)
	}
	p.flag("--disabled", "ensure_disabled")
	p.flag("--agent-validation", "enable_agent_self_validation")
	p.wait("wait")
	if v, given := p.values["use_default_operations"]; given && v != nil && !p.on("use_default_operations") {
		p.flags = append(p.flags, "--no-default-ops")
	}
	operations := "operation_list"
	if noun == "stonith" {
		operations = "operations"
	}
	return words([]string{noun, "create", p.id(noun + "_id"), p.id(noun + "_agent_name")}, p.pairs("instance_attributes"),
		section("op", p.operations(operations)), section("meta", p.pairs("meta_attributes")))
}

// operations are the words of a list of operations, each an object with a name.
func (p *params) operations(name string) []string {
	var out []string
	for _, item := range p.items(name) {
		op, _ := item.(map[string]any)
		called, ok := asText(op["name"])
		if !ok || called == "" || strings.Contains(called, "=") {
			p.wrong(name, "list of operations with names")
			continue
		}
		delete(op, "name")
		out = append(append(out, called), p.pairsOf(name, op)...)
	}
	return out
}

func (p *params) inGroup(noun string) []string {
	p.beside("adjacent_resource_id")
	out := p.create(noun)
	p.flags = append(p.flags, "--group="+p.id("group_id"))
	return out
}
