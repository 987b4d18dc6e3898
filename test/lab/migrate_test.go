package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gpcs/test/docs"
)

// The stack that gpcs stands in for, as Debian has it; corosync-qdevice is
// there in the nodes and stays.
const stackPackages = "pcs pacemaker pacemaker-cli-utils pacemaker-resource-agents corosync"

// stack boots nodes with the real stack, its packages at hand for the way back,
// and gpcs beside it, not installed.
func stack(t *testing.T, count int) *nodes {
	t.Helper()
	names, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		t.Skip("NOT RUN: /etc/resolv.conf, with which packages are fetched, cannot be read: ", err)
	}
	setup := filepath.Join(t.TempDir(), "setup")
	// Run in the node's root by the lab before the node boots: it has no way out later.
	script := fmt.Sprintf("set -e\ncat >/etc/resolv.conf <<'END'\n%s\nEND\ncd /var/cache/apt/archives\napt-get download %s\n: >/etc/resolv.conf\n",
		names, stackPackages)
	if err := os.WriteFile(setup, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LAB_SETUP", setup)
	l := boot(t, count, "peer")
	for _, n := range l.names {
		l.on(n, "echo hacluster:hacluster | chpasswd")
		l.on(n, "systemctl enable --now pcsd; pcs cluster destroy") // the one that Debian's package starts
	}
	return l
}

// requests asks the virtual address for a page again and again.
type requests struct {
	l    *nodes
	cmd  *exec.Cmd
	out  bytes.Buffer
	name string
}

func (l *nodes) watch(name string) *requests {
	l.t.Helper()
	r := &requests{l: l, name: name}
	r.cmd = exec.Command("nsenter", "--net=/run/netns/"+os.Getenv("LAB_NS"), "--", "nice", "-n", "-10",
		filepath.Join(filepath.Dir(l.path), "httpwatch"), "http://192.168.1.100/", "20", "3000")
	r.cmd.Stdout, r.cmd.Stderr = &r.out, os.Stderr
	if err := r.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	return r
}

// noneLost ends the requests: each must have been answered.
func (r *requests) noneLost() {
	r.l.t.Helper()
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	if err := r.cmd.Wait(); err != nil {
		r.l.t.Fatalf("httpwatch: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
	var lost []string
	for _, line := range lines {
		if f := strings.Fields(line); len(f) < 3 || f[2] != "1" {
			lost = append(lost, line)
		}
	}
	r.l.t.Logf("%s: %d requests, %d lost", r.name, len(lines), len(lost))
	if len(lines) < 100 || len(lost) > 0 {
		r.l.t.Errorf("%s: of %d requests these were lost:\n%s", r.name, len(lines), strings.Join(lost, "\n"))
	}
}

// identity is what must be the same whichever stack runs: configuration, ids,
// and the processes of the service.
func (l *nodes) identity(active string) string {
	l.t.Helper()
	return l.on(active, `cibadmin -Q -o resources | tr -d '\n' | sed 's/> *</></g'; echo
		cibadmin -Q -o constraints | tr -d '\n' | sed 's/> *</></g'; echo
		cibadmin -Q -o nodes | grep -o 'id="[^"]*"\|uname="[^"]*"' | sort | xargs
		corosync-cmapctl nodelist | grep -E '(name|nodeid)' | sed 's/ (.*) = / /' | sort
		cksum </etc/corosync/corosync.conf; cksum </etc/corosync/authkey; cksum </etc/pacemaker/authkey
		grep -o '"token": "[^"]*"' /var/lib/pcsd/known-hosts | sort
		cat /run/nginx.pid; pgrep -P "$(cat /run/nginx.pid)" | sort | xargs`)
}

// epoch is the version of the CIB on the disk of a node.
func (l *nodes) epoch(node string) (admin, epoch int) {
	l.t.Helper()
	out := l.on(node, `head -1 /var/lib/pacemaker/cib/cib.xml | sed 's/.* admin_epoch="\([0-9]*\)".*/\1/'
		head -1 /var/lib/pacemaker/cib/cib.xml | sed 's/.* epoch="\([0-9]*\)".*/\1/'`)
	if _, err := fmt.Sscan(out, &admin, &epoch); err != nil {
		l.t.Fatalf("the version of the CIB is not read in %q: %v", out, err)
	}
	return admin, epoch
}

// managed awaits both resources on one node, and both nodes in the cluster.
func (l *nodes) managed(active string, maintenance bool) {
	l.t.Helper()
	end := ""
	if maintenance {
		end = " (unmanaged)"
	}
	status := ""
	l.await("both resources on "+active+end, func() bool {
		status, _ = l.try(l.names[0], "pcs status")
		return strings.Contains(status, "virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started "+active+end+"\n") &&
			strings.Contains(status, "web_server\t(ocf:heartbeat:nginx):\t Started "+active+end+"\n") &&
			strings.Contains(status, "Online: [ "+strings.Join(l.names, " ")+" ]")
	})
}

// replace does what the page says from the block that begins maintenance to the
// one that ends it, and looks what became of cluster and service.
func (l *nodes) replace(name string, blocks []*docs.Block) {
	l.t.Helper()
	if len(blocks) != 4 || !strings.Contains(blocks[0].Text, "maintenance-mode=true") || !strings.Contains(blocks[3].Text, "maintenance-mode=false") {
		l.t.Fatalf("%s has other blocks than there and back again", migrationPage)
	}
	active := l.web()
	l.block(blocks[0])
	l.managed(active, true)
	before := l.identity(active)
	admin, epoch := l.epoch(active)
	r := l.watch(name)
	l.block(blocks[1])
	l.block(blocks[2])
	l.managed(active, true)
	// The service does not end with a unit of the new stack.
	for _, unit := range []string{"pcsd", "pacemaker"} {
		l.on(active, "systemctl restart "+unit)
		l.managed(active, true)
	}
	if after := l.identity(active); after != before {
		l.t.Errorf("%s: before\n%s\nafter\n%s", name, before, after)
	}
	l.block(blocks[3])
	l.managed(active, false)
	l.states(active, "is-active", "active active active")
	l.states(active, "is-enabled", "enabled enabled enabled")
	r.noneLost()
	if a, e := l.epoch(active); a != admin || e < epoch {
		l.t.Errorf("%s: the CIB went from version %d.%d to %d.%d", name, admin, epoch, a, e)
	}
}

// migrationPage is the document that this test types.
const migrationPage = "docs/migrate.md"

// A cluster of the real stack is taken over while its service runs, works, and
// goes back the same way.
func TestMigrationThereAndBack(t *testing.T) {
	l := stack(t, 2)
	l.tutorial()
	l.managed(l.web(), false)
	blocks := labBlocks(t, "../..", migrationPage)
	if len(blocks) != 10 {
		t.Fatalf("%s has %d blocks for the lab, not 10", migrationPage, len(blocks))
	}
	for _, b := range blocks[:2] {
		l.block(b)
	}
	l.replace("there", blocks[2:6])
	l.on(l.names[0], "gpcs status") // under our own name, too

	// It is a cluster: what one node ran the other one takes.
	active := l.web()
	l.on(l.names[0], "pcs node standby "+active)
	l.awaitWeb(l.other(active))
	l.on(l.names[0], "pcs node unstandby "+active)
	l.managed(l.web(), false)

	l.replace("back", blocks[6:])
	l.says(l.names[0], "ls /usr/sbin/gpcs 2>/dev/null", "")
	active = l.web()
	l.on(l.names[0], "pcs node standby "+active)
	l.awaitWeb(l.other(active))
}
