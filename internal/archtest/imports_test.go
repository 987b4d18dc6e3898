package archtest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layerOf returns the layer of a room below internal/, -1 if it has none.
func layerOf(room string) int {
	return slices.IndexFunc(layers, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

func TestEveryRoomHasALayer(t *testing.T) {
	for _, s := range sources(t) {
		room, inside := strings.CutPrefix(s.room, "internal/")
		if inside && layerOf(room) < 0 {
			t.Errorf("%s: room %s stands in no layer of rules_test.go", s.name, room)
		}
	}
}

// page is ARCHITECTURE.md, line by line.
func page(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// A room that ARCHITECTURE.md does not name is one that nobody finds.
func TestEveryRoomIsOnThePage(t *testing.T) {
	rows := page(t)
	named := func(words ...string) bool {
		return slices.ContainsFunc(rows, func(row string) bool {
			return strings.HasPrefix(row, "| `") && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(row, w) })
		})
	}
	for _, rooms := range layers {
		for _, room := range rooms {
			parent, child := path.Split(room)
			if !named("`internal/"+room+"`") && !named("`"+room+"`") && !named("`internal/"+path.Clean(parent)+"`", "`"+child+"`") {
				t.Errorf("ARCHITECTURE.md names no room %s", room)
			}
		}
	}
}

// The page lists the layers as "3. pure cores: `admin`, `cluster/view|quorum`".
func TestLayersAreThoseOfThePage(t *testing.T) {
	lines := page(t)
	for i, rooms := range layers {
		at := slices.IndexFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, fmt.Sprintf("%d. ", i+1)) && strings.Contains(line, "`")
		})
		if at < 0 {
			t.Errorf("ARCHITECTURE.md has no layer %d", i+1)
			continue
		}
		listed := listedRooms(lines[at])
		for _, room := range rooms {
			if room != "archtest" && !slices.Contains(listed, room) {
				t.Errorf("ARCHITECTURE.md does not list %s in layer %d", room, i+1)
			}
		}
		for _, room := range listed {
			if !slices.Contains(rooms, room) {
				t.Errorf("ARCHITECTURE.md lists %s in layer %d, rules_test.go does not", room, i+1)
			}
		}
	}
}

// listedRooms reads what a line has between backticks: `a/b|c` is a/b and a/c.
func listedRooms(line string) []string {
	var rooms []string
	for i, word := range strings.Split(line, "`") {
		if i%2 == 0 {
			continue
		}
		names := strings.Split(word, "|")
		dir, _ := path.Split(names[0])
		rooms = append(rooms, names[0])
		for _, name := range names[1:] {
			rooms = append(rooms, dir+name)
		}
	}
	return rooms
}

func TestRoomsImportOnlyWhatStandsAbove(t *testing.T) {
	for _, s := range sources(t) {
		room, inside := strings.CutPrefix(s.room, "internal/")
		if !inside || s.test {
			continue
		}
		for _, path := range s.imports() {
			other, ours := strings.CutPrefix(path, module+"internal/")
			if !ours {
				continue
			}
			if why := forbidden(room, other); why != "" {
				t.Errorf("%s: %s imports %s: %s", s.name, room, other, why)
			}
		}
	}
}

// forbidden says why a room must not import another one, nothing if it may.
func forbidden(room, other string) string {
	if slices.Contains(strangers, [2]string{room, other}) {
		return "they are kept apart"
	}
	from, to := layerOf(room), layerOf(other)
	switch {
	case from < 0 || to < 0:
		return "" // TestEveryRoomHasALayer says so
	case to > from:
		return "it stands below"
	case to == from && !slices.Contains(neighbours[room], other):
		return "it stands in the same layer"
	}
	return ""
}

func TestLibrariesAreImportedInOnePlace(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, path := range s.imports() {
			if host, _, _ := strings.Cut(path, "/"); !strings.Contains(host, ".") {
				continue
			}
			if !mayImport(s.room, path) {
				t.Errorf("%s: %s must not import %s", s.name, s.room, path)
			}
		}
	}
}

func mayImport(room, path string) bool {
	below := func(library string) bool { return path == library || strings.HasPrefix(path, library+"/") }
	if slices.ContainsFunc(common, below) {
		return !isPure(room)
	}
	for library, rooms := range owners {
		if below(library) {
			return slices.Contains(rooms, room)
		}
	}
	return false
}

func isPure(room string) bool {
	return slices.Contains(pure, strings.TrimPrefix(room, "internal/"))
}
