package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/bougou/go-ipmi/pkg/bmc"
	"github.com/bougou/go-ipmi/pkg/hal"
	"github.com/bougou/go-ipmi/pkg/hal/mock"
	"github.com/bougou/go-ipmi/pkg/server"
	"github.com/bougou/go-ipmi/pkg/transport/udp"
	"golang.org/x/sys/unix"
)

// User and password of the nodes' BMCs.
const (
	BMCUser     = "admin"
	BMCPassword = "secret"
)

// bmcPort is IPMI over LAN's (RMCP, primary).
const bmcPort = "623"

// BMCAddress is where the i-th node's BMC answers, on the management network:
// 192.168.2.10 for node1.
func BMCAddress(i int) string { return fmt.Sprintf("192.168.2.%d", 9+i) }

// managementAddress is the i-th node's own address there.
func managementAddress(i int) string { return fmt.Sprintf("192.168.2.%d", 109+i) }

// bmcPatience is how long the BMCs may take to answer.
const bmcPatience = 5 * time.Second

// startBMCs starts the process that is all nodes' BMCs. It is in the client's
// network and sees the machine's own files, since it makes nodes.
func (s *Sandbox) startBMCs() error {
	hub, err := s.leader(Client)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "bmc.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := &exec.Cmd{Path: s.conf.Executable, Args: []string{"gpcs", wordSandbox, wordBMC, s.dir, wordBMC}, Dir: "/",
		Env: nodeEnvironment(), Stdout: log, Stderr: log, SysProcAttr: &unix.SysProcAttr{Setsid: true}}
	if err := within(hub, unix.CLONE_NEWNET, cmd.Start); err != nil {
		return fmt.Errorf("cannot start the BMCs: %w", err)
	}
	s.remember(cmd)
	ready := filepath.Join(s.dir, bmcReady)
	for deadline := time.Now().Add(bmcPatience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if exists(ready) {
			return nil
		}
	}
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("the BMCs do not answer: %s", text)
}

// bmcReady is made in the sandbox's directory once the BMCs answer.
const bmcReady = "bmc.ready"

// runBMCs is that process.
func runBMCs(dir string) error {
	s, err := Open(filepath.Base(dir))
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for i, node := range s.conf.Nodes {
		conn, err := udp.Listen(net.JoinHostPort(BMCAddress(i+1), bmcPort))
		if err != nil {
			return fmt.Errorf("BMC of %s: %w", node, err)
		}
		b := bmc.New(bmc.DeviceInfo{DeviceID: 32, DeviceRevision: 1, FirmwareMajor: 1, IPMIVersion: 0x20, ManufacturerID: 0x157, ProductID: 1},
			[16]byte{'g', 'p', 'c', 's', 0, byte(i + 1)}, &machine{HAL: mock.New(), power: &chassis{ChassisHAL: &mock.Chassis{}, s: s, node: node}})
		user, err := b.Users.Add(2, BMCUser)
		if err != nil {
			return err
		}
		user.SetPassword([]byte(BMCPassword))
		user.Enabled = true
		user.ChannelAccess[1] = bmc.UserChannelAccess{MaxPrivilege: bmc.PrivilegeLevelAdministrator, Enabled: true}
		wg.Go(func() {
			if err := server.NewServer(b, conn).Serve(context.Background()); err != nil {
				fmt.Fprintf(os.Stderr, "BMC of %s: %v\n", node, err)
			}
		})
	}
	if err := os.WriteFile(filepath.Join(dir, bmcReady), nil, 0o600); err != nil {
		return err
	}
	wg.Wait()
	return errors.New("all BMCs have ended")
}

// PowerEvent is a node's BMC switching its power.
type PowerEvent struct {
	At   time.Time
	Node string
	On   bool
}

// PowerEvents returns what the BMCs were told so far, oldest first.
func (s *Sandbox) PowerEvents() ([]PowerEvent, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, "bmc.log"))
	if err != nil {
		return nil, err
	}
	var events []PowerEvent
	for _, line := range strings.Split(string(text), "\n") {
		var at string
		var e PowerEvent
		if n, _ := fmt.Sscanf(line, powerLine, &at, &e.Node, &e.On); n != 3 {
			continue
		}
		if e.At, err = time.Parse(time.RFC3339Nano, at); err == nil {
			events = append(events, e)
		}
	}
	return events, nil
}

// powerLine is how the BMCs' log tells of a switch.
const powerLine = "%s %s power on=%t"

// machine is a node as its BMC sees it.
type machine struct {
	*mock.HAL
	power *chassis
}

// Chassis returns the node's power switch.
func (m *machine) Chassis() hal.ChassisHAL { return m.power }

// chassis switches a node's power.
type chassis struct {
	hal.ChassisHAL
	s    *Sandbox
	node string
}

// PowerState tells whether the node is powered on.
func (c *chassis) PowerState(context.Context) (bool, error) {
	state, err := c.s.State(c.node)
	return state != Off, err
}

// SetPower powers the node off before it returns, or begins to power it on.
func (c *chassis) SetPower(_ context.Context, on bool) error {
	fmt.Fprintf(os.Stderr, powerLine+"\n", time.Now().Format(time.RFC3339Nano), c.node, on)
	if on {
		go c.boot() // a machine takes its time to boot, its BMC answers at once
		return nil
	}
	_, err := c.s.Kill(c.node)
	if errors.Is(err, ErrNotRunning) {
		return nil
	}
	return err
}

func (c *chassis) boot() {
	if state, err := c.s.State(c.node); err == nil && state != Off {
		return
	}
	if err := c.s.Boot(c.node); err != nil {
		fmt.Fprintf(os.Stderr, "%s does not boot: %v\n", c.node, err)
	}
}

// PowerCycle switches the node off and on.
func (c *chassis) PowerCycle(ctx context.Context) error {
	return errors.Join(c.SetPower(ctx, false), c.SetPower(ctx, true))
}

// ColdReset is PowerCycle: nothing of the node's memory is kept.
func (c *chassis) ColdReset(ctx context.Context) error { return c.PowerCycle(ctx) }
