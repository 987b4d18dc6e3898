package agent

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gpcs/internal/paths"
)

// daemonEnv has this test's program be the daemon, under the root that it names.
const daemonEnv = "GPCS_TEST_DAEMON"

// beDaemon starts a resource and a monitor, says so, and goes on until it is killed.
func (n *node) beDaemon(root paths.Root) {
	n.root = root
	n.reopen()
	go n.Run(context.Background(), ocf("slow", "monitor"))
	n.Run(context.Background(), ocf("daemon", "start"))
	awaitFile(n.t, n.root.Join("/run/resource-agents/slow"))
	os.Stdout.WriteString("ready\n")
	select {}
}

// killDaemon runs a daemon and kills it when it is ready.
func (n *node) killDaemon() {
	n.t.Helper()
	daemon := exec.Command(os.Args[0], "-test.run=^"+n.t.Name()+"$")
	daemon.Env = append(os.Environ(), daemonEnv+"="+string(n.root))
	out, err := daemon.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		n.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_ = daemon.Process.Kill()
	_ = daemon.Wait()
	if line != "ready\n" {
		n.t.Fatalf("the daemon said %q, %v", line, err)
	}
}

// The daemon is killed, not stopped: its resource and even an action that it
// had begun live on, and the next daemon finds both.
func TestResourceSurvivesTheDaemonsDeath(t *testing.T) {
	n := &node{t: t}
	if root := os.Getenv(daemonEnv); root != "" {
		n.beDaemon(paths.Root(root))
	}
	n.root = paths.Root(t.TempDir())
	n.agent("daemon", `
case $1 in
start) setsid sh -c 'echo $$ > $HA_RSCTMP/pid.new; mv $HA_RSCTMP/pid.new $HA_RSCTMP/pid; while :; do echo noise; sleep 0.01; done' &
       until [ -f $HA_RSCTMP/pid ]; do :; done ;;
esac`)
	n.agent("slow", `
[ -f $HA_RSCTMP/slow ] && { echo second >> $HA_RSCTMP/slow; exit 0; }
echo first > $HA_RSCTMP/slow.new; mv $HA_RSCTMP/slow.new $HA_RSCTMP/slow; until [ -f $HA_RSCTMP/go ]; do sleep 0.02; done; echo "first done" >> $HA_RSCTMP/slow`)
	n.reopen()
	n.killDaemon()
	pid := n.read("/run/resource-agents/pid")
	defer func() {
		if id, _ := strconv.Atoi(strings.TrimSpace(pid)); id > 1 {
			_ = unix.Kill(id, unix.SIGKILL)
		}
	}()
	if !alive(pid) {
		t.Fatal("the resource died with the daemon")
	}
	next := make(chan struct{})
	go func() {
		defer close(next)
		n.Run(context.Background(), ocf("slow", "monitor"))
	}()
	n.file("/run/resource-agents/go", "")
	<-next
	if log := n.read("/run/resource-agents/slow"); log != "first\nfirst done\nsecond\n" {
		t.Errorf("the begun action was not awaited: %q", log)
	}
	if !alive(pid) {
		t.Error("the resource died after the daemon's restart")
	}
	if n.cgroups == nil {
		t.Skip("NOT RUN, the rest: no cgroup2 hierarchy can be written here")
	}
	n.Run(context.Background(), ocf("daemon", "stop"))
	if alive(pid) {
		t.Error("the next daemon does not find the resource's cgroup again")
	}
}
