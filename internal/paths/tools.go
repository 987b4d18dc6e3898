package paths

// ToolDir is where the links lie that give gpcs the names of the stack's
// helper programs. The agents' PATH begins with it; an administrator may add
// it to his own.
const ToolDir = "/usr/libexec/gpcs/bin"

// AgentPath is the PATH of all agents: our helper programs come before others
// of their names.
const AgentPath = ToolDir + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Tools are the names of the helper programs that are gpcs under another name.
func Tools() []string {
	return []string{
		"attrd_updater", "cibadmin", "corosync-cfgtool", "corosync-cmapctl", "corosync-quorumtool", "crm_attribute",
		"crm_diff", "crm_error", "crm_failcount", "crm_master", "crm_mon", "crm_node", "crm_resource", "crm_rule",
		"crm_shadow", "crm_simulate", "crm_standby", "crm_ticket", "crm_verify", "crmadmin", "iso8601", "pacemakerd",
		"stonith_admin",
	}
}

// DaemonDir is where Pacemaker's daemons lie; pcs looks for them there.
const DaemonDir = "/usr/lib/pacemaker"

// Daemons are the daemons of Pacemaker that tell what they can be set to;
// under their names gpcs does: links in DaemonDir.
func Daemons() []string {
	return []string{"pacemaker-based", "pacemaker-controld", "pacemaker-fenced", "pacemaker-schedulerd"}
}

// OCFProvider is the provider of the resource agents that come with Pacemaker.
const OCFProvider = "pacemaker"

// OCFDir is where the agents of a provider lie.
func (r Root) OCFDir(provider string) string { return r.Join("/usr/lib/ocf/resource.d/" + provider) }

// OCFAgents are the types of OCFProvider's agents that are gpcs under another
// name: links in OCFDir(OCFProvider).
func OCFAgents() []string {
	return []string{
		"ClusterMon", "Dummy", "HealthCPU", "HealthIOWait", "HealthSMART", "Stateful", "SysInfo", "attribute", "ifspeed", "ping", "remote",
	}
}
