package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/fence"
	"gpcs/internal/fence/ledger"
	"gpcs/internal/status"
)

func newStonithFence() *cobra.Command {
	return verb("fence <node> [--off]", "Fence a node: reboot it, or switch it off with --off.", stonithFence, "--off")
}

func newStonithConfirm() *cobra.Command {
	return verb("confirm <node> [--yes]", "Confirm that a node is switched off. If it is not, data may be lost: "+
		"make sure by looking at the machine.", stonithConfirm, "--force", "--yes")
}

func newStonithHistory() *cobra.Command {
	return noun("history", "Show and clean up the history of fencing.", historyShow, nil,
		unnamed(verb("show [<node>]", "Show what was fenced, on a node or all of them.", historyShow)),
		verb("cleanup [<node>]", "Forget what was fenced, of a node or all of them.", historyCleanup),
		verb("update", "Bring this node's history up to date with that of the others.", withoutArgs(historyUpdate)))
}

func newStonithLedger() *cobra.Command {
	return addition(verb("ledger [--verify]", "Show each fencing with the proof on which the recovery rests; --verify checks that "+
		"nothing was changed or taken out.", withoutArgs(stonithLedger), "--verify"))
}

func stonithFence(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return fail("must specify one (and only one) node to fence")
	}
	do := api.FenceReboot
	if c.Has("--off") {
		do = api.FenceOff
	}
	daemon, err := c.local()
	if err != nil {
		return err
	}
	node := c.Args[0]
	if err := daemon.Fence(ctx, api.FenceRequest{Do: do, Node: node}); err != nil {
		return fail("unable to fence '%s'\n%s", node, why(err))
	}
	fmt.Fprintf(c.Stderr, "Node: %s fenced\n", node)
	return nil
}

func stonithConfirm(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return fail("must specify one (and only one) node to confirm fenced")
	}
	node := c.Args[0]
	sure, err := c.sure(ctx, fmt.Sprintf("If node '%s' is not powered off or it does have access to shared resources, "+
		"data corruption and/or cluster failure may occur", node))
	if err != nil || !sure {
		return err
	}
	daemon, err := c.local()
	if err != nil {
		return err
	}
	if err := daemon.Fence(ctx, api.FenceRequest{Do: api.FenceConfirm, Node: node}); err != nil {
		return fail("unable to confirm fencing of node '%s'\n%s", node, why(err))
	}
	fmt.Fprintf(c.Stdout, "Node: %s confirmed fenced\n", node)
	return nil
}

// oneNodeAtMost reads the words after history's verbs.
func (c *Call) oneNodeAtMost() (string, error) {
	switch len(c.Args) {
	case 0:
		return "", nil
	case 1:
		return c.Args[0], nil
	}
	return "", errUsage
}

func historyShow(ctx context.Context, c *Call) error {
	node, err := c.oneNodeAtMost()
	if err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stdout, strings.Join(historyLines(doc, node), "\n"))
	return nil
}

// historyLines words the history as stonith_admin --history --verbose does,
// newest first; what is under way is the newest.
func historyLines(doc *cib.Document, node string) []string {
	var lines []string
	list := append(fence.History(doc), fence.Pending(doc)...)
	for i := len(list) - 1; i >= 0; i-- {
		if node == "" || strings.EqualFold(list[i].Target, node) {
			lines = append(lines, status.FencingLine(list[i], time.Local))
		}
	}
	count := fmt.Sprintf("%d events found", len(lines))
	if len(lines) == 1 {
		count = "1 event found"
	}
	return append(lines, count)
}

func historyCleanup(ctx context.Context, c *Call) error {
	node, err := c.oneNodeAtMost()
	if err != nil {
		return err
	}
	daemon, err := c.local()
	if err != nil {
		return err
	}
	if err := daemon.Fence(ctx, api.FenceRequest{Do: api.FenceForget, Node: node}); err != nil {
		return fail("unable to cleanup fence history\n%s", why(err))
	}
	if node == "" {
		fmt.Fprintln(c.Stderr, "cleaning up fencing-history for node *")
	} else {
		fmt.Fprintf(c.Stderr, "cleaning up fencing-history for node %s\n", node)
	}
	return nil
}

// historyUpdate has nothing to gather: all nodes hold the same history.
func historyUpdate(ctx context.Context, c *Call) error {
	if _, err := c.readCIB(ctx); err != nil {
		return err
	}
	fmt.Fprintln(c.Stderr, "gather fencing-history from all nodes")
	return nil
}

// ledgerHint says what a ledger that does not hold means.
const ledgerHint = "\nFencing does not depend on it. Compare with 'pcs stonith ledger' on the other nodes."

// stonithLedger carries out "stonith ledger": this node's own ledger and what
// the document holds. Where the cluster is stopped the first is all there is.
func stonithLedger(ctx context.Context, c *Call) error {
	own, bad, err := ledger.Load(c.Root)
	if err != nil {
		return fail("the fencing ledger of this node cannot be read: %v", err)
	}
	var shared []fence.Record
	doc, err := c.readCIB(ctx)
	if err == nil {
		shared = fence.Records(doc)
	} else if len(own) == 0 {
		return err
	}
	list := fence.Merge(own, shared)
	for _, r := range list {
		fmt.Fprintln(c.Stdout, ledgerLine(r))
	}
	if !c.Has("--verify") {
		return nil
	}
	changed, differ := fence.Differ(own, shared)
	switch err := fence.Verify(list); {
	case err != nil:
		return fail("the fencing ledger does not hold: %v%s", err, ledgerHint)
	case differ:
		return fail("the fencing ledger does not hold: record %s (%s of %s) is another in %s than in the cluster%s",
			changed.ID, changed.Action, changed.Target, ledger.File(c.Root), ledgerHint)
	case bad > 0:
		return fail("the fencing ledger does not hold: %d lines of %s cannot be read%s", bad, ledger.File(c.Root), ledgerHint)
	}
	fmt.Fprintf(c.Stdout, "%d records, the chain is whole\n", len(list))
	return nil
}

// ledgerLine words a record with the proof that it is.
func ledgerLine(r fence.Record) string {
	at := time.UnixMilli(r.CompletedMS).Format("2006-01-02 15:04:05.000")
	switch {
	case r.Action == fence.Leave:
		return fmt.Sprintf("%s %s %s (%.12s)", at, r.Target, r.Proof, r.Hash)
	case r.State == fence.Success:
		return fmt.Sprintf("%s %s of %s: %s; device %s by %s (%.12s)", at, r.Action, r.Target, r.Proof, orNone(r.Device), r.Delegate, r.Hash)
	}
	return fmt.Sprintf("%s %s of %s failed: %s (%.12s)", at, r.Action, r.Target, r.Reason, r.Hash)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
