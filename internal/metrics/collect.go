package metrics

import (
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

// Facts are what metrics are made of.
type Facts struct {
	State           api.State
	Doc             *cib.Document // nil while cluster services are stopped
	Now             time.Time     // its zone is that of the times in the document
	CertificateEnds time.Time
	Process         Process
	// DRBD is what "drbdsetup status --json" printed, nil without DRBD;
	// SplitBrains are the names of the files that DRBD's handler leaves.
	DRBD        []byte
	SplitBrains []string
	// Clock measures how long a subsystem took.
	Clock func() time.Time
}

// Families returns all metrics of a node. A subsystem that gives nothing has
// ha_cluster_scrape_success 0.
func Families(f Facts) []*Family {
	success := gauge("ha_cluster_scrape_success", "Whether a collector succeeded.")
	took := gauge("ha_cluster_scrape_duration_seconds", "Duration of a collector scrape.")
	list := append(own(f), success, took)
	collect := func(name string, from func() ([]*Family, bool)) {
		begun := f.Clock()
		families, ok := from()
		list = append(list, families...)
		success.flag(ok, "collector", name)
		took.add(f.Clock().Sub(begun).Seconds(), "collector", name)
	}
	collect("pacemaker", func() ([]*Family, bool) {
		if f.Doc == nil {
			return nil, false
		}
		families, err := pacemaker(f.Doc, f.Now)
		return families, err == nil
	})
	collect("corosync", func() ([]*Family, bool) {
		if !f.State.Running {
			return nil, false
		}
		return corosync(f.State), true
	})
	if f.DRBD != nil {
		collect("drbd", func() ([]*Family, bool) {
			families, err := drbd(f.DRBD, f.SplitBrains)
			return families, err == nil
		})
	}
	return list
}
