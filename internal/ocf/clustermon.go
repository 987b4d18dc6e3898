package ocf

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// clusterMon keeps a crm_mon running that writes the cluster's state to a page.
func clusterMon() agent {
	return agent{describeClusterMon, map[string]action{
		"start": monStart, "stop": monStop, "monitor": monMonitor, "validate-all": monValidate,
	}}
}

func describeClusterMon(c *Call) meta {
	return meta{version: "1.2", short: "Runs crm_mon in the background, recording the cluster status to an HTML file",
		long: "Keeps a crm_mon running that writes the state of the cluster to an HTML page again and again.",
		params: []param{
			{name: "user", kind: "string", value: value("root"), short: "User", long: "The user as whom crm_mon runs."},
			{name: "update", kind: "integer", value: value("15000"), short: "Update interval in ms",
				long: "How often the page is written, in milliseconds; a value below 1000 is seconds, as it was long ago."},
			{name: "extra_options", kind: "string", value: value(""), short: "Further options", long: "Options that crm_mon gets, such as -n -r."},
			{name: "pidfile", group: "pidfile", kind: "string", value: value("/tmp/ClusterMon_" + c.instance() + ".pid"),
				short: "PID file", long: "File for crm_mon's process id."},
			{name: "htmlfile", group: "htmlfile", kind: "string", value: value("/tmp/ClusterMon_" + c.instance() + ".html"),
				short: "HTML page", long: "File that the page is written to."},
		},
		actions: []op{
			{name: "start", timeout: "20s"}, {name: "stop", timeout: "20s"},
			{name: "monitor", timeout: "20s", interval: "10s", depth: "0"},
			{name: "meta-data", timeout: "5s"}, {name: "validate-all", timeout: "30s"},
		}}
}

func (c *Call) pidFile() string {
	return c.param("pidfile", "/tmp/ClusterMon_"+c.Vars["OCF_RESOURCE_INSTANCE"]+".pid")
}

func (c *Call) page() string {
	return c.param("htmlfile", "/tmp/ClusterMon_"+c.Vars["OCF_RESOURCE_INSTANCE"]+".html")
}

// updateSeconds is the interval of crm_mon, in s.
func (c *Call) updateSeconds() (int, bool) {
	n, ok := count(c.param("update", "15000"))
	if n >= 1000 {
		n /= 1000
	}
	return n, ok && n > 0
}

func monStart(ctx context.Context, c *Call) int {
	seconds, ok := c.updateSeconds()
	if !ok {
		c.reason("update is '%s', it should be a number greater than 0", c.param("update", ""))
		return errArgs
	}
	words := []string{"-p", c.pidFile(), "-d", "-i", strconv.Itoa(seconds)}
	words = append(append(words, strings.Fields(c.param("extra_options", ""))...), "--output-as=html", "--output-to="+c.page())
	program := "crm_mon"
	if name := c.param("user", ""); name != "" {
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		program, words = "su", []string{"-s", "/bin/sh", name, "-c", "PATH='" + c.Vars["PATH"] + "' exec crm_mon " + strings.Join(quoted, " ")}
	}
	if out, status := c.Exec(ctx, program, words...); status != 0 {
		c.reason("crm_mon does not start: %s", strings.TrimSpace(out))
		return errGeneric
	}
	return success
}

func monStop(_ context.Context, c *Call) int {
	if pid, ok := c.monProcess(); ok {
		_ = unix.Kill(pid, unix.SIGKILL) // gone is as good
	}
	drop(c.pidFile())
	return success
}

func monMonitor(_ context.Context, c *Call) int {
	if _, ok := c.monProcess(); ok {
		return success
	}
	return notRunning
}

// monProcess is the crm_mon of the PID file, if it runs.
func (c *Call) monProcess() (int, bool) {
	text, err := os.ReadFile(c.pidFile())
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return 0, false
	}
	line, err := os.ReadFile(c.Root.Join(fmt.Sprintf("/proc/%d/cmdline", pid)))
	return pid, err == nil && bytes.Contains(line, []byte("crm_mon")) && bytes.Contains(line, []byte(c.pidFile()))
}

func monValidate(_ context.Context, c *Call) int {
	if name := c.param("user", ""); name != "" && c.checkLevel() == "10" {
		if _, err := user.Lookup(name); err != nil {
			c.logf("err", "there is no user '%s'", name)
			return errArgs
		}
	}
	for name, file := range map[string]string{"pidfile": c.pidFile(), "htmlfile": c.page()} {
		if !strings.HasPrefix(file, "/") {
			c.logf("warn", "%s '%s' should be an absolute path", name, file)
		}
	}
	if _, ok := c.updateSeconds(); !ok {
		c.logf("err", "update is '%s', it should be a number greater than 0", c.param("update", ""))
		return errArgs
	}
	for _, word := range strings.Fields(c.param("extra_options", "")) {
		if !strings.HasPrefix(word, "-") {
			c.logf("err", "'%s' in extra_options is no option", word)
			return errArgs
		}
		for _, own := range []string{"-i", "-h", "-p", "--output-as", "--output-to"} {
			if strings.HasPrefix(word, own) {
				c.logf("warn", "%s in extra_options is set by another parameter already", own)
			}
		}
	}
	fmt.Fprintln(c.Stdout, "Validate OK")
	return success
}
