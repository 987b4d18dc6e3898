package cli

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/client"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

func newClusterReport() *cobra.Command {
	return verb(`report [--from "YYYY-M-D H:M:S" [--to "YYYY-M-D H:M:S"]] <dest> [--overwrite]`,
		"Collect what helps to explain a failure into the archive <dest>.tar.bz2: the configuration without secrets, the state, and the log of "+
			"this node; corosync.conf and versions of all nodes. The log is taken whole, also with --from and --to.",
		clusterReport, "--force", "--from", "--overwrite", "--to")
}

// clusterReport carries out "cluster report". The other nodes are asked over
// their daemons; what one cannot give is said and left out.
func clusterReport(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	if c.Has("--to") && !c.Has("--from") {
		return fail("--to cannot be used without --from")
	}
	name := strings.TrimSuffix(c.Args[0], backupSuffix) + backupSuffix
	if _, err := os.Stat(name); err == nil && !c.Has("--overwrite") && !c.Has("--force") {
		return fail("File '%s' already exists, use --overwrite to override", name)
	}
	if c.Has("--from") {
		c.say(report.NewWarning("REPORT_WHOLE_LOG", "the log is taken whole: --from and --to are not used"))
	}
	files := c.reportHere(ctx)
	c.reportThere(ctx, files)
	data, err := packReport(strings.TrimSuffix(filepath.Base(name), backupSuffix), files, time.Now())
	if err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if data, err = c.compress(ctx, data); err != nil {
		return fail("unable to create tarball: %v", err)
	}
	if err := durable.Write(name, data, 0o600); err != nil {
		return fail("unable to write '%s': %s", name, pathReason(err))
	}
	c.say(report.NewInfo("REPORT_WRITTEN", "Report written to "+name))
	return nil
}

// reportHere collects what this node has. Secrets are not in it: of the CIB
// the form without them is taken, and no key.
func (c *Call) reportHere(ctx context.Context) map[string][]byte {
	files := map[string][]byte{}
	lacks := func(what string, err error) {
		c.say(report.NewWarning("REPORT_LACKS", "the report lacks "+what+": "+why(err)))
	}
	if doc, err := liveCIB(ctx, c); err != nil {
		lacks("the configuration", err)
	} else {
		files["config.txt"] = []byte(strings.Join(admin.ConfigLines(doc, false, time.Now()), "\n") + "\n")
	}
	if state, err := c.localState(ctx); err != nil {
		lacks("the state of the cluster", err)
	} else if text, err := json.MarshalIndent(state, "", "  "); err == nil {
		files["state.json"] = text
	}
	logs, _ := filepath.Glob(filepath.Join(c.Root.LogDir(), "*.log")) // the pattern is a good one
	for _, file := range logs {
		if data, err := os.ReadFile(file); err != nil {
			lacks(file, err)
		} else {
			files[path.Join("log", filepath.Base(file))] = data
		}
	}
	return files
}

// reportThere asks all nodes for their corosync.conf and versions.
func (c *Call) reportThere(ctx context.Context, files map[string][]byte) {
	nodes, err := c.clusterNodes()
	if err != nil {
		c.say(report.NewWarning("REPORT_LACKS", "the report lacks the nodes of the cluster: "+err.Error()))
		return
	}
	targets, err := c.targets(nodes)
	if err != nil {
		c.say(report.NewWarning("REPORT_LACKS", "the report lacks the other nodes: "+err.Error()))
		return
	}
	for file, command := range map[string]string{"corosync.conf": "get_corosync_conf", "services.json": "check_host"} {
		client.Each(ctx, targets, remote(command, 0, nil), func(t *client.Target, text string, err error) {
			if err != nil {
				c.say(report.NewWarning("REPORT_LACKS", "the report lacks "+file+" of node '"+t.Name+"': "+why(err)))
				return
			}
			files[path.Join(t.Name, file)] = []byte(text)
		})
	}
}

// packReport makes an archive of files below one directory, in their order.
func packReport(dir string, files map[string][]byte, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: path.Join(dir, name), Mode: 0o600, Size: int64(len(files[name])), ModTime: now}
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
