package lab

import "testing"

// Units and an init script that a test may start and stop.
const (
	makeUnits = `printf '[Service]\nExecStart=/bin/sleep infinity\nRestart=always\n' |
tee /etc/systemd/system/thing.service >/etc/systemd/system/third.service; systemctl daemon-reload`
	makeInit = `cat >/etc/init.d/other <<'SH'
#!/bin/sh
### BEGIN INIT INFO
# Provides: other
# Short-Description: something old
### END INIT INFO
case $1 in
start) touch /run/other;;
stop) rm -f /run/other;;
status) test -e /run/other || exit 3;;
esac
SH
chmod +x /etc/init.d/other`
)

// Units and init scripts as resources: systemd lets the cluster restart and stop
// them, and nobody waits for another.
func TestServices(t *testing.T) {
	l := up(t, 2)
	l.tutorial()
	for _, n := range l.names {
		l.on(n, makeUnits)
		l.on(n, makeInit)
	}
	l.on("node1", "pcs resource create thing systemd:thing op monitor interval=10s")
	l.on("node1", "pcs resource create old lsb:other op monitor interval=10s")
	l.on("node1", "pcs resource create third service:third op monitor interval=10s")
	l.on("node1", "pcs constraint colocation add third with virtual_ip")
	l.on("node1", "pcs constraint colocation add thing with virtual_ip")
	l.on("node1", "pcs constraint colocation add old with virtual_ip")
	l.on("node1", "pcs status wait 60")
	active := l.web()
	l.await("the units and the init script on "+active, func() bool {
		_, err := l.try(active, "systemctl -q is-active thing && systemctl -q is-active third && test -e /run/other")
		return err == nil
	})
	l.says(active, "cat /run/systemd/system/thing.service.d/50-pacemaker.conf",
		"[Unit]\nDescription=Cluster Controlled thing\nBefore=pacemaker.service pacemaker_remote.service\n\n[Service]\nRestart=no")
	l.says(active, "systemctl show -P Restart thing", "no")

	// The cluster, not systemd, starts it again.
	before := l.on(active, "systemctl show -P MainPID thing")
	l.on(active, "kill -9 "+before)
	l.await("the unit again", func() bool {
		now, _ := l.try(active, "systemctl show -P MainPID thing")
		return now != "0" && now != before
	})
	l.says("node1", "pcs resource failcount show thing | grep -c thing", "1")

	l.on(active, "systemctl stop pacemaker")
	l.says(active, "systemctl is-active thing third | xargs; ls /run/other /run/systemd/system/thing.service.d 2>/dev/null", "inactive inactive")
	l.awaitWeb(l.other(active))
	l.await("the unit on the other node", func() bool {
		_, err := l.try(l.other(active), "systemctl -q is-active thing && systemctl -q is-active third && test -e /run/other")
		return err == nil
	})
	l.on(active, "systemctl start pacemaker && pcs status wait 60")

	// At shutdown systemd leaves the unit to the cluster.
	l.awaitWeb(l.names...)
	active = l.web()
	l.reboot(active)
	l.awaitWeb(l.names...)
	l.ordered(active, "Stopping pacemaker.service", "rsc=thing op=stop interval=0 rc=0 status=complete", "Stopped pacemaker.service")
}
