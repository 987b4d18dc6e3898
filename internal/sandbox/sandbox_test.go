package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary be the hub, the init, the program that nodes
// run, and a creator that is killed.
func TestMain(m *testing.M) {
	if status, ok := Child(os.Args[1:]); ok {
		os.Exit(status)
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "service":
			os.Exit(serve())
		case "create":
			_, err := Up(options(os.Args[2], 3))
			fmt.Println(err)
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// serve is the stand-in for gpcsd: it answers each connection with the number
// of its process, and says READY=1 like any service.
func serve() int {
	l, err := net.Listen("tcp", ":2224")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if c, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET")); err == nil {
		fmt.Fprint(c, "STATUS=up\nREADY=1\n")
		c.Close()
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return 1
		}
		fmt.Fprint(c, os.Getpid())
		c.Close()
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: a sandbox needs root (namespaces, mounts)")
	}
}

func options(name string, nodes int) Options {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return Options{
		Name: name, Nodes: nodes, BinDir: filepath.Dir(self),
		Command: []string{filepath.Join(binDir, filepath.Base(self)), "service"},
	}
}

// up makes a sandbox of the test's own.
func up(t *testing.T, nodes int) *Sandbox {
	t.Helper()
	return upWith(t, options("", nodes))
}

func upWith(t *testing.T, o Options) *Sandbox {
	t.Helper()
	needRoot(t)
	name := fmt.Sprintf("test-%d-%d", os.Getpid(), time.Now().UnixNano()%1e6)
	o.Name = name
	s, err := Up(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Down(name); err != nil {
			t.Error(err)
		}
	})
	return s
}

func shell(t *testing.T, s *Sandbox, node, script string) string {
	t.Helper()
	cmd := s.Command(node, "sh", "-c", script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := s.Run(node, cmd); err != nil {
		t.Fatalf("%s: %s: %v\n%s", node, script, err, out.String())
	}
	return strings.TrimSpace(out.String())
}

// ask connects to the service of a node from the client and returns its answer.
func ask(s *Sandbox, address string, patience time.Duration) (string, error) {
	n, err := s.Network(Client)
	if err != nil {
		return "", err
	}
	defer n.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := n.Dial(ctx, "tcp", address+":2224")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	answer := make([]byte, 16)
	k, err := conn.Read(answer)
	return string(answer[:k]), err
}

func TestNodesAreMachinesOfTheirOwn(t *testing.T) {
	s := up(t, 2)
	for i, node := range s.Nodes() {
		if got := shell(t, s, node, "cat /proc/sys/kernel/hostname /etc/hostname"); got != node+"\n"+node {
			t.Errorf("%s calls itself %q", node, got)
		}
		if _, err := ask(s, Address(i+1), 5*time.Second); err != nil {
			t.Errorf("the service of %s does not answer the client: %v", node, err)
		}
	}
	mark := "/etc/mark-of-" + s.Name()
	shell(t, s, "node1", "touch "+mark)
	if exists(mark) {
		t.Errorf("a file of node1 is seen on the machine: %s", mark)
	}
	if got := shell(t, s, "node2", "ls "+mark+" 2>&1 || true"); !strings.Contains(got, "No such file") {
		t.Errorf("a file of node1 is seen on node2: %s", got)
	}
	if got := shell(t, s, "node1", "grep -c ^hacluster: /etc/passwd; grep -c ^haclient: /etc/group; ls /run /tmp"); strings.Contains(got, "0") {
		t.Errorf("no account of the cluster: %s", got)
	}
	if got := shell(t, s, "node1", "readlink /usr/sbin/pcs /usr/sbin/crm_mon"); got != "/usr/lib/gpcs/gpcs\n/usr/lib/gpcs/gpcs" {
		t.Errorf("pcs and crm_mon are %q", got)
	}
}

func TestExitStatusIsThatOfTheProgram(t *testing.T) {
	s := up(t, 1)
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -9 $$": 137, "no-such-program": 127} {
		if got, ok := ExitCode(s.Run("node1", s.Command("node1", "sh", "-c", script))); !ok || got != want {
			t.Errorf("%s: status %d, want %d", script, got, want)
		}
	}
	if got, ok := ExitCode(s.Run("node1", s.Command("node1", "no-such-program"))); !ok || got != 127 {
		t.Errorf("status %d of a program that is not there", got)
	}
}

func TestServiceIsStartedAgainWhenKilled(t *testing.T) {
	s := up(t, 1)
	first, err := ask(s, Address(1), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	shell(t, s, "node1", "kill -9 "+first)
	eventually(t, func() error {
		again, err := ask(s, Address(1), time.Second)
		if err == nil && again == first {
			err = errors.New("the killed process answers")
		}
		return err
	})
}

func TestKilledNodeKeepsItsDiskAndLosesItsRun(t *testing.T) {
	s := up(t, 2)
	shell(t, s, "node1", "echo kept >/var/lib/gpcs/x; echo lost >/run/x")
	if _, err := s.Kill("node1"); err != nil {
		t.Fatal(err)
	}
	if state, err := s.State("node1"); err != nil || state != Off {
		t.Errorf("a killed node is %q (%v)", state, err)
	}
	if err := s.Run("node1", s.Command("node1", "true")); !errors.Is(err, ErrNotRunning) {
		t.Errorf("a command on a killed node: %v", err)
	}
	if err := s.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	if got := shell(t, s, "node1", "cat /var/lib/gpcs/x; ls /run/x 2>/dev/null || echo gone"); got != "kept\ngone" {
		t.Errorf("after power off and on: %q", got)
	}
	if _, err := ask(s, Address(1), 5*time.Second); err != nil {
		t.Errorf("the node is not reached after power off and on: %v", err)
	}
}

// Clocks that only count on jump at each boot, where that is asked for.
func TestBootSetsOwnClocks(t *testing.T) {
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Skip("NOT RUN: ", err)
	}
	o := options("", 1)
	o.OwnClocks = true
	s := upWith(t, o)
	const offsets = "cat /proc/1/timens_offsets"
	before := shell(t, s, "node1", offsets)
	var monotonic, boot int
	if _, err := fmt.Sscanf(before, "monotonic %d 0\nboottime %d 0", &monotonic, &boot); err != nil || monotonic < 3600 || boot < 3600 {
		t.Errorf("clocks are ahead by %q (%v)", before, err)
	}
	if _, err := s.Kill("node1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	if after := shell(t, s, "node1", offsets); after == before {
		t.Errorf("clocks are ahead by the same after a boot: %q", after)
	}
}

func TestCutDropsAllAndKeepsTheLinkUp(t *testing.T) {
	s := up(t, 2)
	if _, err := s.Cut("node1"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(s, Address(1), 300*time.Millisecond); err == nil {
		t.Error("a cut node answers")
	}
	if got := shell(t, s, "node1", "cat /sys/class/net/eth0/carrier"); got != "1" {
		t.Errorf("carrier of a cut node: %s", got)
	}
	if state, err := s.State("node1"); err != nil || state != IsCut {
		t.Errorf("a cut node is %q (%v)", state, err)
	}
	if _, err := ask(s, Address(2), 5*time.Second); err != nil {
		t.Errorf("the other node does not answer: %v", err)
	}
	if err := s.Heal("node1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { _, err := ask(s, Address(1), time.Second); return err })
}

func TestPausedNodeStandsStill(t *testing.T) {
	s := up(t, 1)
	if err := s.Pause("node1"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(s, Address(1), 300*time.Millisecond); err == nil {
		t.Error("a paused node answers")
	}
	if state, err := s.State("node1"); err != nil || state != Paused {
		t.Errorf("a paused node is %q (%v)", state, err)
	}
	if err := s.Resume("node1"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(s, Address(1), 5*time.Second); err != nil {
		t.Errorf("a resumed node does not answer: %v", err)
	}
}

func TestServiceThatNeverGetsReadyIsAnErrorWithItsLastWords(t *testing.T) {
	needRoot(t)
	o := options(fmt.Sprintf("test-%d-bad", os.Getpid()), 1)
	o.Command = []string{"/no/such/gpcsd"}
	_, err := Up(o)
	if err == nil || !strings.Contains(err.Error(), "node1 does not come up") {
		t.Errorf("error: %v", err)
	}
	assertNothingLeft(t, o.Name)
}

func TestDownFindsWhatAKilledCreatorLeft(t *testing.T) {
	needRoot(t)
	for _, after := range []time.Duration{0, 5, 15, 30, 50, 1000} {
		name := fmt.Sprintf("test-%d-k%d", os.Getpid(), after)
		creator := exec.Command("/proc/self/exe", "create", name)
		if err := creator.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond) // where it strikes does not matter
		if err := creator.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = creator.Wait() // killed
		if err := Down(name); err != nil {
			t.Errorf("down after %d ms: %v", after, err)
		}
		assertNothingLeft(t, name)
	}
}

func TestTwoSandboxesSideBySide(t *testing.T) {
	one, two := up(t, 1), up(t, 1)
	shell(t, one, "node1", "touch /etc/one")
	if got := shell(t, two, "node1", "ls /etc/one 2>/dev/null || echo none"); got != "none" {
		t.Errorf("the second sandbox sees the first one's files: %s", got)
	}
	if err := Down(one.Name()); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(two, Address(1), 5*time.Second); err != nil {
		t.Errorf("the second sandbox went down with the first: %v", err)
	}
	if _, err := Up(options(two.Name(), 1)); err == nil {
		t.Error("a second sandbox of the same name came up")
	}
}

func TestWatchSeesAddresses(t *testing.T) {
	s := up(t, 1)
	n, err := s.Network("node1")
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	w, err := n.Watch()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ip := net.ParseIP("192.168.1.100")
	if has, err := w.Has(ip); has || err != nil {
		t.Errorf("before: %v, %v", has, err)
	}
	shell(t, s, "node1", "ip addr add 192.168.1.100/24 dev eth0")
	if has, err := w.Has(ip); !has || err != nil {
		t.Errorf("after: %v, %v", has, err)
	}
}

// eventually repeats f until it is content.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Error(err)
}

func assertNothingLeft(t *testing.T, name string) {
	t.Helper()
	dir := filepath.Join(BaseDir, name)
	if exists(dir) || len(findProcesses(dir)) > 0 {
		t.Errorf("something is left of %s", name)
	}
	if root := cgroupRoot(); root != "" && exists(filepath.Join(root, "gpcs-sandbox", name)) {
		t.Errorf("a cgroup is left of %s", name)
	}
	if err := unix.Access(dir, 0); !errors.Is(err, unix.ENOENT) {
		t.Error(err)
	}
}
