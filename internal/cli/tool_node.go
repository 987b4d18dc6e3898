package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/status"
)

var crmNodeOptions = []toolOption{
	{'n', "name", noValue}, {'N', "name-for-id", needsValue}, {'i', "cluster-id", noValue}, {'l', "list", noValue},
	{'p', "partition", noValue}, {'q', "quorum", noValue}, {'Q', "quiet", noValue}, {'V', "verbose", noValue},
	{'R', "remove", needsValue}, {'f', "force", noValue}, {'$', "version", noValue},
}

// crmNode tells what this node knows of the nodes, and makes the cluster forget
// one that was taken out of it: crm_node(8).
func crmNode(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmNodeOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	gone, remove := t.value("remove")
	if remove && !t.has("force") {
		fmt.Fprintln(t.Stderr, "The supplied command is considered dangerous.  To prevent accidental destruction of the cluster, "+
			"the --force flag is required in order to proceed.")
		return exitUsage
	}
	state, err := t.running(ctx)
	switch {
	case err == errToolStopped:
		fmt.Fprintln(t.Stderr, "error: Could not connect to controller: Connection refused")
		return exitDisconnected
	case err != nil:
		return t.failed(err)
	}
	switch {
	case remove:
		if err := t.doHere(ctx, api.ClusterCommand{Do: "forget", Nodes: []string{gone}}, "Could not remove node"); err != nil {
			return t.failed(err)
		}
	case t.has("name"):
		fmt.Fprintln(t.Stdout, state.Node)
	case t.has("cluster-id"):
		fmt.Fprintln(t.Stdout, state.NodeID)
	case t.has("quorum"):
		fmt.Fprintln(t.Stdout, map[bool]int{true: 1, false: 0}[state.View.Quorate])
	case t.has("list"):
		for _, m := range state.View.Members {
			fmt.Fprintf(t.Stdout, "%d %s %s\n", m.ID, m.Name, map[bool]string{true: "member", false: "lost"}[m.Online])
		}
	case t.has("partition"):
		var names []string
		for _, m := range state.View.Members {
			if m.Online {
				names = append(names, m.Name)
			}
		}
		fmt.Fprintln(t.Stdout, strings.Join(names, " ")+" ")
	case t.has("name-for-id"):
		return t.nameForID(state)
	default:
		return t.fails(exitUsage, "Must specify a command option")
	}
	return exitOK
}

func (t *toolCall) nameForID(state api.State) int {
	id, _ := t.value("name-for-id")
	for _, m := range state.View.Members {
		if strconv.FormatUint(uint64(m.ID), 10) == id {
			fmt.Fprintln(t.Stdout, m.Name)
			return exitOK
		}
	}
	return t.fails(exitNoSuch, "Node %s is not known to cluster", id)
}

// pacemakerd only tells its version: agents ask for it.
func pacemakerd(_ context.Context, t *toolCall) int {
	if err := t.parse([]toolOption{{'$', "version", noValue}, {'F', "features", noValue}}); err != nil {
		return t.misused(err)
	}
	if !t.has("version") && !t.has("features") {
		return t.fails(exitUsage, "the cluster is one service here, to start it type: pcs cluster start")
	}
	return t.version()
}

// version prints the release whose behaviour the helper programs have.
func (t *toolCall) version() int {
	fmt.Fprintf(t.Stdout, "Pacemaker %s\n", status.Version)
	return exitOK
}
