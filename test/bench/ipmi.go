package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"gpcs/test/ipmisim"
)

// boards has ipmiInside run in a network of its own, where OpenIPMI's ipmi_sim
// can be a BMC without anybody else seeing it.
func boards() error {
	for _, needed := range []string{ipmisim.Program, "/usr/bin/ipmitool", "/usr/sbin/fence_ipmilan"} {
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

const simPort = 6230

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
	board, err := ipmisim.Start(dir, simPort, ipmisim.Obey)
	if err != nil {
		return err
	}
	defer board.Stop()
	native, err := timeOff(board, func() error { return nativeOff(board) })
	if err != nil {
		return err
	}
	summary("built in: off, and read as off", native)
	for _, wait := range []string{"", "0"} {
		real, err := timeOff(board, func() error { return installedOff(board.Parameters(), wait) })
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
func timeOff(board *ipmisim.Board, off func() error) ([]time.Duration, error) {
	var times []time.Duration
	for range rounds {
		if err := board.SetOn(); err != nil {
			return nil, err
		}
		begin := time.Now()
		if err := off(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begin))
		if on, err := board.On(); err != nil || on {
			return nil, errors.Join(errors.New("the machine is not off"), err)
		}
	}
	return times, nil
}

func nativeOff(board *ipmisim.Board) error {
	reply := board.Off(patience)
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
