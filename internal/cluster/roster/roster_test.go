package roster

import "testing"

func TestAddressStandsForTheNode(t *testing.T) {
	for _, id := range []uint32{1, 7, 65536, 4294967295} {
		got, err := idOf(addressOf(id).String())
		if err != nil || got != id {
			t.Errorf("node %d: address %s is of node %d, %v", id, addressOf(id), got, err)
		}
	}
	for _, bad := range []string{"", "192.168.1.10:5405", "node1:5405"} {
		if id, err := idOf(bad); err == nil {
			t.Errorf("%q is of node %d", bad, id)
		}
	}
}
