package sandbox

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"gpcs/internal/paths"
)

// Password is hacluster's in every node; `chpasswd` in a node changes it there.
const Password = "hacluster"

// passwordHash is Password as sha512crypt writes it (crypt(5)).
const passwordHash = "$6$gpcsSandbox$DVlx8xJ/D.4sKt1jbUgya1Z5sfvIOb68YkFPjyKKInvqM4ZYeYEzNoqMDwupyxgAeGK255PvO9dEdz8M9eYfM0"

// furnished marks a disk that has had its first boot.
const furnished = "/etc/gpcs-sandbox"

// The cluster's user and group have the numbers that the distributions reserve
// for them, unless the machine has them already.
const (
	clusterUser  = "hacluster"
	clusterGroup = "haclient"
	clusterID    = 189
)

// toolNames are the names under which gpcs stands in a node, in the place of
// whatever the machine has there.
var toolNames = append([]string{"gpcs", "pcs"}, paths.Tools()...)

// furnish writes what makes the disk this node's. It runs inside the node, at
// its first boot only: what the node's user changes later stays.
func furnish(b birth) error {
	if exists(furnished) {
		return nil
	}
	id := fmt.Sprintf("%x\n", sha256.Sum256([]byte(b.Dir+"/"+b.Node)))
	files := []struct{ name, text string }{
		{"/etc/hostname", b.Node + "\n"},
		{"/etc/hosts", hostsFile(b.Nodes)},
		{"/etc/resolv.conf", ""},
		{"/etc/machine-id", id[:32] + "\n"},
	}
	for _, f := range files {
		if err := replace(f.name, f.text, 0o644); err != nil {
			return err
		}
	}
	err := errors.Join(accounts(), stateDirectories(), tools(b.BinDir), pages(b.Node))
	if err != nil {
		return err
	}
	return replace(furnished, b.Dir+"\n", 0o644)
}

// hostsFile is /etc/hosts of nodes and client.
func hostsFile(nodes []string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "127.0.0.1 localhost\n::1 localhost\n%s %s\n", ClientAddress, Client)
	for i, n := range nodes {
		fmt.Fprintf(&text, "%s %s\n", Address(i+1), n)
	}
	return text.String()
}

// replace writes a file anew where it may be a link into /run on the machine.
func replace(name, text string, mode os.FileMode) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(name, []byte(text), mode)
}

func accounts() error {
	edits := []struct {
		name string
		mode os.FileMode
		edit func(string) string
	}{
		{"/etc/passwd", 0o644, addUser},
		{"/etc/group", 0o644, addGroup},
		{"/etc/shadow", 0o640, setPassword},
	}
	for _, e := range edits {
		text, err := os.ReadFile(e.name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(e.name, []byte(e.edit(string(text))), e.mode); err != nil {
			return err
		}
	}
	return nil
}

func addUser(passwd string) string {
	if hasEntry(passwd, clusterUser) {
		return passwd
	}
	return passwd + fmt.Sprintf("%s:x:%d:%d:cluster user:/var/lib/pacemaker:/usr/sbin/nologin\n", clusterUser, clusterID, clusterID)
}

func addGroup(group string) string {
	if hasEntry(group, clusterGroup) {
		return group
	}
	return group + fmt.Sprintf("%s:x:%d:\n", clusterGroup, clusterID)
}

// setPassword gives hacluster the well-known password, shadow(5).
func setPassword(shadow string) string {
	var kept []string
	for _, line := range strings.Split(strings.TrimSuffix(shadow, "\n"), "\n") {
		if line != "" && !strings.HasPrefix(line, clusterUser+":") {
			kept = append(kept, line)
		}
	}
	return strings.Join(append(kept, clusterUser+":"+passwordHash+":19000:0:99999:7:::"), "\n") + "\n"
}

func hasEntry(text, name string) bool {
	return strings.HasPrefix(text, name+":") || strings.Contains(text, "\n"+name+":")
}

// stateDirectories empties the places of cluster state: a cluster that the
// machine itself may be in is none of the node's business.
func stateDirectories() error {
	for _, dir := range []string{"/etc/corosync", "/etc/pacemaker", "/var/lib/pacemaker", "/var/lib/pcsd", "/var/lib/gpcs", "/var/log/pcsd"} {
		if err := empty(dir); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// empty removes a directory. The machine may write to its own one meanwhile,
// which shows through until the node's is gone.
func empty(dir string) error {
	err := os.RemoveAll(dir)
	for tries := 1; errors.Is(err, unix.ENOTEMPTY) && tries < 10; tries++ {
		err = os.RemoveAll(dir)
	}
	return err
}

// tools puts gpcs under all its names into /usr/sbin, as a package would.
func tools(bin string) error {
	if bin == "" {
		return nil
	}
	if err := link(filepath.Join(binDir, "gpcsd"), "/usr/sbin/gpcsd"); err != nil {
		return err
	}
	for _, name := range toolNames {
		for _, dir := range []string{"/usr/local/sbin", "/usr/local/bin", "/usr/bin"} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		if err := link(filepath.Join(binDir, "gpcs"), filepath.Join("/usr/sbin", name)); err != nil {
			return err
		}
	}
	agents := paths.Root("").OCFDir(paths.OCFProvider)
	if err := os.MkdirAll(agents, 0o755); err != nil {
		return err
	}
	for _, name := range paths.OCFAgents() {
		if err := link(filepath.Join(binDir, "gpcs"), filepath.Join(agents, name)); err != nil {
			return err
		}
	}
	return nil
}

func link(target, name string) error {
	if err := os.RemoveAll(name); err != nil {
		return err
	}
	return os.Symlink(target, name)
}

// pages makes the web server say which node it runs on.
func pages(node string) error {
	for _, dir := range []string{"/var/www/html", "/usr/share/nginx/html"} {
		if !exists(dir) {
			continue
		}
		if err := replace(filepath.Join(dir, "index.html"), node+"\n", 0o644); err != nil {
			return err
		}
	}
	return nil
}
