package daemon

import (
	"context"
	"fmt"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/history"
)

// resultRetry is the pause before results that could not be recorded are sent
// again.
const resultRetry = 500 * time.Millisecond

// result takes what the executor found out.
func (i *instance) result(r history.Result) {
	i.alerts.result(r)
	i.results.Put(r)
}

// recordResults writes what the executor found out into the document, in
// order. Results that come while others are on their way go together.
func (i *instance) recordResults(ctx context.Context) error {
	var begun beginnings
	for sent := 0; ; sent++ {
		batch := i.results.Wait(ctx)
		if batch == nil {
			return nil
		}
		i.record(ctx, fmt.Sprintf("%s-result-%d", i.uuid, sent), begun.sift(batch))
	}
}

// beginnings keeps the note that an operation was begun from overtaking its
// result: a built-in agent is done before the note is written.
type beginnings struct {
	noted, ended map[int]bool // call ids of which the other half is still to come
}

// sift drops the notes whose result is known.
func (b *beginnings) sift(batch []history.Result) []history.Result {
	if b.noted == nil {
		b.noted, b.ended = map[int]bool{}, map[int]bool{}
	}
	ends := map[int]bool{}
	for _, r := range batch {
		if noted(r.Op) && r.Status != history.Pending {
			ends[r.CallID] = true
		}
	}
	var kept []history.Result
	for _, r := range batch {
		switch {
		case !noted(r.Op):
		case r.Status == history.Pending:
			if b.ended[r.CallID] {
				delete(b.ended, r.CallID)
				continue
			}
			b.noted[r.CallID] = true
			if ends[r.CallID] {
				continue
			}
		case b.noted[r.CallID]:
			delete(b.noted, r.CallID)
		default:
			b.ended[r.CallID] = true
		}
		kept = append(kept, r)
	}
	return kept
}

// noted tells whether the beginning of an operation is noted in the document.
func noted(op history.Op) bool {
	switch op.Operation {
	case history.Monitor, history.Notify, history.Cancel, history.Delete:
		return false
	}
	return true
}

// record submits one batch until the cluster has it: a result that is lost
// would leave the DC waiting. The request keeps its id, so it counts once.
func (i *instance) record(ctx context.Context, id string, batch []history.Result) {
	for ctx.Err() == nil {
		r := cib.Request{ID: id, Origin: i.name, Client: "crmd", User: "hacluster"}
		doc := i.cluster.Document()
		for _, res := range batch {
			next := history.Changes(doc, i.node(), res, i.facts.Of(ctx, res.Op.Rsc), time.Now().Unix())
			// A second failure in the batch must count on top of the first.
			if changed, err := cib.Apply(doc, cib.Request{Ops: next}, ""); err == nil {
				doc = changed
			}
			r.Ops = append(r.Ops, next...)
		}
		if len(r.Ops) == 0 {
			return
		}
		_, err := i.cluster.Submit(ctx, r)
		if err == nil || ctx.Err() != nil {
			return
		}
		i.log.Warn("results cannot be recorded yet", "count", len(batch), "err", err)
		select {
		case <-time.After(resultRetry):
		case <-ctx.Done():
		}
	}
}
