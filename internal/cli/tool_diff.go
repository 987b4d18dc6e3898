package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"gpcs/internal/cib"
)

var crmDiffOptions = []toolOption{
	{'o', "original", needsValue}, {'O', "original-string", needsValue}, {'n', "new", needsValue},
	{'N', "new-string", needsValue}, {'p', "patch", needsValue}, {'c', "cib", noValue}, {'s', "stdin", noValue},
	{'u', "no-version", noValue},
}

// crmDiff compares two configurations or applies a patch to one: crm_diff(8).
// The exit status is 1 where the two differ.
func crmDiff(_ context.Context, t *toolCall) int {
	a, code, done := t.start(crmDiffOptions)
	if done {
		return code
	}
	if a.has("cib") && a.has("no-version") {
		return a.end(exitUsage, "-u/--no-version incompatible with -c/--cib")
	}
	patch := a.has("patch")
	if patch && a.has("no-version") {
		a.blame("Warning: -u/--no-version ignored with -p/--patch")
	}
	old, err := a.oneOf("original", "original-string")
	if err != nil {
		return a.end(exitNoInput, "Could not parse the first XML fragment: %v", err)
	}
	second, err := a.oneOf("new", "new-string", "patch")
	if err != nil {
		return a.end(exitNoInput, "Could not parse the second XML fragment: %v", err)
	}
	before, err := cib.Parse(old)
	if err != nil {
		return a.end(exitDataError, "Could not parse the first XML fragment: %v", err)
	}
	if patch {
		return a.patch(before, second)
	}
	after, err := cib.Parse(second)
	if err != nil {
		return a.end(exitDataError, "Could not parse the second XML fragment: %v", err)
	}
	if a.has("no-version") {
		after.SetVersion(before.Version())
	}
	diff := cib.FieldDiff(before, after, !a.has("cib"))
	if cib.DiffEmpty(diff) {
		return a.end(exitOK, "")
	}
	if a.has("no-version") {
		diff.RemoveChild(diff.SelectElement("version"))
	}
	if a.has("cib") {
		diff.CreateAttr("digest", cib.PatchDigest(after.Root()))
	}
	a.putXML("patchset", diff)
	return a.end(exitError, "")
}

// oneOf reads what one of several options names: a file, or the text itself
// where the option's name ends in "string".
func (a *answer) oneOf(options ...string) ([]byte, error) {
	for _, o := range options {
		value, ok := a.value(o)
		switch {
		case !ok:
		case o == options[0] || o == "patch":
			return os.ReadFile(value)
		default:
			return []byte(value), nil
		}
	}
	if a.has("stdin") {
		return io.ReadAll(io.LimitReader(a.Stdin, cib.MaxSize))
	}
	return nil, fmt.Errorf("no --%s given", options[0])
}

func (a *answer) patch(doc *cib.Document, text []byte) int {
	diff, err := cib.ParseElement(text)
	if err != nil {
		return a.end(exitDataError, "Could not parse the second XML fragment: %v", err)
	}
	patched, err := cib.FieldPatch(doc, diff)
	if err != nil {
		return a.end(exitError, "Could not apply patch: Application of update diff failed")
	}
	a.putXML("updated", patched.Root())
	return a.end(exitOK, "")
}

// putXML adds a document to the answer; within XML it stands as text.
func (a *answer) putXML(tag string, e *cib.Element) {
	text := string(cib.Print(e))
	holder := cib.NewElement(tag)
	if a.xml {
		holder.CreateCData(text)
	}
	a.put(holder, "%s", text)
}
