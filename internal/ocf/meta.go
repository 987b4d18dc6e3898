package ocf

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// meta is an agent's metadata (OCF 1.1, 4).
type meta struct {
	version     string
	long, short string
	params      []param
	actions     []op
}

// param is a parameter in metadata.
type param struct {
	name       string
	group      string // unique-group
	kind       string // string, integer, boolean, select
	value      *string
	short      string
	long       string
	required   bool
	reloadable bool
	options    []string // of a select
}

// op is an action in metadata.
type op struct{ name, timeout, interval, depth, role, delay string }

// value is a default.
func value(s string) *string { return &s }

// print writes the metadata as XML.
func (m meta) print(w io.Writer, typ string) {
	fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n<resource-agent%s>\n<version>1.1</version>\n", attrs("name", typ, "version", m.version))
	if m.long != "" {
		fmt.Fprintf(w, "<longdesc lang=\"en\">%s</longdesc>\n", escape(m.long))
	}
	fmt.Fprintf(w, "<shortdesc lang=\"en\">%s</shortdesc>\n<parameters>\n", escape(m.short))
	for _, p := range m.params {
		p.print(w)
	}
	fmt.Fprint(w, "</parameters>\n<actions>\n")
	for _, o := range m.actions {
		fmt.Fprintf(w, "<action%s/>\n", attrs("name", o.name, "timeout", o.timeout, "interval", o.interval,
			"depth", o.depth, "role", o.role, "start-delay", o.delay))
	}
	fmt.Fprint(w, "</actions>\n</resource-agent>\n")
}

func (p param) print(w io.Writer) {
	flag := func(on bool) string {
		if on {
			return "1"
		}
		return ""
	}
	fmt.Fprintf(w, "<parameter%s>\n", attrs("name", p.name, "unique-group", p.group, "required", flag(p.required), "reloadable", flag(p.reloadable)))
	fmt.Fprintf(w, "<longdesc lang=\"en\">%s</longdesc>\n<shortdesc lang=\"en\">%s</shortdesc>\n", escape(p.long), escape(p.short))
	fmt.Fprintf(w, "<content%s", attrs("type", p.kind))
	if p.value != nil {
		fmt.Fprintf(w, " default=\"%s\"", escape(*p.value))
	}
	if len(p.options) == 0 {
		fmt.Fprint(w, "/>\n</parameter>\n")
		return
	}
	fmt.Fprint(w, ">\n")
	for _, o := range p.options {
		fmt.Fprintf(w, "<option%s/>\n", attrs("value", o))
	}
	fmt.Fprint(w, "</content>\n</parameter>\n")
}

// attrs prints pairs of names and values, without those that are empty.
func attrs(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(&b, " %s=\"%s\"", pairs[i], escape(pairs[i+1]))
		}
	}
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder's writes do not fail
	return b.String()
}
