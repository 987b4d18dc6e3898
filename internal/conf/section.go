package conf

import (
	"errors"
	"strings"
)

// Attr is one "name: value" line.
type Attr struct{ Name, Value string }

// Section is one "name { ... }" block of corosync.conf, or the whole file,
// whose name is empty. Order is kept; comments are not, as pcs does.
type Section struct {
	Name     string
	Attrs    []Attr
	Sections []*Section
}

// What ParseSections finds wrong, in pcs's words.
var (
	errMissingClosing  = errors.New("missing closing brace")
	errUnexpectedClose = errors.New("unexpected closing brace")
	errMissingName     = errors.New("missing a section name before {")
	errAfterOpening    = errors.New("extra characters after {")
	errAroundClosing   = errors.New("extra characters before or after }")
	errNotALine        = errors.New("a line is not opening or closing a section or key: value")
)

var errTooDeep = errors.New("sections are nested too deep")

// ParseSections reads a file in corosync.conf's syntax, as corosync's own
// parser does: sections open and close on lines of their own, "#" starts a
// comment line.
func ParseSections(data []byte) (*Section, error) {
	root := &Section{}
	lines := strings.Split(string(data), "\n")
	rest, err := parseInto(root, lines, 0)
	if err == nil && len(rest) > 0 {
		err = errUnexpectedClose
	}
	if err != nil {
		return nil, err
	}
	return root, nil
}

// maxNesting bounds how deep sections may stand in one another; corosync.conf
// has two levels. Reading them takes stack.
const maxNesting = 64

// parseInto fills s, which stands at this depth, until its closing brace and
// returns the lines after it.
func parseInto(s *Section, lines []string, depth int) ([]string, error) {
	if depth > maxNesting {
		return nil, errTooDeep
	}
	for len(lines) > 0 {
		line := strings.TrimSpace(lines[0])
		lines = lines[1:]
		switch {
		case line == "" || line[0] == '#':
		case strings.Contains(line, "{"):
			sub, err := openSection(line)
			if err != nil {
				return nil, err
			}
			s.Sections = append(s.Sections, sub)
			if lines, err = parseInto(sub, lines, depth+1); err != nil {
				return nil, err
			}
		case strings.Contains(line, "}"):
			if line != "}" {
				return nil, errAroundClosing
			}
			if depth == 0 {
				return nil, errUnexpectedClose
			}
			return lines, nil
		default:
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return nil, errNotALine
			}
			s.Attrs = append(s.Attrs, Attr{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	if depth > 0 {
		return nil, errMissingClosing
	}
	return nil, nil
}

func openSection(line string) (*Section, error) {
	i := strings.LastIndex(line, "{")
	if strings.TrimSpace(line[i+1:]) != "" {
		return nil, errAfterOpening
	}
	name := strings.TrimSpace(line[:i])
	if name == "" {
		return nil, errMissingName
	}
	return &Section{Name: name}, nil
}

// String prints the section as pcs does: four blanks for each level, an empty
// line between blocks.
func (s *Section) String() string {
	var b strings.Builder
	s.print(&b, "")
	return b.String()
}

func (s *Section) print(b *strings.Builder, indent string) {
	for _, a := range s.Attrs {
		b.WriteString(indent + a.Name + ": " + a.Value + "\n")
	}
	for i, sub := range s.Sections {
		if i > 0 || len(s.Attrs) > 0 {
			b.WriteString("\n")
		}
		b.WriteString(indent + sub.Name + " {\n")
		sub.print(b, indent+"    ")
		b.WriteString(indent + "}\n")
	}
}

// Copy returns a deep copy.
func (s *Section) Copy() *Section {
	c := &Section{Name: s.Name, Attrs: append([]Attr(nil), s.Attrs...)}
	for _, sub := range s.Sections {
		c.Sections = append(c.Sections, sub.Copy())
	}
	return c
}

// Get returns the last value of an attribute, which is the one corosync uses.
func (s *Section) Get(name string) (string, bool) {
	for i := len(s.Attrs) - 1; i >= 0; i-- {
		if s.Attrs[i].Name == name {
			return s.Attrs[i].Value, true
		}
	}
	return "", false
}

// Add appends an attribute.
func (s *Section) Add(name, value string) { s.Attrs = append(s.Attrs, Attr{name, value}) }

// Set gives an attribute one value: in its first place, or at the end.
func (s *Section) Set(name, value string) {
	found := false
	kept := s.Attrs[:0]
	for _, a := range s.Attrs {
		if a.Name != name {
			kept = append(kept, a)
		} else if !found {
			found = true
			kept = append(kept, Attr{name, value})
		}
	}
	s.Attrs = kept
	if !found {
		s.Add(name, value)
	}
}

// Unset removes every value of an attribute.
func (s *Section) Unset(name string) {
	kept := s.Attrs[:0]
	for _, a := range s.Attrs {
		if a.Name != name {
			kept = append(kept, a)
		}
	}
	s.Attrs = kept
}

// All returns the direct subsections of that name.
func (s *Section) All(name string) []*Section {
	var found []*Section
	for _, sub := range s.Sections {
		if sub.Name == name {
			found = append(found, sub)
		}
	}
	return found
}

// Child appends an empty subsection.
func (s *Section) Child(name string) *Section {
	sub := &Section{Name: name}
	s.Sections = append(s.Sections, sub)
	return sub
}

// ensure returns the subsections of that name, made if there is none.
func (s *Section) ensure(name string) []*Section {
	if found := s.All(name); len(found) > 0 {
		return found
	}
	return []*Section{s.Child(name)}
}

// remove drops one subsection.
func (s *Section) remove(sub *Section) {
	kept := s.Sections[:0]
	for _, x := range s.Sections {
		if x != sub {
			kept = append(kept, x)
		}
	}
	s.Sections = kept
}

// prune drops subsections in which nothing is left.
func (s *Section) prune() {
	kept := s.Sections[:0]
	for _, sub := range s.Sections {
		sub.prune()
		if len(sub.Attrs)+len(sub.Sections) > 0 {
			kept = append(kept, sub)
		}
	}
	s.Sections = kept
}
