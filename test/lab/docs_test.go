package lab

import (
	"strings"
	"testing"

	"gpcs/test/docs"
)

// The commands of the documents that need a real host. All pages share a cluster,
// that of the tutorial, in the order in which an operator reads them.
func TestDocuments(t *testing.T) {
	const root = "../.."
	l := up(t, 2)
	ran := 0
	for _, file := range []string{"docs/install.md", "", "docs/logs.md", "docs/metrics.md", "docs/upgrade.md"} {
		if file == "" {
			l.tutorial()
			continue
		}
		ran += l.page(root, file)
	}
	files, err := docs.Files(root)
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, file := range files {
		if file != migrationPage { // see TestMigrationThereAndBack
			all += len(labBlocks(t, root, file))
		}
	}
	if ran != all || ran == 0 {
		t.Errorf("%d blocks were run, the documents have %d for the lab", ran, all)
	}
}

func labBlocks(t *testing.T, root, file string) []*docs.Block {
	t.Helper()
	pages, err := docs.Read(root, file)
	if err != nil {
		t.Fatal(err)
	}
	var list []*docs.Block
	for _, p := range pages {
		for _, b := range p.Blocks {
			if b.Place == "lab" {
				list = append(list, b)
			}
		}
	}
	return list
}

// page runs a document's blocks and returns how many there were.
func (l *nodes) page(root, file string) int {
	l.t.Helper()
	blocks := labBlocks(l.t, root, file)
	for _, b := range blocks {
		l.block(b)
	}
	return len(blocks)
}

// block runs one block of a document.
func (l *nodes) block(b *docs.Block) {
	l.t.Helper()
	on := []string{b.LabNode}
	if b.LabNode == "all" {
		on = l.names
	}
	for _, node := range on {
		out, err := l.try(node, "set -e\n"+b.Text)
		if (err != nil) != b.Fails {
			l.t.Errorf("%s on %s: %v\n%s\n%s", b.At(), node, err, b.Text, out)
		}
		for _, words := range b.Expect {
			if !strings.Contains(out, words) {
				l.t.Errorf("%s on %s does not say %q:\n%s\n%s", b.At(), node, words, b.Text, out)
			}
		}
	}
}
