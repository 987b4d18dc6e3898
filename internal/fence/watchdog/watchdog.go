// Package watchdog is this node's watchdog and the configuration by which it is
// used for fencing: a file of SBD's (/etc/sysconfig/sbd, /etc/default/sbd), and
// whether that is switched on. It stands for the part of sbd(8) that needs no
// disk. When to feed is decided by package fence, and done by the daemon.
package watchdog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// Default is the device of a node that names none, and DefaultTimeout the time
// after which one that is not fed resets the machine, as sbd(8) has them.
const (
	Default        = "/dev/watchdog"
	DefaultTimeout = 5 * time.Second
)

// Settings are what the configuration says.
type Settings struct {
	Enabled bool
	Device  string
	Timeout time.Duration
}

// File is the configuration's name: the one that is there, else Debian's where
// this is Debian or has no sysconfig.
func File(root paths.Root) string {
	for _, name := range []string{"/etc/sysconfig/sbd", "/etc/default/sbd"} {
		if _, err := os.Stat(root.Join(name)); err == nil {
			return root.Join(name)
		}
	}
	_, noSysconfig := os.Stat(root.Join("/etc/sysconfig"))
	if _, err := os.Stat(root.Join("/etc/debian_version")); err == nil || noSysconfig != nil {
		return root.Join("/etc/default/sbd")
	}
	return root.Join("/etc/sysconfig/sbd")
}

// marker says that cluster services feed the watchdog.
func marker(root paths.Root) string { return filepath.Join(root.StateDir(), "sbd-enabled") }

// Load reads the settings; without a file they are the defaults.
func Load(root paths.Root) (Settings, error) {
	s := Settings{Device: Default, Timeout: DefaultTimeout}
	_, err := os.Stat(marker(root))
	s.Enabled = err == nil
	data, err := os.ReadFile(File(root))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	for _, a := range conf.ParseEnvironment(data) {
		switch a.Name {
		case "SBD_WATCHDOG_DEV":
			s.Device = a.Value
		case "SBD_WATCHDOG_TIMEOUT":
			n, err := strconv.Atoi(a.Value)
			if err != nil || n <= 0 {
				return s, fmt.Errorf("%s: SBD_WATCHDOG_TIMEOUT is no number of seconds: '%s'", File(root), a.Value)
			}
			s.Timeout = time.Duration(n) * time.Second
		}
	}
	return s, nil
}

// Save replaces the configuration.
func Save(root paths.Root, data []byte) error { return durable.Write(File(root), data, 0o644) }

// Enable switches the use of the watchdog on or off, from the next start of
// cluster services on.
func Enable(root paths.Root, on bool) error {
	if on {
		return durable.Write(marker(root), nil, 0o644)
	}
	if err := os.Remove(marker(root)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// List names the node's watchdogs as it names them itself.
func List(root paths.Root) []string {
	found, _ := filepath.Glob(root.Join("/dev/watchdog") + "*") // the pattern is a good one
	for i, name := range found {
		found[i] = "/dev/" + filepath.Base(name)
	}
	sort.Strings(found)
	return found
}

// Info is what the kernel says of a watchdog; nil is what it does not.
type Info struct {
	Identity *string `json:"identity"`
	Driver   *string `json:"driver"`
	Caution  *string `json:"caution"`
}

// Describe reads it from sysfs; /dev/watchdog is the first one's other name.
func Describe(root paths.Root, device string) Info {
	name := filepath.Base(device)
	if name == "watchdog" {
		name = "watchdog0"
	}
	dir, info := root.Join("/sys/class/watchdog/"+name), Info{}
	if text, err := os.ReadFile(filepath.Join(dir, "identity")); err == nil {
		identity := strings.TrimSpace(string(text))
		info.Identity = &identity
	}
	if driver, err := os.Readlink(filepath.Join(dir, "device", "driver")); err == nil {
		driver = filepath.Base(driver)
		info.Driver = &driver
	}
	return info
}

// Dog is a watchdog that is open: from now on it wants to be fed.
type Dog struct{ file *os.File }

// Open starts a watchdog. One that is no device, such as a sandbox has, is told
// its timeout in words.
func Open(root paths.Root, s Settings) (*Dog, error) {
	name := root.Join(s.Device)
	f, err := os.OpenFile(name, os.O_WRONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("watchdog %s cannot be opened: %w", s.Device, err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Mode()&fs.ModeCharDevice != 0:
		err = unix.IoctlSetPointerInt(int(f.Fd()), unix.WDIOC_SETTIMEOUT, int(s.Timeout/time.Second))
	default:
		_, err = fmt.Fprintf(f, "timeout=%d\n", s.Timeout/time.Second)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watchdog %s does not take a timeout of %v: %w", s.Device, s.Timeout, err), f.Close())
	}
	return &Dog{f}, nil
}

// Feed puts the end off.
func (d *Dog) Feed() error {
	_, err := d.file.Write([]byte{'\n'})
	return err
}

// Disarm stops the watchdog (the "magic close" of Linux's watchdog API).
func (d *Dog) Disarm() error {
	_, err := d.file.Write([]byte{'V'})
	return errors.Join(err, d.file.Close())
}

// Abandon closes the watchdog and leaves it running: it resets the machine
// unless somebody opens and feeds it in time.
func (d *Dog) Abandon() error { return d.file.Close() }
