package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/backup"
	"gpcs/internal/client"
	"gpcs/internal/collect"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

func newClusterReport() *cobra.Command {
	return verb(`report [--from "YYYY-M-D H:M:S" [--to "YYYY-M-D H:M:S"]] <dest> [--overwrite]`,
		"Collect what helps to explain a failure from all nodes into the archive <dest>.tar.bz2: configuration, state, logs, versions, "+
			"network. Passwords, keys and tokens are not in it. Without --from and --to the logs are those of the past 24 hours.",
		clusterReport, "--force", "--from", "--overwrite", "--to")
}

// clusterReport carries out "cluster report". What one node cannot give is said
// and left out.
func clusterReport(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	if c.Has("--to") && !c.Has("--from") {
		return fail("--to cannot be used without --from")
	}
	from, to, err := c.reportTimes(time.Now())
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(c.Args[0], backupSuffix) + backupSuffix
	if _, err := os.Stat(name); err == nil && !c.Has("--overwrite") && !c.Has("--force") {
		return fail("File '%s' already exists, use --overwrite to override", name)
	}
	if _, err := os.Stat(c.Root.CorosyncConf()); errors.Is(err, fs.ErrNotExist) {
		return fail("cluster is not configured on this node")
	}
	nodes, err := c.clusterNodes()
	if err != nil {
		return err
	}
	files, err := c.reportOf(ctx, nodes, from, to)
	if err != nil {
		return err
	}
	data, err := collect.Pack(strings.TrimSuffix(filepath.Base(name), backupSuffix), files, time.Now())
	if err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if data, err = c.compress(ctx, data); err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if err := durable.Write(name, data, 0o600); err != nil {
		return fail("unable to write '%s': %s", name, pathReason(err))
	}
	c.say(report.NewInfo("REPORT_WRITTEN", "Collected results are available in "+name))
	return nil
}

// reportTimes reads --from and --to; without them the last day is meant.
func (c *Call) reportTimes(now time.Time) (from, to time.Time, err error) {
	from, to = now.AddDate(0, 0, -1), now.Add(time.Minute) // clocks of nodes differ
	for option, at := range map[string]*time.Time{"--from": &from, "--to": &to} {
		text, given := c.Value(option)
		if !given {
			continue
		}
		if *at, err = reportTime(text); err != nil {
			return from, to, fail("'%s' is not a valid %s value, use YYYY-M-D H:M:S", text, strings.TrimLeft(option, "-"))
		}
	}
	if to.Before(from) {
		return from, to, fail("--to is before --from")
	}
	return from, to, nil
}

func reportTime(text string) (at time.Time, err error) {
	for _, layout := range []string{"2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2"} {
		if at, err = time.ParseInLocation(layout, strings.TrimSpace(text), time.Local); err == nil {
			return at, nil
		}
	}
	return at, err
}

// reportOf asks all nodes for their parts, and takes this one's itself where its
// daemon does not run.
func (c *Call) reportOf(ctx context.Context, nodes []string, from, to time.Time) (map[string][]byte, error) {
	targets, err := c.targets(nodes)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	add := func(node string, texts map[string][]byte) {
		for name, text := range texts {
			if name == collect.LacksFile {
				c.say(report.NewWarning("REPORT_LACKS", "the part of node '"+node+"' lacks "+strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "; ")))
			}
			files[path.Join(node, name)] = text
		}
	}
	own, _ := os.Hostname() // "" is no node's name
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (backup.Archive, error) {
		data, err := t.Report(ctx, from, to)
		if err != nil {
			return nil, err
		}
		return backup.Open(data)
	}, func(t *client.Target, part backup.Archive, err error) {
		if err == nil {
			add(t.Name, part)
			return
		}
		c.say(report.NewWarning("REPORT_LACKS", "the report lacks the part of node '"+t.Name+"': "+why(err)))
		if t.Name == own {
			add(own, collect.Node(ctx, collect.Options{Root: c.Root, From: from, To: to}).Text)
		}
	})
	if len(files) == 0 {
		return nil, fail("no node has given its part of the report; 'pcs status pcsd' shows which daemons answer")
	}
	return files, nil
}
