package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// module is the path under which the rooms are imported.
const module = "gpcs/"

// source is one file of the repository.
type source struct {
	name  string // from the root, with slashes
	room  string // its package's directory: "internal/cib", "cmd/gpcs"
	test  bool
	lines int
	file  *ast.File
	fset  *token.FileSet
}

// imports lists what the file imports.
func (s source) imports() []string {
	var paths []string
	for _, i := range s.file.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

// at names a place in the file.
func (s source) at(n ast.Node) string { return s.fset.Position(n.Pos()).String() }

// root is the repository's directory.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test: not in the repository")
		}
		dir = parent
	}
}

// sources gives every Go file of the repository, parsed once for all tests.
func sources(t *testing.T) []source {
	t.Helper()
	base := root(t)
	all, err := parseAll(base)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files found below %s", len(all), base)
	}
	return all
}

// parsed keeps the first answer: there is one repository for all tests.
var parsed struct {
	once sync.Once
	all  []source
	err  error
}

func parseAll(base string) ([]source, error) {
	parsed.once.Do(func() { parsed.all, parsed.err = walk(base) })
	return parsed.all, parsed.err
}

func walk(base string) (all []source, err error) {
	err = filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != base || d.Name() == "testdata" || d.Name() == "vendor"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		s, err := parse(base, path)
		all = append(all, s)
		return err
	})
	return all, err
}

func parse(base, path string) (source, error) {
	name, err := filepath.Rel(base, path)
	if err != nil {
		return source{}, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		return source{}, err
	}
	name = filepath.ToSlash(name)
	return source{
		name: name, room: strings.TrimSuffix(name, "/"+filepath.Base(path)), test: strings.HasSuffix(name, "_test.go"),
		lines: fset.File(file.Pos()).LineCount(), file: file, fset: fset,
	}, nil
}
