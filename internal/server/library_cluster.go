package server

import "gpcs/internal/auth"

func clusterCommands() []libraryCommand {
	return published(auth.Full, []libraryCommand{
		{name: "cluster.add_nodes", fields: "nodes wait? start? enable? no_watchdog_validation? force_flags?", words: func(p *params) []string {
			p.starting()
			p.flag("--no-watchdog-validation", "no_watchdog_validation")
			nodes := p.nodes()
			if len(nodes) != 1 {
				p.wrong("nodes", "list of one node: they are added one after the other")
				return nil
			}
			return append([]string{"cluster", "node", "add"}, nodes[0]...)
		}},
		{name: "cluster.remove_nodes", fields: "node_list force_flags?", words: func(p *params) []string {
			p.force()
			return over("cluster node remove", "node_list")(p)
		}},
		{name: "cluster.setup", need: auth.Super, fields: "cluster_name nodes transport_type? transport_options? link_list? compression_options? crypto_options? " +
			"totem_options? quorum_options? wait? start? enable? no_keys_sync? no_cluster_uuid? force_flags?", words: setup},
		{name: "cluster.node_clear", need: auth.Write, fields: "node_name allow_clear_cluster_node?", words: func(p *params) []string {
			p.flag("--force", "allow_clear_cluster_node")
			return []string{"cluster", "node", "clear", p.id("node_name")}
		}},
		{name: "cluster.generate_cluster_uuid", need: auth.Super, fields: "force_flags?", words: func(p *params) []string {
			p.force()
			return []string{"cluster", "config", "uuid", "generate"}
		}},
		{name: "cluster_property.set_properties", need: auth.Write, fields: "cluster_properties force_flags?", words: func(p *params) []string {
			p.force()
			return append([]string{"property", "set"}, p.pairs("cluster_properties")...)
		}},
	})
}

func (p *params) starting() {
	p.force()
	p.wait("wait")
	p.flag("--start", "start")
	p.flag("--enable", "enable")
}

// nodes are the words of each node: its name, then its addresses and watchdog.
func (p *params) nodes() [][]string {
	var list [][]string
	for _, item := range p.items("nodes") {
		object, _ := item.(map[string]any)
		of := &params{values: object}
		node := []string{of.id("name")}
		for _, addr := range of.list("addrs") {
			node = append(node, "addr="+addr)
		}
		for _, device := range of.list("devices") {
			node = append(node, "device="+device)
		}
		if w := of.text("watchdog"); w != "" {
			node = append(node, "watchdog="+w)
		}
		if of.err != nil {
			p.wrong("nodes", "list of nodes with names")
		}
		list = append(list, node)
	}
	return list
}

func setup(p *params) []string {
	p.starting()
	p.flag("--no-keys-sync", "no_keys_sync")
	p.flag("--no-cluster-uuid", "no_cluster_uuid")
	out := []string{"cluster", "setup", p.id("cluster_name")}
	for _, node := range p.nodes() {
		out = append(out, node...)
	}
	var links []string
	for _, item := range p.items("link_list") {
		link, _ := item.(map[string]any)
		links = words(links, section("link", p.pairsOf("link_list", link)))
	}
	if kind := p.text("transport_type"); kind != "" {
		out = words(out, []string{"transport", kind}, p.pairs("transport_options"), links,
			section("compression", p.pairs("compression_options")), section("crypto", p.pairs("crypto_options")))
	}
	return words(out, section("totem", p.pairs("totem_options")), section("quorum", p.pairs("quorum_options")))
}
