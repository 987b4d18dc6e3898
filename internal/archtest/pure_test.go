package archtest

import (
	"go/ast"
	"testing"
)

func TestPureRoomsArePure(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !isPure(s.room) {
			continue
		}
		for _, path := range s.imports() {
			if impure[path] {
				t.Errorf("%s imports %s, but %s is pure", s.name, path, s.room)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if what := impureNode(n); what != "" {
				t.Errorf("%s: %s in %s, which is pure", s.at(n), what, s.room)
			}
			return true
		})
	}
}

// impureNode says what a pure room has no business with, nothing if all is well.
func impureNode(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a goroutine"
	case *ast.SelectorExpr:
		if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && clock[n.Sel.Name] {
			return "time." + n.Sel.Name
		}
	}
	return ""
}

func TestNoHiddenStart(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init: what has to run is called", s.at(f))
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch name := pkg.Name + "." + sel.Sel.Name; name {
			case "log.Fatal", "log.Fatalf", "log.Fatalln":
				t.Errorf("%s: %s", s.at(n), name)
			case "os.Exit":
				if s.file.Name.Name != "main" {
					t.Errorf("%s: os.Exit outside of main", s.at(n))
				}
			}
			return true
		})
	}
}
