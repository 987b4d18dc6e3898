package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// tool is one of the stack's helper programs, which agents and scripts call
// by name; they are this program under another name.
type tool func(ctx context.Context, t *toolCall) int

// tools lists the helper programs.
func tools() map[string]tool {
	return map[string]tool{
		"attrd_updater": attrdUpdater,
		"cibadmin":      cibadmin,
		"crm_attribute": crmAttribute,
		"crm_diff":      crmDiff,
		"crm_error":     crmError,
		"crm_failcount": crmFailcount,
		"crm_rule":      crmRule,
		"crm_shadow":    crmShadow,
		"crm_standby":   crmStandby,
		"crm_ticket":    crmTicket,
		"crm_verify":    crmVerify,
		"crmadmin":      crmadmin,
		"crm_master":    crmMaster,
		"crm_mon":       crmMon,
		"crm_node":      crmNode,
		"crm_resource":  crmResource,
		"crm_simulate":  crmSimulate,
		"iso8601":       iso8601,
		"stonith_admin": stonithAdmin,

		"corosync-cfgtool":    cfgtool,
		"corosync-cmapctl":    cmapctl,
		"corosync-quorumtool": quorumtool,
		"pacemakerd":          pacemakerd,

		"pacemaker-based":      stackDaemon,
		"pacemaker-controld":   stackDaemon,
		"pacemaker-fenced":     stackDaemon,
		"pacemaker-schedulerd": stackDaemon,
	}
}

// insteadOf names the verbs to use where scripts call programs of the stack
// that gpcs does not have.
var insteadOf = map[string]string{"crm_report": "pcs cluster report"}

// RunTool carries out the helper program of that name; ok is false if there
// is none. The exit status is that of the program it stands for.
func RunTool(ctx context.Context, env Env, name string, argv []string) (status int, ok bool) {
	run, ok := tools()[name]
	if instead, known := insteadOf[name]; known && !ok {
		fmt.Fprintf(env.Stderr, "%s: this program is not part of gpcs, use: %s\n", name, instead)
		return exitUsage, true
	}
	if !ok {
		return 0, false
	}
	words, err := ParseWords(nil)
	if err != nil {
		return exitUsage, true
	}
	t := &toolCall{Call: &Call{Env: env, Words: words}, name: name, argv: argv}
	status = run(ctx, t)
	if t.file != nil {
		if err := t.file.Close(); err != nil && status == exitOK {
			status = t.fails(exitError, "%v", err)
		}
	}
	return status, true
}

// Exit statuses that the helper programs share (crm_error(8)).
const (
	exitOK           = 0
	exitError        = 1
	exitUsage        = 64
	exitDisconnected = 102
	exitNoSuch       = 105
)

// toolCall is one call of a helper program.
type toolCall struct {
	*Call
	name  string
	argv  []string
	given []toolWord // options in their order
	rest  []string   // other words

	noShadow bool     // the document itself is meant, not the shadow copy in use
	ownFile  bool     // the caller writes the file of --output-to
	file     *os.File // where the answer goes, nil for the standard output
}

// toolOption is one option of a helper program; short is 0 if it has no letter.
type toolOption struct {
	short byte
	long  string
	kind  valueKind
}

type toolWord struct{ name, value string }

// errHelp says that the options were asked for, and were shown.
var errHelp = errors.New("help was asked for")

// help prints the options of a helper program.
func (t *toolCall) help(options []toolOption) {
	fmt.Fprintf(t.Stdout, "Usage: %s [OPTION]...\nOne of the stack's helper programs, for scripts and agents; people use: pcs help\n\nOptions:\n", t.name)
	for _, o := range options {
		short, value := "    ", ""
		if o.short != 0 {
			short = fmt.Sprintf("-%c, ", o.short)
		}
		if o.kind == needsValue {
			value = "=VALUE"
		}
		fmt.Fprintf(t.Stdout, "  %s--%s%s\n", short, o.long, value)
	}
}

// parse takes the words apart as getopt does; errHelp if that was all.
func (t *toolCall) parse(options []toolOption) error {
	for i := 0; i < len(t.argv); i++ {
		word := t.argv[i]
		own := slices.ContainsFunc(options, func(o toolOption) bool { return o.long == "help" })
		if !own && (word == "--help" || word == "--help-all" || word == "-?") {
			t.help(options)
			return errHelp
		}
		var err error
		switch {
		case word == "--":
			t.rest = append(t.rest, t.argv[i+1:]...)
			return nil
		case strings.HasPrefix(word, "--"):
			i, err = t.long(options, i)
		case len(word) > 1 && word[0] == '-':
			i, err = t.short(options, i)
		default:
			t.rest = append(t.rest, word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *toolCall) long(options []toolOption, i int) (int, error) {
	name, value, has := strings.Cut(t.argv[i][2:], "=")
	for _, o := range options {
		if o.long != name {
			continue
		}
		if o.kind == needsValue && !has {
			if i++; i == len(t.argv) {
				return i, fail("Missing argument for --%s", name)
			}
			value = t.argv[i]
		}
		t.given = append(t.given, toolWord{o.long, value})
		return i, nil
	}
	return i, fail("Unknown option %s", t.argv[i])
}

func (t *toolCall) short(options []toolOption, i int) (int, error) {
	for letters := t.argv[i][1:]; letters != ""; {
		var found *toolOption
		for k := range options {
			if options[k].short == letters[0] && found == nil {
				found = &options[k] // a program's own options stand before those of all
			}
		}
		if found == nil {
			return i, fail("Unknown option -%c", letters[0])
		}
		value := ""
		letters = letters[1:]
		switch {
		case found.kind == mayHaveValue && letters == "":
			if i+1 < len(t.argv) && !strings.HasPrefix(t.argv[i+1], "-") {
				i++
				value = t.argv[i]
			}
		case found.kind != noValue && letters != "":
			fmt.Fprintf(t.Stderr, "Deprecated argument format '-%[1]c%[2]s' used.\n"+
				"Please use '-%[1]c %[2]s' instead.  Support will be removed in a future release.\n", found.short, letters)
			value, letters = letters, ""
		case found.kind == needsValue:
			if i++; i == len(t.argv) {
				return i, fail("Missing argument for -%c", found.short)
			}
			value = t.argv[i]
		}
		t.given = append(t.given, toolWord{found.long, value})
	}
	return i, nil
}

// misused says what parse found wrong, if anything, and returns the exit status.
func (t *toolCall) misused(err error) int {
	if errors.Is(err, errHelp) {
		return exitOK
	}
	return t.fails(exitUsage, "%v", err)
}

// has tells whether an option was given, by its long name.
func (t *toolCall) has(long string) bool { _, ok := t.value(long); return ok }

// value returns the last value of an option.
func (t *toolCall) value(long string) (string, bool) {
	for i := len(t.given) - 1; i >= 0; i-- {
		if t.given[i].name == long {
			return t.given[i].value, true
		}
	}
	return "", false
}

// last is the last value of an option, "" if it is not given.
func (t *toolCall) last(long string) string { v, _ := t.value(long); return v }

// fails prints an error as the helper programs do and returns the status.
func (t *toolCall) fails(status int, format string, args ...any) int {
	fmt.Fprintf(t.Stderr, "%s: %s\n", t.name, fmt.Sprintf(format, args...))
	return status
}

// lookTool is look for helper programs: a file may stand for the document instead of
// the running cluster ("-" is the standard input).
func (t *toolCall) lookTool(ctx context.Context, stopped error) (*look, error) {
	if t.cibFile() == "" {
		return t.look(ctx, stopped)
	}
	doc, err := t.document(ctx)
	return &look{doc: doc, now: time.Now()}, err
}
