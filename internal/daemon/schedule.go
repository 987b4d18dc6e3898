package daemon

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

// policy is the policy engine: the document and the time (epoch seconds) in,
// what to do out.
type policy func(doc *cib.Document, now int64) (*graph.Graph, error)

// guarded turns a panic of the policy engine into an error. Each next DC would
// meet the same document, so that one fault would end all daemons in turn; as
// it is, nothing is decided until the configuration is another one.
func guarded(log *slog.Logger, p policy) policy {
	return func(doc *cib.Document, now int64) (g *graph.Graph, err error) {
		defer func() {
			if r := recover(); r != nil {
				log.Error("the policy engine failed", "version", doc.Version().String(), "err", r, "stack", string(debug.Stack()))
				g, err = nil, fmt.Errorf("the policy engine failed (%v): this is a fault of gpcs; undo the last change "+
					"of the configuration, nothing is decided until it is another one", r)
			}
		}()
		begin := time.Now()
		defer func() { log.Debug("decided what to do", "version", doc.Version().String(), "took", time.Since(begin)) }()
		return p(doc, now)
	}
}
