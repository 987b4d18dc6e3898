package ipmisim

import (
	"net"
	"os"
	"testing"
	"time"
)

// start runs a board on a free port and waits until it answers.
func start(t *testing.T, switching string) *Board {
	t.Helper()
	if _, err := os.Stat(Program); err != nil {
		t.Skipf("NOT RUN: fencing with OpenIPMI's BMC: %v; install the package openipmi", err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := conn.LocalAddr().(*net.UDPAddr).Port
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := Start(t.TempDir(), port, switching)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

// agents are the built-in one and, with a parameter that it does not have, that
// of the package fence-agents.
func agents(t *testing.T) map[string][]string {
	list := map[string][]string{"built in": nil}
	if _, err := os.Stat("/usr/sbin/fence_ipmilan"); err != nil {
		t.Logf("NOT TESTED: the installed fence_ipmilan: %v", err)
	} else {
		list["installed"] = []string{"ipmitool_path=/usr/bin/ipmitool", "power_wait=0"}
	}
	return list
}

func TestABoardThatObeys(t *testing.T) {
	b := start(t, Obey)
	for name, more := range agents(t) {
		if err := b.SetOn(); err != nil {
			t.Fatal(err)
		}
		reply := b.Off(time.Minute, more...)
		if on, err := b.On(); !reply.OK || !reply.Verified || on || err != nil {
			t.Errorf("%s: %+v, on %v %v", name, reply, on, err)
		}
	}
}

// It says that all is done, and its machine runs on: that is no proof.
func TestABoardThatLies(t *testing.T) {
	b := start(t, Lie)
	for name, more := range agents(t) {
		if reply := b.Off(4*time.Second, more...); reply.OK {
			t.Errorf("%s: %+v", name, reply)
		} else {
			t.Logf("%s: %s", name, reply.Reason)
		}
	}
}

// The machine is off a while after the board said so: that is waited for.
func TestABoardThatTakesItsTime(t *testing.T) {
	b := start(t, Dally)
	reply := b.Off(time.Minute)
	if on, err := b.On(); !reply.OK || !reply.Verified || on || err != nil {
		t.Errorf("%+v, on %v %v", reply, on, err)
	}
}
