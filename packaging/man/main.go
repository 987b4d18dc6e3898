// Command man writes the manual pages into a directory: gpcs(8) from the texts
// that its help prints, and one for each of the stack's helper programs from
// what that program says of itself: man DIRECTORY.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gpcs/internal/cli"
	"gpcs/internal/paths"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: man DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var page bytes.Buffer
	cli.ManPage(&page)
	if err := os.WriteFile(filepath.Join(dir, "gpcs.8"), page.Bytes(), 0o644); err != nil {
		return err
	}
	for _, name := range paths.Tools() {
		if err := os.WriteFile(filepath.Join(dir, name+".8"), toolPage(name), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// purposes are what the helper programs are for.
var purposes = map[string]string{
	"attrd_updater":       "set, query or delete an attribute of a node",
	"cibadmin":            "query or change the configuration of the cluster",
	"corosync-cfgtool":    "show the links of the cluster, reload its network configuration",
	"corosync-cmapctl":    "show the settings of the cluster's network",
	"corosync-quorumtool": "show and set the votes of the cluster",
	"crm_attribute":       "set, query or delete an attribute of a node or a property of the cluster",
	"crm_diff":            "compare two configurations, or apply a difference",
	"crm_error":           "explain an exit status or a result of an agent",
	"crm_failcount":       "query or delete the count of a resource's failures",
	"crm_master":          "set, query or delete a promotion score",
	"crm_mon":             "show the status of the cluster",
	"crm_node":            "show the nodes of the cluster, or remove one",
	"crm_resource":        "query and change resources",
	"crm_rule":            "tell whether a rule of the configuration holds",
	"crm_shadow":          "edit a copy of the configuration",
	"crm_simulate":        "show what the cluster would do",
	"crm_standby":         "keep a node from running resources, or let it run them again",
	"crm_ticket":          "show and change tickets",
	"crm_verify":          "check a configuration",
	"crmadmin":            "ask the cluster's daemons how they are",
	"iso8601":             "convert and add times and durations",
	"pacemakerd":          "show the version of the cluster manager",
	"stonith_admin":       "fence nodes, show fence devices and the history of fencing",
}

// toolPage is the page of a helper program.
func toolPage(name string) []byte {
	var page, help bytes.Buffer
	purpose := purposes[name]
	if purpose == "" {
		purpose = "a helper program of the cluster"
	}
	fmt.Fprintf(&page, ".TH %s 8 \"\" gpcs \"System Administration\"\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n[\\fIoption\\fR]...\n",
		strings.ToUpper(name), cli.Roff(name), cli.Roff(purpose), cli.Roff(name))
	fmt.Fprintf(&page, ".SH DESCRIPTION\nThis is gpcs under the name of a program that scripts and agents call. It takes the words of that "+
		"program and answers as it does; people use\n.BR gpcs (8).\n")
	env := cli.Env{Stdin: strings.NewReader(""), Stdout: &help, Stderr: &bytes.Buffer{}, Root: paths.Root("/nonexistent")}
	if _, ok := cli.RunTool(context.Background(), env, name, []string{"--help"}); ok {
		options := 0
		for _, line := range strings.Split(help.String(), "\n") {
			option := strings.TrimSpace(line)
			if !strings.HasPrefix(option, "-") {
				continue
			}
			if options++; options == 1 {
				fmt.Fprint(&page, ".SH OPTIONS\n")
			}
			fmt.Fprintf(&page, ".TP\n\\fB%s\\fR\n", cli.Roff(option))
		}
	}
	fmt.Fprint(&page, ".SH SEE ALSO\n.BR gpcs (8)\n")
	return page.Bytes()
}
