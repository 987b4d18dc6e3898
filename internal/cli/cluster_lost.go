package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/cluster/lost"
	"gpcs/internal/report"
)

// newLostChanges is a verb of our own: what a node's configuration held when
// it gave way to that of the others. With pcs such changes vanish.
func newLostChanges() *cobra.Command {
	return noun("lost-changes", "Look after changes that this node made apart from the others, and that are not in force.", lostList, nil,
		verb("[list]", "List them: each time at which this node's configuration gave way to that of the others.", withoutArgs(lostList)),
		verb("show [<name>]...", "Print the changes as patches.", lostShow),
		verb("apply [<name>]...", "Make the changes again in the running cluster, all of them or none, and forget them.", lostApply),
		verb("clear [<name>]...", "Forget the changes for good.", lostClear),
	)
}

// lostChanges reads the named files, all where none is named.
func (c *Call) lostChanges() ([]lost.Changes, error) {
	names := c.Args
	if len(names) == 0 {
		var err error
		if names, err = lost.Names(c.Root); err != nil {
			return nil, fail("unable to read lost changes: %v", err)
		}
	}
	var out []lost.Changes
	for _, name := range names {
		changes, err := lost.Load(c.Root, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail("there are no lost changes '%s' on this node", name)
		}
		if err != nil {
			return nil, fail("unable to read lost changes: %v", err)
		}
		out = append(out, changes)
	}
	return out, nil
}

func lostList(_ context.Context, c *Call) error {
	list, err := c.lostChanges()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(c.Stderr, "No lost changes on this node")
	}
	for _, l := range list {
		fmt.Fprintf(c.Stdout, "%s: version %s gave way to %s at %s, requests: %d\n",
			l.Name, l.Version, l.Winner, l.At.Local().Format(time.ANSIC), l.Requests)
	}
	return nil
}

func lostShow(_ context.Context, c *Call) error {
	list, err := c.lostChanges()
	if err != nil {
		return err
	}
	for _, l := range list {
		for _, p := range l.Patches {
			c.print(string(cib.Print(p)))
		}
	}
	return nil
}

func lostApply(ctx context.Context, c *Call) error {
	list, err := c.lostChanges()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fail("there are no lost changes on this node")
	}
	var refused error
	err = c.editCIB(ctx, func(doc *cib.Document) report.List {
		next := doc
		for _, l := range list {
			if next, refused = l.Apply(next); refused != nil {
				return report.List{report.Stop("LOST_CHANGES", fmt.Sprintf(
					"lost changes '%s' do not fit the present configuration, nothing was changed: %v\n"+
						"Use 'pcs cluster lost-changes show %s' to see them, make by hand what is still wanted, then clear them",
					l.Name, refused, l.Name))}
			}
		}
		return admin.PushSection(doc, next, "configuration")
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stderr, "CIB updated")
	return c.forgetLost(list)
}

func lostClear(_ context.Context, c *Call) error {
	list, err := c.lostChanges()
	if err != nil {
		return err
	}
	return c.forgetLost(list)
}

func (c *Call) forgetLost(list []lost.Changes) error {
	for _, l := range list {
		if err := lost.Remove(c.Root, l.Name); err != nil {
			return fail("unable to forget lost changes '%s': %v", l.Name, err)
		}
		fmt.Fprintf(c.Stderr, "Lost changes '%s' cleared\n", l.Name)
	}
	return nil
}
