package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/fence"
	"gpcs/internal/fence/device"
	"gpcs/internal/paths"
)

// boards has ipmiInside run in a network of its own, where OpenIPMI's ipmi_sim
// can be a BMC without anybody else seeing it.
func boards() error {
	for _, needed := range []string{"/usr/bin/ipmi_sim", "/usr/bin/ipmitool", "/usr/sbin/fence_ipmilan"} {
		if _, err := os.Stat(needed); err != nil {
			return fmt.Errorf("ipmi: %w; it is in one of the packages openipmi, ipmitool and fence-agents", err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "ipmi-inside")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}

const simPort = "6230"

const simConfig = `name "bench"
set_working_mc 0x20
startlan 1
  addr 127.0.0.1 ` + simPort + `
  priv_limit admin
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
chassis_control "DIR/power 0x20"
user 2 true "admin" "secret" admin 10 none md2 md5 straight
`

const simCommands = "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n"

// simPower is the machine behind the BMC: a file.
const simPower = `#!/bin/sh
op=$2
shift 2
while [ $# -gt 0 ]; do
    case $op in
    get) [ "$1" = power ] && echo "power:$(cat DIR/state)"; shift;;
    set) [ "$1" = power ] && echo "$2" >DIR/state; shift 2;;
    *) shift;;
    esac
done
`

// ipmiInside measures the built-in agent and the installed fence_ipmilan, each
// from the order to switch off until the power was read as off.
func ipmiInside() error {
	if said, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link: %w: %s", err, said)
	}
	dir, err := os.MkdirTemp("", "bench-ipmi-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"lan.conf": simConfig, "sim.emu": simCommands, "power": simPower, "state": "1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "DIR", dir)), 0o755); err != nil {
			return err
		}
	}
	sim := exec.Command("/usr/bin/ipmi_sim", "-c", "lan.conf", "-f", "sim.emu", "-s", filepath.Join(dir, "persist"), "-n")
	sim.Dir, sim.SysProcAttr = dir, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := sim.Start(); err != nil {
		return err
	}
	defer func() { _ = sim.Process.Kill(); _ = sim.Wait() }()
	params := map[string]string{"ip": "127.0.0.1", "ipport": simPort, "username": "admin", "password": "secret", "lanplus": "1",
		"cipher": "3", "pcmk_host_list": "machine"}
	native, err := timeOff(dir, func() error { return nativeOff(params) })
	if err != nil {
		return err
	}
	summary("built in: off, and read as off", native)
	for _, wait := range []string{"", "0"} {
		real, err := timeOff(dir, func() error { return installedOff(params, wait) })
		if err != nil {
			return err
		}
		what := "fence_ipmilan as installed"
		if wait != "" {
			what += ", power_wait=" + wait
		}
		summary(what, real)
		fmt.Printf("  = %.1f times the built-in one\n", float64(real[len(real)/2])/float64(native[len(native)/2]))
	}
	return nil
}

// timeOff measures ways to switch the machine off; each must have done so.
func timeOff(dir string, off func() error) ([]time.Duration, error) {
	state := filepath.Join(dir, "state")
	var times []time.Duration
	for range rounds {
		if err := os.WriteFile(state, []byte("1\n"), 0o600); err != nil {
			return nil, err
		}
		begin := time.Now()
		if err := off(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begin))
		if now, err := os.ReadFile(state); err != nil || string(now) != "0\n" {
			return nil, errors.Join(fmt.Errorf("the machine is not off: %q", now), err)
		}
	}
	return times, nil
}

func nativeOff(params map[string]string) error {
	reply := device.New(paths.Root("/"), nil).Fence(context.Background(), device.Order{
		Device: fence.Device{ID: "bmc", Agent: "fence_ipmilan", Params: params}, Action: fence.Off, Target: "machine",
		TimeoutMS: patience.Milliseconds(), Retries: 5})
	if !reply.OK || !reply.Verified {
		return fmt.Errorf("built in: %s", reply.Reason)
	}
	return nil
}

func installedOff(params map[string]string, wait string) error {
	var input, said bytes.Buffer
	for name, value := range params {
		if !strings.HasPrefix(name, "pcmk_") {
			fmt.Fprintf(&input, "%s=%s\n", name, value)
		}
	}
	if wait != "" {
		fmt.Fprintf(&input, "power_wait=%s\n", wait)
	}
	input.WriteString("action=off\n")
	cmd := exec.Command("/usr/sbin/fence_ipmilan")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &input, &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("fence_ipmilan: %w: %s", err, said.String())
	}
	return nil
}
