package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryDocumentCanBeRead(t *testing.T) {
	files, err := Files("../..")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if _, err := Read("../..", f); err != nil {
			t.Error(err)
		}
	}
}

// link is a link in Markdown to a file, not to a page of the web.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	files, err := Files("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join("../..", f))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join("../..", filepath.Dir(f), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", f, m[1])
			}
		}
	}
}

// A page that the index does not name is one that nobody finds.
func TestTheIndexesNameEveryPage(t *testing.T) {
	for _, dir := range []string{"docs", "docs/decisions"} {
		index, err := os.ReadFile(filepath.Join("../..", dir, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		pages, err := filepath.Glob(filepath.Join("../..", dir, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(index), "]("+name+")") {
				t.Errorf("%s/README.md does not name %s", dir, name)
			}
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) ([]*Page, error) {
		if err := os.WriteFile(filepath.Join(dir, "x.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Read(dir, "x.md")
	}
	pages, err := write("# x\n<!-- page: nodes=2 start=members bmc -->\ntext\n```sh\npcs status\n```\n<!-- expect: Online -->\n" +
		"<!-- do: kill node2 -->\n<!-- on: node1 fails -->\n```sh\nfalse\n```\n```text\npcs is shown\n```\n<!-- page: nodes=1 -->\n<!-- on: lab node1 -->\n```sh\na\nb\n```\n")
	if err != nil || len(pages) != 2 || len(pages[0].Blocks) != 2 || pages[0].Nodes != 2 || pages[0].Start != "members" {
		t.Fatalf("%+v, %v", pages, err)
	}
	one, two, three := pages[0].Blocks[0], pages[0].Blocks[1], pages[1].Blocks[0]
	if one.Text != "pcs status\n" || one.Place != "node1" || one.Expect[0] != "Online" || one.At() != "x.md:4" || one.Fails {
		t.Errorf("%+v", one)
	}
	if !two.Fails || two.Before[0] != "kill node2" || three.Place != "lab" || three.LabNode != "node1" || three.Text != "a\nb\n" {
		t.Errorf("%+v %+v", two, three)
	}
	for text, want := range map[string]string{
		"    pcs status --full\n":                   "outside of a block",
		"```\npcs status --full\n```\n":             "not of language sh",
		"```console\n# systemctl start pcsd\n```\n": "not of language sh",
		"```sh\npcs status\n```\n":                  "there is no node1",
		"<!-- on: mars -->\n```sh\na\n```\n":        "no such place",
		"<!-- hello -->\n":                          "says nothing",
		"<!-- on: host -->\n":                       "belongs to no block",
		"<!-- expect: x -->\n":                      "no block has this output",
		"```sh\n":                                   "does not end",
		"<!-- page: nodes=1 colour=red -->\n":       "unknown word",
	} {
		if _, err := write(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
