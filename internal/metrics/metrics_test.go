package metrics

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func facts(t *testing.T, cibFile string) Facts {
	t.Helper()
	data, err := os.ReadFile(cibFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 14, 11, 30, 0, time.UTC)
	return Facts{Doc: doc, Now: now, Clock: func() time.Time { return now }, CertificateEnds: now.AddDate(10, 0, 0),
		Process: Process{CPUSeconds: 1.25, ResidentBytes: 2e7, OpenFiles: 30, StartedSeconds: 1795442200},
		State: api.State{Node: "node1", NodeID: 1, Running: true, Enabled: true, Daemon: "0.12.3",
			View: api.View{Counter: 9, DC: 1, Quorate: true, Members: []api.Member{{ID: 1, Name: "node1", Online: true, Votes: 1},
				{ID: 2, Name: "node2", Online: true, Votes: 1}, {ID: 3, Name: "node3", Votes: 1}}},
			Quorum:    api.Quorum{Expected: 3, HighestExpected: 3, Total: 2, Needed: 2},
			Addresses: []string{"192.168.1.10", "192.168.3.10"},
			Links:     []api.Link{{Number: 0, Peer: 2, Up: true, Address: "192.168.1.11", RTTus: 150}, {Number: 1, Peer: 2, Address: "192.168.3.11"}},
			Fencing: []api.FenceTest{{Device: "f", Node: "node1", GoodMS: 1795442200123, TriedMS: 1795442200123},
				{Device: "f", Node: "node2", TriedMS: 1795442200123, Error: "no route"}},
			Troubles: []string{"one"}},
		DRBD: []byte(`[{"name":"r-0","role":"Secondary","devices":[{"volume":0,"disk-state":"UpToDate","quorum":true,"read":654321,"written":123456,
"al-writes":123,"bm-writes":321,"upper-pending":1,"lower-pending":2}],"connections":[{"peer-node-id":1,"peer-role":"Primary","peer_devices":[
{"volume":0,"peer-disk-state":"UpToDate","received":456,"sent":654,"pending":3,"unacked":4,"percent-in-sync":99.5}]}]}]`),
		SplitBrains: []string{"drbd-split-brain-detected-r-0-vol-1", "nonsense"}}
}

func TestGolden(t *testing.T) {
	got := Print(Families(facts(t, "testdata/cib.xml")))
	const golden = "testdata/metrics.txt"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// dashboards are the names that ha_cluster_exporter's documentation lists;
// those of SBD's disks are not among them, as gpcs uses none.
var dashboards = strings.Fields(`
ha_cluster_pacemaker_config_last_change ha_cluster_pacemaker_fail_count ha_cluster_pacemaker_location_constraints
ha_cluster_pacemaker_migration_threshold ha_cluster_pacemaker_nodes ha_cluster_pacemaker_node_attributes
ha_cluster_pacemaker_resources ha_cluster_pacemaker_stonith_enabled
ha_cluster_corosync_member_votes ha_cluster_corosync_quorate ha_cluster_corosync_quorum_votes ha_cluster_corosync_ring_errors
ha_cluster_corosync_rings
ha_cluster_drbd_resources ha_cluster_drbd_written ha_cluster_drbd_read ha_cluster_drbd_al_writes ha_cluster_drbd_bm_writes
ha_cluster_drbd_upper_pending ha_cluster_drbd_lower_pending ha_cluster_drbd_quorum ha_cluster_drbd_connections
ha_cluster_drbd_connections_sync ha_cluster_drbd_connections_received ha_cluster_drbd_connections_sent
ha_cluster_drbd_connections_pending ha_cluster_drbd_connections_unacked ha_cluster_drbd_split_brain
ha_cluster_scrape_success ha_cluster_scrape_duration_seconds`)

func TestDashboardsFindTheirNamesAndDocumentsNameThem(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range Families(facts(t, "testdata/cib.xml")) {
		have[f.Name] = len(f.Samples) > 0
		if !strings.Contains(string(page), "`"+f.Name+"`") {
			t.Errorf("docs/metrics.md does not name %s", f.Name)
		}
	}
	for _, name := range dashboards {
		if !have[name] {
			t.Errorf("no %s", name)
		}
	}
}

// A stopped cluster has metrics too, which say that it is stopped.
func TestStoppedCluster(t *testing.T) {
	text := string(Print(Families(Facts{State: api.State{Node: "n"}, Clock: time.Now})))
	for _, want := range []string{"gpcs_cluster_running 0\n", `ha_cluster_scrape_success{collector="pacemaker"} 0`, `ha_cluster_scrape_success{collector="corosync"} 0`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

func TestLabelsAreEscaped(t *testing.T) {
	f := gauge("a", "back\\slash\nline")
	f.add(1, "z", "a\"b\\c\nd", "b", "\xff")
	f.add(2, "b", "\xff", "z", "a\"b\\c\nd") // the same labels in another order
	want := "# HELP a back\\\\slash\\nline\n# TYPE a gauge\na{b=\"?\",z=\"a\\\"b\\\\c\\nd\"} 1\n"
	if got := string(Print([]*Family{f})); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// promtool is Prometheus's own judge of names, types and units.
func TestPromtoolFindsNothing(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("NOT RUN: promtool is not installed (package prometheus)")
	}
	check := func(text string) (string, error) {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	text := string(Print(Families(facts(t, "testdata/cib.xml"))))
	if out, err := check(text); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := check(strings.ReplaceAll(text, "fail_count untyped", "fail_count gauge")); err == nil {
		t.Errorf("promtool finds no fault in a gauge called _count: %s", out)
	}
}
