package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/conf"
)

func newMigrate() *cobra.Command {
	return noun("migrate", "Take over a cluster of corosync and Pacemaker.", nil, nil,
		verb("check [--output-format text|json] [--corosync_conf <path>]",
			"Say what of this node's cluster is carried over when gpcs takes the place of corosync, Pacemaker and pcs, and\n"+
				"what is not. It reads files and changes nothing; the stack may be running. With -f or --corosync_conf only the\n"+
				"files that are given are looked at, which may come from another machine.\n"+
				"Exit status: 0 everything is carried over, 2 something is not, 1 it could not be found out.",
			migrateCheck, "-f", "--corosync_conf", "--output-format"))
}

// exitLost is the status of a check that found what is not carried over.
const exitLost = 2

func migrateCheck(_ context.Context, c *Call) error {
	if len(c.Args) > 0 {
		return errUsage
	}
	format, given := c.Value("--output-format")
	if given && format != "text" && format != "json" {
		return fail("Unknown value '%s' for '--output-format' option. Supported values are: 'json', 'text'", format)
	}
	facts, err := c.migrationFacts()
	if err != nil {
		return err
	}
	m := admin.CheckMigration(facts)
	text := m.Text()
	if format == "json" {
		if text, err = m.JSON(); err != nil {
			return err
		}
	}
	fmt.Fprint(c.Stdout, text)
	if !m.Whole {
		return ExitError{Code: exitLost}
	}
	return nil
}

// migrationFacts reads the files that are given, or this node's.
func (c *Call) migrationFacts() (f admin.MigrationFacts, err error) {
	cib, givenCIB := c.Value("-f")
	corosync, givenCorosync := c.Value("--corosync_conf")
	all := !givenCIB && !givenCorosync
	if all {
		cib, corosync = c.Root.CIB(), c.Root.CorosyncConf()
	}
	if all || givenCorosync {
		if f.Corosync, err = readFact(corosync, all); err != nil {
			return f, err
		}
	}
	if all || givenCIB {
		if f.CIB, err = readFact(cib, all); err != nil {
			return f, err
		}
	}
	if all {
		if f.Node, err = c.nodeFacts(); err != nil {
			return f, err
		}
		sig, _ := os.ReadFile(cib + ".sig") // without it the content counts as it is
		f.CIB.Digest = strings.TrimSpace(string(sig))
	}
	return f, nil
}

// readFact reads a file that may be absent only where nobody named it.
func readFact(name string, mayBeAbsent bool) (*admin.FileFact, error) {
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && mayBeAbsent:
		return &admin.FileFact{Name: name, Absent: true}, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, fail("unable to read '%s': permission denied, run the check as root", name)
	case err != nil:
		return nil, fail("unable to read '%s': %v", name, err)
	}
	return &admin.FileFact{Name: name, Text: text}, nil
}

func (c *Call) nodeFacts() (*admin.NodeFacts, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fail("this host's name cannot be found out: %v", err)
	}
	n := &admin.NodeFacts{Name: host, CorosyncKey: -1, Installed: c.agents().Installed,
		Enabled: c.enabledUnits(), DropIns: c.dropIns(), SBD: c.sbdSettings(), Environment: c.stackSettings(),
		Booth: len(c.filesIn(c.Root.BoothDir(), "*.conf")) > 0}
	n.Here = func(node conf.Node) bool {
		var addresses []string
		for _, a := range node.Addrs {
			addresses = append(addresses, a.Addr)
		}
		return node.Name == host || client.IsLocal(addresses)
	}
	if info, err := os.Stat(c.Root.CorosyncAuthkey()); err == nil {
		n.CorosyncKey = int(info.Size())
	}
	known, err := auth.LoadKnownHosts(c.Root.KnownHosts())
	if err != nil {
		n.HostsError = err.Error()
	} else {
		n.Hosts = known.Names()
	}
	n.Certificate = c.certificateFault()
	_, _, n.Account = auth.IDs(c.Root)
	return n, nil
}

// certificateFault says why gpcsd would not have the certificate of pcsd.
func (c *Call) certificateFault() string {
	_, noC := os.Stat(c.Root.Certificate())
	_, noK := os.Stat(c.Root.CertificateKey())
	switch {
	case noC != nil && noK != nil:
		return "does not exist: a new one is made, other nodes have to be told with 'pcs host auth'"
	case noC != nil || noK != nil:
		return "and pcsd.key belong together, and one of them is missing: put it back or remove the other one"
	}
	return ""
}

// filesIn lists the files of a directory whose names fit.
func (c *Call) filesIn(dir, pattern string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is good
	return found
}

const unitDir = "/etc/systemd/system"

func (c *Call) enabledUnits() []string {
	var units []string
	for _, link := range c.filesIn(c.Root.Join(unitDir), "*.wants/*.service") {
		units = append(units, filepath.Base(link))
	}
	slices.Sort(units)
	return slices.Compact(units)
}

func (c *Call) dropIns() []string {
	var files []string
	for _, unit := range []string{"corosync", "pacemaker", "pcsd"} {
		for _, f := range c.filesIn(c.Root.Join(unitDir+"/"+unit+".service.d"), "*.conf") {
			files = append(files, filepath.Join(unitDir, unit+".service.d", filepath.Base(f)))
		}
	}
	return files
}

func (c *Call) settings(name string) []conf.Attr {
	text, err := os.ReadFile(c.Root.Join(name))
	if err != nil {
		return nil
	}
	return conf.ParseEnvironment(text)
}

func (c *Call) sbdSettings() []conf.Attr {
	return append(c.settings("/etc/sysconfig/sbd"), c.settings("/etc/default/sbd")...)
}

// quiet are variables that the distributions' files set although nothing
// depends on them.
var quiet = []string{"PCSD_DEBUG", "PCSD_DISABLE_GUI", "PCSD_SESSION_LIFETIME", "RACK_ENV", "VALGRIND_OPTS", "COROSYNC_OPTIONS"}

// stackSettings are the variables that somebody has set for the daemons.
func (c *Call) stackSettings() []admin.Setting {
	var list []admin.Setting
	for _, dir := range []string{"/etc/sysconfig", "/etc/default"} {
		for _, file := range []string{"corosync", "pacemaker", "pcsd"} {
			for _, a := range c.settings(dir + "/" + file) {
				if a.Value != "" && !slices.Contains(quiet, a.Name) {
					list = append(list, admin.Setting{File: dir + "/" + file, Name: a.Name})
				}
			}
		}
	}
	return list
}
