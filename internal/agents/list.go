package agents

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"gpcs/internal/agentmeta"
)

// atOnce bounds how many agents are asked at the same time: they are shell
// and Python programs.
const atOnce = 8

// known is what the cache keeps of an agent: its metadata and the program's
// time and size when it was asked.
type known struct {
	Time int64  `json:"time"` // nanoseconds of the Unix epoch
	Size int64  `json:"size"`
	Text []byte `json:"text"` // empty: it did not answer
}

// Short returns the short descriptions of agents, "" where an agent does not
// answer. Answers are kept from one call to the next (see cacheFile).
func (f Finder) Short(ctx context.Context, names []agentmeta.Name) []string {
	cache := f.readCache()
	short := make([]string, len(names))
	fresh := make([]*known, len(names)) // one of its own for each, so that nobody shares
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, name := range names {
		if !name.IsOCF() && !name.IsStonith() {
			if a, err := f.Metadata(ctx, name); err == nil {
				short[i] = a.ShortDesc
			}
			continue
		}
		group.Go(func() error {
			text, asked := f.cached(ctx, name, cache)
			if a, err := agentmeta.Parse(name, text); err == nil {
				short[i] = a.ShortDesc
			}
			fresh[i] = asked
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	changed := false
	for i, entry := range fresh {
		if entry != nil {
			cache[names[i].String()], changed = *entry, true
		}
	}
	if changed {
		f.writeCache(cache)
	}
	return short
}

// cached returns an agent's metadata, from the cache if its program is the
// same as then, and what to keep if it was asked now.
func (f Finder) cached(ctx context.Context, name agentmeta.Name, cache map[string]known) ([]byte, *known) {
	path, err := f.path(name)
	if err != nil {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil
	}
	entry := known{Time: info.ModTime().UnixNano(), Size: info.Size()}
	if old, ok := cache[name.String()]; ok && old.Time == entry.Time && old.Size == entry.Size {
		return old.Text, nil
	}
	if entry.Text, err = f.ask(ctx, name); err != nil {
		entry.Text = nil
	}
	if ctx.Err() != nil {
		return entry.Text, nil
	}
	return entry.Text, &entry
}

// cacheFile is under the state directory for root and in the user's cache
// otherwise; "" where there is neither.
func (f Finder) cacheFile() string {
	if f.Root != "" || os.Geteuid() == 0 {
		return filepath.Join(f.Root.StateDir(), "agents.json")
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "gpcs", "agents.json")
}

// readCache returns what was kept; a cache that cannot be read is empty.
func (f Finder) readCache() map[string]known {
	cache := map[string]known{}
	text, err := os.ReadFile(f.cacheFile())
	if err != nil || json.Unmarshal(text, &cache) != nil || cache == nil {
		return map[string]known{}
	}
	return cache
}

// writeCache keeps answers; where that fails the next call asks again.
func (f Finder) writeCache(cache map[string]known) {
	file := f.cacheFile()
	text, err := json.Marshal(cache)
	if file == "" || err != nil || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "agents-*")
	if err != nil {
		return
	}
	_, err = tmp.Write(text)
	if closed := tmp.Close(); err == nil && closed == nil && os.Chmod(tmp.Name(), 0o644) == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // nothing depends on it
	}
}
