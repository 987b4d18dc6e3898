package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/test/failover"
	"gpcs/test/nemesis/history"
)

const (
	// healed is how long the cluster may take after a heal until all nodes hold
	// one document and the site answers.
	healed = 45 * time.Second
	// mended is after what time an administrator has failures of resources
	// forgotten, which a broken node or an overloaded machine may leave.
	mended = 15 * time.Second
)

// converge waits, with all clients at rest, until everybody is online with the
// same document and the site answers; then it takes the set out.
func (r *run) converge() error {
	r.clients.Lock()
	defer r.clients.Unlock()
	e := history.Event{Kind: history.Converge, Begun: r.Now()}
	var doc *cib.Document
	var err error
	for cleaned := false; ; time.Sleep(50 * time.Millisecond) {
		doc, e.Holds, err = r.settled()
		waited := r.Now() - e.Begun
		if err == nil || waited > healed {
			break
		}
		if !cleaned && waited > mended {
			cleaned = true
			r.Note("after %v: %v; failures of resources are cleaned up", mended, err)
			_, _ = r.c.Do(r.c.Nodes()[0], "timeout", "10", "pcs", "resource", "cleanup")
		}
	}
	e.Ended = r.Now()
	if err != nil {
		e.Outcome, e.Text = history.Unknown, err.Error()
		r.Add(e)
		return fmt.Errorf("the cluster did not converge within %v after a heal: %w", healed, err)
	}
	e.Outcome = history.Acked
	e.Values, e.Set = contents(doc)
	if e.Saved, err = r.saved(); err != nil {
		return err
	}
	r.Add(e)
	return r.clear(e.Set)
}

// settled returns the document that all nodes hold and which node holds what,
// or why the cluster is not as it should be.
func (r *run) settled() (*cib.Document, map[string]string, error) {
	var view api.View
	for _, node := range r.c.Nodes() {
		s, err := r.doors[node].state()
		switch {
		case err != nil:
			return nil, nil, err
		case !s.Running || s.View.DC == 0 || !s.View.Quorate:
			return nil, nil, fmt.Errorf("%s: running %v, DC %d, quorate %v", node, s.Running, s.View.DC, s.View.Quorate)
		case view.Counter != 0 && s.View.Counter != view.Counter:
			return nil, nil, fmt.Errorf("%s is in another view than %s", node, r.c.Nodes()[0])
		}
		for _, m := range s.View.Members {
			if !m.Online {
				return nil, nil, fmt.Errorf("%s: %s is not online", node, m.Name)
			}
		}
		view = s.View
	}
	var doc *cib.Document
	holds, digest := map[string]string{}, ""
	for _, node := range r.c.Nodes() {
		d, err := r.doors[node].document(true)
		if err != nil {
			return nil, nil, err
		}
		holds[node] = d.Version().String() + " " + d.Digest()
		if digest != "" && holds[node] != digest {
			return nil, holds, fmt.Errorf("%s holds %s, another node %s", node, holds[node], digest)
		}
		doc, digest = d, holds[node]
	}
	if h := r.holds.holders(); len(h) != 1 {
		return nil, holds, fmt.Errorf("the address is on %s", strings.Join(h, " and "))
	}
	if a := failover.Get(r.c.Client, failover.VIP); a.Err != nil {
		return nil, holds, fmt.Errorf("the site does not answer: %w", a.Err)
	}
	return doc, holds, nil
}

// saved reads, and removes, what nodes kept of changes that gave way.
func (r *run) saved() ([]string, error) {
	var items []string
	for _, node := range r.c.Nodes() {
		files, err := filepath.Glob(filepath.Join(r.c.StatePath(node), "gpcs/lost-changes/*.xml"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			kept, err := cib.ParseElement(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			items = append(items, itemsIn(kept)...)
			if err := os.Remove(name); err != nil {
				return nil, err
			}
		}
	}
	return items, nil
}

// itemsIn are the items of the set in a patch.
func itemsIn(e *cib.Element) []string {
	var items []string
	if e.Tag == "nvpair" {
		if item, ok := strings.CutPrefix(e.SelectAttrValue("name", ""), setPrefix); ok {
			items = append(items, item)
		}
	}
	for _, c := range e.ChildElements() {
		items = append(items, itemsIn(c)...)
	}
	return items
}

// clear takes the items that were judged out of the document, which would
// grow for ever.
func (r *run) clear(set []string) error {
	if len(set) == 0 {
		return nil
	}
	e := history.Event{Kind: history.Remove, Set: set, Begun: r.Now()}
	var ops []cib.Op
	for _, item := range set {
		ops = append(ops, cib.Op{Kind: cib.Delete, Path: attributes + "/nvpair[@id='nodes-1-" + setPrefix + item + "']"})
	}
	e.Outcome, e.Version = r.doors[r.c.Nodes()[0]].change(cib.Request{Client: "nemesis", Ops: ops})
	e.Ended = r.Now()
	r.Add(e)
	if e.Outcome != history.Acked {
		r.Note("the set could not be cleared: %s", e.Outcome)
	}
	return nil
}
