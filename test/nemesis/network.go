package main

import (
	"fmt"
	"strings"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// rules are what the bridge drops, nft(8). Traffic of the client is not
// forwarded by the bridge and never dropped.
type rules struct {
	hub  *failover.Cluster
	list []string
}

// begin makes the table.
func (r *rules) begin() error { return r.load() }

// add drops what the rules match and returns what undoes that.
func (r *rules) add(matches ...string) (undo func() error, err error) {
	r.list = append(r.list, matches...)
	return func() error {
		for _, m := range matches {
			for i, had := range r.list {
				if had == m {
					r.list = append(r.list[:i:i], r.list[i+1:]...)
					break
				}
			}
		}
		return r.load()
	}, r.load()
}

// load puts all rules in force at one moment.
func (r *rules) load() error {
	var text strings.Builder
	text.WriteString("table bridge nemesis {}\ndelete table bridge nemesis\ntable bridge nemesis {\n" +
		"chain forward { type filter hook forward priority 0; policy accept;\n")
	for _, m := range r.list {
		text.WriteString(m + " drop\n")
	}
	text.WriteString("}\n}\n")
	cmd := r.hub.Command(sandbox.Client, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(text.String())
	said, err := r.hub.DoCommand(sandbox.Client, cmd)
	if err == nil && said.Code != 0 {
		err = fmt.Errorf("nft: status %d: %s", said.Code, said.Stderr)
	}
	return err
}

func port(node string) string { return `"vb-` + node + `"` }

// between matches what goes from one node to another.
func between(from, to string) string {
	return fmt.Sprintf("iifname %s oifname %s", port(from), port(to))
}

// shape gives a node's cable little room in the direction to it: what comes
// together waits, and is lost where too much waits.
func shape(c *failover.Cluster, node, rate string) (undo func() error, err error) {
	tc := func(argv ...string) error {
		said, err := c.Do(sandbox.Client, append([]string{"tc", "qdisc"}, argv...)...)
		if err == nil && said.Code != 0 {
			err = fmt.Errorf("tc: status %d: %s", said.Code, said.Stderr)
		}
		return err
	}
	err = tc("replace", "dev", "vb-"+node, "root", "tbf", "rate", rate, "burst", "3kb", "latency", "400ms")
	return func() error {
		_ = tc("del", "dev", "vb-"+node, "root") // it is gone where the node was powered off meanwhile
		return nil
	}, err
}
