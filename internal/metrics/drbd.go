package metrics

import (
	"encoding/json"
	"strconv"
	"strings"
)

// drbdResource is one resource of "drbdsetup status --json", DRBD 9.
type drbdResource struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Devices []struct {
		Volume       int     `json:"volume"`
		State        string  `json:"disk-state"`
		Quorum       bool    `json:"quorum"`
		Read         float64 `json:"read"`
		Written      float64 `json:"written"`
		ALWrites     float64 `json:"al-writes"`
		BMWrites     float64 `json:"bm-writes"`
		UpperPending float64 `json:"upper-pending"`
		LowerPending float64 `json:"lower-pending"`
	} `json:"devices"`
	Connections []struct {
		Peer    int    `json:"peer-node-id"`
		Role    string `json:"peer-role"`
		Devices []struct {
			Volume   int     `json:"volume"`
			State    string  `json:"peer-disk-state"`
			Received float64 `json:"received"`
			Sent     float64 `json:"sent"`
			Pending  float64 `json:"pending"`
			Unacked  float64 `json:"unacked"`
			InSync   float64 `json:"percent-in-sync"`
		} `json:"peer_devices"`
	} `json:"connections"`
}

// drbd are the families of the subsystem of that name. splitBrains are names
// of files, "drbd-split-brain-detected-RESOURCE-VOLUME".
func drbd(status []byte, splitBrains []string) ([]*Family, error) {
	var list []drbdResource
	if err := json.Unmarshal(status, &list); err != nil {
		return nil, err
	}
	families := map[string]*Family{}
	var order []*Family
	add := func(name, help string, value float64, labels ...string) {
		f := families[name]
		if f == nil {
			f = gauge("ha_cluster_drbd_"+name, help)
			families[name], order = f, append(order, f)
		}
		f.add(value, labels...)
	}
	for _, r := range list {
		for _, d := range r.Devices {
			at := []string{"resource", r.Name, "volume", strconv.Itoa(d.Volume)}
			add("resources", "The DRBD resources; 1 line per name, per volume", 1,
				append(at, "role", strings.ToLower(r.Role), "disk_state", strings.ToLower(d.State))...)
			add("written", "KiB written to DRBD; 1 line per resource, per volume", d.Written, at...)
			add("read", "KiB read from DRBD; 1 line per resource, per volume", d.Read, at...)
			add("al_writes", "Writes to activity log; 1 line per resource, per volume", d.ALWrites, at...)
			add("bm_writes", "Writes to bitmap; 1 line per resource, per volume", d.BMWrites, at...)
			add("upper_pending", "Upper pending; 1 line per resource, per volume", d.UpperPending, at...)
			add("lower_pending", "Lower pending; 1 line per resource, per volume", d.LowerPending, at...)
			add("quorum", "Quorum status per resource and per volume", one(d.Quorum), at...)
		}
		for _, c := range r.Connections {
			for _, d := range c.Devices {
				at := []string{"resource", r.Name, "peer_node_id", strconv.Itoa(c.Peer), "volume", strconv.Itoa(d.Volume)}
				add("connections", "The DRBD resource connections; 1 line per per resource, per peer_node_id", 1,
					append(at, "peer_role", strings.ToLower(c.Role), "peer_disk_state", strings.ToLower(d.State))...)
				add("connections_sync", "The in sync percentage value for DRBD resource connections", d.InSync, at...)
				add("connections_received", "KiB received per connection", d.Received, at...)
				add("connections_sent", "KiB sent per connection", d.Sent, at...)
				add("connections_pending", "Pending value per connection", d.Pending, at...)
				add("connections_unacked", "Unacked value per connection", d.Unacked, at...)
			}
		}
	}
	for _, name := range splitBrains {
		rest := strings.TrimPrefix(name, SplitBrainPrefix)
		if i := strings.LastIndexByte(rest, '-'); i > 0 {
			add("split_brain", "Whether a split brain has been detected; 1 line per resource, per volume.", 1, "resource", rest[:i], "volume", rest[i+1:])
		}
	}
	return order, nil
}

// SplitBrainPrefix begins the names of the files that DRBD's split-brain
// handler leaves for the exporter.
const SplitBrainPrefix = "drbd-split-brain-detected-"
