package admin

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
)

func TestGuestComesAndGoes(t *testing.T) {
	doc := cib.New("pacemaker-3.9", "3.19.0")
	vm := cib.NewElement("primitive", "id", "vm", "class", "ocf", "provider", "heartbeat", "type", "VirtualDomain")
	doc.Section("resources").AddChild(vm)
	if out := AddGuest(doc, "g1", "vm", Pairs{{Name: "remote-addr", Value: "a"}}, nil, false); out.Failed() {
		t.Fatal(out)
	}
	if nodes := RemoteNodes(doc); len(nodes) != 1 || nodes[0] != (RemoteNode{"g1", "a"}) {
		t.Fatalf("got %v", nodes)
	}
	if out := AddGuest(doc, "g2", "vm", nil, nil, false); !out.Failed() {
		t.Error("a guest node became another one")
	}
	if out := AddGuest(doc, "g3", "vm", nil, []RemoteNode{{"g3", "x"}}, false); !strings.Contains(out[0].Text, "already exists") {
		t.Errorf("a name of a cluster's node was taken: %v", out)
	}
	if out := RemoveGuest(doc, "a", NodeRemoval{}); out.Failed() || len(RemoteNodes(doc)) > 0 {
		t.Errorf("the guest stays: %v", out)
	}
	if out := RemoveGuest(doc, "a", NodeRemoval{Force: true}); !out.Failed() {
		t.Error("a guest was removed twice")
	}
}

func TestRenameNode(t *testing.T) {
	doc := cib.New("pacemaker-3.9", "3.19.0")
	for _, id := range []string{"one", "two"} {
		doc.Section("constraints").AddChild(cib.NewElement("rsc_location", "id", id, "rsc", "r", "node", id, "score", "1"))
	}
	if out := RenameNode(doc, "one", "three"); len(out) != 1 {
		t.Errorf("got %v", out)
	}
	if e := findElement(doc, "one"); e.SelectAttrValue("node", "") != "three" {
		t.Errorf("the constraint names %s", e.SelectAttrValue("node", ""))
	}
	if out := RenameNode(doc, "one", "three"); out[0].Code != "CIB_NODE_RENAME_NO_CHANGE" {
		t.Errorf("got %v", out)
	}
}

func TestBoothResourcesComeAndGo(t *testing.T) {
	const config = "/etc/booth/booth.conf"
	doc := cib.New("pacemaker-3.9", "3.19.0")
	b := NewBooth{Instance: "booth", Config: config, IP: "10.0.0.1"}
	b.AddressAgent.Name.Standard, b.AddressAgent.Name.Provider, b.AddressAgent.Name.Type = "ocf", "heartbeat", "IPaddr2"
	b.SiteAgent.Name.Standard, b.SiteAgent.Name.Provider, b.SiteAgent.Name.Type = "ocf", "pacemaker", "booth-site"
	b.AddressAgent.Void, b.SiteAgent.Void = true, true
	if out := CreateBooth(doc, b); out.Failed() {
		t.Fatal(out)
	}
	ids := BoothResources(doc, config)
	if len(ids) != 1 || ids[0] != "booth-booth-service" {
		t.Fatalf("got %v", ids)
	}
	if ip := BoothAddresses(doc, config); len(ip) != 1 || ip[0] != "10.0.0.1" {
		t.Errorf("got %v", ip)
	}
	out := DeleteResources(doc, WithBoothAddresses(doc, ids), Deletion{})
	if out.Failed() || len(allResources(doc)) > 0 {
		t.Errorf("left: %v, %v", allResources(doc), out)
	}
}
