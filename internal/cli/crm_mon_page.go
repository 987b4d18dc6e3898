package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/durable"
)

// inBackground says in the environment that crm_mon is its own daemon.
const inBackground = "GPCS_CRM_MON_DAEMON=1"

// crmMon shows the cluster once, or keeps a page of it with --daemonize, as
// ocf:pacemaker:ClusterMon has it do.
func crmMon(ctx context.Context, t *toolCall) int {
	words := &toolCall{Call: t.Call, argv: t.argv}
	if err := words.parse(append(slices.Clone(crmMonOptions), outputOptions...)); err != nil || !words.has("daemonize") || words.has("version") {
		return t.showCluster(ctx)
	}
	file, _ := words.value("output-to")
	pid, _ := words.value("pid-file")
	seconds, err := strconv.Atoi(orDefault(words, "interval", "5"))
	switch {
	case file == "" || file == "-":
		return t.fails(exitUsage, "--daemonize requires at least one of --output-to (with value not set to '-') and --external-agent")
	case err != nil || seconds < 1:
		return t.fails(exitUsage, "--interval needs a number of seconds in the background")
	case slices.Contains(os.Environ(), inBackground):
		return t.keepPage(ctx, file, pid, time.Duration(seconds)*time.Second)
	}
	return t.detach(pid)
}

func orDefault(t *toolCall, option, otherwise string) string {
	if v, ok := t.value(option); ok {
		return v
	}
	return otherwise
}

// detach starts this program once more, in a session of its own, under the
// words it was called with: who looks for the PID file's process finds them.
func (t *toolCall) detach(pid string) int {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = append([]string{t.name}, t.argv...)
	cmd.Env = append(os.Environ(), inBackground)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return t.fails(exitError, "cannot go to the background: %v", err)
	}
	if pid != "" {
		if err := durable.Write(pid, []byte(fmt.Sprintf("%d\n", cmd.Process.Pid)), 0o644); err != nil {
			_ = cmd.Process.Kill()
			return t.fails(exitError, "cannot write the PID file: %v", err)
		}
	}
	_ = cmd.Process.Release() // it outlives this process
	return exitOK
}

// keepPage writes the page until ctx ends. While the cluster is stopped the page
// says so.
func (t *toolCall) keepPage(ctx context.Context, file, pid string, every time.Duration) int {
	if pid != "" {
		defer os.Remove(pid)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		var page, why bytes.Buffer
		call := *t.Call
		call.Stdout, call.Stderr = &page, &why
		once := &toolCall{Call: &call, name: t.name, argv: t.argv, ownFile: true}
		if status := once.showCluster(ctx); status != exitOK && page.Len() == 0 {
			fmt.Fprintf(&page, "<!DOCTYPE html>\n<html><body><p>%s</p></body></html>\n", strings.TrimSpace(why.String()))
		}
		if err := durable.Write(file, page.Bytes(), 0o644); err != nil {
			return t.fails(exitError, "cannot write the page: %v", err)
		}
		select {
		case <-ctx.Done():
			return exitOK
		case <-ticker.C:
		}
	}
}
