package server

import (
	"context"
	"crypto/tls"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/go-chi/chi/v5"

	"gpcs/internal/api"
	"gpcs/internal/auth"
)

// tree is what lies under a node's root: names, modes and contents.
func (n *node) tree() string {
	n.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(string(n.root), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		b.WriteString(path + " " + d.Type().String() + " " + string(data) + "\n")
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return b.String()
}

// everyPath is every endpoint but the login, as the router has them.
func everyPath(t *testing.T) []string {
	t.Helper()
	var paths []string
	for name := range remoteCommands() {
		paths = append(paths, "/remote/"+name)
	}
	routes := New(Options{Root: "/nowhere"}).Handler().(chi.Routes)
	err := chi.Walk(routes, func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !strings.HasPrefix(route, "/remote/") {
			paths = append(paths, route)
		}
		return nil
	})
	if err != nil || len(paths) < len(remoteCommands())+6 {
		t.Fatal(paths, err)
	}
	return paths
}

// poison is a form that would change something at every endpoint.
func poison() url.Values {
	return url.Values{
		"data_json": {`{"x": {"type": "corosync_conf", "data": "totem {\n}\n", "rewrite_existing": true},` +
			`"known_hosts_add": {"evil": {"token": "t"}}, "known_hosts_remove": []}`},
		"corosync_conf": {"totem {\n}\n"},
		"configs":       {`{"cluster_name":"c","force":true,"configs":{"known-hosts":{"type":"file","text":"{}"}}}`},
		"username":      {auth.Superuser}, "token": {"x"}, "component": {"pacemaker"},
	}
}

// Who is not known changes nothing and learns nothing, whatever the endpoint,
// the method and what stands in for a token.
func TestStrangersChangeNothing(t *testing.T) {
	n := start(t, nil)
	write(t, n.root.CorosyncConf(), "totem {\ncluster_name: c\n}\n")
	write(t, n.root.PacemakerAuthkey(), "key")
	gone := n.login("amy")
	if missing, err := auth.NewTokens(n.root.PcsUsers()).Remove(gone); err != nil || len(missing) > 0 {
		t.Fatal(missing, err)
	}
	before := n.tree()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // one handshake for all
	defer transport.CloseIdleConnections()
	for _, path := range everyPath(t) {
		for _, method := range []string{"GET", "POST"} {
			for _, token := range []string{"", "11111111-2222-3333-4444-555555555555", gone, strings.Repeat("a", auth.MaxToken+1), "[]", `"`} {
				r, err := http.NewRequest(method, n.url+path, strings.NewReader(poison().Encode()))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Cookie", "token="+token)
				code, body := answerTo(t, transport, r)
				if code != http.StatusUnauthorized && code != http.StatusMethodNotAllowed {
					t.Errorf("%s %s with token %q: %d %s", method, path, token, code, body)
				}
				if strings.Contains(body, "totem") {
					t.Errorf("%s %s shows the configuration: %s", method, path, body)
				}
			}
		}
	}
	if after := n.tree(); after != before {
		t.Errorf("files changed from\n%s\nto\n%s", before, after)
	}
	if len(n.cluster.done)+len(n.cluster.requests) > 0 {
		t.Errorf("done: %v, %v", n.cluster.done, n.cluster.requests)
	}
}

// Names of files come from a list, never from the request.
func TestFilesAreOnlyThoseOfTheList(t *testing.T) {
	n := start(t, nil)
	n.token = n.login("hacluster")
	write(t, n.root.CorosyncAuthkey(), "key")
	before := n.tree()
	for _, kind := range []string{"../../etc/shadow", "/etc/shadow", "corosync_conf/../../shadow", "corosync_conf\\u0000", "", "pcsd_settings"} {
		form := one("data_json", `{"../../../etc/shadow": {"type": "`+kind+`", "data": "AAAA", "rewrite_existing": true}}`)
		if code, body := n.request("POST", "/remote/put_file", form, n.token); code != 400 {
			t.Errorf("put of type %q: %d %s", kind, code, body)
		}
	}
	for _, kind := range []string{"../../etc/shadow", "corosync_authkey", "corosync_conf", "known_hosts", ""} {
		form := one("data_json", `{"x": {"type": "`+kind+`"}}`)
		if code, body := n.request("POST", "/remote/remove_file", form, n.token); code != 400 {
			t.Errorf("removal of type %q: %d %s", kind, code, body)
		}
	}
	for _, path := range []string{"/remote/../etc/shadow", "/remote/..%2f..%2fetc%2fshadow", "/remote//etc/shadow", "/etc/shadow", "/"} {
		if code, body := n.request("GET", path, nil, n.token); code < 300 || strings.Contains(body, "$2b$") {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if after := n.tree(); after != before {
		t.Errorf("files changed from\n%s\nto\n%s", before, after)
	}
}

// Nobody can have memory filled: not before the login, not after it.
func TestSizesAreBounded(t *testing.T) {
	n := start(t, nil)
	if code, _ := n.request("POST", "/remote/auth", one("password", strings.Repeat("x", 64<<10)), ""); code != 400 {
		t.Errorf("a password of 64 kB: %d", code)
	}
	if code, _ := n.request("GET", "/remote/"+strings.Repeat("x", 128<<10), nil, ""); code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a path of 128 kB: %d", code)
	}
	n.token = n.login("hacluster")
	for path, limit := range map[string]int{api.PathCluster: bodyLimit, api.PathRefresh: bodyLimit, api.PathChange: changeLimit} {
		code, _ := n.raw("POST", path, strings.NewReader(`{"x": "`+strings.Repeat("x", limit)+`"}`), "application/json", n.token)
		if code != 400 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if len(n.cluster.done)+len(n.cluster.requests) > 0 {
		t.Errorf("done: %v, %v", n.cluster.done, n.cluster.requests)
	}
}

// On the local socket the kernel says who calls: a member of haclient is let
// in, anybody else is a stranger.
func TestLocalSocketRefusesStrangers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: only root can call as somebody else, and this test does not run as root")
	}
	n := start(t, nil)
	open, err := os.MkdirTemp("", "gpcs") // a directory that everybody may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(open) })
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(open, "s")
	if err := os.Rename(n.unix, socket); err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[int]int{0: 200, 1001: 200, 1002: 401, 65534: 401} {
		transport := &http.Transport{DisableKeepAlives: true,
			DialContext: func(context.Context, string, string) (net.Conn, error) { return dialAs(uid, socket) }}
		r, err := http.NewRequest("GET", "http://local"+api.PathState, nil)
		if err != nil {
			t.Fatal(err)
		}
		// What a stranger says of itself counts for nothing.
		r.AddCookie(&http.Cookie{Name: "CIB_user", Value: auth.Superuser})
		if code, body := answerTo(t, transport, r); code != want {
			t.Errorf("user id %d: %d %s, want %d", uid, code, body, want)
		}
	}
}

// dialAs connects as another user: one thread takes the user's id, connects,
// and ends with its goroutine.
func dialAs(uid int, socket string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread must not be used again
		const keep = ^uintptr(0)
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, keep, uintptr(uid), keep); errno != 0 {
			done <- result{nil, errno}
			return
		}
		conn, err := net.Dial("unix", socket)
		done <- result{conn, err}
	}()
	r := <-done
	return r.conn, r.err
}
