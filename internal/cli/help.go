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
	if c.Has("--full") {
		fmt.Fprintln(c.Stdout, strings.Join(capabilities(), " "))
	}
	return nil
}

// help prints the usage of the verb that words name.
func (c *Call) help(words []string) error {
	cmd, rest, err := c.cmd.Find(words)
	if err != nil || cmd == nil {
		cmd = c.cmd.Root()
	}
	if isNoun(cmd) && len(rest) > 0 {
		printUsage(c.Stdout, cmd)
	} else {
		printBranch(c.Stdout, cmd)
	}
	return nil
}

// printBranch writes the usage of a command that no verb of its was given to.
func printBranch(w io.Writer, cmd *cobra.Command) {
	line := usageLine(cmd)
	if name := strings.TrimSuffix(line, " ..."); name != line && cmd.HasSubCommands() {
		line = name + "..."
		if isNoun(cmd) {
			line = name + " [commands]..."
		}
	}
	printUsageAs(w, cmd, line)
}

// fullHelp prints the usage of all verbs.
func (c *Call) fullHelp() error {
	fmt.Fprintf(c.Stdout, "Usage: %s\n", usageLine(c.cmd))
	printForms(c.Stdout, c.cmd)
	for _, cmd := range c.cmd.Commands() {
		if !cmd.Hidden {
			printUsage(c.Stdout, cmd)
		}
	}
	return nil
}

// usageForms are the first lines of usage that are the same for all that is
// below a noun.
var usageForms = map[string]string{
	"alert": "<command>", "booth": "<command>", "cib": "<command>", "client": "<command>", "dr": "<command>", "migrate": "<command>",
	"node": "<command>", "qdevice": "<command>", "quorum": "<command>", "tag": "<command>",
	"constraint": "[constraints]...",
}

func isNoun(cmd *cobra.Command) bool { return cmd.HasParent() && !cmd.Parent().HasParent() }

// usageLine is the first line of the usage of a command.
func usageLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "pcs [-f file] [-h] [commands]..."
	}
	top := cmd
	for ; !isNoun(top); top = top.Parent() {
		if top.Annotations[oneUsageKey] != "" {
			return top.CommandPath() + "..."
		}
	}
	switch form := usageForms[top.Name()]; {
	case form != "":
		return top.CommandPath() + " " + form
	case cmd.HasSubCommands() || cmd.Hidden || cmd.Annotations[unnamedKey] != "":
		if !isNoun(cmd) && !cmd.HasSubCommands() {
			if cmd = cmd.Parent(); !isNoun(cmd) {
				return cmd.CommandPath() + "..."
			}
		}
		return cmd.CommandPath() + " ..."
	}
	return cmd.CommandPath() + "..."
}

// unnamedKey marks the verb that a noun carries out where none is given; its
// usage is that of the noun.
const unnamedKey = "unnamed"

// oneUsageKey marks a command whose usage is that of all that is below it.
const oneUsageKey = "one usage"

func oneUsage(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations[oneUsageKey] = "yes"
	return cmd
}

// additionKey marks a command that pcs has not.
const additionKey = "addition"

func addition(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations[additionKey] = "yes"
	return cmd
}

func unnamed(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations[unnamedKey] = "yes"
	return cmd
}

func (e usageError) print(w io.Writer) {
	if e.message != "" {
		fmt.Fprintf(w, "Error: %s\n", e.message)
	}
	if e.hint != "" {
		fmt.Fprintf(w, "Hint: %s\n", e.hint)
	}
}

// printUsage writes the usage of one command and of what is below it.
func printUsage(w io.Writer, cmd *cobra.Command) { printUsageAs(w, cmd, usageLine(cmd)) }

func printUsageAs(w io.Writer, cmd *cobra.Command, line string) {
	fmt.Fprintf(w, "\nUsage: %s\n", line)
	if !cmd.HasSubCommands() {
		printForm(w, cmd)
		return
	}
	printForms(w, cmd)
}

func printForms(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "%s\n", cmd.Short)
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
