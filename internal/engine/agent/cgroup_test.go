package agent

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gpcs/internal/engine/history"
)

// A service that keeps the agent's output open must neither hang the action
// nor be ended by anything but the stop.
func TestServiceOutlivesItsAgent(t *testing.T) {
	n := newNode(t)
	n.agent("daemon", `
case $1 in
start) setsid sh -c 'echo $$ > $HA_RSCTMP/pid.new; mv $HA_RSCTMP/pid.new $HA_RSCTMP/pid; echo still here >&2; exec sleep 300' &
       until [ -f $HA_RSCTMP/pid ]; do :; done ;;
stop)  exit 0 ;;
esac`)
	if out := n.Run(context.Background(), ocf("daemon", "start")); out.RC != 0 || out.Status != history.Done {
		t.Fatalf("start: %+v", out)
	}
	pid := n.read("/run/resource-agents/pid")
	t.Cleanup(func() {
		if id, _ := strconv.Atoi(strings.TrimSpace(pid)); id > 1 {
			_ = unix.Kill(id, unix.SIGKILL)
		}
	})
	n.Run(context.Background(), ocf("daemon", "monitor"))
	n.Close()
	n.reopen()
	n.Run(context.Background(), ocf("daemon", "monitor"))
	if !alive(pid) {
		t.Fatal("the service was ended by a probe or by the daemon's restart")
	}
	if n.cgroups == nil {
		t.Skip("NOT RUN, the rest: no cgroup2 hierarchy can be written here, so leftovers of a stop cannot be ended")
	}
	if out := n.Run(context.Background(), ocf("daemon", "stop")); out.RC != 0 {
		t.Fatalf("stop: %+v", out)
	}
	if alive(pid) {
		t.Error("what the stop left in the resource's cgroup was not ended")
	}
}

func TestStartClearsLeftovers(t *testing.T) {
	n := newNode(t)
	if n.cgroups == nil {
		t.Skip("NOT RUN: no cgroup2 hierarchy can be written here (not root?), so leftovers cannot be ended")
	}
	// The lock stands for a port: whoever holds it is in the way of the next start.
	n.agent("messy", `
case $1 in
start) exec 9>$HA_RSCTMP/port; flock -n 9 || { echo "ocf-exit-reason:port taken" >&2; exit 1; }
       rm -f $HA_RSCTMP/pid
       setsid sh -c 'trap "" TERM; echo $$ > $HA_RSCTMP/pid.new; mv $HA_RSCTMP/pid.new $HA_RSCTMP/pid; while :; do sleep 1; done' >/dev/null 2>&1 &
       until [ -f $HA_RSCTMP/pid ]; do :; done ;;
monitor) exit 7 ;;
esac`)
	for i := range 2 {
		n.Run(context.Background(), ocf("messy", "monitor"))
		if out := n.Run(context.Background(), ocf("messy", "start")); out.RC != 0 {
			t.Fatalf("start %d: %+v", i, out)
		}
	}
	pid := n.read("/run/resource-agents/pid")
	n.Run(context.Background(), ocf("messy", "stop"))
	if alive(pid) {
		t.Error("a process that ignores SIGTERM survived the stop")
	}
	if _, err := os.Stat(n.cgroups.dir("r-messy")); err == nil {
		t.Error("the empty cgroup was not removed")
	}
}

// A DC that takes over in the middle of a start may ask for it again: what the
// first start brought up is no leftover.
func TestStartAgainLeavesTheServiceAlone(t *testing.T) {
	n := newNode(t)
	if n.cgroups == nil {
		t.Skip("NOT RUN: no cgroup2 hierarchy can be written here (not root?), so nothing is ended before a start")
	}
	n.agent("twice", `
case $1 in
start) [ -f $HA_RSCTMP/pid ] && exit 0
       setsid sh -c 'echo $$ > $HA_RSCTMP/pid.new; mv $HA_RSCTMP/pid.new $HA_RSCTMP/pid; exec sleep 300' >/dev/null 2>&1 &
       until [ -f $HA_RSCTMP/pid ]; do :; done ;;
esac`)
	for i := range 2 {
		if out := n.Run(context.Background(), ocf("twice", "start")); out.RC != 0 {
			t.Fatalf("start %d: %+v", i, out)
		}
	}
	if !alive(n.read("/run/resource-agents/pid")) {
		t.Error("the second start ended what the first had started")
	}
	n.Run(context.Background(), ocf("twice", "stop"))
}

func TestOwnCgroup(t *testing.T) {
	const hybrid = "30 25 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	for _, c := range []struct{ mounts, self, want string }{
		{hybrid, "3:cpuset:/\n0::/\n", "/sys/fs/cgroup/unified"},
		{"31 30 0:27 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n", "0::/system.slice/gpcsd.service\n", "/sys/fs/cgroup/system.slice/gpcsd.service"},
		{"31 30 0:27 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/box/node1\n", "/sys/fs/cgroup/node1"},
		{"31 30 0:27 /other /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/box\n", ""},
		{"30 25 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n", "0::/\n", ""},
		{hybrid, "3:cpuset:/\n", ""},
	} {
		got, err := ownCgroup(c.mounts, c.self)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ownCgroup(%q): %q, %v, want %q", c.self, got, err, c.want)
		}
	}
}
