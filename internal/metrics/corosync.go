package metrics

import (
	"fmt"
	"strconv"

	"gpcs/internal/api"
)

// corosync are the families of the subsystem of that name.
func corosync(s api.State) []*Family {
	votes := gauge("ha_cluster_corosync_member_votes", "How many votes each member node has contributed with to the current quorum")
	lowest := uint32(0)
	for _, m := range s.View.Members {
		if !m.Online {
			continue
		}
		if lowest == 0 || m.ID < lowest {
			lowest = m.ID
		}
		votes.add(float64(m.Votes), "node_id", id(m.ID), "node", m.Name, "local", strconv.FormatBool(m.ID == s.NodeID))
	}
	quorate := gauge("ha_cluster_corosync_quorate", "Whether or not the cluster is quorate")
	quorate.flag(s.View.Quorate)
	quorum := gauge("ha_cluster_corosync_quorum_votes", "Cluster quorum votes; one line per type")
	for _, q := range []struct {
		name  string
		votes int
	}{{"expected_votes", s.Quorum.Expected}, {"highest_expected", s.Quorum.HighestExpected}, {"quorum", s.Quorum.Needed}, {"total_votes", s.Quorum.Total}} {
		quorum.add(float64(q.votes), "type", q.name)
	}
	rings := gauge("ha_cluster_corosync_rings", "The status of each Corosync ring; 1 means healthy, 0 means faulty.")
	errors := gauge("ha_cluster_corosync_ring_errors", "The total number of faulty corosync rings")
	faulty := 0
	for number, address := range s.Addresses {
		if address == "" {
			continue
		}
		healthy := true
		for _, l := range s.Links {
			healthy = healthy && (l.Number != number || l.Up)
		}
		if !healthy {
			faulty++
		}
		rings.flag(healthy, "ring_id", fmt.Sprintf("%d.%x", lowest, s.View.Counter), "node_id", id(s.NodeID),
			"number", strconv.Itoa(number), "address", address)
	}
	errors.add(float64(faulty))
	return []*Family{votes, quorate, quorum, rings, errors}
}

func id(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
