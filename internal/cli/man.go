package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// ManPage writes the manual page gpcs(8) from what help prints.
func ManPage(w io.Writer) {
	root := newRoot()
	fmt.Fprintf(w, ".TH GPCS 8 \"\" \"gpcs %s\" \"System Administration\"\n.SH NAME\ngpcs, pcs \\- configure and control a high-availability cluster\n", Version)
	fmt.Fprint(w, ".SH SYNOPSIS\n.B gpcs\n[\\fB\\-f\\fR \\fIfile\\fR] [\\fB\\-h\\fR] [\\fIcommands\\fR]...\n")
	fmt.Fprintf(w, ".SH DESCRIPTION\n%s It is a drop\\-in for pcs and installed under that name too; under the names of the stack's helper "+
		"programs it is those.\n", Roff(root.Short))
	fmt.Fprint(w, ".SH OPTIONS\n")
	for _, o := range [][2]string{
		{"-h, --help", "Show help; with a command before it, of that command."},
		{"-f <file>", "Work on this CIB in a file instead of the running cluster's."},
		{"--debug", "Say what is asked of which node."},
		{"--version [--full]", "Print the version, with --full what pcs's capabilities.xml calls capabilities too."},
		{"--request-timeout=<seconds>", "How long to wait for a node's answer."},
		{"--fullhelp", "Show the help of all commands."},
	} {
		fmt.Fprintf(w, ".TP\n\\fB%s\\fR\n%s\n", Roff(o[0]), Roff(o[1]))
	}
	fmt.Fprint(w, ".SH COMMANDS\n")
	for _, noun := range root.Commands() {
		if !noun.Hidden {
			fmt.Fprintf(w, ".SS %s\n%s\n", Roff(noun.Name()), Roff(noun.Short))
			manVerbs(w, noun, "")
		}
	}
	fmt.Fprint(w, ".SH FILES\n.TP\n/etc/corosync/corosync.conf\nThe nodes, their links and the rules of quorum.\n"+
		".TP\n/var/lib/pacemaker/cib/cib.xml\nThe configuration and the status of the cluster.\n"+
		".TP\n/usr/libexec/gpcs/bin\nThe names of the stack's helper programs; agents find them there.\n"+
		".SH SEE ALSO\n.BR gpcsd (8)\n")
}

// manVerbs writes the verbs below a command; those of verbs stand with them.
func manVerbs(w io.Writer, cmd *cobra.Command, before string) {
	for _, c := range cmd.Commands() {
		switch {
		case c.Hidden:
		case c.HasSubCommands():
			manVerbs(w, c, before+c.Name()+" ")
		default:
			text := c.Long
			if text == "" {
				text = c.Short
			}
			fmt.Fprintf(w, ".TP\n\\fB%s\\fR\n%s\n", Roff(before+c.Use), Roff(text))
		}
	}
}

// Roff writes a text so that nothing in it is a request of troff.
func Roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
