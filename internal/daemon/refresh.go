package daemon

import (
	"context"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
)

// refresh has the history of resources forgotten; the DC probes them anew.
func (i *instance) refresh(ctx context.Context, r api.RefreshRequest) error {
	doc, err := i.cluster.Read(ctx)
	if err != nil {
		return err
	}
	gone, ops, err := controller.Forget(doc, controller.Refresh{Resource: r.Resource, Node: r.Node,
		Operation: r.Operation, Interval: r.Interval, Failed: r.Failed})
	if err != nil {
		return &api.Error{Code: api.CodeInvalid, Message: err.Error()}
	}
	if len(ops) == 0 {
		return nil
	}
	for _, g := range gone {
		i.log.Info("history is forgotten on request", "rsc", g.Resource, "node", g.Node)
	}
	_, err = i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "crm_resource", User: "root", Ops: ops})
	return err
}
