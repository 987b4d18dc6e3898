package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gpcs/internal/cluster/lost"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// stored is what is kept beside the document: what it grew from, the requests
// that it contains, and what other nodes may not have of it.
type stored struct {
	view.Lineage
	Recent   []replica.Applied `json:"recent,omitempty"`
	Unshared replica.Unshared  `json:"unshared,omitempty"`
}

func decodeStored(data []byte) (stored, error) {
	var s stored
	if len(data) > 0 {
		if err := json.Unmarshal(data, &s); err != nil {
			return stored{}, fmt.Errorf("%w: %w", ErrLineage, err)
		}
	}
	return s, nil
}

// Saved documents are settled when none has come for a while, but not much later.
const settleIdle, settleLate = 100 * time.Millisecond, time.Second

// save writes documents to disk, of several that wait the newest only, and
// before that what was lost to them.
func (c *Cluster) save(ctx context.Context) error {
	settle := time.NewTimer(settleIdle)
	defer settle.Stop()
	since := time.Now() // when the first document after the last Settle was saved
	for idle := true; ; {
		select {
		case <-ctx.Done():
			c.settle()
			return nil
		case <-settle.C:
			if idle = c.settle(); !idle {
				settle.Reset(settleLate)
			}
		case <-c.saves.Ready():
			if !c.saveAll(c.saves.Take()) {
				continue
			}
			if idle {
				idle, since = false, time.Now()
			}
			settle.Reset(max(0, min(settleIdle, settleLate-time.Since(since))))
		}
	}
}

// settle has the store do what can wait; false = it could not.
func (c *Cluster) settle() bool {
	err := c.opt.Store.Settle()
	if err != nil {
		c.opt.Log.Warn("cib.xml cannot be brought up to date; the journal beside it has what is newer", "err", err)
	}
	return err == nil
}

// saveAll does what waits and tells whether a document was among it.
func (c *Cluster) saveAll(list []any) bool {
	var last replica.Store
	for _, item := range list {
		switch item := item.(type) {
		case replica.Store:
			last = item
		case replica.Lost:
			c.keepLost(item)
		}
	}
	if last.N > 0 {
		c.saveDocument(last)
	}
	return last.N > 0
}

func (c *Cluster) keepLost(l replica.Lost) {
	c.opt.Log.Warn("changes of the configuration that were made apart from the other nodes are given up",
		"version", l.Version.String(), "winner", l.Winner.String(), "requests", l.Changes.Requests())
	err := lost.Save(c.opt.Root, time.Now(), l)
	if err != nil {
		c.opt.Log.Error("lost changes could not be kept", "err", err, "changes", l.Changes)
	}
	c.inbox.Put(func() {
		if err != nil {
			c.trouble("lost", "Changes of the configuration were lost and could not be kept, the log has them: "+err.Error())
		}
		c.publish()
	})
}

func (c *Cluster) saveDocument(s replica.Store) {
	lineage, err := json.Marshal(stored{s.Lineage, s.Recent, s.Unshared})
	if err == nil {
		err = c.opt.Store.Save(s.Doc, lineage)
	}
	done := replica.Stored{N: s.N}
	if err != nil {
		done.Err = err.Error()
		c.opt.Log.Error("the configuration could not be stored", "err", err)
	}
	c.inbox.Put(func() {
		text := ""
		if done.Err != "" {
			text = "The configuration cannot be stored on this node: " + done.Err
		}
		if c.troubles["store"] != text {
			c.trouble("store", text)
			c.publish()
		}
		c.do(c.core.StepReplica(done, now()))
	})
}
