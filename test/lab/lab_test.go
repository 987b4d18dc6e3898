package lab

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Under another name and in another directory than labs that people use.
const (
	labDir   = "/var/lib/halab-test"
	labNS    = "halabtest"
	layers   = "/var/lib/halab/layers" // root file systems that are there already
	patience = 2 * time.Minute         // no test asserts a time other than by running out of it
)

var run = flag.Bool("lab", false, "run the tests in the lab; they take minutes")

// nodes is a lab with some nodes, the package installed.
type nodes struct {
	t     *testing.T
	path  string // of the lab's program
	names []string
}

// up boots nodes, installs the package on them as an administrator would, and
// takes everything down at the end.
func up(t *testing.T, count int) *nodes {
	t.Helper()
	l := boot(t, count, "agents")
	for _, n := range l.names {
		l.on(n, "apt-get install -y -o Dpkg::Use-Pty=0 /root/gpcs.deb")
		l.on(n, "echo hacluster:hacluster | chpasswd")
	}
	return l
}

// boot boots nodes of one of the lab's profiles, the package in /root, and takes
// everything down at the end. LAB_DIR and LAB_NS may name a lab of one's own.
func boot(t *testing.T, count int, profile string) *nodes {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	l := &nodes{t: t, path: filepath.Join(root, "../shared/lab/lab")}
	deb := newest(filepath.Join(root, "dist/gpcs_*_"+runtime.GOARCH+".deb"))
	switch _, err := os.Stat(l.path); {
	case !*run:
		t.Skip("NOT RUN: real nodes take minutes; run 'make lab'")
	case os.Geteuid() != 0:
		t.Skip("NOT RUN: nodes are made by root only")
	case err != nil:
		t.Skip("NOT RUN: the lab is not beside the repository: ", err)
	case deb == "":
		t.Skip("NOT RUN: there is no package in dist/; run 'make packages'")
	}
	dir := cmp.Or(os.Getenv("LAB_DIR"), labDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(layers); err == nil {
		_ = os.Symlink(layers, filepath.Join(dir, "layers")) // is there since the last time
	}
	t.Setenv("LAB_DIR", dir)
	t.Setenv("LAB_NS", cmp.Or(os.Getenv("LAB_NS"), labNS))
	t.Setenv("LAB_COPY", deb+":/root/gpcs.deb")
	l.lab("down")
	t.Cleanup(func() {
		if t.Failed() {
			for _, n := range l.names {
				out, _ := l.try(n, "journalctl -b -u pcsd -u corosync -u pacemaker --no-pager | tail -60")
				t.Logf("%s:\n%s", n, out)
			}
		}
		l.lab("down")
	})
	l.lab("up", fmt.Sprint(count), profile)
	for i := range count {
		l.names = append(l.names, fmt.Sprintf("node%d", i+1))
	}
	return l
}

func newest(pattern string) string {
	found, _ := filepath.Glob(pattern)
	at := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			return 0
		}
		return info.ModTime().Unix()
	}
	return slices.MaxFunc(append(found, ""), func(a, b string) int { return int(at(a) - at(b)) })
}

// lab runs the lab's program, which must succeed.
func (l *nodes) lab(words ...string) {
	l.t.Helper()
	if out, err := l.command(words...); err != nil {
		l.t.Fatalf("lab %s: %v\n%s", strings.Join(words, " "), err, out)
	}
}

func (l *nodes) command(words ...string) (string, error) {
	// Not the test's context: the lab is taken down after that has ended.
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.path, words...)
	cmd.WaitDelay = time.Second // booted nodes outlive the command that boots them
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// try runs a line in a node's shell.
func (l *nodes) try(node, line string) (string, error) {
	out, err := l.command("exec", node, "timeout", fmt.Sprint(int(patience.Seconds())), "bash", "-c", line)
	return strings.TrimSpace(out), err
}

// on runs a line in a node's shell, which must succeed.
func (l *nodes) on(node, line string) string {
	l.t.Helper()
	out, err := l.try(node, line)
	if err != nil {
		l.t.Fatalf("%s: %s: %v\n%s", node, line, err, out)
	}
	return out
}

// says checks what a line prints, whatever its exit status.
func (l *nodes) says(node, line, want string) {
	l.t.Helper()
	if got, _ := l.try(node, line); got != want {
		l.t.Errorf("%s: %s: %q, not %q", node, line, got, want)
	}
}

// await repeats a question until the answer is yes.
func (l *nodes) await(what string, yes func() bool) {
	l.t.Helper()
	for end := time.Now().Add(patience); !yes(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			l.t.Fatalf("in vain waited for: %s", what)
		}
	}
}

// web is the node whose nginx answers on the virtual address, "" = none.
func (l *nodes) web() string {
	out, err := l.command("client", "curl", "-s", "-m", "2", "http://192.168.1.100")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}

// awaitWeb waits until one of the nodes answers.
func (l *nodes) awaitWeb(nodes ...string) {
	l.t.Helper()
	l.await("the web server on "+strings.Join(nodes, " or "), func() bool { return slices.Contains(nodes, l.web()) })
}

// other is the other one of two nodes.
func (l *nodes) other(node string) string {
	return l.names[1-slices.Index(l.names, node)]
}

// reboot has a node shut down as its administrator would, and boots it again.
func (l *nodes) reboot(nodes ...string) {
	l.t.Helper()
	for _, n := range nodes {
		l.on(n, "systemctl reboot")
	}
	for _, n := range nodes {
		l.await(n+" to be down", func() bool { _, err := l.command("leader", n); return err != nil })
	}
	for _, n := range nodes {
		l.lab("boot", n)
	}
}

// ordered checks that a node's last shutdown did these things in this order.
func (l *nodes) ordered(node string, things ...string) {
	l.t.Helper()
	log := l.on(node, "journalctl -b -1 -o cat --no-pager")
	if at := strings.LastIndex(log, things[0]); at >= 0 {
		log = log[at:]
	}
	for _, thing := range things {
		_, after, found := strings.Cut(log, thing)
		if !found {
			l.t.Fatalf("%s: in the shutdown %q is missing or comes too early:\n%s", node, thing, log)
		}
		log = after
	}
}

// tutorial types the tutorial, as it is in scripts/tutorial.sh.
func (l *nodes) tutorial() {
	l.t.Helper()
	text, err := os.ReadFile("../../scripts/tutorial.sh")
	if err != nil {
		l.t.Fatal(err)
	}
	for _, n := range l.names {
		l.on(n, "systemctl enable --now pcsd")
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "pcs ") {
			l.on(l.names[0], line)
		}
	}
	l.awaitWeb(l.names...)
}

// states are what systemctl says of the three units.
func (l *nodes) states(node, question, want string) {
	l.t.Helper()
	l.says(node, "systemctl "+question+" pcsd corosync pacemaker | xargs", want)
}
