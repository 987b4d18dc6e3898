package backup

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	filetest.Write(t, name, text, 0o600)
}

func TestWhatIsPackedComesBack(t *testing.T) {
	from, to := paths.Root(t.TempDir()), paths.Root(t.TempDir())
	write(t, from.CIB(), "<cib/>")
	write(t, from.CorosyncConf(), "totem {\n}\n")
	write(t, filepath.Join(from.UIDGIDDir(), "one"), "uidgid {\n}\n")
	write(t, filepath.Join(to.CIBDir(), "cib.xml.sig"), "of another document")
	data, err := Pack(from, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := a.Check(); warning != "" || err != nil {
		t.Fatalf("warning %q, error %v", warning, err)
	}
	if err := a.Restore(to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []func(paths.Root) string{paths.Root.CIB, paths.Root.CorosyncConf,
		func(r paths.Root) string { return filepath.Join(r.UIDGIDDir(), "one") }} {
		want, _ := os.ReadFile(name(from))
		got, err := os.ReadFile(name(to))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: got %q, %v", name(to), got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(to.CIBDir(), "cib.xml.sig")); err == nil {
		t.Error("the digest of the old document is still there")
	}
}

func TestPackWantsTheConfiguration(t *testing.T) {
	if _, err := Pack(paths.Root(t.TempDir()), time.Unix(0, 0)); err == nil {
		t.Error("an archive of nothing was made")
	}
}

func TestCheck(t *testing.T) {
	full := func(version string) Archive {
		return Archive{"cib.xml": nil, "corosync.conf": nil, "version.txt": []byte(version)}
	}
	for version, want := range map[string]string{
		"1": "", "x": "Cannot determine version of the backup",
		"2": "Unsupported version of the backup, supported version is 1, backup version is 2"} {
		_, err := full(version).Check()
		if got := errText(err); got != want {
			t.Errorf("version %s: got %q, want %q", version, got, want)
		}
	}
	if _, err := (Archive{"cib.xml": nil}).Check(); err == nil {
		t.Error("an archive without corosync.conf passed")
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
