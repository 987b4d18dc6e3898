package archtest

import (
	"fmt"
	"go/ast"
	"sort"
	"strings"
	"testing"
)

func TestNoFileIsOutOfHand(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > maxLines {
			t.Errorf("%s has %d lines, over %d", s.name, s.lines, maxLines)
		}
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	docs := map[string]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		docs[s.room] += s.file.Doc.Text()
	}
	for room, doc := range docs {
		lines := strings.Count(strings.TrimSpace(doc), "\n") + 1
		switch {
		case strings.TrimSpace(doc) == "":
			t.Errorf("%s has no package comment", room)
		case lines > 20:
			t.Logf("%s: package comment of %d lines", room, lines)
		}
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	marks := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, mark := range marks {
				if strings.Contains(group.Text(), mark) {
					t.Errorf("%s: %s", s.at(group), mark)
				}
			}
		}
	}
}

// Functions are short; how long they and files are is reported, too.
func TestFunctionSizes(t *testing.T) {
	type function struct {
		at    string
		lines int
	}
	var functions []function
	var files []int
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		files = append(files, s.lines)
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
			functions = append(functions, function{fmt.Sprintf("%s %s", s.name, f.Name.Name), n})
		}
	}
	sort.Slice(functions, func(i, j int) bool { return functions[i].lines < functions[j].lines })
	sort.Ints(files)
	p := func(part int) int { return functions[len(functions)*part/100].lines }
	t.Logf("%d files, median %d lines, longest %d", len(files), files[len(files)/2], files[len(files)-1])
	t.Logf("%d functions: median %d lines, p90 %d, p99 %d", len(functions), p(50), p(90), p(99))
	for _, f := range functions[max(0, len(functions)-5):] {
		t.Logf("long: %4d lines %s", f.lines, f.at)
	}
	if longest := functions[len(functions)-1]; longest.lines > maxFunction {
		t.Errorf("%s has %d lines, over %d", longest.at, longest.lines, maxFunction)
	}
	if p(90) >= mostFunction {
		t.Errorf("the 90th percentile of functions has %d lines; %d are too many", p(90), mostFunction)
	}
}
