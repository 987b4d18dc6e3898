package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/api"
	"gpcs/internal/client"
	"gpcs/internal/paths"
	"gpcs/internal/report"
)

// Env is all that a command needs of the world besides files and the network.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Root           paths.Root
}

// Call is one command line being carried out.
type Call struct {
	base []byte // corosync.conf as the verb read it, to change it
	Env
	*Words
	cmd     *cobra.Command
	daemons *client.Client // made by peers
	waits   *progress      // nil where stderr is no terminal
	lines   *bufio.Reader  // of Stdin, made by stdinLine
	plan    *planned       // nil unless the command is only planned
}

// handler carries out one verb; c.Args holds the words after the verb.
type handler func(ctx context.Context, c *Call) error

// ExitError ends the program with a status and says nothing more.
type ExitError struct{ Code int }

func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// errUsage makes Main print the usage of the verb on stderr.
var errUsage = errors.New("usage")

// usageError is a usage error with words of its own before the usage.
type usageError struct{ message, hint string }

func (e usageError) Error() string { return e.message }

// unknownWord stands in the place of a command: usage comes first, as with
// pcs, then which word it was.
type unknownWord string

func (w unknownWord) Error() string { return fmt.Sprintf("there is no command '%s'", string(w)) }

// messageError is printed after "Error: ".
type messageError string

func (e messageError) Error() string { return string(e) }

// fail returns an error whose text is printed after "Error: ".
func fail(format string, args ...any) error { return messageError(fmt.Sprintf(format, args...)) }

// globalOptions are accepted by every verb.
var globalOptions = []string{"--debug", "-h", "--version", "--fullhelp"}

const optionsKey = "options"

// verb builds a leaf. use is the form as shown in help ("delete <resource id>"),
// options are the options that the verb takes besides the global ones.
func verb(use, short string, h handler, options ...string) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, DisableFlagParsing: true, SilenceErrors: true, SilenceUsage: true}
	cmd.Annotations = map[string]string{optionsKey: strings.Join(options, " ")}
	if word := cmd.Name(); strings.HasPrefix(word, "[") {
		cmd.Aliases = []string{strings.Trim(word, "[]")} // "[show]" may be left out, or typed as "show"
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c := callFrom(cmd.Context())
		c.cmd, c.Args = cmd, args
		if err := c.supported(options); err != nil {
			return err
		}
		return h(cmd.Context(), c)
	}
	return cmd
}

// noun builds a branch. def carries out the noun without a verb, or is nil
// where that is a usage error; an unknown verb always is one.
func noun(use, short string, def handler, options []string, children ...*cobra.Command) *cobra.Command {
	cmd := verb(use, short, func(ctx context.Context, c *Call) error {
		if len(c.Args) > 0 {
			return c.help(c.Args[1:])
		}
		return def(ctx, c)
	}, options...)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		// An unknown verb is one whatever options come with it.
		if len(args) > 0 && args[0] != "help" || len(args) == 0 && def == nil {
			c := callFrom(cmd.Context())
			c.cmd = cmd
			if len(args) > 0 {
				return unknownWord(args[0])
			}
			printBranch(c.Stderr, cmd)
			return ExitError{Code: 1}
		}
		return run(cmd, args)
	}
	// cobra's own complaint about unknown words would come before the usage.
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(children...)
	return cmd
}

// takes tells whether a verb takes an option besides the global ones.
func takes(cmd *cobra.Command, option string) bool {
	return slices.Contains(strings.Fields(cmd.Annotations[optionsKey]), option)
}

func (c *Call) supported(options []string) error {
	allowed := map[string]bool{}
	for _, o := range append(append([]string{}, globalOptions...), options...) {
		allowed[o] = true
	}
	var bad []string
	for _, o := range c.Given() {
		if !allowed[o] {
			bad = append(bad, o)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	plural := ""
	if len(bad) > 1 {
		plural = "s"
	}
	verb := "is"
	if len(bad) > 1 {
		verb = "are"
	}
	return fail("Specified option%s %s %s not supported in this command", plural, report.Quote(bad), verb)
}

type callKey struct{}

func callFrom(ctx context.Context) *Call { return ctx.Value(callKey{}).(*Call) }

// Main carries out a command line (without the program's name) and returns
// the exit status: 0, 1 for any error, 2 and others where pcs has them.
func Main(ctx context.Context, env Env, argv []string) int {
	if len(argv) > 0 && argv[0] == "sandbox" {
		return sandboxMain(ctx, env, argv[1:])
	}
	argv, old := oldOptions(argv)
	words, err := ParseWords(argv)
	root := newRoot()
	if completes() {
		complete(ctx, env, root)
		return 0
	}
	if err != nil {
		fmt.Fprintf(env.Stderr, "Error: %v\n", err)
		if again := onceOnly(""); !errors.As(err, &again) {
			printUsage(env.Stderr, root)
		}
		return 1
	}
	words.modernize()
	if old != "" {
		words.Notes = append(words.Notes, old)
	}
	for _, note := range words.Notes {
		fmt.Fprintf(env.Stderr, "Deprecation Warning: %s\n", note)
	}
	c := &Call{Env: env, Words: words, cmd: root}
	if c.waits = newProgress(env.Stderr); c.waits != nil {
		defer c.waits.close()
		c.Stdout, c.Stderr = c.waits.over(env.Stdout), c.waits.over(env.Stderr)
	}
	defer c.hangUp()
	if words.Has("--version") {
		return c.finish(c.version())
	}
	if words.Has("--fullhelp") {
		return c.finish(c.fullHelp())
	}
	if words.Has("-h") {
		return c.finish(c.help(words.Args))
	}
	if status, done := c.handOver(ctx); done {
		return status
	}
	root.SetArgs(append([]string{}, words.Args...))
	return c.finish(root.ExecuteContext(context.WithValue(ctx, callKey{}, c)))
}

func (c *Call) finish(err error) int {
	var exit ExitError
	var usage usageError
	var unknown unknownWord
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		usage.print(c.Stderr)
		printUsage(c.Stderr, c.cmd)
	case errors.As(err, &exit):
		return exit.Code
	case errors.Is(err, errUsage):
		printUsage(c.Stderr, c.cmd)
	case errors.As(err, &unknown):
		printUsage(c.Stderr, c.cmd)
		fmt.Fprintf(c.Stderr, "\nError: %v%s\n", unknown, didYouMean(c.cmd, string(unknown)))
	default:
		fmt.Fprintf(c.Stderr, "Error: %v\n", err)
	}
	return 1
}

// didYouMean names the commands that are spelt nearly like a word.
func didYouMean(cmd *cobra.Command, word string) string {
	near := cmd.SuggestionsFor(word)
	if len(near) == 0 {
		return ""
	}
	return ", did you mean " + report.Quote(near) + "?"
}

// say prints reports on stderr, each on its own line.
func (c *Call) say(reports ...report.Report) {
	for _, r := range reports {
		if c.plan != nil && r.Severity == report.Info {
			continue // it tells of what was done
		}
		if os.Getenv(api.EnvReports) == "json" {
			c.sayJSON(r)
			continue
		}
		fmt.Fprintln(c.Stderr, r.String())
	}
}

// sayJSON is say for the daemon, which passes reports on.
func (c *Call) sayJSON(r report.Report) {
	severity := map[report.Severity]string{report.Info: "INFO", report.Deprecation: "DEPRECATION", report.Warning: "WARNING", report.Error: "ERROR"}
	line, err := json.Marshal(api.ReportLine{Report: api.ReportItem{Severity: severity[r.Severity], Code: r.Code, Text: r.Text, Node: r.Node,
		Force: string(r.Pass)}})
	if err != nil { // strings always can be
		line = []byte(r.String())
	}
	fmt.Fprintln(c.Stderr, string(line))
}

// conclude prints reports and returns the error that a verb ends with: nil if
// none of them is an error, else the closing line of pcs, which pcs leaves out
// after an error that stands alone.
func (c *Call) conclude(reports report.List) error {
	c.say(reports...)
	switch {
	case !reports.Failed():
		return nil
	case reports.StoppedAlone():
		return ExitError{Code: 1}
	}
	return fail("Errors have occurred, therefore pcs is unable to continue")
}

func newRoot() *cobra.Command {
	root := noun("pcs", "Control and configure pacemaker and corosync.", nil,
		[]string{"-f", "--corosync_conf", "--request-timeout"}, nouns()...)
	root.CompletionOptions.DisableDefaultCmd = true
	root.Args = cobra.ArbitraryArgs // an unknown noun is a usage error
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetOut(os.Stdout)
	return root
}

// nouns lists the top-level commands; each stands in a file of its name.
func nouns() []*cobra.Command {
	return []*cobra.Command{
		newConstraint(),
		newCluster(),
		newHost(),
		newCIB(),
		newNode(),
		newPcsd(),
		newProperty(),
		newResource(),
		newQuorum(),
		newStatus(),
		newTag(),
		newAlert(),
		newACL(),
		newConfig(),
		newStonith(),
		addition(newPlan()),
		addition(newWhy()),
		newBooth(),
		newQdevice(),
		newClient(),
		newDR(),
		addition(newMigrate()),
	}
}
