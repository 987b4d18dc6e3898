package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// MarshalJSON writes pairs as one object in their order.
func (p Pairs) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, pair := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(jsonText(pair.Name))
		b.WriteByte(':')
		b.Write(jsonText(pair.Value))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// jsonText writes one string; strings cannot fail to encode.
func jsonText(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return bytes.TrimRight(b.Bytes(), "\n")
}

// JSONLine prints a value on one line, laid out as pcs (Python's json) does:
// a blank after commas and colons, nothing but ASCII.
func JSONLine(v any) string {
	return asciiJSON(compactJSON(v), ", ", ": ")
}

// JSONIndented prints a value with two blanks for each level, nothing but ASCII.
func JSONIndented(v any) string {
	var b bytes.Buffer
	if err := json.Indent(&b, compactJSON(v), "", "  "); err != nil {
		panic("admin: own JSON is invalid: " + err.Error())
	}
	return asciiJSON(b.Bytes(), ",", ":")
}

// compactJSON encodes a value of this package's own types, which hold nothing
// that JSON cannot.
func compactJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("admin: value cannot be encoded: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// asciiJSON escapes what is not ASCII and replaces the separators outside of
// strings.
func asciiJSON(data []byte, comma, colon string) string {
	var b strings.Builder
	inString, escaped := false, false
	for _, r := range string(data) {
		switch {
		case r > 0x7e && r < 0x10000 && r != 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= 0x10000:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		case r == ',' && !inString:
			b.WriteString(comma)
		case r == ':' && !inString:
			b.WriteString(colon)
		default:
			b.WriteRune(r)
		}
		if r == '"' && !escaped {
			inString = !inString
		}
		escaped = r == '\\' && !escaped
	}
	return b.String()
}
