package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"gpcs/internal/cib"
)

var cibadminOptions = []toolOption{
	{'Q', "query", noValue}, {'A', "xpath", needsValue}, {'o', "scope", needsValue}, {'n', "no-children", noValue},
	{'e', "node-path", noValue}, {'l', "local", noValue}, {'s', "sync-call", noValue}, {'f', "force", noValue},
	{'M', "modify", noValue}, {'C', "create", noValue}, {'R', "replace", noValue}, {'D', "delete", noValue},
	{'d', "delete-all", noValue}, {'P', "patch", noValue}, {'X', "xml-text", needsValue}, {'x', "xml-file", needsValue},
	{'p', "xml-pipe", noValue}, {'c', "allow-create", noValue}, {'V', "verbose", noValue}, {'t', "timeout", needsValue},
	{'$', "version", noValue}, {'u', "upgrade", noValue}, {'E', "erase", noValue}, {'B', "bump", noValue},
	{0, "score", noValue}, {'a', "empty", noValue}, {'5', "md5-sum", noValue}, {'U', "user", needsValue}, {'N', "node", needsValue},
	{'S', "show-access", mayHaveValue}, {'6', "md5-sum-versioned", noValue},
}

// cibadmin reads the document and changes it by the field's operations.
func cibadmin(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(cibadminOptions)
	if done {
		return code
	}
	if !a.xml {
		return t.cibCommand(ctx)
	}
	// As XML the same text stands inside a result.
	var out, errs bytes.Buffer
	inner := *t
	call := *t.Call
	call.Stdout, call.Stderr = &out, &errs
	inner.Call = &call
	code = inner.cibCommand(ctx)
	switch text := out.String(); {
	case (t.has("md5-sum") || t.has("md5-sum-versioned")) && code == exitOK:
		a.put(cib.NewElement("md5-sum", "digest", strings.TrimSpace(text)), "")
	case text != "":
		output := cib.NewElement("output")
		output.CreateCData(text)
		a.put(output, "")
	}
	for _, line := range strings.Split(strings.TrimSpace(errs.String()), "\n") {
		if line != "" {
			a.blame("%s", line)
		}
	}
	return a.end(code, "")
}

func (t *toolCall) cibCommand(ctx context.Context) int {
	if code, ok := t.cibWhole(ctx); ok {
		return code
	}
	for _, o := range []struct {
		option string
		run    func(context.Context) int
	}{
		{"query", t.cibQuery}, {"delete-all", t.cibDeleteAll}, {"delete", t.cibDelete}, {"modify", t.cibModify},
		{"create", t.cibCreate}, {"replace", t.cibReplace}, {"patch", t.cibPatch},
	} {
		if t.has(o.option) {
			return o.run(ctx)
		}
	}
	return t.cibQuery(ctx)
}

func (t *toolCall) cibQuery(ctx context.Context) int {
	if !t.has("xpath") && t.warnOfScope() && t.last("scope") != "cib" {
		return t.callFailed(cib.ErrNotFound)
	}
	read := t.document
	if t.has("show-access") {
		if code, ok := t.mayShowAccess(); !ok {
			return code
		}
		read = t.wholeDocument
	}
	doc, err := read(ctx)
	switch {
	case err == errToolStopped:
		fmt.Fprintln(t.Stderr, "cibadmin: Could not connect to the CIB: Transport endpoint is not connected")
		return exitDisconnected
	case err != nil:
		return t.callFailed(err)
	}
	found, err := t.cibFound(doc)
	if err != nil {
		return t.callFailed(err)
	}
	if t.has("node-path") {
		for _, e := range found {
			fmt.Fprintln(t.Stdout, elementPath(e))
		}
		return exitOK
	}
	answer := found[0]
	if len(found) > 1 {
		answer = within(cib.NewElement("xpath-query"))
		for _, e := range found {
			answer.AddChild(e.Copy())
		}
	}
	if t.has("show-access") {
		_, _ = t.Stdout.Write(doc.ShowAccess(answer, *t.actingUser(), t.accessStyle()))
		return exitOK
	}
	fmt.Fprint(t.Stdout, string(cib.Print(answer)))
	return exitOK
}

// cibFound returns the parts of the document that are asked for.
func (t *toolCall) cibFound(doc *cib.Document) ([]*cib.Element, error) {
	found := []*cib.Element{doc.Root()}
	if path, ok := t.value("xpath"); ok {
		var err error
		if found, err = doc.XPath(path); err != nil || len(found) == 0 {
			return nil, cib.ErrNotFound
		}
	} else if scope, ok := t.value("scope"); ok && scope != "all" {
		if e := sectionOf(doc, scope); e != nil {
			found[0] = e
		} else if isSection(scope) {
			return nil, cib.ErrNotFound
		}
	}
	for i, e := range found {
		if t.has("no-children") {
			found[i] = e.Copy()
			found[i].Child = nil
		}
	}
	return found, nil
}

// accessStyle is the form of --show-access: colors for people at a terminal
// unless another is asked for.
func (t *toolCall) accessStyle() string {
	style := t.last("show-access")
	if style != "" && style != "auto" {
		return style
	}
	if f, ok := t.Stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return "color"
	}
	return "text"
}

// mayShowAccess tells whether --show-access can be answered, or says why not.
func (t *toolCall) mayShowAccess() (status int, ok bool) {
	style, as := t.accessStyle(), t.actingUser()
	switch {
	case !slices.Contains(cib.AccessStyles, style):
		return t.fails(exitUsage, "Unrecognized value for --show-access: \"%s\"", style), false
	case as == nil:
		return t.fails(exitUsage, "The supplied command requires -U user specified."), false
	case as.User == "root" || as.User == "hacluster":
		return t.fails(exitConfig, "Could not evaluate access per request (%s, error: Already in requested state)", as.User), false
	}
	return exitOK, true
}

// sectionOf returns a section by the name that --scope takes.
func sectionOf(doc *cib.Document, scope string) *cib.Element {
	if scope == "configuration" {
		return doc.Configuration()
	}
	return doc.Find(scope)
}

// isSection tells whether a tag is one of the parts that every document has
// room for, be they there or not.
func isSection(tag string) bool {
	switch tag {
	case "configuration", "status", "crm_config", "nodes", "resources", "constraints", "rsc_defaults", "op_defaults",
		"fencing-topology", "acls", "tags", "alerts":
		return true
	}
	return false
}

// elementPath is an XPath that names one element.
func elementPath(e *cib.Element) string {
	var steps []string
	for ; e != nil && e.Tag != ""; e = e.Parent() {
		step := "/" + e.Tag
		if id := e.SelectAttrValue("id", ""); id != "" {
			step += "[@id='" + id + "']"
		}
		steps = append([]string{step}, steps...)
	}
	return strings.Join(steps, "")
}
