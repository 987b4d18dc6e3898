package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// clusterCIBVerbs are the verbs of "cluster" that read and write the
// configuration as a whole.
func clusterCIBVerbs() []*cobra.Command {
	return []*cobra.Command{
		verb("cib [filename] [scope=<scope> | --config]", "Print the configuration and status of the cluster, or save them to a file.",
			clusterCIB, "--config", "-f"),
		verb("cib-push <filename> [--wait[=<n>]] [diff-against=<filename_original> | scope=<scope> | --config]",
			"Put the configuration in a file in the place of the cluster's.", cibPush, "--config", "--wait", "-f"),
		verb("cib-upgrade", "Upgrade the configuration to the latest schema.", withoutArgs(cibUpgrade), "-f"),
		verb("edit [scope=<scope> | --config] [--wait[=<n>]]", "Edit the configuration with $EDITOR and push it.",
			clusterEdit, "--config", "--wait", "-f"),
		verb("verify [--full] [-f <filename>]", "Say what is wrong with the configuration.", withoutArgs(clusterVerify), "--full", "-f"),
	}
}

// scopeOf reads "scope=..." and --config, which exclude each other.
func (c *Call) scopeOf(word string) (scope string, err error) {
	scope, given := strings.CutPrefix(word, "scope=")
	switch {
	case given && c.Has("--config"):
		return "", fail("Cannot use both scope and --config")
	case given:
		return scope, c.conclude(admin.CheckScope(scope))
	case c.Has("--config"):
		return "configuration", nil
	}
	return "", nil
}

func clusterCIB(ctx context.Context, c *Call) error {
	words := c.Args
	name, option := "", ""
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		name, words = words[0], words[1:]
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "scope=") {
		option, words = words[0], words[1:]
	}
	if len(words) > 0 || option != "" && c.Has("--config") {
		return errUsage
	}
	scope, err := c.scopeOf(option)
	if err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	part := admin.CIBSection(doc, scope)
	if part == nil {
		return fail("unable to get cib, scope '%s' not present in cib", scope)
	}
	text := cib.Print(part)
	if name == "" {
		_, err = c.Stdout.Write(text)
		return err
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return fail("Unable to write to file '%s', %s", name, systemReason(err))
	}
	return nil
}

// systemReason is the operating system's reason, without what Go says around it.
func systemReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func cibPush(ctx context.Context, c *Call) error {
	if len(c.Args) > 2 {
		return errUsage
	}
	var name, original, scopeWord string
	for _, word := range c.Args {
		option, value, isOption := strings.Cut(word, "=")
		switch {
		case !isOption:
			name = word
		case option == "diff-against":
			original = value
		case option == "scope":
			scopeWord = word
		default:
			return errUsage
		}
	}
	scope, err := c.scopeOf(scopeWord)
	switch {
	case err != nil:
		return err
	case scope != "" && original != "":
		return fail("Cannot use both scope and diff-against")
	case name == "":
		return errUsage
	}
	pushed, err := parseGiven("new", name)
	if err != nil {
		return err
	}
	if original == "" {
		return c.push(ctx, pushed, scope)
	}
	base, err := parseGiven("original", original)
	if err != nil {
		return err
	}
	return c.pushDiff(ctx, base, pushed)
}

// parseGiven reads a CIB from a file of the administrator's, in the words
// that pcs has for files that it cannot read.
func parseGiven(which, name string) (*cib.Document, error) {
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail("unable to parse %s cib: [Errno 2] No such file or directory: '%s'", which, name)
	case err != nil:
		return nil, fail("unable to parse %s cib: %s: '%s'", which, systemReason(err), name)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fail("unable to parse %s cib: no element found: line 1, column 0", which)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return nil, fail("unable to parse %s cib: syntax error: %v", which, err)
	}
	return doc, nil
}

func (c *Call) push(ctx context.Context, pushed *cib.Document, scope string) error {
	return c.pushed(ctx, func(doc *cib.Document) report.List {
		if scope != "" {
			return admin.PushSection(doc, pushed, scope)
		}
		return admin.PushCIB(doc, pushed, !c.Has("-f"))
	})
}

func (c *Call) pushDiff(ctx context.Context, original, pushed *cib.Document) error {
	if cib.DiffEmpty(cib.Diff(original, pushed)) {
		fmt.Fprintln(c.Stderr, "The new CIB is the same as the original CIB, nothing to push.")
		return nil
	}
	return c.pushed(ctx, func(doc *cib.Document) report.List {
		_, out := admin.PushDiff(doc, original, pushed)
		return out
	})
}

// pushed makes the change, says so and what is wrong with the outcome.
func (c *Call) pushed(ctx context.Context, edit func(*cib.Document) report.List) error {
	wait, err := c.waitSeconds()
	if err != nil {
		return err
	}
	var faults []string
	err = c.editCIBAndWait(ctx, wait, nil, func(doc *cib.Document) report.List {
		before := doc.Bytes()
		out := append(edit(doc), checkSchema(before, doc, "unable to push cib")...)
		faults = admin.VerifyCIB(doc)
		return out
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stderr, "CIB updated")
	for _, f := range faults {
		fmt.Fprintln(c.Stderr, f)
	}
	return nil
}

func cibUpgrade(ctx context.Context, c *Call) error {
	err := c.editCIB(ctx, func(doc *cib.Document) report.List {
		if faults := checkSchema(nil, doc, "unable to upgrade cluster:"); faults != nil {
			return faults
		}
		admin.UpgradeSchema(doc)
		return nil
	})
	if err == nil {
		fmt.Fprintln(c.Stderr, "Cluster CIB has been upgraded to latest version")
	}
	return err
}

func clusterVerify(ctx context.Context, c *Call) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	faults := admin.VerifyCIB(doc)
	if wrong := cib.Validate(doc.Bytes()); wrong != nil {
		if faults == nil {
			faults = []string{"error: CIB did not pass schema validation", "Configuration invalid"}
		}
		faults = append(schemaFaults(wrong), faults...)
	}
	if faults == nil {
		return nil
	}
	return c.conclude(report.List{report.NewError("INVALID_CIB_CONTENT", "invalid cib:\n"+strings.Join(faults, "\n")+"\n")})
}

func clusterEdit(ctx context.Context, c *Call) error {
	editor := os.Getenv("EDITOR")
	if editor == "" {
		return fail("$EDITOR environment variable is not set")
	}
	if len(c.Args) > 1 {
		return errUsage
	}
	word := strings.Join(c.Args, "")
	if word != "" && !strings.HasPrefix(word, "scope=") {
		return errUsage
	}
	scope, err := c.scopeOf(word)
	if err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	edited, err := editText(ctx, c, editor, doc.Bytes())
	if err != nil {
		return err
	}
	if bytes.Equal(edited, doc.Bytes()) {
		fmt.Fprintln(c.Stderr, "CIB not updated, no changes detected")
		return nil
	}
	pushed, err := cib.Parse(edited)
	if err != nil {
		return fail("unable to parse new cib: %v", err)
	}
	return c.push(ctx, pushed, scope)
}

// editText lets the administrator change text in an editor.
func editText(ctx context.Context, c *Call, editor string, text []byte) ([]byte, error) {
	file, err := os.CreateTemp("", "cib-*.xml")
	if err != nil {
		return nil, fail("unable to make a file for the editor: %v", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fail("unable to write '%s': %v", file.Name(), err)
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", editor+` "$0"`, file.Name())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fail("unable to open file with $EDITOR: %s", editor)
	}
	return os.ReadFile(file.Name())
}
