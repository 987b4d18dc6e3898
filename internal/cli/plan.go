package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/cib"
	"gpcs/internal/engine/explain"
	"gpcs/internal/report"
)

func newPlan() *cobra.Command {
	cmd := verb("plan -- <command that changes the configuration>",
		"Say what the cluster would do if the command were run: what would stop, move, start, be promoted or fenced, in\n"+
			"order. Nothing is changed. Example: pcs plan -- node standby node1", nil)
	// The options belong to the command that is planned.
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c := callFrom(cmd.Context())
		c.cmd, c.Args = cmd, args
		return plan(cmd.Context(), c)
	}
	return cmd
}

// planned is a command line carried out on a copy of the document.
type planned struct {
	doc      *cib.Document // as the command has it by now
	first    *cib.Document // before the command
	stopped  []string      // what is left stopped, and why
	touched  bool          // the command edited it
	outlooks []*explain.Outlook
	before   *cib.Document // at the start, or at rest after the last wait
	now      time.Time
}

// plannable are verbs that edit nothing but the document though they take no
// -f, which all others do that can be planned.
var plannable = map[string]bool{
	"pcs resource restart": true, "pcs resource safe-disable": true, "pcs resource relocate run": true,
}

// unplannable are verbs that take -f and do more than edit the document.
var unplannable = map[string]bool{"pcs cluster cib": true, "pcs cluster edit": true}

func plan(ctx context.Context, c *Call) error {
	words, err := ParseWords(c.Args)
	if err != nil {
		return err
	}
	if len(words.Args) == 0 {
		return errUsage
	}
	maps.Copy(c.values, words.values) // -f may stand on either side of "--"
	before, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	// The file of -f is the cluster of the plan: the command works on it as on a live one.
	maps.Copy(words.values, c.values)
	delete(words.values, "-f")
	p := &planned{doc: before.Copy(), first: before, before: before, now: time.Now()}
	call := &Call{Env: c.Env, Words: words, waits: c.waits, plan: p}
	call.Stdout = io.Discard
	defer call.hangUp()
	root := newRoot()
	call.cmd = root
	if err := canPlan(root, words); err != nil {
		return err
	}
	root.SetArgs(append([]string{}, words.Args...))
	if status := call.finish(root.ExecuteContext(context.WithValue(ctx, callKey{}, call))); status != 0 {
		fmt.Fprintln(c.Stderr, "The command would fail as shown. Nothing was changed.")
		return ExitError{Code: status}
	}
	if err := p.foresee(); err != nil {
		return err
	}
	if p.stopped, err = explain.LeftStopped(p.first, p.doc, p.now); err != nil {
		return fail("cannot work out what the cluster would do: %v", err)
	}
	p.print(c)
	return nil
}

// canPlan refuses commands that would do more than edit the document.
func canPlan(root *cobra.Command, words *Words) error {
	cmd, _, err := root.Find(words.Args)
	if err != nil || cmd == root || cmd.HasSubCommands() {
		return nil // whoever carries it out knows what to say
	}
	path := cmd.CommandPath()
	if plannable[path] || takes(cmd, "-f") && !unplannable[path] {
		return nil
	}
	return fail("'%s' does more than change the configuration in the CIB, so it cannot be planned. Nothing was done.", path)
}

// edit makes a change on the copy.
func (p *planned) edit(c *Call, edit func(*cib.Document) report.List) error {
	edited := p.doc.Copy()
	reports := edit(edited)
	if !reports.Failed() {
		p.touched = p.touched || !cib.DiffEmpty(cib.Diff(p.doc, edited))
		p.doc = edited
	}
	return c.conclude(reports)
}

// foresee notes what follows from the edits made since the last time and lets
// it happen on the copy.
func (p *planned) foresee() error {
	outlook, err := explain.Change(p.before, p.doc, p.now)
	if err != nil {
		return fail("cannot work out what the cluster would do: %v", err)
	}
	p.outlooks = append(p.outlooks, outlook)
	if _, err := explain.Settle(p.doc, p.now.Unix()); err != nil {
		return fail("cannot work out what the cluster would do: %v", err)
	}
	p.before = p.doc.Copy()
	return nil
}

func (p *planned) print(c *Call) {
	p.printAnyway(c)
	some := false
	for _, o := range p.outlooks {
		if len(o.Changes) > 0 && some {
			fmt.Fprintln(c.Stdout, "Then:")
		}
		c.printLines(o.Changes)
		if len(o.Steps) > 0 {
			fmt.Fprintln(c.Stdout, "In this order:")
			for n, step := range o.Steps {
				fmt.Fprintf(c.Stdout, "  %d. %s\n", n+1, step)
			}
		}
		if o.Endless {
			fmt.Fprintln(c.Stdout, "The cluster would not come to rest: constraints contradict each other.")
		}
		some = some || len(o.Changes) > 0
	}
	c.printLines(p.stopped)
	switch {
	case !p.touched:
		fmt.Fprintln(c.Stdout, "The command would not change the configuration.")
	case !some && len(p.stopped) == 0:
		fmt.Fprintln(c.Stdout, "The configuration would change, but no resource would be started, stopped or moved.")
	}
	fmt.Fprintln(c.Stdout, "Nothing was changed.")
}

// printAnyway says what the cluster is doing already.
func (p *planned) printAnyway(c *Call) {
	if len(p.outlooks[0].Anyway) == 0 {
		return
	}
	fmt.Fprintln(c.Stdout, "Already due, whether the command is run or not:")
	for _, line := range p.outlooks[0].Anyway {
		fmt.Fprintln(c.Stdout, "  "+line)
	}
}
