package metrics

import (
	"strconv"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

// own are the families that no exporter had: they are there also while the
// cluster is stopped, which is when one asks.
func own(f Facts) []*Family {
	s := f.State
	build := gauge("gpcs_build_info", "The version of gpcsd on this node; value is always 1")
	build.add(1, "version", s.Daemon)
	running := gauge("gpcs_cluster_running", "Whether cluster services are started on this node")
	running.flag(s.Running)
	enabled := gauge("gpcs_cluster_enabled", "Whether cluster services start at boot on this node")
	enabled.flag(s.Enabled)
	troubles := gauge("gpcs_troubles", "How many conditions 'pcs status' warns of that this node itself has found")
	troubles.add(float64(len(s.Troubles)))
	list := []*Family{build, running, enabled, troubles}
	if !f.CertificateEnds.IsZero() {
		ends := gauge("gpcs_certificate_expiry_timestamp_seconds", "When the TLS certificate of gpcsd on this node expires")
		ends.add(float64(f.CertificateEnds.Unix()))
		list = append(list, ends)
	}
	list = append(list, processes(f.Process)...)
	if !s.Running {
		return list
	}
	dc := gauge("gpcs_dc", "Whether this node is the DC")
	dc.flag(s.View.DC != 0 && s.View.DC == s.NodeID)
	view := gauge("gpcs_view", "The number of the membership that this node is in; it rises with each change")
	view.add(float64(s.View.Counter))
	waits := gauge("gpcs_quorum_waits", "Whether quorum waits until all nodes were seen once (wait_for_all)")
	waits.flag(s.Quorum.Waits)
	return append(append(append(list, dc, view, waits), links(s)...), fencing(s, f.Doc)...)
}

func links(s api.State) []*Family {
	up := gauge("gpcs_link_up", "Whether this node hears another one over a link")
	rtt := gauge("gpcs_link_rtt_seconds", "Round trip to another node over a link")
	for _, l := range s.Links {
		labels := []string{"peer", peer(s, l.Peer), "link", strconv.Itoa(l.Number), "address", l.Address}
		up.flag(l.Up, labels...)
		if l.RTTus > 0 {
			rtt.add(float64(l.RTTus)/1e6, labels...)
		}
	}
	return []*Family{up, rtt}
}

func peer(s api.State, node uint32) string {
	for _, m := range s.View.Members {
		if m.ID == node {
			return m.Name
		}
	}
	return id(node)
}

func fencing(s api.State, doc *cib.Document) []*Family {
	works := gauge("gpcs_fence_device_works", "Whether a fence device answered when a node tested it last")
	good := gauge("gpcs_fence_device_last_success_timestamp_seconds", "When a fence device answered a node's test last")
	for _, t := range s.Fencing {
		works.flag(t.Error == "", "device", t.Device, "node", t.Node)
		if t.GoodMS > 0 {
			good.add(float64(t.GoodMS)/1000, "device", t.Device, "node", t.Node)
		}
	}
	done := gauge("gpcs_fencing_history", "How many fencings the history holds, by what became of them")
	if doc != nil {
		type key struct{ target, action, state string }
		counts, order := map[key]int{}, []key{}
		for _, r := range fence.History(doc) {
			k := key{r.Target, r.Action, r.State}
			if counts[k] == 0 {
				order = append(order, k)
			}
			counts[k]++
		}
		for _, k := range order {
			done.add(float64(counts[k]), "target", k.target, "action", k.action, "state", k.state)
		}
	}
	return []*Family{works, good, done}
}

// Process is what the daemon uses; zero values are not known.
type Process struct {
	CPUSeconds     float64
	ResidentBytes  float64
	OpenFiles      float64
	StartedSeconds float64 // since 1970
}

func processes(p Process) []*Family {
	var list []*Family
	for _, v := range []struct {
		name, help, kind string
		value            float64
	}{
		{"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "counter", p.CPUSeconds},
		{"process_resident_memory_bytes", "Resident memory size in bytes.", "gauge", p.ResidentBytes},
		{"process_open_fds", "Number of open file descriptors.", "gauge", p.OpenFiles},
		{"process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "gauge", p.StartedSeconds},
	} {
		if v.value > 0 {
			list = append(list, &Family{Name: v.name, Help: v.help, Kind: v.kind, Samples: []Sample{{Value: v.value}}})
		}
	}
	return list
}
