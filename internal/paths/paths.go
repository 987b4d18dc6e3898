// Package paths names every file and directory that gpcs touches, under one
// root directory. It owns no I/O: it only joins names. A root other than "/"
// puts a whole machine under a directory: sandboxes, tests and images use it.
//
// The places are those of pcs, Corosync and Pacemaker (FHS as the
// distributions package them), so that tools and scripts find what they know.
package paths

import (
	"os"
	"path/filepath"
)

// Env is the environment variable that names the root directory.
const Env = "GPCS_ROOT"

// Root is the directory that stands for "/". The zero value is the machine itself.
type Root string

// FromEnv returns the root that GPCS_ROOT names, or the machine's own.
func FromEnv() Root { return Root(os.Getenv(Env)) }

// Join returns the absolute path of name (itself absolute on the node, such
// as "/etc/hosts") under the root.
func (r Root) Join(name string) string {
	if r == "" || r == "/" {
		return filepath.Clean(name)
	}
	return filepath.Join(string(r), name)
}

// CorosyncConf is the cluster's network configuration, corosync.conf(5).
func (r Root) CorosyncConf() string { return r.Join("/etc/corosync/corosync.conf") }

// CorosyncAuthkey is the cluster key, 256 random bytes, mode 0400.
func (r Root) CorosyncAuthkey() string { return r.Join("/etc/corosync/authkey") }

// PacemakerAuthkey is the key for remote nodes, mode 0400, owned by hacluster:haclient.
func (r Root) PacemakerAuthkey() string { return r.Join("/etc/pacemaker/authkey") }

// CIBDir holds cib.xml, its digest and its earlier versions.
func (r Root) CIBDir() string { return r.Join("/var/lib/pacemaker/cib") }

// CIB is the cluster information base on disk.
func (r Root) CIB() string { return r.Join("/var/lib/pacemaker/cib/cib.xml") }

// PcsdDir is pcsd's state: certificate, known hosts, tokens.
func (r Root) PcsdDir() string { return r.Join("/var/lib/pcsd") }

// KnownHosts is root's list of hosts with addresses and tokens, as pcsd writes it.
func (r Root) KnownHosts() string { return r.Join("/var/lib/pcsd/known-hosts") }

// PcsUsers is the list of tokens that this node gave out, as pcsd writes it.
func (r Root) PcsUsers() string { return r.Join("/var/lib/pcsd/pcs_users.conf") }

// PcsSettings is pcsd's permissions file.
func (r Root) PcsSettings() string { return r.Join("/var/lib/pcsd/pcs_settings.conf") }

// Certificate and CertificateKey are the TLS identity of this node's daemon.
func (r Root) Certificate() string { return r.Join("/var/lib/pcsd/pcsd.crt") }

// CertificateKey is the private key of Certificate, mode 0600.
func (r Root) CertificateKey() string { return r.Join("/var/lib/pcsd/pcsd.key") }

// Socket is the local way into the daemon; the kernel tells who calls.
func (r Root) Socket() string { return r.Join("/run/pcsd.socket") }

// StateDir is what gpcsd keeps across boots and no other stack has a place for.
func (r Root) StateDir() string { return r.Join("/var/lib/gpcs") }

// RunDir is what gpcsd keeps until the next boot.
func (r Root) RunDir() string { return r.Join("/run/gpcs") }

// OCFRoot is OCF_ROOT: agents live in resource.d, shell libraries in lib.
func (r Root) OCFRoot() string { return r.Join("/usr/lib/ocf") }

// ExpectedVotesTracking is where expected_votes_tracking keeps its figure,
// votequorum(5).
func (r Root) ExpectedVotesTracking() string { return r.Join("/var/lib/corosync/ev_tracking") }

// UIDGIDDir holds the users and groups that may talk to corosync, corosync.conf(5).
func (r Root) UIDGIDDir() string { return r.Join("/etc/corosync/uidgid.d") }

// BoothDir holds the configurations and keys of booth, boothd(8).
func (r Root) BoothDir() string { return r.Join("/etc/booth") }

// DisasterRecovery names the sites of a disaster recovery setup, as pcs writes it.
func (r Root) DisasterRecovery() string { return r.Join("/var/lib/pcsd/disaster-recovery") }

// UnitDirs are the places of systemd's units below the root, systemd.unit(5):
// the first that has a unit counts.
func (r Root) UnitDirs() []string {
	var dirs []string
	for _, dir := range []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		dirs = append(dirs, r.Join(dir))
	}
	return dirs
}

// StartedAtBoot is the link that has systemd start a unit ("pcsd.service") at
// boot: it is there, or the unit is disabled.
func (r Root) StartedAtBoot(unit string) string {
	return r.Join("/etc/systemd/system/multi-user.target.wants/" + unit)
}
