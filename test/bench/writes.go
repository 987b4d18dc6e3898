package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/client"
	"gpcs/internal/paths"
	"gpcs/test/failover"
)

const (
	writesFor = 5 * time.Second // each series
	together  = 8               // clients at once
	processes = 40              // commands of each client
)

// The peer's rates on the same kind of machine, 2 nodes, one process for each
// change: cibadmin one after the other, and eight at once.
const peerAlone, peerTogether = 15.3, 33.9

// writes counts changes of the configuration, each acknowledged by a majority
// of disks: through the daemon's API on its local socket, as `pcs` makes them,
// and by cibadmin, a process for each.
func writes(c *failover.Cluster) error {
	nodes := c.Nodes()
	if err := errors.Join(
		rate(c, "API, one client", nodes[:1], 1),
		rate(c, "API, 8 clients on one node", nodes[:1], together),
		rate(c, "API, 8 clients on all nodes", nodes, together),
		commandRate(c, 1), commandRate(c, together)); err != nil {
		return err
	}
	fmt.Printf("  = the peer's cibadmin: %.1f alone, %.1f with 8 at once; 20 times that is %.0f\n", peerAlone, peerTogether, 20*peerTogether)
	return largeDocument(c)
}

// local is a client on a node's local socket.
func local(c *failover.Cluster, node string) (*client.Client, error) {
	root, err := c.Path(node, "/")
	return client.New(client.Options{Root: paths.Root(strings.TrimSuffix(root, "/")), Timeout: patience}), err
}

// change is a request that sets an attribute of the first node.
func change(name, value string) cib.Request {
	return cib.Request{Client: "bench", Ops: []cib.Op{{Kind: cib.Modify, XML: fmt.Sprintf(
		`<nodes><node id="1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-%s" name=%q value=%q/></instance_attributes></node></nodes>`,
		name, name, value)}}}
}

// rate has clients make changes for a while, each one after the other.
func rate(c *failover.Cluster, what string, nodes []string, clients int) error {
	ctx, cancel := context.WithTimeout(context.Background(), writesFor+patience)
	defer cancel()
	errs, counts := make([]error, clients), make([]int, clients)
	used, err := cpuTimes(c)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range clients {
		cl, err := local(c, nodes[i%len(nodes)])
		if err != nil {
			return err
		}
		wg.Go(func() {
			defer cl.Close()
			target := cl.Local()
			for time.Since(begin) < writesFor && errs[i] == nil {
				counts[i]++
				_, errs[i] = target.Change(ctx, change(fmt.Sprintf("bench-%d", i), fmt.Sprint(counts[i], "-", begin.UnixNano())))
			}
		})
	}
	wg.Wait()
	took, all := time.Since(begin), 0
	for _, n := range counts {
		all += n
	}
	after, err := cpuTimes(c)
	if err != nil {
		return err
	}
	var cpu time.Duration
	for i := range after {
		cpu += after[i] - used[i]
	}
	fmt.Printf("  = %s: %.0f changes a second; each takes %.2f ms of processor time on all nodes together\n",
		what, float64(all)/took.Seconds(), float64(cpu.Milliseconds())/float64(all))
	return errors.Join(errs...)
}

// commandRate is rate with a process of cibadmin for each change.
func commandRate(c *failover.Cluster, clients int) error {
	script := fmt.Sprintf(`for c in $(seq %d); do (for n in $(seq %d); do cibadmin --modify --xml-text \
"<nodes><node id='1'><instance_attributes id='nodes-1'><nvpair id='nodes-1-bench-$c' name='bench-$c' value='$$-$n'/></instance_attributes></node></nodes>" || echo failed; done) & done; wait`,
		clients, processes)
	begin := time.Now()
	said, err := say(c, c.Nodes()[0], script)
	if err == nil && said != "" {
		err = fmt.Errorf("cibadmin: %s", said)
	}
	fmt.Printf("  = cibadmin, %d at once: %.0f changes a second\n", clients, float64(clients*processes)/time.Since(begin).Seconds())
	return err
}

const (
	large        = 1 << 20 // bytes of a large document
	largeChanges = 100
)

// largeDocument makes the document large and measures what a small change
// costs then: how many bytes go to each member, and how long it takes.
func largeDocument(c *failover.Cluster) error {
	var text strings.Builder
	text.WriteString(`<nodes><node id="1"><instance_attributes id="nodes-1">`)
	for n := 0; text.Len() < large; n++ {
		fmt.Fprintf(&text, `<nvpair id="nodes-1-large-%d" name="large-%d" value="%0120d"/>`, n, n, n)
	}
	text.WriteString(`</instance_attributes></node></nodes>`)
	dc, err := dcOf(c)
	if err != nil {
		return err
	}
	cl, err := local(c, dc)
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	if _, err := cl.Local().Change(ctx, cib.Request{Client: "bench", Ops: []cib.Op{{Kind: cib.Modify, XML: text.String()}}}); err != nil {
		return err
	}
	if err := c.AwaitSettled(patience); err != nil {
		return err
	}
	before, err := sent(c, dc)
	if err != nil {
		return err
	}
	begin := time.Now()
	for n := range largeChanges {
		if _, err := cl.Local().Change(ctx, change("bench-large", fmt.Sprint(n))); err != nil {
			return err
		}
	}
	took := time.Since(begin)
	after, err := sent(c, dc)
	if err != nil {
		return err
	}
	fmt.Printf("  = document of 1 MiB, one client: %.0f changes a second\n", largeChanges/took.Seconds())
	for peer, n := range after {
		fmt.Printf("  = document of 1 MiB: %d bytes to %s for each change of one attribute, TLS included\n", (n-before[peer])/largeChanges, peer)
	}
	return rate(c, "document of 1 MiB, API, 8 clients on one node", c.Nodes()[:1], together)
}

// dcOf names the DC.
func dcOf(c *failover.Cluster) (string, error) {
	s, err := c.State(c.Nodes()[0])
	if err != nil {
		return "", err
	}
	for _, m := range s.View.Members {
		if m.ID == s.View.DC {
			return m.Name, nil
		}
	}
	return "", errors.New("there is no DC")
}

var sentLine = regexp.MustCompile(`(\d+\.\d+\.\d+\.\d+):\d+\s*\n.*bytes_sent:(\d+)`)

// sent is how many bytes a node has sent on its busiest TCP connection to each peer.
func sent(c *failover.Cluster, node string) (map[string]int, error) {
	text, err := say(c, node, "ss -tinH '( sport = :2224 or dport = :2224 )'")
	if err != nil {
		return nil, err
	}
	most := map[string]int{}
	for _, m := range sentLine.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[2])
		most[m[1]] = max(most[m[1]], n)
	}
	return most, nil
}
