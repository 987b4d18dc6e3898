package conf

import (
	"fmt"
	"testing"
)

func TestCMAPKeys(t *testing.T) {
	c, err := ParseCorosync([]byte(`totem {
    version: 2
    cluster_name: c
    token: 5000
    interface {
        linknumber: 0
        knet_link_priority: 3
    }
}
nodelist {
    node {
        ring0_addr: 10.0.0.1
        name: a
        nodeid: 1
    }
    node {
        ring0_addr: 10.0.0.2
        name: 2
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := "[nodelist.node.0.name (str) = a nodelist.node.0.nodeid (u32) = 1 nodelist.node.0.ring0_addr (str) = 10.0.0.1 " +
		"nodelist.node.1.name (str) = 2 nodelist.node.1.nodeid (u32) = 2 nodelist.node.1.ring0_addr (str) = 10.0.0.2 " +
		"quorum.provider (str) = corosync_votequorum quorum.two_node (u8) = 1 totem.cluster_name (str) = c " +
		"totem.interface.0.knet_link_priority (u32) = 3 totem.interface.0.linknumber (u32) = 0 totem.token (u32) = 5000 " +
		"totem.version (u32) = 2]"
	if got := fmt.Sprint(c.Keys()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
