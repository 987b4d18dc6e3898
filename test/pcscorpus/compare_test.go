package pcscorpus

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"regexp"
	"sort"
	"strings"
)

// blanks is a run of blanks for streams compared without regard to them.
var blanks = regexp.MustCompile(`[ \t]+`)

// Flags of Python's re module, as the recordings note them.
const (
	pyIgnoreCase = 2
	pyMultiline  = 8
	pyDotAll     = 16
)

// streamOK compares what was printed with what pcs printed.
func (c check) streamOK(got, want string) bool {
	switch c.Mode {
	case "full", "none":
		return got == want
	case "despace":
		return blanks.ReplaceAllString(got, " ") == blanks.ReplaceAllString(want, " ")
	case "start":
		for _, start := range c.values() {
			if strings.HasPrefix(got, start) {
				return true
			}
		}
		return false
	case "regexp":
		flags := ""
		for bit, letter := range map[int]string{pyIgnoreCase: "i", pyMultiline: "m", pyDotAll: "s"} {
			if c.Flags&bit != 0 {
				flags += letter
			}
		}
		pattern := c.values()[0]
		if flags != "" {
			pattern = "(?" + flags + ")" + pattern
		}
		re, err := regexp.Compile(pattern)
		return err == nil && re.MatchString(got)
	}
	return true // rc-only
}

// values are the one or several strings of a check.
func (c check) values() []string {
	var one string
	if json.Unmarshal(c.Value, &one) == nil {
		return []string{one}
	}
	var many []string
	_ = json.Unmarshal(c.Value, &many) // a check that holds neither matches nothing
	return many
}

// fileOK compares two files: byte by byte, or as trees if they are XML.
func fileOK(got, want string) bool {
	if got == want {
		return true
	}
	if !strings.HasPrefix(strings.TrimSpace(want), "<") {
		return false
	}
	g, gotErr := canonical(got)
	w, wantErr := canonical(want)
	return gotErr == nil && wantErr == nil && g == w
}

// volatile are the attributes of <cib> that say nothing of the configuration.
var volatile = map[string]bool{
	"epoch": true, "num_updates": true, "admin_epoch": true, "cib-last-written": true, "update-origin": true,
	"update-client": true, "update-user": true, "crm_feature_set": true, "have-quorum": true, "dc-uuid": true,
}

// canonical writes XML so that documents that differ in blanks, the order of
// attributes or volatile ones are the same text.
func canonical(text string) (string, error) {
	var b strings.Builder
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			var attrs []string
			for _, a := range token.Attr {
				if token.Name.Local != "cib" || !volatile[a.Name.Local] {
					attrs = append(attrs, a.Name.Local+"="+quoted(a.Value))
				}
			}
			sort.Strings(attrs)
			b.WriteString("<" + token.Name.Local + " " + strings.Join(attrs, " ") + ">")
		case xml.EndElement:
			b.WriteString("</>")
		case xml.CharData:
			b.WriteString(strings.TrimSpace(string(token)))
		}
	}
}

// quoted quotes an attribute's value.
func quoted(v string) string { return `"` + strings.ReplaceAll(v, `"`, "&quot;") + `"` }
