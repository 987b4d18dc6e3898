package status

import (
	"fmt"
	"strings"
)

// lines writes a nested list: titles at the top, bullets below.
type lines struct {
	b     strings.Builder
	depth int
	any   bool // something was written since the last gap
}

// begin opens a list; its title ends with what the caller gives it.
func (l *lines) begin(format string, args ...any) {
	if l.depth == 0 {
		fmt.Fprintf(&l.b, format+"\n", args...)
	} else {
		l.item(format, args...)
	}
	l.any = true
	l.depth++
}

func (l *lines) end() { l.depth-- }

func (l *lines) item(format string, args ...any) {
	l.any = true
	l.b.WriteString(strings.Repeat("  ", l.depth))
	l.b.WriteString("* ")
	fmt.Fprintf(&l.b, format+"\n", args...)
}

// plain writes a line without bullet or indent.
func (l *lines) plain(text string) {
	l.any = true
	l.b.WriteString(text)
	l.b.WriteByte('\n')
}

// gap parts two sections by an empty line.
func (l *lines) gap() {
	if l.any {
		l.b.WriteByte('\n')
		l.any = false
	}
}

func (l *lines) String() string { return l.b.String() }

// names writes a list of names as the field does: "[ a b ]".
func names(list []string) string { return "[ " + strings.Join(list, " ") + " ]" }

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
