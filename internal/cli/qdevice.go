package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gpcs/internal/report"
)

// The programs of corosync-qnetd, whose package brings them: the daemon that
// gives a vote to clusters of even size, corosync-qnetd(8).
var (
	qnetdTool     = foreign{"corosync-qnetd", "/usr/bin/corosync-qnetd-tool"}
	qnetdCertutil = foreign{"corosync-qnetd", "/usr/bin/corosync-qnetd-certutil"}
)

const (
	qnetdUnit  = "corosync-qnetd"
	qnetdStore = "/etc/corosync/qnetd/nssdb" // its certificates
)

func newQdevice() *cobra.Command {
	service := func(action, help string, options ...string) *cobra.Command {
		return verb(action+" <device model>", help, func(ctx context.Context, c *Call) error {
			if err := c.qdeviceModel(1); err != nil {
				return err
			}
			return c.qnetd(ctx, action)
		}, options...)
	}
	return noun("qdevice", "Manage the quorum device that this host gives to clusters.", nil, nil,
		verb("status <device model> [--full] [<cluster name>]", "Show the state of the quorum device on this host.", qdeviceStatus, "--full"),
		verb("setup model <device model> [--enable] [--start]", "Set this host up as a quorum device of model 'net'.",
			qdeviceSetup, "--enable", "--start"),
		verb("destroy <device model>", "Stop and disable the quorum device and remove its files.", qdeviceDestroy, "--force"),
		service("start", "Start the quorum device."),
		service("stop", "Stop the quorum device. Clusters that use it lose its vote.", "--force"),
		service("kill", "End the quorum device at once."),
		service("enable", "Start the quorum device at boot."),
		service("disable", "Do not start the quorum device at boot."),
	)
}

// qdeviceModel checks the first word, of which at most so many may come.
func (c *Call) qdeviceModel(most int) error {
	if len(c.Args) == 0 || len(c.Args) > most {
		return errUsage
	}
	if c.Args[0] != "net" {
		return fail("'%s' is not a valid model value, use 'net'", c.Args[0])
	}
	return nil
}

// qnetd has systemd do something with the daemon.
func (c *Call) qnetd(ctx context.Context, action string) error {
	return c.manageUnit(ctx, action, "quorum device", qnetdUnit)
}

// qdeviceStatus carries out "qdevice status" and "status qdevice".
func qdeviceStatus(ctx context.Context, c *Call) error {
	if err := c.qdeviceModel(2); err != nil {
		return err
	}
	summary, list := []string{"-s"}, []string{"-l"}
	if c.Has("--full") {
		summary, list = append(summary, "-v"), append(list, "-v")
	}
	if len(c.Args) == 2 {
		list = append(list, "-c", c.Args[1])
	}
	var text string
	for _, args := range [][]string{summary, list} {
		out, errs, code, err := c.runForeign(ctx, qnetdTool, args...)
		switch {
		case err != nil:
			return fail("Unable to get status of quorum device 'net': %v", err)
		case code == 3: // corosync-qnetd-tool(8): the daemon does not run
			return fail("Quorum device 'net' is not running")
		case code != 0:
			return fail("Unable to get status of quorum device 'net': %s", reason(out, errs))
		}
		text += out
	}
	_, err := fmt.Fprintln(c.Stdout, text)
	return err
}

// qdeviceSetup carries out "qdevice setup".
func qdeviceSetup(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 || c.Args[0] != "model" {
		return errUsage
	}
	c.Args = c.Args[1:]
	if err := c.qdeviceModel(1); err != nil {
		return err
	}
	if entries, err := os.ReadDir(c.Root.Join(qnetdStore)); err == nil && len(entries) > 0 {
		return fail("Quorum device 'net' has been already initialized")
	}
	out, errs, code, err := c.runForeign(ctx, qnetdCertutil, "-i")
	switch {
	case err != nil:
		return fail("Unable to initialize quorum device 'net': %v", err)
	case code != 0:
		return fail("Unable to initialize quorum device 'net': %s", reason(out, errs))
	}
	c.say(report.NewInfo("QDEVICE_INITIALIZATION_SUCCESS", "Quorum device 'net' initialized"))
	for _, action := range []string{"enable", "start"} {
		if c.Has("--" + action) {
			if err := c.qnetd(ctx, action); err != nil {
				return err
			}
		}
	}
	return nil
}

// qdeviceDestroy carries out "qdevice destroy".
func qdeviceDestroy(ctx context.Context, c *Call) error {
	if err := c.qdeviceModel(1); err != nil {
		return err
	}
	store := c.Root.Join(qnetdStore)
	if _, err := os.Stat(store); err != nil {
		return fail("Quorum device 'net' has not been initialized yet")
	}
	for _, action := range []string{"stop", "disable"} {
		if err := c.qnetd(ctx, action); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(store); err != nil {
		return fail("Unable to destroy quorum device 'net': %s", pathReason(err))
	}
	c.say(report.NewInfo("QDEVICE_DESTROY_SUCCESS", "Quorum device 'net' configuration files removed"))
	return nil
}
