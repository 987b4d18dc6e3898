package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"gpcs/internal/cib"
)

var cibadminOptions = []toolOption{
	{'Q', "query", noValue}, {'A', "xpath", needsValue}, {'o', "scope", needsValue}, {'n', "no-children", noValue},
	{'e', "node-path", noValue}, {'l', "local", noValue}, {'s', "sync-call", noValue}, {'f', "force", noValue},
	{'M', "modify", noValue}, {'C', "create", noValue}, {'R', "replace", noValue}, {'D', "delete", noValue},
	{'d', "delete-all", noValue}, {'P', "patch", noValue}, {'X', "xml-text", needsValue}, {'x', "xml-file", needsValue},
	{'p', "xml-pipe", noValue}, {'c', "allow-create", noValue}, {'V', "verbose", noValue}, {'t', "timeout", needsValue},
	{'$', "version", noValue},
}

// cibadmin reads the document and changes it by the field's operations.
func cibadmin(ctx context.Context, t *toolCall) int {
	if err := t.parse(cibadminOptions); err != nil {
		return t.fails(exitUsage, "%v", err)
	}
	if t.has("version") {
		return t.version()
	}
	switch {
	case t.has("query"):
		return t.cibQuery(ctx)
	case t.has("delete-all"), t.has("delete") && t.has("xpath"):
		path, ok := t.value("xpath")
		if !ok {
			return t.fails(exitUsage, "--delete-all needs --xpath")
		}
		return t.cibChange(ctx, cib.Op{Kind: cib.Delete, Path: path})
	}
	for option, kind := range map[string]cib.OpKind{
		"modify": cib.Modify, "create": cib.Create, "replace": cib.Replace, "patch": cib.Patch, "delete": cib.Delete,
	} {
		if t.has(option) {
			return t.cibEdit(ctx, kind)
		}
	}
	return t.fails(exitUsage, "Must specify a command option: --query, --create, --modify, --replace, --delete or --patch")
}

func (t *toolCall) cibQuery(ctx context.Context) int {
	doc, err := t.document(ctx)
	switch {
	case err == errToolStopped:
		fmt.Fprintln(t.Stderr, "cibadmin: Could not connect to the CIB: Transport endpoint is not connected")
		return exitDisconnected
	case err != nil:
		return t.failed(err)
	}
	found := []*cib.Element{doc.Root()}
	if path, ok := t.value("xpath"); ok {
		if found, err = doc.XPath(path); err != nil || len(found) == 0 {
			fmt.Fprintln(t.Stderr, "Call failed: No such device or address")
			return exitNoSuch
		}
	} else if scope, ok := t.value("scope"); ok && scope != "all" {
		if e := sectionOf(doc, scope); e != nil {
			found[0] = e
		}
	}
	if t.has("node-path") {
		for _, e := range found {
			fmt.Fprintln(t.Stdout, elementPath(e))
		}
		return exitOK
	}
	for i, e := range found {
		if t.has("no-children") {
			found[i] = e.Copy()
			found[i].Child = nil
		}
	}
	if len(found) == 1 {
		fmt.Fprint(t.Stdout, string(cib.Print(found[0])))
		return exitOK
	}
	all := cib.NewElement("xpath-query")
	for _, e := range found {
		all.AddChild(e.Copy())
	}
	fmt.Fprint(t.Stdout, string(cib.Print(all)))
	return exitOK
}

// sectionOf returns a section by the name that --scope takes.
func sectionOf(doc *cib.Document, scope string) *cib.Element {
	if scope == "configuration" {
		return doc.Configuration()
	}
	return doc.Find(scope)
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

func (t *toolCall) cibEdit(ctx context.Context, kind cib.OpKind) int {
	text, err := t.givenXML()
	if err != nil {
		return t.fails(exitError, "%v", err)
	}
	op := cib.Op{Kind: kind, XML: text}
	scope, scoped := t.value("scope")
	path, _ := t.value("xpath")
	switch {
	case path != "":
		op.Path = path
	case kind == cib.Create || kind == cib.Modify || kind == cib.Delete:
		e, err := cib.ParseElement([]byte(text))
		if err != nil {
			return t.fails(exitUsage, "Couldn't parse input: %v", err)
		}
		if scoped && e.Tag != scope {
			op.Path = "/cib/configuration/" + scope
		}
		if kind == cib.Delete {
			op = cib.Op{Kind: cib.Delete, Path: fmt.Sprintf("//%s[@id='%s']", e.Tag, e.SelectAttrValue("id", ""))}
		}
	}
	return t.cibChange(ctx, op)
}

// givenXML reads what --xml-text, --xml-file or --xml-pipe gives.
func (t *toolCall) givenXML() (string, error) {
	if text, ok := t.value("xml-text"); ok {
		return text, nil
	}
	if name, ok := t.value("xml-file"); ok {
		data, err := os.ReadFile(name)
		return string(data), err
	}
	if !t.has("xml-pipe") {
		return "", fmt.Errorf("no XML given: use --xml-text, --xml-file or --xml-pipe")
	}
	data, err := io.ReadAll(io.LimitReader(t.Stdin, cib.MaxSize))
	return string(data), err
}

func (t *toolCall) cibChange(ctx context.Context, op cib.Op) int {
	if t.cibFile() == "" {
		if _, err := t.running(ctx); err != nil {
			return t.failed(err)
		}
	}
	if err := t.change(ctx, op); err != nil {
		fmt.Fprintf(t.Stderr, "Call failed: %s\n", why(err))
		return exitError
	}
	return exitOK
}
