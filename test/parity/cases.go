package parity

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Case is one recorded case.
type Case struct {
	Name  string
	Tier  int               // difficulty, 1 to 5
	Files map[string]string // "input.xml", "summary.txt", "scores.txt", "exp.xml"
	Args  []string          // further words of crm_simulate: "-t", "2005-020"
}

// ErrMissing says that the recorded cases are not on this machine.
var ErrMissing = errors.New("the recorded scheduler cases are not at ../shared beside the repository")

// Load reads all cases, sorted by name. It looks for ../shared upwards from
// the working directory.
func Load() ([]Case, error) {
	name, err := Find("corpus/scheduler/cases.tar.gz")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	byName := map[string]map[string]string{}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(filepath.Dir(h.Name))
		if byName[name] == nil {
			byName[name] = map[string]string{}
		}
		byName[name][filepath.Base(h.Name)] = string(data)
	}
	return describe(byName)
}

// describe reads what the cases say of themselves.
func describe(byName map[string]map[string]string) ([]Case, error) {
	var out []Case
	for name, files := range byName {
		var meta struct {
			Args json.RawMessage
			Tier json.Number
		}
		if err := json.Unmarshal([]byte(files["meta.json"]), &meta); err != nil {
			return nil, fmt.Errorf("case %s: %w", name, err)
		}
		c := Case{Name: name, Files: files}
		tier, _ := meta.Tier.Int64()
		c.Tier = int(tier)
		var line string
		switch {
		case json.Unmarshal(meta.Args, &c.Args) == nil:
		case json.Unmarshal(meta.Args, &line) == nil && line != "":
			option, value, _ := strings.Cut(line, " ")
			c.Args = []string{option, strings.Trim(value, `"'`)}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Find looks for a file below a folder "shared" beside one of the folders
// above the working directory.
func Find(name string) (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "..", "shared", name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", ErrMissing
}
