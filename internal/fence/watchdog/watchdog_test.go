package watchdog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

func TestSettings(t *testing.T) {
	root := paths.Root(t.TempDir())
	if s, err := Load(root); err != nil || s.Enabled || s.Device != Default || s.Timeout != DefaultTimeout {
		t.Errorf("nothing configured: %+v, %v", s, err)
	}
	if err := os.MkdirAll(root.Join("/etc/sysconfig"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(root, []byte("SBD_WATCHDOG_DEV=/dev/watchdog1\nSBD_WATCHDOG_TIMEOUT=7\n")); err != nil {
		t.Fatal(err)
	}
	if err := Enable(root, true); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(root); err != nil || !s.Enabled || s.Device != "/dev/watchdog1" || s.Timeout != 7*time.Second {
		t.Errorf("%+v, %v", s, err)
	}
	for range 2 { // twice is no error
		if err := Enable(root, false); err != nil {
			t.Fatal(err)
		}
	}
	if s, _ := Load(root); s.Enabled {
		t.Error("still enabled")
	}
	if err := Save(root, []byte("SBD_WATCHDOG_TIMEOUT=soon\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(root); err == nil {
		t.Error("a timeout that is no number passes")
	}
}

func TestWhereTheConfigurationIs(t *testing.T) {
	for _, c := range []struct{ there, want string }{
		{"", "/etc/default/sbd"}, {"/etc/sysconfig/x", "/etc/sysconfig/sbd"}, {"/etc/sysconfig/x /etc/debian_version", "/etc/default/sbd"},
		{"/etc/sysconfig/sbd /etc/debian_version", "/etc/sysconfig/sbd"}, // where an earlier release put it
	} {
		root := paths.Root(t.TempDir())
		for _, name := range strings.Fields(c.there) {
			write(t, root.Join(name), "")
		}
		if got := File(root); got != root.Join(c.want) {
			t.Errorf("with %q: %s", c.there, got)
		}
	}
}

func TestWhatIsSaidOfAWatchdog(t *testing.T) {
	root := paths.Root(t.TempDir())
	if i := Describe(root, "/dev/watchdog"); i.Identity != nil || i.Driver != nil {
		t.Errorf("%+v", i)
	}
	dir := root.Join("/sys/class/watchdog/watchdog0")
	write(t, filepath.Join(dir, "identity"), "Software Watchdog\n")
	write(t, filepath.Join(dir, "device", "x"), "")
	if err := os.Symlink("../../../bus/drivers/softdog", filepath.Join(dir, "device", "driver")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/dev/watchdog", "/dev/watchdog0"} {
		if i := Describe(root, name); *i.Identity != "Software Watchdog" || *i.Driver != "softdog" {
			t.Errorf("%s: %s, %s", name, *i.Identity, *i.Driver)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	filetest.Write(t, name, text, 0o644)
}

// The watchdog of a sandbox is no device: it is told its timeout, then fed.
func TestWhatAWatchdogHears(t *testing.T) {
	root := paths.Root(t.TempDir())
	file := root.Join("/dev/watchdog")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if len(List(root)) != 0 {
		t.Error("a watchdog where there is none")
	}
	if _, err := Open(root, Settings{Device: Default}); err == nil {
		t.Error("opened what is not there")
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := List(root); len(got) != 1 || got[0] != Default {
		t.Error(got)
	}
	dog, err := Open(root, Settings{Device: Default, Timeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := dog.Feed(); err != nil {
		t.Error(err)
	}
	if err := dog.Disarm(); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(file); string(text) != "timeout=3\n\nV" {
		t.Errorf("%q", text)
	}
}
