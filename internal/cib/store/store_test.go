package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gpcs/internal/cib"
)

func version(t *testing.T, epoch int64) *cib.Document {
	t.Helper()
	d := cib.New("pacemaker-3.9", "3.16.1")
	d.SetVersion(cib.Version{Epoch: epoch})
	return d
}

func saved(t *testing.T, epochs ...int64) (dir string, s *Store) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "cib")
	s, err := Open(dir, Anybody)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range epochs {
		if err := errors.Join(s.Save(version(t, e), []byte("lineage")), s.Settle()); err != nil {
			t.Fatal(err)
		}
	}
	return dir, s
}

func load(t *testing.T, dir string) Loaded {
	t.Helper()
	s, err := Open(dir, Anybody)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEmptyDirectoryIsNoError(t *testing.T) {
	dir, _ := saved(t)
	if l := load(t, dir); l.Doc != nil || l.Trouble != "" {
		t.Fatalf("%+v", l)
	}
}

func TestWhatWasSavedIsLoaded(t *testing.T) {
	dir, _ := saved(t, 1, 2, 3)
	l := load(t, dir)
	if l.Doc == nil || l.Doc.Version().Epoch != 3 || string(l.Lineage) != "lineage" || l.Trouble != "" {
		t.Fatalf("%+v", l)
	}
	info, err := os.Stat(filepath.Join(dir, "cib.xml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
}

func TestDamagedFileGivesWayToTheVersionBefore(t *testing.T) {
	for name, damage := range map[string]string{"torn": "<cib epoch=", "empty": "", "edited": "<cib epoch=\"9\"/>"} {
		t.Run(name, func(t *testing.T) {
			dir, _ := saved(t, 1, 2, 3)
			if err := os.WriteFile(filepath.Join(dir, "cib.xml"), []byte(damage), 0o600); err != nil {
				t.Fatal(err)
			}
			l := load(t, dir)
			if l.Doc == nil || l.Doc.Version().Epoch != 2 {
				t.Fatalf("%+v", l)
			}
			if !strings.Contains(l.Trouble, "damaged") || !strings.Contains(l.Trouble, "cib.damaged") {
				t.Fatal(l.Trouble)
			}
			kept, err := os.ReadFile(filepath.Join(dir, "cib.damaged"))
			if err != nil || string(kept) != damage {
				t.Fatal(string(kept), err)
			}
		})
	}
}

func TestDamagedOnlyFileIsSaid(t *testing.T) {
	dir, _ := saved(t, 1)
	if err := os.WriteFile(filepath.Join(dir, "cib.xml"), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := load(t, dir); l.Doc != nil || l.Trouble == "" {
		t.Fatalf("%+v", l)
	}
}

func TestFileWithoutDigestIsTaken(t *testing.T) {
	dir, _ := saved(t, 1)
	if err := os.WriteFile(filepath.Join(dir, "cib.xml"), version(t, 7).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "cib.xml.sig")); err != nil {
		t.Fatal(err)
	}
	if l := load(t, dir); l.Doc == nil || l.Doc.Version().Epoch != 7 {
		t.Fatalf("%+v", l)
	}
}

func TestOldVersionsAreForgotten(t *testing.T) {
	dir, s := saved(t)
	for e := int64(1); e <= Keep+5; e++ {
		if err := errors.Join(s.Save(version(t, e), nil), s.Settle()); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "cib-*.raw"))
	if err != nil || len(files) != Keep {
		t.Fatal(len(files), err)
	}
}

func TestFailedSettleLosesNothing(t *testing.T) {
	dir, s := saved(t, 1)
	// A directory in the file's place makes the rename fail, as a full disk
	// makes the write fail.
	last := filepath.Join(dir, "cib.last")
	if err := os.MkdirAll(filepath.Join(last, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(version(t, 2), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(); err == nil {
		t.Fatal("no error")
	}
	if l := load(t, dir); l.Doc == nil || l.Doc.Version().Epoch != 2 || l.Trouble != "" {
		t.Fatalf("%+v", l)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".cib*")); len(left) > 0 {
		t.Fatal(left)
	}
}

func TestFailedSaveLeavesTheOldVersion(t *testing.T) {
	dir, s := saved(t, 1)
	s.journal.name = filepath.Join(dir, "none", "cib.journal") // cannot be made
	s.journal.file = nil
	if err := s.Save(version(t, 2), nil); err == nil {
		t.Fatal("no error")
	}
	if l := load(t, dir); l.Doc == nil || l.Doc.Version().Epoch != 1 {
		t.Fatalf("%+v", l)
	}
}

// A directory as Pacemaker leaves it: its digest is of another form than the
// bytes of the file.
func TestPacemakersFilesAreTakenOver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cib")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS("../testdata/pacemaker")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cib.last"), []byte("12"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := load(t, dir); l.Doc == nil || l.Trouble != "" {
		t.Fatalf("%+v", l)
	}
}

// Pacemaker checks the digest when it finds our files in turn.
func TestDigestIsPacemakers(t *testing.T) {
	dir, _ := saved(t, 1)
	sig, err := os.ReadFile(filepath.Join(dir, "cib.xml.sig"))
	if err != nil || string(sig) != cib.FileDigest(version(t, 1).Root()) {
		t.Fatalf("%s, %v", sig, err)
	}
}

func TestFilesBelongToTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: only root can give files away")
	}
	dir, _ := saved(t, 1, 2)
	s, err := Open(dir, Owner{UID: 12, GID: 34}) // files of before, too
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Save(version(t, 3), nil), s.Settle()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".", "cib.xml", "cib.xml.sig", "cib.last", "cib-1.raw", "cib-2.raw", "cib-2.raw.sig"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 12 || owner.Gid != 34 {
			t.Errorf("%s belongs to %d:%d", name, owner.Uid, owner.Gid)
		}
	}
}
