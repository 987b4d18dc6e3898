package admin

import (
	"errors"
	"path"
	"sort"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/test/recordings"
)

// upgrades are Pacemaker's own cases of each upgrade and how many of them come
// out as recorded: a number that only rises.
var upgrades = []struct {
	folder, last string // of the recording; the step that is the result
	upgrade      func(*cib.Document)
	asRecorded   int
}{
	{"test-2", ".ref-2", upgradeTo3, 25},
	{"test-3", ".ref-99", upgradeTo4, 25},
}

// Pacemaker's own cases of the upgrades from schema 2.10 to 3.0 and from 3.10
// to 4.0; they lie beside the repository.
func TestRecordedUpgrades(t *testing.T) {
	files, err := recordings.Archive("corpus/cli/schemas.tar.gz")
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range upgrades {
		t.Run(u.folder, func(t *testing.T) {
			var same, differ []string
			for name := range files {
				if !strings.Contains(name, u.folder+"/xml/") || !strings.HasSuffix(name, ".xml") {
					continue
				}
				id := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".xml")
				doc, want := bare(t, files[name]), bare(t, files[strings.NewReplacer("/xml/", "/ref/", ".xml", u.last).Replace(name)])
				if u.upgrade(doc); cib.DiffEmpty(cib.Diff(doc, want)) {
					same = append(same, id)
				} else {
					differ = append(differ, id)
					t.Logf("%s:\n%s\nrecorded:\n%s", id, doc.Bytes(), want.Bytes())
				}
			}
			sort.Strings(differ)
			t.Logf("%d of %d as recorded; not: %q", len(same), len(same)+len(differ), differ)
			if len(same) != u.asRecorded {
				t.Errorf("%d as recorded, had %d: %q differ", len(same), u.asRecorded, differ)
			}
		})
	}
}

// schedulerInputs is how many of the scheduler's recorded inputs are upgraded
// as recorded: a number that only rises. 15 of the others have resources that
// the scheduler made for guest nodes, and one is none of its own schema.
const schedulerInputs = 553

// The inputs of Pacemaker's own scheduler cases, of many schemas, and what it
// upgrades them to.
func TestRecordedInputsUpgraded(t *testing.T) {
	upgraded, err := recordings.Archive("corpus/scheduler/upgraded.tar.gz")
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := recordings.Archive("corpus/scheduler/cases.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for name, text := range upgraded {
		id := strings.TrimSuffix(path.Base(name), ".xml")
		input := inputs["shared/"+id+"/input.xml"]
		if input == "" {
			t.Fatalf("%s has no input", id)
		}
		doc, err := cib.Parse([]byte(input))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		UpgradeSchema(doc)
		doc.Root().Attr = nil
		want := bare(t, text)
		for _, d := range []*cib.Document{doc, want} {
			drop(d.Section("status")) // it has marks of the scheduler's
		}
		if diff := cib.Diff(doc, want); cib.DiffEmpty(diff) {
			same++
		} else {
			t.Logf("%s differs:\n%s", id, cib.Print(diff))
		}
	}
	t.Logf("%d of %d as recorded", same, len(upgraded))
	if same != schedulerInputs {
		t.Errorf("%d as recorded, had %d", same, schedulerInputs)
	}
}

// bare reads a document and leaves out its version and schema.
func bare(t *testing.T, text string) *cib.Document {
	t.Helper()
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Attr = nil
	return doc
}
