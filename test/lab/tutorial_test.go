package lab

import "testing"

// From the installed package to a cluster that survives the reboot of its nodes.
func TestTutorial(t *testing.T) {
	l := up(t, 2)
	l.states("node1", "is-active", "active inactive inactive")
	l.tutorial()
	for _, n := range l.names {
		l.states(n, "is-active", "active active active")
		l.states(n, "is-enabled", "enabled enabled enabled")
	}
	l.says("node1", "pcs status | tail -3 | xargs", "corosync: active/enabled pacemaker: active/enabled pcsd: active/enabled")

	// Both at once: the cluster comes back by itself.
	l.reboot(l.names...)
	l.awaitWeb(l.names...)
	for _, n := range l.names {
		l.states(n, "is-active", "active active active")
		l.on(n, "pcs status")
	}

	// One in order: its resources are elsewhere before its network is gone.
	active := l.web()
	l.reboot(active)
	l.awaitWeb(l.names...)
	l.states(active, "is-active", "active active active")
	l.ordered(active, "Stopping pacemaker.service", "rsc=virtual_ip op=stop", "Stopped pacemaker.service", "Stopped corosync.service",
		"Stopped pcsd.service", "Stopping networking.service")
}

// What systemctl does to the units is done to the cluster, and what pcs does to
// the cluster is seen at the units.
func TestUnits(t *testing.T) {
	l := up(t, 2)
	l.tutorial()

	active := l.web()
	l.on(active, "systemctl stop pacemaker")
	l.states(active, "is-active", "active active inactive")
	l.awaitWeb(l.other(active))
	l.on(active, "systemctl start pacemaker")
	l.states(active, "is-active", "active active active")
	l.on(active, "systemctl stop corosync")
	l.states(active, "is-active", "active inactive inactive")
	l.says(active, "pcs status >/dev/null 2>&1; echo $?", "1")
	l.on(active, "systemctl start corosync pacemaker")
	l.states(active, "is-active", "active active active")
	l.on(active, "systemctl restart pacemaker")
	l.states(active, "is-active", "active active active")

	l.on("node1", "pcs cluster stop node2 --force")
	l.states("node2", "is-active", "active inactive inactive")
	l.on("node1", "pcs cluster start node2")
	l.states("node2", "is-active", "active active active")
	l.on("node2", "pcs cluster kill")
	l.states("node2", "is-active", "active inactive inactive")
	l.on("node2", "pcs cluster start")
	l.states("node2", "is-active", "active active active")

	l.on("node1", "pcs cluster disable --all")
	l.states("node2", "is-enabled", "enabled disabled disabled")
	l.on("node2", "systemctl enable corosync pacemaker")
	l.says("node2", "pcs status | tail -3 | head -2 | xargs", "corosync: active/enabled pacemaker: active/enabled")
	l.on("node2", "systemctl disable corosync pacemaker")
	l.says("node2", "pcs status | tail -3 | head -2 | xargs", "corosync: active/disabled pacemaker: active/disabled")

	// Not enabled: a reboot leaves the node out until it is started.
	l.reboot("node2")
	l.states("node2", "is-active", "active inactive inactive")
	l.on("node2", "systemctl start pacemaker")
	l.states("node2", "is-active", "active active active")

	l.on("node1", "pcs cluster destroy --all")
	l.states("node1", "is-active", "active inactive inactive")
	l.states("node1", "is-enabled", "enabled disabled disabled")
	l.says("node1", "systemctl start pacemaker 2>/dev/null; echo $?", "1")
	l.on("node1", "journalctl -u corosync -o cat | grep -q 'this node is in no cluster'")
}

// A restart of the daemon, an upgrade and a crash leave resources alone.
func TestRestart(t *testing.T) {
	l := up(t, 2)
	l.tutorial()
	active := l.web()
	master := l.on(active, "cat /run/nginx.pid")
	for _, line := range []string{
		"systemctl restart pcsd",
		"systemctl restart gpcsd",
		"kill -9 $(systemctl show -P MainPID pcsd); until systemctl -q is-active pcsd; do sleep 0.1; done",
		"dpkg -i /root/gpcs.deb",
	} {
		before := l.on(active, "systemctl show -P MainPID pcsd")
		l.on(active, line)
		l.await("pcs status after "+line, func() bool { _, err := l.try(active, "pcs status"); return err == nil })
		if after := l.on(active, "systemctl show -P MainPID pcsd"); after == before {
			t.Errorf("%s: the daemon is the same", line)
		}
		if web := l.web(); web != active {
			t.Errorf("%s: the web server is on %q", line, web)
		}
		l.says(active, "cat /run/nginx.pid", master)
		l.states(active, "is-active", "active active active")
	}
	fed := l.on(active, "systemctl show -P WatchdogTimestampMonotonic pcsd")
	l.await("the daemon to feed its watchdog", func() bool {
		return l.on(active, "systemctl show -P WatchdogTimestampMonotonic pcsd") != fed
	})
	l.says(active, "cat /proc/$(cat /run/nginx.pid)/oom_score_adj", "0")

	// Removed, the package leaves what it knows; purged, nothing.
	l.on(active, "apt-get remove -y gpcs")
	l.awaitWeb(l.other(active))
	l.on(active, "test -e /var/lib/pacemaker/cib/cib.xml && test -e /etc/corosync/corosync.conf && ! test -e /usr/sbin/pcs")
	l.on(active, "apt-get purge -y gpcs")
	l.says(active, "ls -d /var/lib/pcsd /var/lib/pacemaker /var/lib/gpcs /etc/corosync /etc/default/gpcsd 2>/dev/null", "")
}
