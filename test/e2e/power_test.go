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
