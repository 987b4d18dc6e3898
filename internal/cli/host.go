package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/auth"
	"gpcs/internal/client"
)

func newHost() *cobra.Command {
	return noun("host", "Manage hosts known to pcs/pcsd.", nil, nil,
		verb("auth (<host name> [addr=<address>[:<port>]])... [-u <username>] [-p <password>]",
			"Get a token from the daemons of hosts, so that they accept commands from this one. Without an address a "+
				"host is looked for under its name. What is not given is asked for. The certificate that a host shows "+
				"now is the only one accepted from it later.",
			hostAuth, "-u", "-p", "--request-timeout", "--token"),
		verb("deauth [<host name>]...", "Forget hosts, by default all of them.", hostDeauth, "--request-timeout"),
	)
}

// hostAuth carries out "host auth".
func hostAuth(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return fail("No host specified")
	}
	hosts, order, err := parseHosts(c.Args)
	if err != nil {
		return err
	}
	if file, given := c.Value("--token"); given {
		token, err := readToken(file)
		if err != nil {
			return err
		}
		for name, h := range hosts {
			h.Token = token
			hosts[name] = h
		}
		return c.addHosts(ctx, hosts)
	}
	user, password, err := c.credentials(ctx)
	if err != nil {
		return err
	}
	return c.authenticate(ctx, hosts, order, user, password)
}

// authenticate gets tokens from hosts and saves them, here and on all nodes of
// this node's cluster. Hosts that refused are said, the others are saved.
func (c *Call) authenticate(ctx context.Context, hosts map[string]auth.Host, order []string, user, password string) error {
	if _, err := c.knownHosts(); err != nil { // before a token is made that cannot be kept
		return err
	}
	peers, err := c.peers()
	if err != nil {
		return err
	}
	var targets []*client.Target
	for _, name := range order {
		targets = append(targets, peers.Host(name, hosts[name]))
	}
	added := map[string]auth.Host{}
	failed := false
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Login(ctx, user, password)
	}, func(t *client.Target, token string, err error) {
		if err != nil {
			failed = true
			fmt.Fprintln(c.Stderr, "Error: "+authProblem(t.Name, err))
			return
		}
		fmt.Fprintf(c.Stderr, "%s: Authorized\n", t.Name)
		added[t.Name] = auth.Host{Dests: hosts[t.Name].Dests, Token: token, Pin: t.SeenPin()}
	})
	if len(added) > 0 {
		err = c.addHosts(ctx, added)
	}
	if err == nil && failed {
		return ExitError{Code: 1}
	}
	return err
}

func authProblem(node string, err error) string {
	var f *client.Failure
	switch {
	case errors.Is(err, client.ErrPassword):
		return node + ": Username and/or password is incorrect"
	case !errors.As(err, &f):
		return fmt.Sprintf("Unable to communicate with %s: %v", node, err)
	case f.Layer == client.LayerName:
		return fmt.Sprintf("Unable to communicate with %s: %s; check the spelling, /etc/hosts and DNS, or name its address: "+
			"pcs host auth %s addr=<address>", node, f.Reason, node)
	}
	return fmt.Sprintf("Unable to communicate with %s: %s", node, f.Reason)
}

// readToken reads a token that was made elsewhere, as pcs keeps it.
func readToken(file string) (string, error) {
	data, err := os.ReadFile(file)
	switch {
	case err != nil:
		return "", fail("Unable to read file '%s': %v", file, err)
	case len(data) == 0:
		return "", fail("File '%s' is empty", file)
	case len(data) > 256:
		return "", fail("Maximal token size of 256 bytes exceeded")
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

// parseHosts reads "NAME [addr=ADDRESS[:PORT]] ...".
func parseHosts(words []string) (hosts map[string]auth.Host, order []string, err error) {
	groups, order, err := wordsByName(words, "host name")
	if err != nil {
		return nil, nil, err
	}
	hosts = map[string]auth.Host{}
	for _, name := range order {
		options, err := parsePairs(groups[name])
		if err != nil {
			return nil, nil, err
		}
		address := name
		for _, o := range options {
			if o.Name != "addr" {
				return nil, nil, fail("Unknown options %s for host '%s'", o.Name, name)
			}
			address = o.Value
		}
		dest, err := parseAddress(address)
		if err != nil {
			return nil, nil, err
		}
		hosts[name] = auth.Host{Dests: []auth.Dest{dest}}
	}
	return hosts, order, nil
}

// wordsByName splits "NAME k=v k=v NAME ..." into the options of each name.
func wordsByName(words []string, label string) (groups map[string][]string, order []string, err error) {
	groups = map[string][]string{}
	for _, w := range words {
		if strings.Contains(w, "=") {
			if len(order) == 0 {
				return nil, nil, fail("Invalid character '=' in %s '%s'", label, w)
			}
			last := order[len(order)-1]
			groups[last] = append(groups[last], w)
			continue
		}
		if _, twice := groups[w]; twice {
			return nil, nil, fail("%s '%s' defined multiple times", strings.ToUpper(label[:1])+label[1:], w)
		}
		groups[w] = []string{}
		order = append(order, w)
	}
	return groups, order, nil
}

// parseAddress reads ADDRESS[:PORT]; an IPv6 address with a port stands in
// brackets.
func parseAddress(s string) (auth.Dest, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return auth.Dest{Addr: ip.String(), Port: auth.DefaultPort}, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return auth.Dest{Addr: strings.Trim(s, "[]"), Port: auth.DefaultPort}, nil
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return auth.Dest{}, fail("Invalid port number in address '%s', use 1..65535", s)
	}
	return auth.Dest{Addr: host, Port: n}, nil
}

// hostDeauth carries out "host deauth".
func hostDeauth(ctx context.Context, c *Call) error {
	known, err := c.knownHosts()
	if err != nil {
		return err
	}
	remove := c.Args
	if len(remove) == 0 {
		remove = known.Names()
	}
	var missing []string
	for _, name := range remove {
		if _, ok := known.Hosts[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) < len(remove) {
		err = c.changeHosts(ctx, known, nil, remove)
	}
	if len(missing) > 0 {
		return errors.Join(fail("Following hosts were not found: '%s'", strings.Join(missing, "', '")), err)
	}
	return err
}
