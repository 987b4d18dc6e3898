package cli

import (
	"context"
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/helper"
	"gpcs/internal/status"
)

// stackDaemon answers under the name of one of Pacemaker's daemons, which pcs
// asks for the metadata of cluster options; the daemons' work is gpcsd's.
func stackDaemon(_ context.Context, t *toolCall) int {
	if len(t.argv) == 1 && (t.argv[0] == "metadata" || t.argv[0] == "meta-data") {
		fmt.Fprint(t.Stdout, "<?xml version=\"1.0\"?>\n", string(cib.Print(helper.DaemonMetadata(t.name, status.Version))))
		return exitOK
	}
	return t.fails(exitUsage, "this daemon's work is done by gpcsd; here it only answers: %s metadata", t.name)
}
