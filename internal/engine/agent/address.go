package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"gpcs/internal/engine/builtin"
	"gpcs/internal/engine/history"
)

// addresses runs the built-in IPaddr2 and knows which addresses are up on
// this node, so that all of them can be withdrawn at once.
type addresses struct {
	log      *slog.Logger
	dir      string // one file for each address that is up: a restarted daemon knows them
	state    string // the agents' run state directory
	announce *announcer

	mu    sync.Mutex
	epoch int64            // counts withdrawals
	held  map[string]*held // by resource
}

// held is the address of one resource. mu is held while it is changed.
type held struct {
	mu  sync.Mutex
	up  bool
	cfg builtin.Address
	// announced is the last announcement, which may still be going on.
	announced *announcement
}

func newAddresses(dir, state string, log *slog.Logger) *addresses {
	a := &addresses{log: log, dir: dir, state: state, announce: newAnnouncer(log), held: map[string]*held{}}
	a.load()
	return a
}

const addressSuffix = ".address"

// upNote is what a file says of an address that is up.
type upNote struct {
	Rsc    string
	Params map[string]string
}

// load reads which addresses an earlier daemon had brought up.
func (a *addresses) load() {
	files, _ := filepath.Glob(filepath.Join(a.dir, "*"+addressSuffix))
	for _, f := range files {
		var up upNote
		data, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(data, &up)
		}
		if err != nil {
			a.log.Warn("an address that an earlier daemon brought up is not known", "file", f, "err", err)
			continue
		}
		h := a.of(up.Rsc)
		h.up = true
		h.cfg, _ = builtin.ParseAddress(up.Params) // it was brought up with them
	}
}

func (a *addresses) of(rsc string) *held {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.held[rsc]
	if h == nil {
		h = &held{}
		a.held[rsc] = h
	}
	return h
}

// now is the number of withdrawals so far.
func (a *addresses) now() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.epoch
}

// runAddress is the built-in ocf:heartbeat:IPaddr2. bad is what is wrong with
// the parameters.
func (r *Runner) runAddress(ctx context.Context, req Request, cfg builtin.Address, bad error) history.Outcome {
	if cfg.Beyond != "" {
		bad = fmt.Errorf("%s needs the agent IPaddr2 of resource-agents, which is not installed on this node", cfg.Beyond)
	}
	ctx, cancel := context.WithTimeout(ctx, req.Timeout)
	defer cancel()
	h := r.addresses.of(req.Rsc.ID)
	switch req.Action {
	case history.Start:
		if bad != nil {
			return misconfigured(bad)
		}
		return r.addresses.start(ctx, req, h, cfg)
	case history.Stop:
		return r.addresses.stop(req.Rsc.ID, h, cfg)
	case history.Monitor, "status":
		if bad != nil {
			if req.probe() {
				return history.Outcome{RC: history.RCNotRunning}
			}
			return misconfigured(bad)
		}
		return r.addresses.monitor(req, h, cfg)
	case "validate-all":
		if bad != nil {
			return misconfigured(bad)
		}
		return history.Outcome{}
	case "meta-data":
		return history.Outcome{Stdout: builtin.IPaddr2Metadata}
	}
	return unimplemented(req.Action)
}

func misconfigured(err error) history.Outcome {
	return history.Outcome{RC: history.RCConfigured, Reason: err.Error()}
}

func failed(format string, args ...any) history.Outcome {
	return history.Outcome{RC: history.RCError, Reason: fmt.Sprintf(format, args...)}
}

func (a *addresses) start(ctx context.Context, req Request, h *held, cfg builtin.Address) history.Outcome {
	if cfg.Detect {
		// The lock is not held meanwhile: a withdrawal must not wait for this.
		if err := detectOther(ctx, cfg); err != nil {
			return failed("%v", err)
		}
	}
	where, out := a.bringUp(req, h, cfg)
	if where == nil {
		return out
	}
	if cfg.IPv6() {
		if err := where.awaitUsable(ctx, cfg); err != nil {
			h.mu.Lock()
			defer h.mu.Unlock()
			return failed("%v", errors.Join(err, a.drop(req.Rsc.ID, h, cfg)))
		}
	}
	if n := a.repeat(h, where, cfg, cfg.ARPCount); n != nil && cfg.Foreground {
		n.wait(ctx)
	}
	return history.Outcome{}
}

// detectOther looks for another owner of an address that this node has not.
func detectOther(ctx context.Context, cfg builtin.Address) error {
	where, err := locate(cfg)
	if err != nil {
		return err
	}
	if served, err := where.served(cfg); err != nil || served {
		return err
	}
	return where.detect(ctx, cfg)
}

// bringUp puts the address on its interface; nil and why if it cannot.
func (a *addresses) bringUp(req Request, h *held, cfg builtin.Address) (*place, history.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if req.Epoch < a.now() {
		return nil, history.NotBegun("the node lost its quorum after this start was ordered")
	}
	where, err := locate(cfg)
	if err != nil {
		return nil, failed("%v", err)
	}
	served, err := where.served(cfg)
	if err == nil && !served && cfg.LVS {
		err = a.hideLoopback(cfg)
	}
	if err == nil && !served {
		err = where.add(cfg)
	}
	if err != nil {
		return nil, failed("%v", err)
	}
	a.markUp(req, h, cfg)
	return where, history.Outcome{}
}

// markUp notes that the address is up; h is locked.
func (a *addresses) markUp(req Request, h *held, cfg builtin.Address) {
	h.cfg = cfg
	if h.up {
		return
	}
	h.up = true
	data, err := json.Marshal(upNote{Rsc: req.Rsc.ID, Params: req.params()})
	if err == nil {
		err = os.WriteFile(a.file(req.Rsc.ID), data, 0o600)
	}
	if err != nil {
		a.log.Warn("a restarted daemon will not know of this address before it probes", "rsc", req.Rsc.ID, "err", err)
	}
}

func (a *addresses) file(rsc string) string {
	return filepath.Join(a.dir, fileName(rsc)+addressSuffix)
}

// drop removes the address and notes that; h is locked. None there is success.
func (a *addresses) drop(rsc string, h *held, cfg builtin.Address) error {
	if h.announced != nil {
		h.announced.stop()
		h.announced = nil
	}
	if h.up {
		cfg = h.cfg // what was brought up, whatever is configured by now
	}
	if cfg.IP.IsValid() {
		if err := removeAddress(cfg); err != nil {
			return err
		}
	}
	if cfg.LVS {
		if err := a.restoreLoopback(cfg); err != nil {
			return err
		}
	}
	h.up = false
	_ = os.Remove(a.file(rsc))
	return nil
}

func (a *addresses) stop(rsc string, h *held, cfg builtin.Address) history.Outcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := a.drop(rsc, h, cfg); err != nil {
		return failed("%v", err)
	}
	return history.Outcome{}
}

func (a *addresses) monitor(req Request, h *held, cfg builtin.Address) history.Outcome {
	where, out := a.check(req, h, cfg)
	if out.RC == history.RCOK && !req.probe() && cfg.ARPRefresh > 0 {
		a.repeat(h, where, cfg, cfg.ARPRefresh)
	}
	return out
}

// check looks whether the address is there and can be reached. The agent of
// resource-agents does not look at the interface; a dead one is a failure.
func (a *addresses) check(req Request, h *held, cfg builtin.Address) (*place, history.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	where, err := locate(cfg)
	if err != nil {
		if req.probe() {
			return nil, history.Outcome{RC: history.RCNotRunning}
		}
		return nil, failed("%v", err)
	}
	served, err := where.served(cfg)
	switch {
	case err != nil:
		return nil, failed("%v", err)
	case !served:
		return nil, history.Outcome{RC: history.RCNotRunning}
	}
	a.markUp(req, h, cfg)
	if why := where.down(); why != "" && !req.probe() {
		return nil, failed("%s", why)
	}
	return where, history.Outcome{}
}

// repeat announces the address now and then again in the background.
func (a *addresses) repeat(h *held, where *place, cfg builtin.Address, count int) *announcement {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.up || where.loopback() {
		return nil
	}
	if h.announced != nil {
		h.announced.stop()
	}
	h.announced = a.announce.begin(where, cfg, count)
	return h.announced
}
