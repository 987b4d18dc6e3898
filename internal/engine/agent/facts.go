package agent

import (
	"context"
	"os"
	"sync"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/engine/builtin"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// Facts remembers what the history keeps of agents' metadata. Asking an agent
// takes tens of milliseconds, which a failover must not wait for at each
// result; an agent is asked again only when its file has changed.
type Facts struct {
	runner *Runner
	ask    func(context.Context, agentmeta.Name) (agentmeta.Agent, error)

	mu    sync.Mutex
	known map[agentmeta.Name]fact
}

type fact struct {
	changed time.Time // of the agent's file
	size    int64
	agent   history.Agent
}

// NewFacts returns an empty memory; ask gets an agent's metadata.
func (r *Runner) NewFacts(ask func(context.Context, agentmeta.Name) (agentmeta.Agent, error)) *Facts {
	return &Facts{runner: r, ask: ask, known: map[agentmeta.Name]fact{}}
}

// Of returns the facts about a resource's agent; none where it has no
// metadata, cannot be asked, or is built in, which knows no reload.
func (f *Facts) Of(ctx context.Context, rsc graph.Resource) history.Agent {
	if rsc.Class != "ocf" || builtin.Has(rsc.Class, rsc.Provider, rsc.Type) {
		return history.Agent{}
	}
	st, err := os.Stat(f.runner.ocfPath(Request{Rsc: rsc}))
	if err != nil {
		return history.Agent{}
	}
	name := agentmeta.Name{Standard: rsc.Class, Provider: rsc.Provider, Type: rsc.Type}
	f.mu.Lock()
	known, ok := f.known[name]
	f.mu.Unlock()
	if ok && known.changed.Equal(st.ModTime()) && known.size == st.Size() {
		return known.agent
	}
	m, err := f.ask(ctx, name)
	if err != nil {
		f.runner.log.Warn("the agent's metadata cannot be read: changes of its resources' parameters restart them",
			"rsc", rsc.ID, "err", err)
		return history.Agent{}
	}
	known = fact{changed: st.ModTime(), size: st.Size(), agent: history.FromMetadata(&m)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[name] = known
	return known.agent
}
