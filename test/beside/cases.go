package main

import (
	"os"
	"strings"

	"gpcs/internal/cib"
	"gpcs/test/parity"
)

// older are the names of options before the recorded release renamed them.
var older = map[string]string{
	"fencing-enabled": "stonith-enabled", "fencing-action": "stonith-action", "fencing-timeout": "stonith-timeout",
	"stop-removed-resources": "stop-orphan-resources", "cancel-removed-actions": "stop-orphan-actions",
	"fencing-watchdog-timeout": "stonith-watchdog-timeout", "fencing-max-attempts": "stonith-max-attempts",
}

// recorded are the recorded cases in words that the installed release knows.
func recorded(match string) ([]*input, error) {
	cases, err := parity.Load()
	if err != nil {
		return nil, err
	}
	var out []*input
	for _, c := range cases {
		doc, err := cib.ParseElement([]byte(c.Files["input.xml"]))
		if err != nil || !strings.Contains(c.Name, match) || len(c.Files["input.xml"]) > 250000 {
			continue
		}
		for _, e := range doc.FindElements("//nvpair") {
			if name, ok := older[e.SelectAttrValue("name", "")]; ok {
				e.CreateAttr("name", name)
			}
		}
		doc.CreateAttr("crm_feature_set", "3.16.1") // old ones had another form of fail counts
		if doc.FindElement("//nvpair[@name='concurrent-fencing']") == nil {
			setOption(doc, "concurrent-fencing", "true")
		}
		out = append(out, &input{name: c.Name, kind: "none", doc: doc, args: c.Args})
	}
	return out, nil
}

// given is the input that the command line names.
func given(s settings) (*input, error) {
	data, err := os.ReadFile(s.file)
	if err != nil {
		return nil, err
	}
	doc, err := cib.ParseElement(data)
	return &input{name: s.file, kind: "given", doc: doc, args: s.words}, err
}

// known tells whether the two differ about an unchanged case: about those
// there is nothing to learn from their variations.
func (b *bench) known(from *input) bool {
	b.Lock()
	defer b.Unlock()
	known, looked := b.base[from.name]
	if !looked {
		text := write(from.doc)
		known = len(differences(b.real(text, from.args), b.ours(text, from.args))) > 0
		b.base[from.name] = known
	}
	return known
}

func write(doc *cib.Element) []byte { return cib.Print(doc) }
