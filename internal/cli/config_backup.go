package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/backup"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

func newConfigBackup() *cobra.Command {
	return verb("backup [filename]", "Save the configuration of the cluster as this node has it into an archive, or print that.",
		configBackup, "--force")
}

func newConfigRestore() *cobra.Command {
	return verb("restore [--local] [filename]", "Put the configuration of an archive back on all nodes that it names, or on this one "+
		"alone. The cluster must be stopped.", configRestore, "--local", "--request-timeout")
}

// backupSuffix is that of archives.
const backupSuffix = ".tar.bz2"

// configBackup carries out "config backup".
func configBackup(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	name := ""
	if len(c.Args) == 1 {
		if name = c.Args[0]; !strings.HasSuffix(name, backupSuffix) {
			name += backupSuffix
		}
		if _, err := os.Stat(name); err == nil && !c.Has("--force") {
			return fail("%s already exists, use --force to overwrite", name)
		}
	}
	data, err := backup.Pack(c.Root, time.Now())
	if err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if data, err = c.compress(ctx, data); err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if name == "" {
		_, err = c.Stdout.Write(data)
		return err
	}
	if err := durable.Write(name, data, 0o600); err != nil {
		return fail("unable to write '%s': %s", name, pathReason(err))
	}
	return nil
}

var bzip2Program = foreign{"bzip2", "/usr/bin/bzip2"}

// compress shrinks an archive with bzip2, as pcs does, or with gzip where that
// is not installed: both pcs and tar find out themselves which it is.
func (c *Call) compress(ctx context.Context, data []byte) ([]byte, error) {
	var out bytes.Buffer
	if c.has(bzip2Program) {
		cmd := exec.CommandContext(ctx, c.Root.Join(bzip2Program.path), "-c")
		cmd.Stdin, cmd.Stdout = bytes.NewReader(data), &out
		err := cmd.Run()
		return out.Bytes(), err
	}
	c.say(report.NewWarning("BACKUP_COMPRESSION", bzip2Program.missing()+"; the archive is compressed with gzip, which pcs and tar read too"))
	z := gzip.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err := z.Close()
	return out.Bytes(), err
}

// configRestore carries out "config restore".
func configRestore(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	var data []byte
	var err error
	if len(c.Args) == 1 {
		data, err = os.ReadFile(c.Args[0])
	} else {
		data, err = io.ReadAll(c.Stdin)
	}
	if err != nil {
		return fail("unable to read the tarball: %s", pathReason(err))
	}
	archive, err := backup.Open(data)
	if err != nil {
		return fail("unable to read the tarball: %v", err)
	}
	warning, err := archive.Check()
	if err != nil {
		return err
	}
	if warning != "" {
		c.say(report.NewWarning("BACKUP_VERSION", warning))
	}
	if c.Has("--local") {
		if state, err := c.localState(ctx); err == nil && state.Running {
			return fail("Cluster is currently running on this node. You need to stop the cluster in order to restore the configuration.")
		}
		return archive.Restore(c.Root)
	}
	cluster, err := conf.ParseCorosync(archive["corosync.conf"])
	if err != nil {
		return fail("unable to read the tarball: corosync.conf: %v", err)
	}
	return c.restoreOn(ctx, cluster.NodeNames(), data)
}

// restoreOn has nodes put an archive back; none does unless all are stopped.
func (c *Call) restoreOn(ctx context.Context, nodes []string, data []byte) error {
	if len(nodes) == 0 {
		return fail("no nodes found in the tarball")
	}
	targets, err := c.targets(nodes)
	if err != nil {
		return err
	}
	var refused []string
	for _, r := range c.checkStopped(ctx, targets) {
		if r.Severity == report.Error {
			refused = append(refused, r.Text)
		}
	}
	if len(refused) > 0 {
		return fail("%s\nYou need to stop the cluster on all nodes in order to restore the configuration; nothing was changed.",
			strings.Join(refused, "\n"))
	}
	var failed []string
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "config_restore", url.Values{"tarball": {string(data)}})
	}, func(t *client.Target, _ string, err error) {
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %s", t.Name, why(err)))
			return
		}
		fmt.Fprintf(c.Stderr, "%s: Succeeded\n", t.Name)
	})
	if len(failed) > 0 {
		return fail("unable to restore all nodes\n%s", strings.Join(failed, "\n"))
	}
	return nil
}
