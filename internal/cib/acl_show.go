package cib

import (
	"bytes"
	"strings"
)

// AccessStyles are the forms that ShowAccess knows: words between the lines,
// colors of a terminal, namespaces.
var AccessStyles = []string{"text", "color", "namespace"}

// accessNames are the names of an access in the three forms; nothing said is denial.
var accessNames = map[access]struct{ text, color, space string }{
	unsaid:   {"~DENIED~", "31", "pcmk-access-denied"},
	denied:   {"~DENIED~", "31", "pcmk-access-denied"},
	mayRead:  {"READABLE", "34", "pcmk-access-readable"},
	mayWrite: {"WRITABLE", "32", "pcmk-access-writable"},
}

// ShowAccess prints a part of the document, or an answer made of such parts,
// with what the lists let a user do with each element, whether they are
// switched on or not. Paths of the lists are looked up in that part alone.
func (d *Document) ShowAccess(e *Element, c Caller, style string) []byte {
	part := &Document{tree: documentOf(e.Copy())}
	a := accessPrinter{style: style, words: said(part, d.accessRules(c))}
	a.WriteString("<!-- ACLs as evaluated for user " + c.User + " -->\n")
	a.print(part.Root(), denied, 0)
	return a.Bytes()
}

type accessPrinter struct {
	bytes.Buffer
	style string
	words map[*Element]access
}

// print prints an element on lines of its own; outer is the access to the one around it.
func (a *accessPrinter) print(e *Element, outer access, depth int) {
	own := outer
	if w := a.words[e]; w != unsaid {
		own = w
	}
	names, margin := accessNames[own], strings.Repeat("  ", depth)
	begin, end := margin, "\n"
	switch {
	case a.style == "color":
		begin, end = margin+"\x1b["+names.color+"m", "\x1b[0m\n"
	case own == outer && depth > 0:
	case a.style == "text":
		begin = margin + "vvv---[ " + names.text + " ]---vvv\n" + margin
		if depth > 0 {
			begin = margin + "\n" + begin
		}
	default:
		e.Space = names.space
		for _, x := range []string{"writable", "readable", "denied"} {
			if depth == 0 {
				e.CreateAttr("xmlns:pcmk-access-"+x, "http://clusterlabs.org/ns/pacemaker/access/"+x)
			}
		}
	}
	inner := e.Copy()
	inner.Child = nil
	tag := strings.TrimSuffix(string(Print(inner)), "\n")
	if len(parts(e)) == 0 {
		a.WriteString(begin + tag + end)
		return
	}
	a.WriteString(begin + strings.TrimSuffix(tag, "/>") + ">\n")
	for _, t := range parts(e) {
		if c, ok := t.(*Element); ok {
			a.print(c, own, depth+1)
		} else {
			a.WriteString(margin + "  " + printPart(t) + "\n")
		}
	}
	if a.style == "color" {
		margin = begin
	}
	a.WriteString(margin + "</" + e.FullTag() + ">" + end)
}
