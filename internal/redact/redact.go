// Package redact takes secrets out of what is to leave the cluster's hands: the
// report that an administrator sends to somebody. A secret is known by the name
// of what holds it (a parameter "passwd", a line "token: ..."), and once its value is
// known it is taken out of every other text too, however it is written there.
//
// It is pure. It stands for the part of crm_report that cleans the CIB.
package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// Mark stands in the place of a secret.
const Mark = "******"

// words are parts of names of parameters, options and settings that hold secrets.
var words = []string{"passw", "passphrase", "secret", "token", "community", "_key", "apikey", "hexadecimal_kg", "credential"}

// IsName tells whether a parameter of this name holds a secret.
func IsName(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if strings.HasSuffix(name, "_script") || strings.HasSuffix(name, "_file") || isTime(name) {
		return false // the name of a program or file, or Corosync's token times
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}

// isTime names the options of corosync.conf's totem section, which are not the
// tokens that are meant here.
func isTime(name string) bool {
	return slices.Contains([]string{"token_retransmit", "token_coefficient", "token_warning", "token_retransmits_before_loss_const"}, name)
}

// shortest is the length from which a value is looked for in other texts: a
// shorter one stands everywhere.
const shortest = 4

// Secrets are values that must not be told. The zero value has none.
type Secrets struct{ forms map[string]bool }

// Add adds values, each in all the forms in which texts may have it.
func (s *Secrets) Add(values ...string) {
	if s.forms == nil {
		s.forms = map[string]bool{}
	}
	for _, v := range values {
		if v = strings.TrimSpace(v); len(v) < shortest || v == Mark {
			continue
		}
		quoted, _ := json.Marshal(v) // a string always has a form
		for _, form := range []string{v, xmlText(v), strings.Trim(string(quoted), `"`), strings.Trim(strconv.Quote(v), `"`),
			url.QueryEscape(v), url.PathEscape(v), base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)),
			hex.EncodeToString([]byte(v)), strings.ToUpper(hex.EncodeToString([]byte(v)))} {
			s.forms[form] = true
		}
	}
}

// xmlText is a value as it stands in an attribute of the CIB.
func xmlText(v string) string {
	text := string(cib.Print(cib.NewElement("a", "b", v)))
	_, text, _ = strings.Cut(text, `b="`)
	return text[:max(0, strings.LastIndexByte(text, '"'))]
}

// Hide takes the secrets out of a text: the known values, and what stands
// after a name that says it is one.
func (s *Secrets) Hide(text []byte) []byte {
	forms := make([]string, 0, len(s.forms))
	for f := range s.forms {
		forms = append(forms, f)
	}
	// The longest first: one may be part of another.
	sort.Slice(forms, func(i, j int) bool {
		return len(forms[i]) > len(forms[j]) || len(forms[i]) == len(forms[j]) && forms[i] < forms[j]
	})
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, Mark)
	}
	if len(pairs) > 0 { // one pass, however many there are
		text = []byte(strings.NewReplacer(pairs...).Replace(string(text)))
	}
	return hideNamed(text)
}

// assignment is NAME=VALUE, NAME: VALUE or "NAME": "VALUE".
var assignment = regexp.MustCompile(`([A-Za-z_][\w-]*)("?[ \t]*[=:][ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'{\[][^\s"']*)`)

// address is a URL with a password.
var address = regexp.MustCompile(`(://[^/\s:@]*:)([^/\s@]+)(@)`)

// secret tells whether a match of assignment holds one.
func secret(m [][]byte) bool {
	_, err := strconv.Atoi(string(m[3]))
	return IsName(string(m[1])) && (string(m[1]) != "token" || err != nil) // corosync.conf's token is a time
}

// hideNamed hides what stands after names that say it is a secret.
func hideNamed(text []byte) []byte {
	text = assignment.ReplaceAllFunc(text, func(all []byte) []byte {
		m := assignment.FindSubmatch(all)
		if !secret(m) {
			return all
		}
		mark := Mark
		if q := m[3][0]; q == '"' || q == '\'' {
			mark = string(q) + Mark + string(q)
		}
		return slices.Concat(m[1], m[2], []byte(mark))
	})
	return address.ReplaceAll(text, []byte("${1}"+Mark+"${3}"))
}

// Learn adds the secrets that a text has by name, NAME=VALUE or "NAME": VALUE,
// and the passwords in its addresses, so that they are hidden elsewhere too.
// After "name: " in plain text often stands a word about it, and no secret.
func (s *Secrets) Learn(text []byte) {
	for _, m := range assignment.FindAllSubmatch(text, -1) {
		if secret(m) && (bytes.ContainsRune(m[2], '=') || m[2][0] == '"') {
			s.Add(strings.Trim(string(m[3]), `"'`))
		}
	}
	for _, m := range address.FindAllSubmatch(text, -1) {
		s.Add(string(m[2]))
	}
}

// CIB returns a document's text with secrets hidden, and adds their values to s.
func (s *Secrets) CIB(doc *cib.Document) []byte {
	clean := doc.Copy()
	s.element(clean.Root())
	return clean.Bytes()
}

func (s *Secrets) element(e *cib.Element) {
	if name := e.SelectAttrValue("name", ""); e.Tag == "nvpair" && IsName(name) {
		if a := e.SelectAttr("value"); a != nil {
			s.Add(a.Value)
			a.Value = Mark
		}
	}
	for i := range e.Attr {
		if IsName(e.Attr[i].Key) {
			s.Add(e.Attr[i].Value)
			e.Attr[i].Value = Mark
		}
	}
	for _, c := range e.ChildElements() {
		s.element(c)
	}
}
