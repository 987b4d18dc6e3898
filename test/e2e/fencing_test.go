package e2e

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// The nodes' fence agent is a script that asks, over a socket in the shared
// directory of programs, the test, which has its finger on the power.
const powerAgent = `#!/usr/bin/python3
import socket, sys
if len(sys.argv) > 1:
    print("""<?xml version="1.0"?><resource-agent name="fence_power" shortdesc="power switch of the tests">
<longdesc>power switch of the tests</longdesc><parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
<parameter name="plug" required="1"><content type="string"/></parameter>
<parameter name="socket" required="0"><content type="string"/></parameter>
<parameter name="board" required="0"><content type="string"/></parameter></parameters>
<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/>
<action name="monitor"/><action name="metadata"/></actions></resource-agent>""")
    sys.exit(0)
options = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin if "=" in line)
s = socket.socket(socket.AF_UNIX)
s.connect(options["socket"])
s.sendall((options["action"] + " " + options.get("plug", "-") + " " + options.get("board", "bmc") + "\n").encode())
words = s.makefile().readline().split(" ", 1)
if len(words) > 1:
    sys.stderr.write(words[1])
sys.exit(int(words[0]))
`

// power is the machines' power switch.
type power struct {
	c *failover.Cluster

	mu  sync.Mutex
	lie bool        // says ok and does nothing
	out bool        // does not answer
	bad string      // the board of that name does not answer
	on  func() bool // asked before a machine is switched on: false = the board does not do it
	cut []string    // supplies that are off: "pdu-a node1"; a machine has two
	log []string    // "off node1" with what came of it
	at  []time.Time
}

func newPower(t *testing.T, c *failover.Cluster) *power {
	t.Helper()
	p := &power{c: c}
	l, err := net.Listen("unix", filepath.Join(programs, c.Name()+".sock"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return p
}

func (p *power) serve(conn net.Conn) {
	defer conn.Close()
	line, err := bufio.NewReader(conn).ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) != 3 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch board := words[2]; {
	case p.out || board == p.bad:
		fmt.Fprintln(conn, "1 no route to the power switch")
	case strings.HasPrefix(board, "pdu-"):
		fmt.Fprintln(conn, p.supply(words[0], words[1], board))
	default:
		fmt.Fprintln(conn, p.act(words[0], words[1]))
	}
}

// supply switches one of a machine's two power supplies.
func (p *power) supply(action, node, pdu string) string {
	this := pdu + " " + node
	off := func(supply string) bool { return slices.Contains(p.cut, supply) }
	switch action {
	case "status":
		if off(this) {
			return "2"
		}
		return "0"
	case "off":
		if !off(this) {
			p.cut = append(p.cut, this)
		}
		if off("pdu-a "+node) && off("pdu-b "+node) {
			return p.act("off", node)
		}
	case "on":
		p.cut = slices.DeleteFunc(p.cut, func(s string) bool { return s == this })
		return p.act("on", node)
	}
	return "0"
}

func (p *power) act(action, node string) string {
	state, _ := p.c.Sandbox.State(node)
	switch action {
	case "monitor":
		return "0"
	case "status":
		if state == sandbox.Off {
			return "2"
		}
		return "0"
	case "off":
		if !p.lie && state != sandbox.Off {
			if _, err := p.c.Kill(node); err != nil {
				return "1 " + err.Error()
			}
			p.log, p.at = append(p.log, "off "+node), append(p.at, time.Now())
		}
		return "0"
	case "on":
		if p.on != nil && !p.on() {
			return "1 the board is busy"
		}
		if state == sandbox.Off {
			if err := p.c.Boot(node); err != nil {
				return "1 " + err.Error()
			}
			p.log, p.at = append(p.log, "on "+node), append(p.at, time.Now())
		}
		return "0"
	}
	return "1 unknown action " + action
}

// offs returns the nodes that were switched off, in order.
func (p *power) offs() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var nodes []string
	for _, l := range p.log {
		if node, ok := strings.CutPrefix(l, "off "); ok {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

func (p *power) set(out, lie bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out, p.lie = out, lie
}

// socket is the parameter by which the agent finds the switch.
func (p *power) socket() string { return "socket=/usr/lib/gpcs/" + p.c.Name() + ".sock" }

// install puts a program on a node's disk.
func install(t *testing.T, c *failover.Cluster, node, path, text string) {
	t.Helper()
	cmd := c.Command(node, "sh", "-c", "cat >"+path+" && chmod 755 "+path)
	cmd.Stdin = strings.NewReader(text)
	if err := c.Run(node, cmd); err != nil {
		t.Fatal(err)
	}
}

// other is the second of two nodes.
func other(node string) string { return map[string]string{"node1": "node2", "node2": "node1"}[node] }

// fenced makes the tutorial's cluster with fencing by the power switch, node2
// preferred as the survivor of a split.
func fenced(t *testing.T, n int) (*failover.Cluster, *power) {
	t.Helper()
	c := tutorial(t, n)
	p := newPower(t, c)
	for _, node := range c.Nodes() {
		install(t, c, node, "/usr/sbin/fence_power", powerAgent)
	}
	for _, node := range c.Nodes() {
		argv := []string{"pcs", "stonith", "create", "fence-" + node, "fence_power", p.socket(), "pcmk_host_list=" + node}
		if node == "node2" {
			argv = append(argv, "pcmk_delay_base=3s")
		}
		must(t, c, "node1", argv...)
		must(t, c, "node1", "pcs", "constraint", "location", "fence-"+node, "avoids", node)
	}
	must(t, c, "node1", "pcs", "property", "set", "stonith-enabled=true", "no-quorum-policy=stop")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	return c, p
}

// A dead node's resources are recovered after its power was seen off, not before.
func TestDeadNodeIsFencedBeforeRecovery(t *testing.T) {
	c, p := fenced(t, 2)
	victim := active(t, c)
	heir := other(victim)
	p.set(true, false)
	if _, err := c.Kill(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "Failed Fencing Actions") || !strings.Contains(out, "UNCLEAN") {
			return fmt.Errorf("status says nothing of the failed fencing:\n%s", out)
		}
		return nil
	})
	if r := failover.Get(c.Client, failover.VIP); r.Err == nil {
		t.Fatalf("the address moved to %s without proof", r.Body)
	}
	if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "no route to the power switch") ||
		!strings.Contains(out, "'pcs stonith confirm "+victim+"'") {
		t.Errorf("status does not say why nothing is recovered, or what to type:\n%s", out)
	}
	p.set(false, false)
	if now := active(t, c); now != heir {
		t.Fatalf("the site is on %s", now)
	}
	out := must(t, c, heir, "pcs", "stonith", "history")
	if !strings.Contains(out, "reboot of "+victim+" successful") {
		t.Errorf("history:\n%s", out)
	}
	if out := must(t, c, heir, "pcs", "stonith", "ledger", "--verify"); !strings.Contains(out, "off verified by status") {
		t.Errorf("ledger:\n%s", out)
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
}

// Two nodes that do not see each other: one is switched off, the one that was
// to survive has the address, and both are members again afterwards.
func TestCutOfTwoNodesHasOneSurvivor(t *testing.T) {
	c, p := fenced(t, 2)
	for round := range 3 {
		before := len(p.offs())
		owners := watchOwners(t, c)
		if _, err := c.Cut("node1"); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			if got := p.offs()[before:]; len(got) == 0 {
				return fmt.Errorf("nobody was fenced")
			}
			return nil
		})
		eventually(t, func() error { return c.AwaitSettled(patience) })
		if got := p.offs()[before:]; len(got) != 1 || got[0] != "node1" {
			t.Fatalf("round %d: switched off: %v", round, got)
		}
		if now := active(t, c); now != "node2" {
			t.Errorf("round %d: the site is on %s", round, now)
		}
		events, err := owners.Stop()
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := failover.HeldTwice(events); twice {
			t.Errorf("two nodes had the address: %+v", events)
		}
		must(t, c, "node2", "pcs", "resource", "move", "virtual_ip", "node1")
		eventually(t, func() error {
			if r := failover.Get(c.Client, failover.VIP); r.Body != "node1" {
				return fmt.Errorf("the site is on %s, %v", r.Body, r.Err)
			}
			return nil
		})
		if err := c.AwaitSettled(patience); err != nil {
			t.Fatal(err)
		}
	}
}

// The same with a BMC for each node and the fence_ipmilan that is built in.
func TestCutOfTwoNodesWithBMCs(t *testing.T) {
	c := nodesBy(t, 2, failover.UpWithBMC)
	if err := c.Tutorial(); err != nil {
		t.Fatal(err)
	}
	if err := c.FenceByBMC("node2", "2s"); err != nil {
		t.Fatal(err)
	}
	if active(t, c) != "node1" {
		must(t, c, "node1", "pcs", "resource", "move", "virtual_ip", "node1")
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	owners := watchOwners(t, c)
	if _, err := c.Cut("node1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if r := failover.Get(c.Client, failover.VIP); r.Body != "node2" {
			return fmt.Errorf("the site is on %s, %v", r.Body, r.Err)
		}
		return nil
	})
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	events, err := owners.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, twice := failover.HeldTwice(events); twice {
		t.Errorf("two nodes had the address: %+v", events)
	}
	ledger := must(t, c, "node2", "pcs", "stonith", "ledger", "--verify")
	if strings.Count(ledger, "reboot of node1: off verified by status; device fence-node1 by node2") != 1 || strings.Contains(ledger, "of node2") {
		t.Errorf("ledger:\n%s", ledger)
	}
	for _, node := range c.Nodes() {
		if log := sh(t, c, node, "cat /var/log/gpcsd.log"); strings.Contains(log, "password="+sandbox.BMCPassword) {
			t.Errorf("%s logged the BMC's password", node)
		}
	}
}

// A device that says that all is done while the machine runs on is not
// believed; a human is.
func TestOnlyProofCounts(t *testing.T) {
	c, p := fenced(t, 2)
	for _, node := range c.Nodes() {
		must(t, c, "node1", "pcs", "stonith", "update", "fence-"+node, "pcmk_reboot_timeout=2s")
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	victim := active(t, c)
	heir := other(victim)
	p.set(false, true)
	if err := c.Pause(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "still on") {
			return fmt.Errorf("status says nothing of the device that lies:\n%s", out)
		}
		return nil
	})
	p.set(true, false)
	if _, err := c.Kill(victim); err != nil {
		t.Fatal(err)
	}
	must(t, c, heir, "pcs", "stonith", "confirm", victim, "--force")
	if now := active(t, c); now != heir {
		t.Errorf("the site is on %s", now)
	}
}

// fencedAlive has a human say that a node is off which only stands still, and
// that node go on then.
func fencedAlive(t *testing.T, reaction string) (c *failover.Cluster, victim, heir string) {
	c, p := fenced(t, 2)
	if reaction != "" {
		must(t, c, "node1", "pcs", "property", "set", "fence-reaction="+reaction)
	}
	victim = active(t, c)
	heir = other(victim)
	p.set(true, false)
	if err := c.Pause(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if r := do(t, c, heir, "pcs", "stonith", "confirm", victim, "--force"); r.Code != 0 {
			return fmt.Errorf("%s", r.Stderr)
		}
		return nil
	})
	if err := c.Resume(victim); err != nil {
		t.Fatal(err)
	}
	return c, victim, heir
}

// A human was wrong: the node lives. When it hears that it was fenced it gives
// up what it has and comes back as a new member.
func TestFencedWhileAlive(t *testing.T) {
	c, victim, _ := fencedAlive(t, "")
	// Its services stop and start again, which may come after it was seen online.
	eventually(t, func() error { return c.AwaitSettled(patience) })
	if log := sh(t, c, victim, "cat /var/log/gpcsd.log"); !strings.Contains(log, "this node was fenced and is still alive") {
		t.Error("the node did not learn that it was fenced")
	}
	owners := watchOwners(t, c)
	time.Sleep(500 * time.Millisecond) // some looks at the addresses
	events, err := owners.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, twice := failover.HeldTwice(events); twice {
		t.Errorf("two nodes have the address: %+v", events)
	}
}

// With fencing-reaction it leaves then, or restarts its machine.
func TestReactionToOnesOwnFencing(t *testing.T) {
	c, victim, heir := fencedAlive(t, "stop")
	eventually(t, func() error {
		log := sh(t, c, victim, "cat /var/log/gpcsd.log")
		if r := do(t, c, victim, "pcs", "status"); r.Code == 0 || !strings.Contains(log, "it leaves the cluster now") {
			return fmt.Errorf("it has not left:\n%s", r.Stdout)
		}
		return nil
	})
	if now := active(t, c); now != heir {
		t.Errorf("the site is on %s", now)
	}
	c, victim, _ = fencedAlive(t, "panic")
	eventually(t, func() error {
		if r, err := c.Do(victim, "true"); err == nil && r.Code == 0 {
			return fmt.Errorf("%s runs on", victim)
		}
		return nil
	})
}
