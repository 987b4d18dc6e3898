package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A row with a cell more or less than its table's head is shown without it, or
// stands in the wrong table.
func TestRowsHaveTheCellsOfTheirTable(t *testing.T) {
	files, err := Files("../..")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join("../..", f))
		if err != nil {
			t.Fatal(err)
		}
		want, fenced := 0, false
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			}
			if fenced || !strings.HasPrefix(line, "|") {
				want = 0
				continue
			}
			cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") - 1
			if rows++; want == 0 {
				want = cells
			}
			if cells != want {
				t.Errorf("%s:%d: %d cells, the table's head has %d", f, i+1, cells, want)
			}
		}
	}
	if rows < 100 {
		t.Errorf("only %d rows found", rows)
	}
}
