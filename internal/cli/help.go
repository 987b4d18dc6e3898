package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Version is what --version prints; set at build time.
var Version = "0.12.3"

func (c *Call) version() error {
	fmt.Fprintln(c.Stdout, Version)
	return nil
}

// help prints the usage of the verb that words name.
func (c *Call) help(words []string) error {
	cmd, _, err := c.cmd.Find(words)
	if err != nil || cmd == nil {
		cmd = c.cmd.Root()
	}
	printUsage(c.Stdout, cmd)
	return nil
}

// printUsage writes the usage of one command and of what is below it.
func printUsage(w io.Writer, cmd *cobra.Command) {
	if !cmd.HasParent() {
		fmt.Fprintf(w, "\nUsage: pcs [-f file] [-h] [commands]...\n%s\n", cmd.Short)
	} else {
		fmt.Fprintf(w, "\nUsage: %s...\n", cmd.CommandPath())
	}
	if !cmd.HasSubCommands() {
		printForm(w, cmd)
		return
	}
	if cmd.HasParent() {
		fmt.Fprintf(w, "%s\n", cmd.Short)
	}
	fmt.Fprint(w, "\nCommands:\n")
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			printForm(w, sub)
		}
	}
}

func printForm(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "    %s\n", cmd.Use)
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	for _, line := range strings.Split(text, "\n") {
		fmt.Fprintf(w, "        %s\n", line)
	}
}
