package units

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"

	"gpcs/internal/paths"
)

// The components of cluster services, and the units that show them.
const (
	Corosync  = "corosync"
	Pacemaker = "pacemaker"
)

func unitOf(component string) string { return component + ".service" }

// State tells which components run.
type State struct{ Corosync, Pacemaker bool }

// Options are what a Keeper needs to know.
type Options struct {
	Root paths.Root
	Log  *slog.Logger
	// Want says what runs. It may wait until a change that is under way is over.
	Want func() State
}

// manager is what is needed of systemd's D-Bus interface.
type manager interface {
	StartUnitContext(ctx context.Context, name, mode string, ch chan<- string) (int, error)
	StopUnitContext(ctx context.Context, name, mode string, ch chan<- string) (int, error)
	GetUnitPropertiesContext(ctx context.Context, unit string) (map[string]any, error)
	EnableUnitFilesContext(ctx context.Context, files []string, runtime, force bool) (bool, []dbus.EnableUnitFileChange, error)
	DisableUnitFilesContext(ctx context.Context, files []string, runtime bool) ([]dbus.DisableUnitFileChange, error)
	ReloadContext(ctx context.Context) error
	Close()
}

// Keeper keeps the units in step with what runs. Make it with New; Run does the
// work.
type Keeper struct {
	opts    Options
	connect func(context.Context) (manager, error)
	present func() bool

	changed chan struct{}
	asked   chan chan struct{}

	mu  sync.Mutex // guards the following
	job job        // that the Keeper has given to systemd and waits for
}

// job is what systemd is to do with a component's unit, or nothing.
type job struct{ do, component string }

// New returns a Keeper.
func New(o Options) *Keeper {
	k := &Keeper{opts: o, changed: make(chan struct{}, 1), asked: make(chan chan struct{}),
		connect: func(ctx context.Context) (manager, error) { return dbus.NewWithContext(ctx) }}
	k.present = k.installed
	return k
}

// command is what the units of this package run; those of the real corosync and
// Pacemaker run something else and are left alone.
var command = []byte("gpcsd unit ")

// installed tells whether systemd manages this machine and has our units.
func (k *Keeper) installed() bool {
	if k.opts.Root.Join("/") != "/" {
		return false
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return false
	}
	for _, dir := range k.opts.Root.UnitDirs() {
		if text, err := os.ReadFile(filepath.Join(dir, unitOf(Pacemaker))); err == nil {
			return bytes.Contains(text, command)
		}
	}
	return false
}

// enableTimeout bounds the word to systemd that the units start at boot.
const enableTimeout = 30 * time.Second

// Enable has systemd start the units at boot, or not. It returns false where
// there are no units.
func (k *Keeper) Enable(ctx context.Context, on bool) (bool, error) {
	if !k.present() {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, enableTimeout)
	defer cancel()
	conn, err := k.connect(ctx)
	if err != nil {
		return true, fmt.Errorf("systemd cannot be reached: %w", err)
	}
	defer conn.Close()
	files := []string{unitOf(Corosync), unitOf(Pacemaker)}
	if on {
		_, _, err = conn.EnableUnitFilesContext(ctx, files, false, true)
	} else {
		_, err = conn.DisableUnitFilesContext(ctx, files, false)
	}
	if err != nil {
		return true, fmt.Errorf("systemd refuses to change what is started at boot: %w", err)
	}
	return true, conn.ReloadContext(ctx)
}

// Enabled tells whether systemd starts cluster services at boot.
func (k *Keeper) Enabled() bool {
	if !k.present() {
		return false
	}
	_, err := os.Lstat(k.opts.Root.StartedAtBoot(unitOf(Pacemaker)))
	return err == nil
}

// Echo tells whether a command that a unit gives is only the answer to a job of
// the Keeper's own: what it asks for is done already.
func (k *Keeper) Echo(do, component string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.job == job{do, component}
}

func (k *Keeper) note(j job) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.job = j
}
