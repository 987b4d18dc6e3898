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

// recordResults writes what the executor found out into the document, in
// order. Results that come while others are on their way go together.
func (i *instance) recordResults(ctx context.Context) error {
	for sent := 0; ; sent++ {
		batch := i.results.take(ctx)
		if batch == nil {
			return nil
		}
		i.record(ctx, fmt.Sprintf("%s-result-%d", i.uuid, sent), batch)
	}
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
