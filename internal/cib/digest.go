package cib

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// Digest identifies the document's whole content: MD5 of its printed form, in
// hex. Nodes tell by it whether they have the same. It guards against
// accidents, not against attackers.
func (d *Document) Digest() string { return DigestBytes(d.Bytes()) }

// FinalDigest is the Digest of a document that is not changed any more.
func (d *Document) FinalDigest() string { return DigestBytes(d.Final()) }

// DigestBytes is the Digest of a document's printed form.
func DigestBytes(printed []byte) string {
	sum := md5.Sum(printed)
	return hex.EncodeToString(sum[:])
}

// FileDigest is what Pacemaker keeps in cib.xml.sig and prints for cibadmin
// --md5-sum: MD5 of the elements on one line, between a blank and a newline,
// with values escaped in its own way and without text.
func FileDigest(e *Element) string {
	b := bytes.NewBuffer(make([]byte, 0, roughly(e, 0)))
	b.WriteByte(' ')
	printFlat(b, e, nil)
	b.WriteByte('\n')
	return DigestBytes(b.Bytes())
}

// PatchDigest is what a patch of Pacemaker's says of the document that it
// leads to, and what cibadmin --md5-sum-versioned prints: as FileDigest, but
// without blank and newline, and without the attributes that tell who wrote
// the document.
func PatchDigest(e *Element) string {
	b := bytes.NewBuffer(make([]byte, 0, roughly(e, 0)))
	printFlat(b, e, writers)
	return DigestBytes(b.Bytes())
}

var writers = map[string]bool{
	"crm-debug-origin": true, "cib-last-written": true, "update-origin": true, "update-client": true, "update-user": true,
}

// printFlat prints an element for FileDigest. It never fails: a buffer's
// writes do not. Attributes of the names in without are left out.
func printFlat(b *bytes.Buffer, e *Element, without map[string]bool) {
	b.WriteByte('<')
	b.WriteString(e.Tag)
	for _, a := range e.Attr {
		if a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns" || without[a.Key] {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(a.Key)
		b.WriteString(`="`)
		ascii := strings.IndexFunc(a.Value, func(r rune) bool { return r >= utf8.RuneSelf })
		if ascii < 0 {
			ascii = len(a.Value)
		}
		_, _ = flatValue.WriteString(b, a.Value[:ascii])
		b.WriteString(a.Value[ascii:])
		b.WriteByte('"')
	}
	empty := true
	open := func() {
		if empty {
			b.WriteByte('>')
			empty = false
		}
	}
	for _, t := range e.Child {
		switch t := t.(type) {
		case *Element:
			open()
			printFlat(b, t, without)
		case *etree.Comment:
			open()
			fmt.Fprintf(b, "<!--%s-->", t.Data)
		}
	}
	if empty {
		b.WriteString("/>")
		return
	}
	fmt.Fprintf(b, "</%s>", e.Tag)
}

// flatValue escapes a value as Pacemaker does for a digest: a tab is four
// blanks, and from the first character on that is not ASCII nothing is escaped.
var flatValue = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&quot;", "'", "&apos;",
	"\t", "    ", "\n", `\n`, "\r", `\r`, "\x7f", `\177`)
