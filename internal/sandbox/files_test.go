package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHostsFileNamesEveryNodeAndTheClient(t *testing.T) {
	want := "127.0.0.1 localhost\n::1 localhost\n192.168.1.1 client\n192.168.1.10 node1\n192.168.1.11 node2\n"
	if diff := cmp.Diff(want, hostsFile([]string{"node1", "node2"})); diff != "" {
		t.Error(diff)
	}
}

func TestAccounts(t *testing.T) {
	user := "hacluster:x:189:189:cluster user:/var/lib/pacemaker:/usr/sbin/nologin\n"
	entry := "hacluster:" + passwordHash + ":19000:0:99999:7:::\n"
	tests := []struct {
		name         string
		edit         func(string) string
		before, want string
	}{
		{"user is added", addUser, "root:x:0:0::/root:/bin/sh\n", "root:x:0:0::/root:/bin/sh\n" + user},
		{"user is kept", addUser, "a:x:1:1::/:/\nhacluster:x:102:105::/:/\n", "a:x:1:1::/:/\nhacluster:x:102:105::/:/\n"},
		{"longer name is another user", addUser, "nohacluster:x:1:1::/:/\n", "nohacluster:x:1:1::/:/\n" + user},
		{"group is added", addGroup, "root:x:0:\n", "root:x:0:\nhaclient:x:189:\n"},
		{"group is kept", addGroup, "haclient:x:105:\n", "haclient:x:105:\n"},
		{"password is added", setPassword, "root:*:1::::::\n", "root:*:1::::::\n" + entry},
		{"password is replaced", setPassword, "hacluster:!:1::::::\nroot:*:1::::::\n", "root:*:1::::::\n" + entry},
		{"no shadow file at all", setPassword, "", entry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.edit(tt.before)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	tests := []struct {
		options Options
		want    string
	}{
		{Options{Name: "../x", Nodes: 1}, "is no name"},
		{Options{Name: "A", Nodes: 1}, "is no name"},
		{Options{Name: "a", Nodes: 0}, "1 to 64 nodes"},
		{Options{Name: "a", Nodes: 65}, "1 to 64 nodes"},
	}
	needRoot(t)
	for _, tt := range tests {
		if err := tt.options.check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want an error with %q", tt.options, err, tt.want)
		}
	}
}

func TestChildLeavesOtherCommandLinesAlone(t *testing.T) {
	for _, args := range [][]string{nil, {"status"}, {"sandbox", "up"}, {"sandbox", "exec", "node1", "ls"}} {
		if _, ok := Child(args); ok {
			t.Errorf("%q was taken for a hub or an init", args)
		}
	}
}
