// Package collect gathers this node's part of a report that explains a failure
// to somebody: configuration, state, logs, versions, the network as the kernel
// has it. No file of keys, tokens or passwords is taken, and what such files
// hold is hidden wherever else it stands (package redact).
//
// It stands for the collecting half of crm_report.
package collect

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/paths"
	"gpcs/internal/redact"
)

// Options say what to collect.
type Options struct {
	Root paths.Root
	// Doc is the running cluster's CIB, nil = what lies on this node's disk.
	Doc *cib.Document
	// From and To bound the logs.
	From, To time.Time
	// More are texts that the caller has, by name.
	More map[string][]byte
}

// Bounds of what is taken.
const (
	maxLog   = 32 << 20 // bytes of one log, its end
	patience = 10 * time.Second
)

// Files are the texts of a report by name, and Lacks says what could not be had.
type Files struct {
	Text  map[string][]byte
	Lacks []string
}

// Node collects this node's part.
func Node(ctx context.Context, o Options) Files {
	c := collector{Options: o, files: Files{Text: map[string][]byte{}}}
	secrets := secretsOf(o.Root)
	c.document(&secrets)
	for name, text := range o.More {
		c.files.Text[name] = text
	}
	for _, name := range []string{"/etc/corosync/corosync.conf", "/etc/default/gpcsd", "/etc/sysconfig/gpcsd", "/etc/default/pcsd", "/etc/sysconfig/pcsd", "/etc/default/pacemaker",
		"/etc/sysconfig/pacemaker", "/etc/default/sbd", "/etc/sysconfig/sbd", "/etc/hosts", "/etc/os-release", "/var/lib/pcsd/pcs_settings.conf",
		"/var/lib/gpcs/fencing-ledger", "/var/lib/gpcs/cluster.json"} {
		c.file(name)
	}
	for _, pattern := range []string{"/etc/booth/*.conf", "/var/log/pcsd/*.log", "/var/log/gpcsd.log", "/var/log/pacemaker/*.log", "/var/log/cluster/*.log",
		"/run/gpcs/agents/*.err"} {
		found, _ := filepath.Glob(o.Root.Join(pattern)) // the patterns are good ones
		for _, f := range found {
			c.log(f)
		}
	}
	c.commands(ctx)
	for _, text := range c.files.Text {
		secrets.Learn(text)
	}
	for name, text := range c.files.Text {
		c.files.Text[name] = secrets.Hide(text)
	}
	return c.files
}

type collector struct {
	Options
	files Files
}

func (c *collector) lacks(what string, err error) {
	c.files.Lacks = append(c.files.Lacks, fmt.Sprintf("%s: %v", what, err))
}

// document adds the CIB without its secrets.
func (c *collector) document(secrets *redact.Secrets) {
	doc := c.Doc
	if doc == nil {
		data, err := os.ReadFile(c.Root.CIB())
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err == nil {
			doc, err = cib.Parse(data)
		}
		if err != nil {
			c.lacks("cib.xml", err)
			return
		}
	}
	c.files.Text["cib.xml"] = secrets.CIB(doc)
}

func (c *collector) file(name string) {
	data, err := os.ReadFile(c.Root.Join(name))
	switch {
	case err == nil:
		c.files.Text[strings.TrimPrefix(name, "/")] = data
	case !errors.Is(err, os.ErrNotExist):
		c.lacks(name, err)
	}
}

// log adds the lines of a log that are of the time asked for.
func (c *collector) log(name string) {
	data, err := end(name, maxLog)
	if err != nil {
		c.lacks(name, err)
		return
	}
	if data = Within(data, c.From, c.To); len(data) > 0 {
		inside := strings.TrimPrefix(name, strings.TrimSuffix(c.Root.Join("/"), "/"))
		c.files.Text[strings.TrimPrefix(inside, "/")] = data
	}
}

// end reads at most so many bytes of a file's end.
func end(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(max(0, info.Size()-limit), io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// commands adds what programs say of this node. One that is not there is left out.
func (c *collector) commands(ctx context.Context) {
	at := func(t time.Time) string { return fmt.Sprintf("@%d", t.Unix()) }
	for name, argv := range map[string][]string{
		"uname.txt": {"uname", "-a"}, "addresses.txt": {"ip", "-o", "address"}, "routes.txt": {"ip", "route"}, "sockets.txt": {"ss", "-lntu"},
		"disks.txt": {"df", "-hT"}, "uptime.txt": {"uptime"},
		"journal.txt": {"journalctl", "--no-pager", "-o", "short-iso-precise", "--since", at(c.From), "--until", at(c.To), "-u", "gpcsd.service",
			"-u", "pcsd.service", "-u", "pacemaker.service", "-u", "corosync.service"},
	} {
		program, err := exec.LookPath(argv[0])
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		cmd := exec.CommandContext(ctx, program, argv[1:]...)
		out, err := cmd.Output()
		cancel()
		if err != nil {
			c.lacks(strings.Join(argv, " "), err)
		}
		if len(out) > maxLog {
			out = out[len(out)-maxLog:]
		}
		if len(out) > 0 {
			c.files.Text[name] = out
		}
	}
}

// Pack makes an archive of files below one directory, in the order of their names.
func Pack(dir string, files map[string][]byte, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: filepath.Join(dir, name), Mode: 0o600, Size: int64(len(files[name])), ModTime: now}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// LacksFile is the name in an archive under which stands what could not be had.
const LacksFile = "lacks.txt"
