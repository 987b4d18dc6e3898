package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

// All hashes are of "Secret.123", made by libcrypt.
const (
	yescryptHash = "$y$j75$yeI0tyAAztq8pHfkSBwkS/$uvWR7dMN6LhQ/KDSgmCV5QIyYDwHOTmhk8hVlY/6QC1"
	sha512Hash   = "$6$TnmtYL9LUI5.niIM$iOjejszbJzLBmfV2.Rt55lONGgwkby./nZHlYWterZ/me0aXzPIj4h/CHLfFPvanltVJni3K0XMV/W3imfTTV0"
	sha256Hash   = "$5$abcdefgh$v1RSRnqjZcWB65J7baBYa0UJ5MU4Hv1ApJdqWnQN995"
	bcryptHash   = "$2b$04$abcdefghijklmnopqrstuugwE7.NekbUcus59gKRGpyrQTuc0QTZS"
)

// machine writes account files with one hacluster line of shadow.
func machine(t *testing.T, shadow string) paths.Root {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"passwd": "root:x:0:0::/root:/bin/sh\nhacluster:x:189:189::/:/sbin/nologin\njoe:x:1000:1000::/:/bin/sh\namy:x:1001:189::/:/bin/sh\n",
		"group":  "root:x:0:\nhaclient:x:189:\nadm:x:4:amy,joe\njoe:x:1000:\n",
		"shadow": shadow + "\njoe:" + bcryptHash + ":20000::::::\namy:" + bcryptHash + ":20000::::::\n",
	} {
		filetest.Write(t, filepath.Join(dir, "etc", name), content, 0o600)
	}
	return paths.Root(dir)
}

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // day 20780

func passwords(t *testing.T, root paths.Root) *Passwords {
	t.Helper()
	p, err := NewPasswords(root, func() time.Time { return today }, func(context.Context, time.Duration) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPasswords(t *testing.T) {
	for _, tc := range []struct {
		name, shadow, user, password string
		want                         error // nil = let in
	}{
		{"yescrypt", "hacluster:" + yescryptHash + ":20000:0:99999:7:::", "hacluster", "Secret.123", nil},
		{"sha512", "hacluster:" + sha512Hash + ":20000:0:99999:7:::", "hacluster", "Secret.123", nil},
		{"sha256", "hacluster:" + sha256Hash + ":20000:0:99999:7:::", "hacluster", "Secret.123", nil},
		{"bcrypt", "hacluster:" + bcryptHash + ":20000:0:99999:7:::", "hacluster", "Secret.123", nil},
		{"wrong", "hacluster:" + sha512Hash + ":20000:0:99999:7:::", "hacluster", "secret.123", errWrongPassword},
		{"wrong yescrypt", "hacluster:" + yescryptHash + ":20000:0:99999:7:::", "hacluster", "x", errWrongPassword},
		{"empty", "hacluster:" + sha512Hash + ":20000:0:99999:7:::", "hacluster", "", errWrongPassword},
		{"no password set", "hacluster::20000:0:99999:7:::", "hacluster", "Secret.123", errNoPassword},
		{"no password set, none given", "hacluster::20000:0:99999:7:::", "hacluster", "", errWrongPassword},
		{"locked", "hacluster:!" + sha512Hash + ":20000:0:99999:7:::", "hacluster", "Secret.123", errLocked},
		{"never set", "hacluster:*:20000:0:99999:7:::", "hacluster", "*", errLocked},
		{"account expired", "hacluster:" + bcryptHash + ":20000:0:99999:7::20780:", "hacluster", "Secret.123", errExpired},
		{"account expires tomorrow", "hacluster:" + bcryptHash + ":20000:0:99999:7::20781:", "hacluster", "Secret.123", nil},
		{"password expired", "hacluster:" + bcryptHash + ":20000:0:90:7:::", "hacluster", "Secret.123", errPasswordAged},
		{"must be changed", "hacluster:" + bcryptHash + ":0:0:99999:7:::", "hacluster", "Secret.123", errPasswordAged},
		{"unknown user", "hacluster:" + bcryptHash + ":20000:0:99999:7:::", "nobody", "Secret.123", errUnknownUser},
		{"primary group", "hacluster:" + bcryptHash + ":20000:0:99999:7:::", "amy", "Secret.123", nil},
		{"no accounts at all", "", "hacluster", "Secret.123", errUnknownUser},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := passwords(t, machine(t, tc.shadow)).Check(t.Context(), tc.user, tc.password, "192.0.2.1:5")
			switch {
			case tc.want == nil && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != nil && (!errors.Is(err, ErrRefused) || !errors.Is(err, tc.want)):
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestOnlyMembersOfHaclient(t *testing.T) {
	p := passwords(t, machine(t, "hacluster:"+bcryptHash+":20000::::::"))
	err := p.Check(t.Context(), "joe", "Secret.123", "192.0.2.1:5")
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "not in group haclient") {
		t.Errorf("got %v", err)
	}
}

func TestUnsupportedHashIsNamed(t *testing.T) {
	p := passwords(t, machine(t, "hacluster:$gy$j75$abc$def:20000::::::"))
	err := p.Check(t.Context(), "hacluster", "Secret.123", "192.0.2.1:5")
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "format that is not supported") {
		t.Errorf("got %v", err)
	}
}

func TestFailuresSlowTheirSourceDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPasswords(machine(t, "hacluster:"+bcryptHash+":20000::::::"), time.Now, Sleep)
		if err != nil {
			t.Fatal(err)
		}
		try := func(source, password string) time.Duration {
			start := time.Now()
			_ = p.Check(t.Context(), "hacluster", password, source)
			return time.Since(start)
		}
		for i, want := range []time.Duration{0, 1, 2, 4, 8, 16, 16} {
			if got := try("192.0.2.1:1", "x"); got != want*time.Second {
				t.Errorf("attempt %d waited %v, want %v s", i+1, got, want)
			}
		}
		if got := try("192.0.2.2:1", "Secret.123"); got != 0 {
			t.Errorf("another address waited %v", got)
		}
		if got := try("[2001:db8::1]:1", "x"); got != 0 {
			t.Errorf("a first attempt waited %v", got)
		}
		if got := try("[2001:db8::2]:1", "x"); got != time.Second {
			t.Errorf("the same /64 waited %v", got)
		}
		try("192.0.2.1:1", "Secret.123")
		if got := try("192.0.2.1:1", "x"); got != 0 {
			t.Errorf("after a success %v", got)
		}
	})
}

func TestAttemptsAtOnceDoNotPassByEachOther(t *testing.T) {
	var l limiter
	var total time.Duration
	refused := 0
	for range 20 {
		wait, ok := l.begin("a", today)
		if !ok {
			refused++
			continue
		}
		if wait < total {
			t.Errorf("a later attempt waits %v, less than %v", wait, total)
		}
		total = wait
	}
	if refused == 0 {
		t.Error("none was refused")
	}
}

func TestTokens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pcs_users.conf")
	tokens := NewTokens(file)
	token, err := tokens.Create("hacluster", today)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(file)
	want := "[\n    {\n        \"creation_date\": \"2026-11-23 12:00:00 +0000\",\n        \"token\": \"" + token +
		"\",\n        \"username\": \"hacluster\"\n    }\n]"
	if string(data) != want {
		t.Errorf("file is\n%s\nwant\n%s", data, want)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if user, ok := tokens.User(token); !ok || user != "hacluster" {
		t.Errorf("got %q %v", user, ok)
	}
	for _, bad := range []string{"", "x", token[1:], strings.Repeat("x", 1000)} {
		if _, ok := tokens.User(bad); ok {
			t.Errorf("token %q let in", bad)
		}
	}
	if missing, err := tokens.Remove(token, "other"); err != nil || len(missing) != 1 {
		t.Errorf("missing %v, %v", missing, err)
	}
	if _, ok := tokens.User(token); ok {
		t.Error("a removed token lets in")
	}
}

const pcsKnownHosts = `{
  "format_version": 1,
  "data_version": 3,
  "known_hosts": {
    "node1": {
      "dest_list": [
        {
          "addr": "node1",
          "port": 2224
        }
      ],
      "token": "b9c04b4b-4bcf-48bd-9924-7ea10651d4a7"
    }
  }
}`

func TestKnownHostsKeepPcsFormat(t *testing.T) {
	k, err := ParseKnownHosts([]byte(pcsKnownHosts))
	if err != nil {
		t.Fatal(err)
	}
	if string(k.Bytes()) != pcsKnownHosts {
		t.Errorf("got\n%s", k.Bytes())
	}
	pinned := k.Change(map[string]Host{"node1": {k.Hosts["node1"].Dests, k.Hosts["node1"].Token, "abc"}}, nil)
	again := pinned.Change(map[string]Host{"node1": k.Hosts["node1"], "node2": {Token: "t"}}, []string{"node3"})
	if again.Hosts["node1"].Pin != "abc" || again.DataVersion != 5 || len(again.Names()) != 2 {
		t.Errorf("got %+v", again)
	}
	fresh := pinned.Change(map[string]Host{"node1": {Token: "new"}}, nil)
	if fresh.Hosts["node1"].Pin != "" {
		t.Error("the pin of an old token was kept for a new one")
	}
	if _, err := ParseKnownHosts([]byte("{")); err == nil {
		t.Error("no error for damaged content")
	}
	if len(k.Hosts["node1"].Pin) != 0 {
		t.Error("Change changed its receiver")
	}
}

func TestCertificate(t *testing.T) {
	root := paths.Root(t.TempDir())
	pair, err := LoadCertificate(root, "node1", today)
	if err != nil {
		t.Fatal(err)
	}
	if cn := pair.Leaf.Subject.String(); cn != "CN=node1,OU=pcsd,O=pcsd,L=Minneapolis,ST=MN,C=US" {
		t.Errorf("subject %s", cn)
	}
	if info, _ := os.Stat(root.CertificateKey()); info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the key %v", info.Mode())
	}
	again, err := LoadCertificate(root, "other", today)
	if err != nil || Pin(again.Certificate[0]) != Pin(pair.Certificate[0]) {
		t.Errorf("the certificate was made again: %v", err)
	}
	other, _, err := NewCertificate("node1", today)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root.Certificate(), other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCertificate(root, "node1", today); err == nil || !strings.Contains(err.Error(), "cannot be used together") {
		t.Errorf("a mismatching pair gave %v", err)
	}
	if err := os.Remove(root.CertificateKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCertificate(root, "node1", today); err == nil || !strings.Contains(err.Error(), "is missing but") {
		t.Errorf("a lone certificate gave %v", err)
	}
}

func TestPermissions(t *testing.T) {
	root := machine(t, "")
	user := func(name string) User {
		u, err := LookUp(root, name)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	check := func(name string, need Level, want bool) {
		t.Helper()
		if got, err := Allowed(root, user(name), need); got != want || err != nil {
			t.Errorf("%s %s: %v, %v", name, need, got, err)
		}
	}
	check("hacluster", Super, true)
	check("amy", Write, true)
	check("amy", Full, false)
	check("joe", Read, false)
	check("joe", None, true)
	settings := `{"permissions": {"local_cluster": [{"type": "user", "name": "joe", "allow": ["full"]}]}}`
	if err := os.MkdirAll(root.PcsdDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root.PcsSettings(), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	check("joe", Full, true)
	check("joe", Super, false)
	check("amy", Read, false)
}

func TestUserByID(t *testing.T) {
	root := machine(t, "")
	name, groups, err := UserByID(root, 1001)
	if err != nil || name != "amy" || len(groups) != 2 {
		t.Errorf("%s %v %v", name, groups, err)
	}
	if _, _, err := UserByID(root, 4242); err == nil {
		t.Error("no error for an unknown id")
	}
	if uid, gid, ok := IDs(root); !ok || uid != 189 || gid != 189 {
		t.Errorf("%d %d %v", uid, gid, ok)
	}
}
