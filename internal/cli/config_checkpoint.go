package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newConfigCheckpoint() *cobra.Command {
	list := unnamed(verb("list", "List the earlier versions of the configuration that this node keeps.", withoutArgs(checkpointList)))
	list.Hidden = true
	return noun("checkpoint", "View and bring back earlier versions of the configuration.", checkpointList, nil, list,
		verb("view <checkpoint_number>", "Show an earlier version of the configuration.", checkpointView),
		verb("diff <checkpoint_number> <checkpoint_number>", "Show how two versions differ; 'live' is the present one.", checkpointDiff, "-f"),
		verb("restore <checkpoint_number>", "Bring back an earlier version of the configuration.", checkpointRestore, "-f"))
}

var checkpointName = regexp.MustCompile(`^cib-([0-9]+)\.raw$`)

// checkpointList carries out "config checkpoint".
func checkpointList(_ context.Context, c *Call) error {
	entries, err := os.ReadDir(c.Root.CIBDir())
	if err != nil {
		return fail("unable to list checkpoints: %s: '%s'", pathReason(err), c.Root.CIBDir())
	}
	type checkpoint struct {
		number string
		at     time.Time
	}
	var found []checkpoint
	for _, e := range entries {
		m := checkpointName.FindStringSubmatch(e.Name())
		info, err := e.Info()
		if m != nil && err == nil && info.Mode().IsRegular() {
			found = append(found, checkpoint{m[1], info.ModTime()})
		}
	}
	if len(found) == 0 {
		fmt.Fprintln(c.Stderr, "No checkpoints available")
		return nil
	}
	slices.SortFunc(found, func(a, b checkpoint) int { return a.at.Compare(b.at) })
	for _, f := range found {
		fmt.Fprintf(c.Stdout, "checkpoint %s: date %s\n", f.number, f.at.Round(time.Second).Format(time.DateTime))
	}
	return nil
}

// checkpoint reads an earlier version.
func (c *Call) checkpoint(number string) (*cib.Document, error) {
	if !checkpointName.MatchString("cib-" + number + ".raw") {
		return nil, os.ErrNotExist
	}
	data, err := os.ReadFile(filepath.Join(c.Root.CIBDir(), "cib-"+number+".raw"))
	if err != nil {
		return nil, err
	}
	return cib.Parse(data)
}

func (c *Call) cibLines(doc *cib.Document) []string { return admin.ConfigLines(doc, false, time.Now()) }

// checkpointView carries out "config checkpoint view".
func checkpointView(_ context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	doc, err := c.checkpoint(c.Args[0])
	if err != nil {
		return fail("unable to read the checkpoint")
	}
	c.printLines(c.cibLines(doc))
	return nil
}

// checkpointDiff carries out "config checkpoint diff".
func checkpointDiff(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	if c.Args[0] == c.Args[1] {
		return fail("cannot diff a checkpoint against itself")
	}
	var texts [2][]string
	var names [2]string
	var errs []string
	for i, which := range c.Args {
		var doc *cib.Document
		var err error
		if names[i] = "checkpoint " + which; which == "live" {
			names[i] = "live configuration"
			if doc, err = c.readCIB(ctx); err != nil {
				return err
			}
		} else if doc, err = c.checkpoint(which); err != nil {
			errs = append(errs, "unable to read checkpoint '"+which+"'")
			continue
		}
		texts[i] = c.cibLines(doc)
	}
	if len(errs) > 0 {
		return fail("%s", strings.Join(errs, "\n"))
	}
	fmt.Fprintf(c.Stdout, "Differences between %s (-) and %s (+):\n", names[0], names[1])
	c.printLines(diffLines(texts[0], texts[1]))
	return nil
}

// diffLines compares texts line by line: "- " was, "+ " is, "  " both.
func diffLines(a, b []string) []string {
	// common[i][j] is the length of what a[i:] and b[j:] have in common.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		var line string
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			line, i, j = "  "+a[i], i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			line, i = "- "+a[i], i+1
		default:
			line, j = "+ "+b[j], j+1
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// checkpointRestore carries out "config checkpoint restore": the configuration
// is replaced, the status stays.
func checkpointRestore(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	old, err := c.checkpoint(c.Args[0])
	if err != nil {
		return fail("unable to read the checkpoint: %s", pathReason(err))
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.PushSection(doc, old, "configuration") })
}
