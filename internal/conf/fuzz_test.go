package conf

import "testing"

// Whatever a file holds, it is read or refused; what was read is printed so
// that it reads the same.
func FuzzCorosync(f *testing.F) {
	f.Add([]byte("totem {\n version: 2\n cluster_name: c\n interface {\n  linknumber: 1\n  mcastport: 5500\n }\n}\nnodelist {\n node {\n  ring1_addr: a\n  nodeid: 1\n }\n}\n"))
	f.Add([]byte("quorum {\n device {\n  model: net\n  net {\n  }\n }\n}\n"))
	f.Add([]byte("totem {\n interface {\n  linknumber: -1\n }\n}\nnodelist {\n node {\n  nodeid: 99999999999999999999\n quorum_votes: -3\n }\n}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseCorosync(data)
		if err != nil {
			return
		}
		_, _, _, _, _ = c.Nodes(), c.Votes(), c.Quorum(), c.Device(), c.Token()
		for _, link := range c.Links() {
			if p := c.Port(link); p < 1 || p > 65535 {
				t.Errorf("link %d has port %d", link, p)
			}
		}
		_, _ = c.LinkOptions(), c.QuorumText()
		printed := c.Bytes()
		again, err := ParseCorosync(printed)
		if err != nil {
			t.Fatalf("what was printed cannot be read: %v\n%s", err, printed)
		}
		if string(again.Bytes()) != string(printed) {
			t.Errorf("printed\n%s\nreads as\n%s", printed, again.Bytes())
		}
	})
}
