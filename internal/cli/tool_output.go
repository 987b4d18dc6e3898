package cli

import (
	"errors"
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/status"
)

// outputOptions are taken by all helper programs that can print XML.
var outputOptions = []toolOption{
	{0, "output-as", needsValue}, {0, "output-to", needsValue}, {'$', "version", noValue}, {'V', "verbose", noValue},
	{'Q', "quiet", noValue},
}

// answer is what a helper program prints: lines of text, or the same as XML
// that says at its end how it went.
type answer struct {
	*toolCall
	xml  bool
	body []*cib.Element
	errs []string
	text strings.Builder
}

// start reads the options of a helper program that can print XML; done tells
// that nothing is left to do, with the exit status.
func (t *toolCall) start(options []toolOption) (a *answer, status int, done bool) {
	a = &answer{toolCall: t}
	err := t.parse(append(append([]toolOption{}, options...), outputOptions...))
	format, given := t.value("output-as")
	a.xml = format == "xml"
	switch {
	case errors.Is(err, errHelp):
		return a, exitOK, true
	case err != nil:
		return a, a.end(exitUsage, "%v", err), true
	case given && !a.xml && format != "text" && format != "none":
		return a, t.fails(exitError, "Unknown output format %s", format), true
	case t.has("version"):
		return a, t.version(), true
	}
	return a, exitOK, false
}

// put adds one thing to the answer, in the form asked for; no XML where there
// is none.
func (a *answer) put(xml *cib.Element, format string, args ...any) {
	if !a.xml {
		fmt.Fprintf(&a.text, format, args...)
	} else if xml != nil {
		a.body = append(a.body, xml)
	}
}

// within returns an element that holds others.
func within(outer *cib.Element, inner ...*cib.Element) *cib.Element {
	for _, e := range inner {
		outer.AddChild(e)
	}
	return outer
}

// textElement returns an element around a text.
func textElement(tag, text string) *cib.Element {
	e := cib.NewElement(tag)
	e.SetText(text)
	return e
}

// blame adds an error.
func (a *answer) blame(format string, args ...any) {
	a.errs = append(a.errs, fmt.Sprintf(format, args...))
}

// end prints the answer and returns the exit status; a format other than ""
// is a last error, to which the text adds the program's name.
func (a *answer) end(status int, format string, args ...any) int {
	if format != "" {
		a.blame(a.name+": "+format, args...)
	}
	if !a.xml {
		for _, e := range a.errs {
			fmt.Fprintln(a.Stderr, e)
		}
		fmt.Fprint(a.Stdout, a.text.String())
		return status
	}
	root := cib.NewElement("pacemaker-result", "api-version", apiVersion, "request", a.request())
	for _, e := range a.body {
		root.AddChild(e)
	}
	state := cib.NewElement("status", "code", fmt.Sprint(status), "message", exitText(status))
	if len(a.errs) > 0 {
		list := cib.NewElement("errors")
		for _, e := range a.errs {
			list.AddChild(textElement("error", e))
		}
		state.AddChild(list)
	}
	root.AddChild(state)
	fmt.Fprint(a.Stdout, string(cib.Print(root)))
	return status
}

const apiVersion = status.APIVersion

// request is the command line as a shell would take it again.
func (t *toolCall) request() string {
	words := []string{t.name}
	for _, w := range t.argv {
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}
