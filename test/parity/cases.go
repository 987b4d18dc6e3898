package parity

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gpcs/test/recordings"
)

// Case is one recorded case.
type Case struct {
	Name  string
	Tier  int               // difficulty, 1 to 5
	Files map[string]string // "input.xml", "summary.txt", "scores.txt", "exp.xml"
	Args  []string          // further words of crm_simulate: "-t", "2005-020"
}

// Load reads all cases, sorted by name; without them the error is
// recordings.ErrMissing, wrapped.
func Load() ([]Case, error) {
	files, err := recordings.Archive("corpus/scheduler/cases.tar.gz")
	if err != nil {
		return nil, err
	}
	byName := map[string]map[string]string{}
	for path, text := range files {
		dir, file := filepath.Split(path)
		name := filepath.Base(dir)
		if byName[name] == nil {
			byName[name] = map[string]string{}
		}
		byName[name][file] = text
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
