package cib

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Fault is one place where a text is no CIB of the schema that it names.
type Fault struct {
	Line    int // from 1
	Element string
	ID      string // of the element or the nearest one around it that has one; may be empty
	Text    string
	Terse   []string // the same as libxml2 says it
}

// String is the fault as one line: where, what.
func (f Fault) String() string {
	where := "element " + f.Element
	if f.ID != "" {
		where += " (id " + f.ID + ")"
	}
	return fmt.Sprintf("line %d: %s: %s", f.Line, where, f.Text)
}

// Validate compares the text of a CIB with the schema that its validate-with
// names: elements and where they may stand, attributes and the form of their
// values, identifiers that stand twice and those that name nothing. It knows
// the schemas 1.0 to 4.0 (Pacemaker Explained describes what each allows),
// takes "none" for any, and finds nothing in a text that is no XML at all:
// Parse does.
func Validate(text []byte) []Fault {
	root := readSpots(text)
	if root == nil || root.attr("validate-with") == "none" {
		return nil
	}
	return validate(root, root.attr("validate-with"))
}

// ValidateAs is Validate with another schema than the text names.
func ValidateAs(text []byte, schema string) []Fault {
	root := readSpots(text)
	if root == nil {
		return nil
	}
	return validate(root, schema)
}

// SchemasFrom lists the schemas from one on, oldest first; nil if it is unknown.
func SchemasFrom(first string) []string {
	from, known := schemaNumber(first)
	if !known {
		return nil
	}
	var list []string
	for major := 1; major <= len(lastMinor); major++ {
		for minor := 0; minor <= lastMinor[major]; minor++ {
			if 100*major+minor >= from {
				list = append(list, fmt.Sprintf("pacemaker-%d.%d", major, minor))
			}
		}
	}
	return list
}

func validate(root *spot, schema string) []Fault {
	v := &validator{ids: map[string]bool{}}
	var known bool
	if v.schema, known = schemaNumber(schema); !known {
		v.fault(root, "'%s' is no schema that is known here: use pacemaker-1.0 to %s", schema, "pacemaker-4.0")
		return v.faults
	}
	if root.tag != "cib" {
		v.fault(root, "a CIB begins with <cib>")
		return v.faults
	}
	v.element(root)
	for _, r := range v.refs {
		if !v.ids[r.id] {
			v.fault(r.at, "%s refers to '%s', which no element has for its id", r.attr, r.id)
		}
	}
	return v.faults
}

// The schemas that there are, the last minor number of each major one.
var lastMinor = map[int]int{1: 3, 2: 10, 3: 10, 4: 0}

// schemaNumber reads "pacemaker-3.9" as 309.
func schemaNumber(name string) (int, bool) {
	if name == "pacemaker-next" {
		return 9999, true
	}
	number, ok := strings.CutPrefix(name, "pacemaker-")
	first, second, dotted := strings.Cut(number, ".")
	major, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(second)
	last, known := lastMinor[major]
	return 100*major + minor, ok && dotted && err == nil && err2 == nil && known && minor >= 0 && minor <= last
}

// spot is an element with the line where it begins.
type spot struct {
	tag   string
	line  int
	attrs []xml.Attr
	kids  []*spot
	up    *spot
	text  string
}

func (p *spot) attr(name string) string {
	for _, a := range p.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (p *spot) has(name string) bool {
	for _, a := range p.attrs {
		if a.Name.Local == name {
			return true
		}
	}
	return false
}

// readSpots reads a text, nil if it is no XML.
func readSpots(text []byte) *spot {
	d := xml.NewDecoder(bytes.NewReader(text))
	var root, at *spot
	line, seen := 1, 0
	for {
		token, err := d.RawToken()
		if err != nil {
			return root
		}
		switch token := token.(type) {
		case xml.StartElement:
			p := &spot{tag: token.Name.Local, line: line, attrs: token.Attr, up: at}
			if at == nil {
				root = p
			} else {
				at.kids = append(at.kids, p)
			}
			at = p
		case xml.EndElement:
			if at == nil {
				return nil
			}
			at = at.up
		case xml.CharData:
			if at != nil {
				at.text += strings.TrimSpace(string(token))
			}
		}
		end := int(d.InputOffset())
		line += bytes.Count(text[seen:end], []byte{'\n'})
		seen = end
	}
}

type reference struct {
	at       *spot
	attr, id string
}

// validator goes through a document once.
type validator struct {
	schema int
	ids    map[string]bool
	refs   []reference
	faults []Fault
}

func (v *validator) fault(p *spot, format string, args ...any) {
	f := Fault{Line: p.line, Element: p.tag, Text: fmt.Sprintf(format, args...)}
	for at := p; at != nil && f.ID == ""; at = at.up {
		f.ID = at.attr("id")
	}
	v.faults = append(v.faults, f)
}

// attributeFault is a fault of one attribute.
func (v *validator) attributeFault(p *spot, name, format string, args ...any) {
	v.fault(p, format, args...)
	last := &v.faults[len(v.faults)-1]
	last.Terse = []string{"Invalid attribute " + name + " for element " + p.tag}
	if p.up != nil {
		last.Terse = append(last.Terse, extraContent(p))
	}
}

// extraContent says that an element is not what the one around it may hold.
func extraContent(p *spot) string { return "Element " + p.up.tag + " has extra content: " + p.tag }

// applies tells whether the schema of the document has what a mark behind "@"
// says: "@3.7" since, "@-3.9" up to; no mark means always.
func (v *validator) applies(word string) (rest string, ok bool) {
	rest, mark, marked := strings.Cut(word, "@")
	if !marked {
		return rest, true
	}
	from, to, ranged := strings.Cut(mark, "-")
	if n, known := schemaNumber("pacemaker-" + from); known && v.schema < n {
		return rest, false
	}
	if n, known := schemaNumber("pacemaker-" + to); ranged && known && v.schema > n {
		return rest, false
	}
	return rest, true
}

// element compares one element and all in it with the table.
func (v *validator) element(p *spot) {
	d, known := grammar[p.tag]
	if !known {
		v.fault(p, "there is no such element")
		return
	}
	if d.any {
		return
	}
	v.attributes(p, d)
	if p.text != "" {
		v.fault(p, "it holds text: %q", p.text)
	}
	counts := map[string]int{}
	allowed := v.holds(d)
	for _, k := range p.kids {
		most, ok := allowed[k.tag]
		counts[k.tag]++
		switch {
		case !ok:
			v.fault(k, "it cannot stand in <%s>", p.tag)
			v.faults[len(v.faults)-1].Terse = []string{extraContent(k)}
		case most == '?' && counts[k.tag] > 1:
			v.fault(k, "<%s> holds only one", p.tag)
		default:
			v.element(k)
		}
	}
	for tag, most := range allowed {
		if (most == '+' || most == '!') && counts[tag] == 0 {
			v.fault(p, "it needs a <%s>", tag)
		}
	}
	if d.also != nil {
		d.also(v, p, counts)
	}
}

// holds reads which children an element may have and how many of each.
func (v *validator) holds(d shape) map[string]byte {
	out := map[string]byte{}
	for _, word := range strings.Fields(d.holds) {
		word, ok := v.applies(word)
		if !ok {
			continue
		}
		last := word[len(word)-1]
		out[word[:len(word)-1]] = last
	}
	return out
}

func (v *validator) attributes(p *spot, d shape) {
	allowed := map[string]string{}
	for _, word := range strings.Fields(d.attrs) {
		word, ok := v.applies(word)
		if !ok {
			continue
		}
		name, must := strings.CutSuffix(word, "!")
		name, form, _ := strings.Cut(name, ":")
		allowed[name] = form
		if must && !p.has(name) && !p.has("id-ref") {
			v.fault(p, "it needs the attribute %s", name)
		}
	}
	for _, a := range p.attrs {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		form, ok := allowed[a.Name.Local]
		if !ok {
			v.attributeFault(p, a.Name.Local, "there is no attribute %s of it", a.Name.Local)
			continue
		}
		v.value(p, a.Name.Local, form, a.Value)
	}
}

var (
	idForm      = regexp.MustCompile(`^[\pL_][\pL\pN\pM._-]*$`)
	integerForm = regexp.MustCompile(`^[+-]?[0-9]+$`)
)

// value checks the form of one value; no form means any text.
func (v *validator) value(p *spot, name, form, value string) {
	trimmed := strings.TrimSpace(value)
	switch form {
	case "":
	case "id":
		switch {
		case !idForm.MatchString(trimmed):
			v.fault(p, "'%s' cannot be an id: it begins with a letter and holds letters, digits, '.', '-' and '_'", value)
		case v.ids[trimmed]:
			v.fault(p, "the id '%s' is taken by an element before", value)
		}
		v.ids[trimmed] = true
	case "ref":
		v.refs = append(v.refs, reference{p, name, trimmed})
	case "integer":
		if !integerForm.MatchString(trimmed) {
			v.attributeFault(p, name, "%s is '%s', which is no whole number", name, value)
		}
	case "score":
		if !integerForm.MatchString(trimmed) && strings.TrimLeft(value, "+-") != "INFINITY" {
			v.attributeFault(p, name, "%s is '%s', which is no score: use a whole number, INFINITY or -INFINITY", name, value)
		}
	default:
		words := v.words(form)
		for _, w := range words {
			if w == value {
				return
			}
		}
		v.attributeFault(p, name, "%s is '%s', use %s", name, value, strings.Join(words, ", "))
	}
}

// words are the values of an enumeration in the document's schema.
func (v *validator) words(form string) []string {
	var out []string
	for _, w := range strings.Fields(enumerations[form]) {
		if w, ok := v.applies(w); ok {
			out = append(out, w)
		}
	}
	return out
}
