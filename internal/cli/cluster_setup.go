package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/auth"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

func clusterSetupVerb() *cobra.Command {
	return verb("setup <cluster name> (<node name> [addr=<node address>]...)... [transport knet|udp|udpu [<transport options>] "+
		"[link <link options>]... [compression <compression options>] [crypto <crypto options>] ] [totem <totem options>] "+
		"[quorum <quorum options>] [--no-cluster-uuid] ([--enable] [--start [--wait[=<n>]]] [--no-keys-sync]) | [--corosync_conf <path>]",
		"Make a cluster of nodes and send its configuration to them: all of them get it or none. Without an address a node "+
			"is reached under the one that it has in 'pcs host auth'. With --corosync_conf nobody is spoken to and the "+
			"configuration is written to a file.",
		clusterSetup, "--force", "--no-cluster-uuid", "--wait", "--start", "--enable", "--no-keys-sync", "--corosync_conf",
		"--overwrite", "--request-timeout")
}

// clusterSetup carries out "cluster setup".
func clusterSetup(ctx context.Context, c *Call) error {
	_, file := c.Value("--corosync_conf")
	if file && (c.Has("--wait") || c.Has("--start") || c.Has("--enable") || c.Has("--no-keys-sync")) {
		return fail("Cannot specify any of '--enable', '--no-keys-sync', '--start', '--wait' when '--corosync_conf' is specified")
	}
	if !file && c.Has("--overwrite") {
		return fail("Cannot specify '--overwrite' when '--corosync_conf' is not specified")
	}
	if len(c.Args) < 2 {
		return errUsage
	}
	setup, err := parseSetup(c.Args)
	if err != nil {
		return err
	}
	if !c.Has("--no-cluster-uuid") {
		if setup.UUID, err = conf.NewUUID(rand.Reader); err != nil {
			return err
		}
	}
	known, err := c.knownHosts()
	if err != nil && !file {
		return err
	}
	if file {
		return c.setupFile(ctx, setup, known)
	}
	return c.setupNodes(ctx, setup, known)
}

// parseSetup reads the words of "cluster setup".
func parseSetup(words []string) (conf.Setup, error) {
	s := conf.Setup{Name: words[0]}
	g := splitKeywords(words[1:], "transport", "totem", "quorum")
	for _, k := range []string{"transport", "totem", "quorum"} {
		if len(g.each[k]) > 1 {
			return s, fail("'%s' cannot be used more than once", k)
		}
	}
	if len(g.first) == 0 {
		return s, errUsage
	}
	nodes, order, err := wordsByName(g.first, "node name")
	if err != nil {
		return s, err
	}
	for _, name := range order {
		n, err := parseNode(name, nodes[name])
		if err != nil {
			return s, err
		}
		s.Nodes = append(s.Nodes, n)
	}
	if s.Totem, err = optionMap(g.groups["totem"]); err != nil {
		return s, err
	}
	if s.Quorum, err = optionMap(g.groups["quorum"]); err != nil {
		return s, err
	}
	if g.has("transport") {
		err = parseTransport(&s, g.groups["transport"])
	}
	return s, err
}

// parseNode reads "addr=..." of one node, as often as it stands.
func parseNode(name string, words []string) (conf.NewNode, error) {
	n := conf.NewNode{Name: name}
	for _, w := range words {
		o, err := parsePairs([]string{w})
		if err != nil {
			return n, err
		}
		if o[0].Name != "addr" {
			return n, fail("Unknown options '%s' for node '%s'", o[0].Name, name)
		}
		n.Addrs = append(n.Addrs, o[0].Value)
	}
	return n, nil
}

func optionMap(words []string) (map[string]string, error) {
	pairs, err := parsePairs(words)
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	for _, p := range pairs {
		m[p.Name] = p.Value
	}
	return m, nil
}

func parseTransport(s *conf.Setup, words []string) (err error) {
	if len(words) == 0 {
		return fail("Transport type not defined")
	}
	s.Transport = words[0]
	g := splitKeywords(words[1:], "link", "compression", "crypto")
	if s.TransportOp, err = optionMap(g.first); err != nil {
		return err
	}
	if s.Compression, err = optionMap(g.groups["compression"]); err != nil {
		return err
	}
	if s.Crypto, err = optionMap(g.groups["crypto"]); err != nil {
		return err
	}
	for _, words := range g.each["link"] {
		link, err := optionMap(words)
		if err != nil {
			return err
		}
		s.Links = append(s.Links, link)
	}
	return nil
}

// defaultAddresses gives nodes without an address the one of known-hosts; for
// a file also their name, where they are not known.
func (c *Call) defaultAddresses(s conf.Setup, known auth.KnownHosts, toName bool) conf.Setup {
	nodes := append([]conf.NewNode(nil), s.Nodes...)
	for i, n := range nodes {
		if len(n.Addrs) > 0 {
			continue
		}
		address := ""
		if h, ok := known.Hosts[n.Name]; ok {
			address = n.Name
			if len(h.Dests) > 0 {
				address = h.Dests[0].Addr
			}
		} else if toName {
			address = n.Name
		}
		if address != "" {
			c.say(report.NewInfo("USING_DEFAULT_ADDRESS_FOR_HOST",
				fmt.Sprintf("No addresses specified for host '%s', using '%s'", n.Name, address)))
			nodes[i].Addrs = []string{address}
		}
	}
	s.Nodes = nodes
	return s
}

// resolveTimeout bounds the wait for the address of one name.
const resolveTimeout = 10 * time.Second

func resolves(ctx context.Context) func(string) bool {
	return func(name string) bool {
		ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
		defer cancel()
		_, err := net.DefaultResolver.LookupHost(ctx, name)
		return err == nil
	}
}

// setupFile writes corosync.conf to the file of --corosync_conf.
func (c *Call) setupFile(ctx context.Context, s conf.Setup, known auth.KnownHosts) error {
	if _, err := os.Stat(c.Root.KnownHosts()); errors.Is(err, fs.ErrNotExist) {
		c.noKnownHosts()
	}
	s = c.defaultAddresses(s, known, true)
	if err := c.conclude(s.Validate(resolves(ctx), c.Has("--force"))); err != nil {
		return err
	}
	name, _ := c.Value("--corosync_conf")
	if _, err := os.Stat(name); err == nil && !c.Has("--overwrite") {
		return fail("Corosync configuration file '%s' already exists, use --overwrite to overwrite existing file(s)", name)
	}
	if err := durable.Write(name, s.Create().Bytes(), 0o644); err != nil {
		return fail("Unable to write Corosync configuration '%s': %v", name, err)
	}
	return nil
}
