package client

import (
	"fmt"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/status"
)

// Votes turns a node's state into what corosync-quorumtool(8) shows of it.
func Votes(state api.State, now time.Time) status.Votes {
	q := state.Quorum
	v := status.Votes{
		Now: now, NodeID: state.NodeID, Quorate: state.View.Quorate, Expected: q.Expected,
		HighestExpected: q.HighestExpected, Total: q.Total, Needed: q.Needed, Flags: q.Flags,
	}
	lowest := state.NodeID
	for _, m := range state.View.Members {
		if !m.Online {
			continue
		}
		lowest = min(lowest, m.ID)
		v.Members = append(v.Members, status.Voter{ID: m.ID, Name: m.Name, Votes: m.Votes})
	}
	v.RingID = fmt.Sprintf("%d.%x", lowest, state.View.Counter)
	return v
}
