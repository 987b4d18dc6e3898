package conf

import "testing"

const threeNodes = `totem {
    cluster_name: c
}

nodelist {
    node {
        name: a
        nodeid: 1
        quorum_votes: 3
    }

    node {
        name: b
        nodeid: 2
    }
}

quorum {
    provider: corosync_votequorum
    two_node: 1
    auto_tie_breaker: 1
}
`

func TestDeviceComesAndGoes(t *testing.T) {
	c := parse(t, threeNodes)
	d := DeviceChange{Model: "net", ModelOpts: map[string]string{"host": "q", "algorithm": "ffsplit"},
		Heuristics: map[string]string{"mode": "on"}}
	if out := c.ValidateAddDevice(d, false); len(out) > 0 {
		t.Fatal(out)
	}
	if !c.AddDevice(d) {
		t.Error("auto_tie_breaker was on, so corosync has to be stopped")
	}
	if _, set := c.Option("quorum", "two_node"); set {
		t.Error("two_node does not go with a device")
	}
	if v := c.Votes()[1]; v != 1 {
		t.Errorf("node 1 has %d votes, want 1", v)
	}
	if got := c.Device(); got.Options["votes"] != "1" {
		t.Errorf("ffsplit needs votes: 1, got %v", got)
	}
	if len(c.HeuristicsWithoutCommands()) != 1 {
		t.Error("heuristics without a command are said")
	}
	if out := c.ValidateAddDevice(d, true); !out.Failed() {
		t.Error("there is one device at most")
	}
	c.UpdateDevice(DeviceChange{ModelOpts: map[string]string{"algorithm": "lms"}, Heuristics: map[string]string{"mode": ""}})
	if got := c.Device(); got.Options["votes"] != "" || len(got.Heuristic) > 0 || got.ModelOpts["host"] != "q" {
		t.Errorf("after the update: %+v", got)
	}
	if out := c.RemoveDevice(); out != nil || c.Device() != nil {
		t.Errorf("the device stays: %v", out)
	}
	if two, _ := c.Option("quorum", "two_node"); two != "1" {
		t.Error("two_node comes back with two nodes and no device")
	}
	if out := c.RemoveHeuristics(); !out.Failed() {
		t.Error("no device, no heuristics")
	}
}
