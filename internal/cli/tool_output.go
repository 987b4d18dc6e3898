package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
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
	xml bool
	// format is the form asked for: "text", "xml", "none", or one that the program has besides.
	format string
	body   []*cib.Element
	errs   []string
	text   strings.Builder
}

// start reads the options of a helper program that can print XML; done tells
// that nothing is left to do, with the exit status. more are forms that the
// program can print besides.
func (t *toolCall) start(options []toolOption, more ...string) (a *answer, status int, done bool) {
	a = &answer{toolCall: t, format: "text"}
	err := t.parse(append(append([]toolOption{}, options...), outputOptions...))
	if format, given := t.value("output-as"); given {
		a.format = format
	}
	a.xml = a.format == "xml"
	switch {
	case errors.Is(err, errHelp):
		return a, exitOK, true
	case err != nil:
		return a, a.end(exitUsage, "%v", err), true
	case !slices.Contains(append(more, "text", "xml", "none"), a.format):
		a.format = "text"
		return a, a.noFormat(t.last("output-as"), errors.New("unknown output format")), true
	}
	if err := t.redirect(); err != nil {
		a.xml, a.format = false, "text"
		return a, a.noFormat(a.format, err), true
	}
	if t.has("version") {
		return a, t.version(), true
	}
	return a, exitOK, false
}

// redirect sends the answer to the file that --output-to names.
func (t *toolCall) redirect() error {
	name := t.last("output-to")
	if name == "" || name == "-" || t.ownFile {
		return nil
	}
	file, err := os.Create(name)
	if err != nil {
		return errors.Unwrap(err) // the name is no part of what is said
	}
	call := *t.Call
	call.Stdout = file
	t.Call, t.file = &call, file
	return nil
}

// noFormat says that a form of output is none, or cannot be written; what else is said, and the exit
// status, differ from program to program.
func (a *answer) noFormat(format string, why error) int {
	text := fmt.Sprintf("Error creating output format %s: %s", format, sentence(why.Error()))
	if a.name != "crm_simulate" {
		text = a.name + ": " + text
	}
	a.blame("%s", text)
	switch a.name {
	case "crm_resource":
		a.blame("Error performing operation: Error occurred")
	case "crm_node", "crm_simulate", "crm_ticket", "iso8601":
		return a.end(exitNoSuch, "")
	}
	return a.end(exitError, "")
}

// sentence gives a text of the system the capital that messages begin with.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

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
func (a *answer) end(code int, format string, args ...any) int {
	if format != "" {
		a.blame(a.name+": "+format, args...)
	}
	if !a.xml {
		if a.format == "none" {
			return code
		}
		for _, e := range a.errs {
			fmt.Fprintln(a.Stderr, e)
		}
		fmt.Fprint(a.Stdout, a.text.String())
		return code
	}
	fmt.Fprint(a.Stdout, status.Result{Version: status.APIVersion3, Request: a.request(), Body: a.body,
		Code: code, Message: exitText(code), Errors: a.errs}.XML())
	return code
}

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
