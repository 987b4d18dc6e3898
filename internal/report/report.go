// Package report holds what is said to an administrator: a severity, a stable
// code, a text, and whether an option may pass an error by. The pure rooms
// return reports, the edges print them; nobody else words a message.
//
// It stands for pcs's report items and their texts.
package report

import "strings"

// Severity orders reports; only Error stops an operation.
type Severity int

// The severities, as pcs has them.
const (
	Info Severity = iota
	Deprecation
	Warning
	Error
)

// Passable says which option turns an error into a warning.
type Passable string

// What an error can be passed by.
const (
	Never       Passable = ""
	Force       Passable = "--force"
	SkipOffline Passable = "--skip-offline"
	Yes         Passable = "--yes"
)

// Report is one thing said.
type Report struct {
	Severity Severity
	Code     string // stable, upper case: "INVALID_OPTIONS"
	Text     string // without prefix, may hold several lines
	Node     string // the node it speaks of, if the text itself does not say
	Pass     Passable
	Alone    bool // an error that ends the operation on the spot: no closing line follows it
}

// String renders the report as pcs prints it on stderr, without the newline.
func (r Report) String() string {
	text := r.Text
	if r.Node != "" {
		text = r.Node + ": " + text
	}
	switch r.Severity {
	case Error:
		if r.Pass != Never {
			text += ", use " + string(r.Pass) + " to override"
		}
		return "Error: " + text
	case Warning:
		return "Warning: " + text
	case Deprecation:
		return "Deprecation Warning: " + text
	}
	return text
}

// List is what one operation said, in order.
type List []Report

// Failed tells whether any report is an error.
func (l List) Failed() bool {
	for _, r := range l {
		if r.Severity == Error {
			return true
		}
	}
	return false
}

// Errorf-style constructors keep call sites to one line.

// NewError returns an error that no option passes.
func NewError(code, text string) Report { return Report{Severity: Error, Code: code, Text: text} }

// Stop returns an error that ends the operation on the spot; pcs prints no
// closing line after it.
func Stop(code, text string) Report {
	return Report{Severity: Error, Code: code, Text: text, Alone: true}
}

// NewWarning returns a warning.
func NewWarning(code, text string) Report { return Report{Severity: Warning, Code: code, Text: text} }

// NewInfo returns a plain line.
func NewInfo(code, text string) Report { return Report{Severity: Info, Code: code, Text: text} }

// NewDeprecation returns a deprecation warning.
func NewDeprecation(code, text string) Report {
	return Report{Severity: Deprecation, Code: code, Text: text}
}

// Passed returns an error that the given option passes: if passed is true it
// comes back as a warning with the same text.
func Passed(code, text string, by Passable, passed bool) Report {
	if passed {
		return Report{Severity: Warning, Code: code, Text: text}
	}
	return Report{Severity: Error, Code: code, Text: text, Pass: by}
}

// StoppedAlone tells whether the last error ended the operation on the spot.
func (l List) StoppedAlone() bool {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].Severity == Error {
			return l[i].Alone
		}
	}
	return false
}

// Alone returns the list with its errors marked as ending the operation on the spot.
func (l List) Alone() List {
	for i := range l {
		l[i].Alone = l[i].Alone || l[i].Severity == Error
	}
	return l
}

// Quote joins words as pcs lists them: 'a', 'b', sorted by the caller.
func Quote(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + w + "'"
	}
	return strings.Join(quoted, ", ")
}
