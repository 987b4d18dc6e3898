package cib

import (
	"bytes"
	"strings"

	"github.com/beevik/etree"
)

// DiffText prints a patch for people: a sign, the place, what becomes of it.
func DiffText(diff *Element) string {
	var b strings.Builder
	if v := diff.SelectElement("version"); v != nil {
		b.WriteString("Diff: --- " + versionText(v.SelectElement("source")) + " 2\n")
		digest := diff.SelectAttrValue("digest", "(no digest)")
		b.WriteString("Diff: +++ " + versionText(v.SelectElement("target")) + " " + digest + "\n")
	}
	for _, c := range diff.SelectElements("change") {
		path := c.SelectAttrValue("path", "")
		switch c.SelectAttrValue("operation", "") {
		case "delete":
			at := ""
			if p := c.SelectAttrValue("position", ""); p != "" {
				at = ":" + p
			}
			b.WriteString("-- " + path + at + "\n")
		case "move":
			b.WriteString("+~ " + path + " moved to offset " + c.SelectAttrValue("position", "") + "\n")
		case "create":
			head := "++ " + path + ":  "
			for _, t := range parts(c) {
				for _, line := range strings.Split(printPart(t), "\n") {
					b.WriteString(head + line + "\n")
					head = "++ " + strings.Repeat(" ", len(head)-3)
				}
			}
		case "modify":
			b.WriteString(attrsText(path, c.SelectElement("change-list")))
		}
	}
	return b.String()
}

func versionText(e *Element) string {
	if e == nil {
		return "0.0.0"
	}
	return e.SelectAttrValue("admin_epoch", "0") + "." + e.SelectAttrValue("epoch", "0") + "." + e.SelectAttrValue("num_updates", "0")
}

func attrsText(path string, list *Element) string {
	if list == nil {
		return ""
	}
	var set, gone []string
	for _, a := range list.SelectElements("change-attr") {
		if name := "@" + a.SelectAttrValue("name", ""); a.SelectAttrValue("operation", "") == "set" {
			set = append(set, name+"="+a.SelectAttrValue("value", ""))
		} else {
			gone = append(gone, name)
		}
	}
	text := ""
	if set != nil {
		text += "+  " + path + ":  " + strings.Join(set, ", ") + "\n"
	}
	if gone != nil {
		text += "-- " + path + ":  " + strings.Join(gone, ", ") + "\n"
	}
	return text
}

// printPart prints an element or a comment, without a newline at the end.
func printPart(t etree.Token) string {
	if e, ok := t.(*Element); ok {
		return strings.TrimRight(string(Print(e)), "\n")
	}
	var b bytes.Buffer
	t.WriteTo(&b, &printed)
	return b.String()
}
