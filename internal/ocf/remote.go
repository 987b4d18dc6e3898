package ocf

import "context"

// remote only describes ocf:pacemaker:remote: the cluster itself carries it out.
func remote() agent {
	refuse := func(_ context.Context, c *Call) int {
		c.reason("ocf:pacemaker:remote is carried out by the cluster itself, it cannot be run as a program")
		return errGeneric
	}
	acts := map[string]action{}
	for _, name := range []string{"start", "stop", "monitor", "migrate_to", "migrate_from", "reload", "reload-agent", "validate-all"} {
		acts[name] = refuse
	}
	return agent{describeRemote, acts}
}

func describeRemote(*Call) meta {
	return meta{version: "1.1", short: "Pacemaker Remote connection",
		params: []param{
			{name: "server", group: "address", kind: "string", short: "Remote hostname",
				long: "Address of the remote node, or a name that leads to it."},
			{name: "port", group: "address", kind: "integer", value: value("3121"), short: "Remote port",
				long: "TCP port of Pacemaker Remote on that node."},
			{name: "reconnect_interval", reloadable: true, kind: "string", value: value("0"), short: "reconnect interval",
				long: "How long to wait between attempts to connect again to a node whose connection was lost; 0 is to try at once, after the fencing that may be needed."},
		},
		actions: []op{
			{name: "start", timeout: "60s"}, {name: "stop", timeout: "60s"}, {name: "monitor", timeout: "30s"},
			{name: "migrate_to", timeout: "60s"}, {name: "migrate_from", timeout: "60s"}, {name: "reload", timeout: "60s"},
			{name: "reload-agent", timeout: "60s"}, {name: "meta-data", timeout: "5s"},
		}}
}
