package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
)

// handedOver are the nouns among whose verbs some ask other nodes.
var handedOver = []string{"cluster", "config", "host", "pcsd", "quorum", "status"}

// handOver has this node's daemon run the command line for a user who is not
// root and may not read the tokens of other nodes, as pcs does. The daemon says
// which commands it runs so; others are carried out here.
func (c *Call) handOver(ctx context.Context) (status int, done bool) {
	if len(c.Args) == 0 || !slices.Contains(handedOver, c.Args[0]) || c.Has("-f") || c.Has("--corosync_conf") {
		return 0, false
	}
	f, err := os.Open(c.Root.KnownHosts())
	if err == nil {
		f.Close()
	}
	if !errors.Is(err, fs.ErrPermission) {
		return 0, false
	}
	daemon, err := c.local()
	if err != nil {
		return 0, false
	}
	command, _ := json.Marshal(c.Args) // strings always can be
	options, _ := json.Marshal(c.typed())
	form := url.Values{"command": {string(command)}, "options": {string(options)}}
	if c.readsStdin() {
		if input, err := io.ReadAll(c.Stdin); err == nil {
			form.Set("stdin", string(input))
		}
	}
	out, err := daemon.RunPCS(ctx, form)
	switch {
	case err != nil || out.Status == "bad_command" || out.Status == "error":
		return 0, false // what is in the way is found out here
	case out.Status == "access_denied":
		fmt.Fprintln(c.Stderr, "Error: Access denied")
		return 1, true
	}
	fmt.Fprint(c.Stdout, out.Data.Stdout)
	fmt.Fprint(c.Stderr, out.Data.Stderr)
	return out.Data.Code, true
}

// readsStdin tells that the command takes something from standard input: an
// archive, or a name and a password.
func (c *Call) readsStdin() bool {
	if len(c.Args) < 2 || c.interactive() {
		return false
	}
	return c.Args[0] == "config" && c.Args[1] == "restore" || c.Args[1] == "auth" && !c.Has("-p")
}

// typed are the options as they were given.
func (w *Words) typed() []string {
	var list []string
	for _, option := range w.Given() {
		for _, value := range w.values[option] {
			switch {
			case value == "":
				list = append(list, option)
			case strings.HasPrefix(option, "--"):
				list = append(list, option+"="+value)
			default:
				list = append(list, option, value)
			}
		}
	}
	return list
}
