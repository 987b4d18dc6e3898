package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// unsettled is a store with version 1 in cib.xml and later ones in the journal.
func unsettled(t *testing.T, epochs ...int64) (dir, journal string) {
	t.Helper()
	dir, s := saved(t, 1)
	for _, e := range epochs {
		if err := s.Save(version(t, e), fmt.Append(nil, "lineage ", e)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, filepath.Join(dir, "cib.journal")
}

func wantEpoch(t *testing.T, dir string, epoch int64, lineage string) {
	t.Helper()
	l := load(t, dir)
	if l.Doc == nil || l.Doc.Version().Epoch != epoch || string(l.Lineage) != lineage || l.Trouble != "" {
		t.Fatalf("want epoch %d: %+v", epoch, l)
	}
}

func TestCrashBeforeSettle(t *testing.T) {
	dir, _ := unsettled(t, 2, 3)
	wantEpoch(t, dir, 3, "lineage 3")
	s, err := Open(dir, Anybody)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(version(t, 4), []byte("lineage 4")); err != nil {
		t.Fatal(err)
	}
	wantEpoch(t, dir, 4, "lineage 4")
	if err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "cib.journal")); err != nil {
		t.Fatal(err)
	}
	wantEpoch(t, dir, 4, "lineage 4")
}

// A power cut at any byte of a record leaves the version before.
func TestTornRecord(t *testing.T) {
	dir, journal := unsettled(t, 2, 3)
	whole, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	_, _, first := parseRecord(whole)
	for cut := first; cut < len(whole); cut += 7 {
		for _, torn := range [][]byte{whole[:cut], append(append([]byte(nil), whole[:cut]...), make([]byte, len(whole)-cut)...)} {
			if err := os.WriteFile(journal, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			wantEpoch(t, dir, 2, "lineage 2")
		}
	}
	for cut := 0; cut < first; cut += 7 {
		if err := os.WriteFile(journal, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		wantEpoch(t, dir, 1, "lineage")
	}
}

// A crash within Settle leaves new files and old ones; the journal knows all.
func TestCrashWithinSettle(t *testing.T) {
	dir, _ := unsettled(t, 2)
	if err := os.Remove(filepath.Join(dir, "cib.xml.sig")); err != nil {
		t.Fatal(err)
	}
	wantEpoch(t, dir, 2, "lineage 2")
	if err := os.WriteFile(filepath.Join(dir, "cib.xml"), version(t, 2).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	wantEpoch(t, dir, 2, "lineage 2") // cib.lineage is still that of version 1
}

func TestFilePutThereByHandCountsMore(t *testing.T) {
	dir, _ := unsettled(t, 2)
	if err := os.WriteFile(filepath.Join(dir, "cib.xml"), version(t, 7).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "cib.xml.sig")); err != nil {
		t.Fatal(err)
	}
	wantEpoch(t, dir, 7, "lineage")
}

func TestDamagedFileWithAJournal(t *testing.T) {
	dir, _ := unsettled(t, 2, 3)
	if err := os.WriteFile(filepath.Join(dir, "cib.xml"), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := load(t, dir); l.Doc == nil || l.Doc.Version().Epoch != 3 || l.Trouble == "" {
		t.Fatalf("%+v", l)
	}
}

// Records that are left behind the end from before are not taken for new ones,
// whichever daemon wrote the new ones.
func TestLeftRecordsAreNotRead(t *testing.T) {
	for name, restarted := range map[string]bool{"the same daemon": false, "the next daemon": true} {
		t.Run(name, func(t *testing.T) {
			dir, s := saved(t, 1)
			save := func(epoch int64) {
				t.Helper()
				if err := s.Save(version(t, epoch), fmt.Append(nil, "lineage ", epoch)); err != nil {
					t.Fatal(err)
				}
			}
			for _, epoch := range []int64{2, 3, 4, 5} {
				save(epoch)
			}
			if err := s.Settle(); err != nil {
				t.Fatal(err)
			}
			if restarted {
				var err error
				if s, err = Open(dir, Anybody); err != nil {
					t.Fatal(err)
				}
			}
			for _, epoch := range []int64{6, 7} {
				save(epoch)
				info, err := os.Stat(filepath.Join(dir, "cib.journal"))
				if err != nil {
					t.Fatal(err)
				}
				if info.Size() <= s.journal.end {
					t.Fatalf("nothing is left behind the end: %d bytes, the end is at %d", info.Size(), s.journal.end)
				}
				wantEpoch(t, dir, epoch, fmt.Sprint("lineage ", epoch))
			}
		})
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(journalMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, _, size := parseRecord(data); r != nil && size > len(data) {
			t.Error("a record is longer than the file")
		}
	})
}
