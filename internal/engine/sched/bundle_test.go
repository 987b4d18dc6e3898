package sched_test

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

const bundleCIB = `<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="p">
 <nvpair id="p1" name="fencing-enabled" value="false"/></cluster_property_set></crm_config>
 <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
 <resources><bundle id="web"><podman image="img" replicas="2"/>
  <network ip-range-start="10.0.0.254" host-netmask="24"><port-mapping id="m" port="80"/></network>
  <primitive id="srv" class="ocf" provider="pacemaker" type="Dummy"/></bundle></resources><constraints/></configuration>
 <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/>
  <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>`

func scheduleBundle(t *testing.T) *sched.Result {
	t.Helper()
	doc, err := cib.Parse([]byte(bundleCIB))
	if err != nil {
		t.Fatal(err)
	}
	res, err := sched.Schedule(doc, sched.Options{Now: 1780000000})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// A bundle implies a container, an address, a connection and an instance of
// the inner resource for each replica; addresses skip those of networks.
func TestBundleReplicas(t *testing.T) {
	replicas := scheduleBundle(t).Cluster.Resource("web").Replicas()
	if len(replicas) != 2 {
		t.Fatalf("got %d replicas, want 2", len(replicas))
	}
	second := replicas[1]
	got := []string{second.Container.ID, second.IP.ID, second.Connection.ID, second.Inner.ID, second.Node.Name}
	want := "web-podman-1 web-ip-10.0.1.1 web-1 srv:1 web-1"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// The containers are spread over the nodes, and each instance runs inside its own.
func TestBundlePlacement(t *testing.T) {
	text := strings.Join(strings.Fields(sched.FormatSummary(scheduleBundle(t).Summary)), " ")
	for _, want := range []string{"web-podman-0 ( n1 )", "web-podman-1 ( n2 )", "srv:0 ( web-0 )", "srv:1 ( web-1 )"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
}
