package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"gpcs/internal/auth"
)

func newClient() *cobra.Command {
	return noun("client", "Manage the credentials of this user.", nil, nil,
		verb("local-auth [<pcsd-port>] [-u <username>] [-p <password>]",
			"Get a token from the daemon of this node, for users who may not use it otherwise.",
			clientLocalAuth, "-u", "-p", "--request-timeout"))
}

// clientLocalAuth carries out "client local-auth".
func clientLocalAuth(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	port := auth.DefaultPort
	if len(c.Args) == 1 {
		n, err := strconv.Atoi(c.Args[0])
		if err != nil || n < 1 || n > 65535 {
			return fail("Invalid port number '%s', use 1..65535", c.Args[0])
		}
		port = n
	}
	user, password, err := c.credentials(ctx)
	if err != nil {
		return err
	}
	host := auth.Host{Dests: []auth.Dest{{Addr: "localhost", Port: port}}}
	return c.authenticate(ctx, map[string]auth.Host{"localhost": host}, []string{"localhost"}, user, password)
}
