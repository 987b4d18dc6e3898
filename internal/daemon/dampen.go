package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
	"gpcs/internal/engine/attr"
)

// dampen hands a change of a node attribute to the DC, which holds the changes
// of all nodes. One that a DC takes along when it dies is made again by the
// agent's next monitor.
func (i *instance) dampen(ctx context.Context, r cib.Request) error {
	v := i.cluster.State().View
	switch {
	case v == nil:
		return &api.Error{Code: api.CodeNotRunning, Message: "the node is in no membership yet"}
	case v.DC == i.self:
		i.dampened.Put(r)
		return nil
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return i.cluster.Send(ctx, v.DC, kindDampen, payload)
}

// takeDampened takes a change from another node.
func (i *instance) takeDampened(from uint32, payload []byte) {
	var r cib.Request
	if err := json.Unmarshal(payload, &r); err != nil || r.Dampen == nil {
		i.log.Error("change of a node attribute cannot be read", "node", from, "err", err)
		return
	}
	i.dampened.Put(r)
}

// releaseAttributes submits changes once they have waited long enough.
func (i *instance) releaseAttributes(ctx context.Context) error {
	var held attr.Held
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-i.dampened.Ready():
			for _, r := range i.dampened.Take() {
				held.Add(time.Now(), r, i.attribute(r.Dampen))
			}
		case <-timer.C:
			for _, r := range held.Due(time.Now(), i.isMember) {
				if _, err := i.cluster.Submit(ctx, r); err != nil {
					i.log.Warn("a node attribute could not be changed", "request", r.ID, "err", err)
				}
			}
		}
		if at, ok := held.Next(); ok {
			timer.Reset(time.Until(at))
		}
	}
}

// attribute is the value that the document has, nil if it has none.
func (i *instance) attribute(d *cib.Dampen) *string {
	found, err := i.cluster.Document().XPath(fmt.Sprintf("/cib/status/node_state[@id='%s']/transient_attributes/instance_attributes/nvpair",
		strings.ReplaceAll(d.Node, "'", "")))
	if err != nil {
		return nil
	}
	for _, pair := range found {
		if pair.SelectAttrValue("name", "") == d.Attribute {
			v := pair.SelectAttrValue("value", "")
			return &v
		}
	}
	return nil
}

// isMember tells whether a node has a part in the cluster. Names are those of
// remote nodes, of which the membership knows nothing.
func (i *instance) isMember(node string) bool {
	id, err := strconv.ParseUint(node, 10, 32)
	v := i.cluster.State().View
	return err != nil || v != nil && slices.ContainsFunc(v.Members, func(p view.Peer) bool { return uint64(p.ID) == id })
}
