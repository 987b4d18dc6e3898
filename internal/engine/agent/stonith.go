package agent

import (
	"context"
	"errors"
	"strings"

	"gpcs/internal/engine/history"
	"gpcs/internal/fence"
)

// runStonith runs a fence device as the resource that it is: started on a node
// means that the node tests it and is preferred for fencing with it. Nothing
// runs between the tests, so the state is this process's own.
func (r *Runner) runStonith(ctx context.Context, req Request) history.Outcome {
	id := req.Rsc.ID
	switch req.Action {
	case history.Stop:
		r.setDevice(id, false)
		return history.Outcome{}
	case history.Start:
	case history.Monitor:
		if req.probe() && !r.hasDevice(id) {
			return history.Outcome{RC: history.RCNotRunning}
		}
	default:
		return unimplemented(req.Action)
	}
	d := fence.Device{ID: id, Agent: req.Rsc.Type, Params: map[string]string{}}
	for _, a := range req.Attrs {
		if !strings.HasPrefix(a.Name, "CRM_meta_") {
			d.Params[a.Name] = a.Value
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if req.Abort != nil {
		go func() {
			select {
			case <-req.Abort:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	err := r.devices.Monitor(ctx, d, req.Timeout)
	switch {
	case err == nil:
		r.setDevice(id, true)
		return history.Outcome{}
	case ctx.Err() != nil:
		return cancelled()
	}
	if req.Action == history.Start {
		r.setDevice(id, false)
	}
	out := history.Outcome{RC: history.RCError, Reason: err.Error()}
	if errors.Is(err, context.DeadlineExceeded) {
		out.Status, out.Reason = history.TimedOut, "Fence agent did not complete within "+readable(req.Timeout)
	}
	return out
}

func (r *Runner) setDevice(id string, started bool) {
	r.startedMu.Lock()
	defer r.startedMu.Unlock()
	r.started[id] = started
}

func (r *Runner) hasDevice(id string) bool {
	r.startedMu.Lock()
	defer r.startedMu.Unlock()
	return r.started[id]
}
