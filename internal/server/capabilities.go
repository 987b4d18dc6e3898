package server

// Capabilities are pcs's names of what this node can do over the network, as
// its capabilities.xml defines them; "gpcsd --version --full" prints them too.
func Capabilities() []string {
	return []string{
		"booth.get-config", "booth.set-config", "booth.set-config.multiple", "cluster.config.restore-local", "cluster.destroy",
		"corosync.config.get", "corosync.config.get.struct", "corosync.config.set", "corosync.quorum.status", "node.start-stop-enable-disable",
		"node.start-stop-enable-disable.stop-component", "pcmk.alert.config.rest-api.v2", "pcmk.cib.get", "pcmk.node.config.rest-api.v2",
		"pcmk.properties.cluster.get_properties.rest-api.v2", "pcmk.resource.config.rest-api.v2", "pcs.auth.export-cluster-known-hosts",
		"pcs.auth.known-host-change", "pcs.auth.server", "pcs.permissions", "pcs.rest-api.v1.1", "pcs.rest-api.v2", "sbd-node",
		"status.pcmk.full-cluster-status-plaintext", "status.pcmk.local-node",
	}
}

func (s *Server) capabilities(call) answer {
	return answer{json: map[string][]string{"pcsd_capabilities": Capabilities()}}
}
