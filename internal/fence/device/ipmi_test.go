package device

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/bougou/go-ipmi/pkg/bmc"
	"github.com/bougou/go-ipmi/pkg/hal"
	"github.com/bougou/go-ipmi/pkg/hal/mock"
	"github.com/bougou/go-ipmi/pkg/server"
	"github.com/bougou/go-ipmi/pkg/transport/udp"

	"gpcs/internal/fence"
	"gpcs/internal/paths"
)

type board struct {
	*mock.HAL
	chassis *mock.Chassis
}

func (b *board) Chassis() hal.ChassisHAL { return b.chassis }

// startBMC runs a BMC with a machine that is on and returns its port.
func startBMC(t *testing.T) (*mock.Chassis, string) {
	t.Helper()
	conn, err := udp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	machine := &mock.Chassis{On: true}
	b := bmc.New(bmc.DeviceInfo{DeviceID: 32, IPMIVersion: 0x20}, [16]byte{1}, &board{mock.New(), machine})
	user, err := b.Users.Add(2, "admin")
	if err != nil {
		t.Fatal(err)
	}
	user.SetPassword([]byte("secret"))
	user.Enabled = true
	user.ChannelAccess[1] = bmc.UserChannelAccess{MaxPrivilege: bmc.PrivilegeLevelAdministrator, Enabled: true}
	srv := server.NewServer(b, conn)
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(context.Background()) })
	t.Cleanup(func() { _ = srv.Close(); _ = conn.Close(); wg.Wait() })
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return machine, port
}

func TestIPMIWithoutAnyAgentInstalled(t *testing.T) {
	machine, port := startBMC(t)
	r := New(paths.Root(t.TempDir()), nil)
	o := order(map[string]string{"ip": "127.0.0.1", "ipport": port, "username": "admin", "password": "secret", "lanplus": "1", "pcmk_host_list": "n1"})
	o.Device.Agent = "fence_ipmilan"
	if reply := r.Fence(context.Background(), o); !reply.OK || !reply.Verified {
		t.Fatalf("off: %+v", reply)
	}
	if on, _ := machine.PowerState(context.Background()); on {
		t.Error("the machine is on")
	}
	o.Action = fence.On
	if reply := r.Fence(context.Background(), o); !reply.OK {
		t.Fatalf("on: %+v", reply)
	}
	o.Device.Params["password"] = "wrong"
	o.Action = fence.Off
	reply := r.Fence(context.Background(), o)
	if reply.OK || strings.Contains(reply.Reason, "wrong") {
		t.Errorf("wrong password: %+v", reply)
	}
	t.Log("wrong password:", reply.Reason)
}

// What the built-in agent cannot do is left to the installed one.
func TestWhichParametersAreBuiltIn(t *testing.T) {
	for _, c := range []struct {
		agent  string
		params map[string]string
		want   bool
	}{
		{"fence_ipmilan", map[string]string{"ip": "h", "lanplus": "1"}, true},
		{"fence_ipmilan", map[string]string{"ip": "h"}, false},
		{"fence_idrac", map[string]string{"ip": "h", "pcmk_host_list": "a", "power_wait": "3"}, true},
		{"fence_idrac", map[string]string{"ip": "h", "method": "cycle"}, false},
		{"fence_idrac", map[string]string{"ip": "h", "hexadecimal_kg": "00"}, false},
		{"fence_idrac", map[string]string{"ip": "h", "lanplus": "0"}, false},
		{"fence_apc", map[string]string{"ip": "h", "lanplus": "1"}, false},
	} {
		if _, got := ipmiOf(fence.Device{Agent: c.agent, Params: c.params}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
