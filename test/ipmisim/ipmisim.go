// Package ipmisim runs OpenIPMI's ipmi_sim, a BMC that is not ours, for tests
// and measurements. The machine behind it is a file; what switching does to
// that is a line of shell, so that a board may lie, or take its time.
package ipmisim

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/fence"
	"gpcs/internal/fence/device"
	"gpcs/internal/paths"
)

// Program is what has to be installed (package openipmi).
const Program = "/usr/bin/ipmi_sim"

const config = `name "board"
set_working_mc 0x20
startlan 1
  addr 127.0.0.1 PORT
  priv_limit admin
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
chassis_control "DIR/power 0x20"
user 2 true "admin" "secret" admin 10 none md2 md5 straight
`

const commands = "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n"

const power = `#!/bin/sh
op=$2
shift 2
while [ $# -gt 0 ]; do
    case $op in
    get) [ "$1" = power ] && echo "power:$(cat DIR/state)"; shift;;
    set) if [ "$1" = power ]; then
            SWITCH
         fi
         shift 2;;
    *) shift;;
    esac
done
`

// What the board does when it is told to switch its machine: $2 is 0 or 1.
const (
	Obey  = `echo "$2" >DIR/state`
	Lie   = `:`
	Dally = `(sleep 1; echo "$2" >DIR/state) >/dev/null 2>&1 &`
)

// Board is a BMC that runs.
type Board struct {
	dir, port string
	sim       *exec.Cmd
}

// Start runs one in a directory that is to be its own; it ends with the thread
// that started it.
func Start(dir string, port int, switching string) (*Board, error) {
	b := &Board{dir: dir, port: strconv.Itoa(port)}
	words := strings.NewReplacer("SWITCH", strings.ReplaceAll(switching, "DIR", dir), "DIR", dir, "PORT", b.port)
	for name, text := range map[string]string{"lan.conf": config, "sim.emu": commands, "power": power} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(words.Replace(text)), 0o755); err != nil {
			return nil, err
		}
	}
	if err := b.SetOn(); err != nil {
		return nil, err
	}
	b.sim = exec.Command(Program, "-c", "lan.conf", "-f", "sim.emu", "-s", filepath.Join(dir, "persist"), "-n")
	b.sim.Dir, b.sim.SysProcAttr = dir, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return b, b.sim.Start()
}

// Stop ends it.
func (b *Board) Stop() {
	_ = b.sim.Process.Kill()
	_ = b.sim.Wait() // it was killed
}

func (b *Board) state() string { return filepath.Join(b.dir, "state") }

// SetOn has the machine on, whatever the board thinks.
func (b *Board) SetOn() error { return os.WriteFile(b.state(), []byte("1\n"), 0o600) }

// On tells whether the machine is on.
func (b *Board) On() (bool, error) {
	data, err := os.ReadFile(b.state())
	return strings.TrimSpace(string(data)) == "1", err
}

// Parameters are those of fence_ipmilan for the board.
func (b *Board) Parameters() map[string]string {
	return map[string]string{"ip": "127.0.0.1", "ipport": b.port, "username": "admin", "password": "secret", "lanplus": "1",
		"cipher": "3", "pcmk_host_list": "machine"}
}

// Off has the machine switched off as the cluster does it, with further
// parameters of the device.
func (b *Board) Off(timeout time.Duration, more ...string) fence.Reply {
	params := b.Parameters()
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		params[name] = value
	}
	return device.New(paths.Root("/"), nil).Fence(context.Background(), device.Order{
		Device: fence.Device{ID: "bmc", Agent: "fence_ipmilan", Params: params}, Action: fence.Off, Target: "machine",
		TimeoutMS: timeout.Milliseconds(), Retries: 5})
}
