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

// The daemon is killed, not stopped: its resource and even an action that it
// had begun live on, and the next daemon finds both.
func TestResourceSurvivesTheDaemonsDeath(t *testing.T) {
	const env = "GPCS_TEST_DAEMON"
	n := &node{t: t}
	if root := os.Getenv(env); root != "" {
		n.root = paths.Root(root)
		n.reopen()
		go n.Run(context.Background(), ocf("slow", "monitor"))
		n.Run(context.Background(), ocf("daemon", "start"))
		awaitFile(t, n.root.Join("/run/resource-agents/slow"))
		os.Stdout.WriteString("ready\n")
		select {}
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
	daemon := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	daemon.Env = append(os.Environ(), env+"="+string(n.root))
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		_ = daemon.Process.Kill()
		t.Fatalf("the daemon said %q, %v", line, err)
	}
	if err := daemon.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = daemon.Wait()
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
