package agent

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// realNginx is nginx under the real agent of resource-agents, on port 80 of a
// network namespace.
func realNginx(t *testing.T) (*node, func(action string) history.Outcome) {
	t.Helper()
	for _, file := range []string{"/usr/lib/ocf/resource.d/heartbeat/nginx", "/usr/sbin/nginx"} {
		if !executable(file) {
			t.Skipf("NOT RUN: %s is not installed, so the real agent was not tried", file)
		}
	}
	n := newNode(t)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(n.root.Join("/usr/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/usr/lib/ocf", n.root.OCFRoot()); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := "user root;\nworker_processes 2;\npid " + dir + "/nginx.pid;\nerror_log " + dir + "/error.log;\nevents {}\n" +
		"http { access_log off; client_body_temp_path " + dir + "/b; proxy_temp_path " + dir + "/p; fastcgi_temp_path " + dir + "/f;\n" +
		"uwsgi_temp_path " + dir + "/u; scgi_temp_path " + dir + "/s; server { listen 80; location / { return 200 hello; } } }\n"
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(action string) history.Outcome {
		req := Request{Rsc: graph.Resource{ID: "web_server", Class: "ocf", Provider: "heartbeat", Type: "nginx"},
			Action: action, Timeout: time.Minute, Attrs: []graph.Attr{{Name: "configfile", Value: conf}}}
		if action == history.Monitor {
			req.IntervalMS = 10000
		}
		begin := time.Now()
		out := n.Run(context.Background(), req)
		t.Logf("%s: rc %d in %v", action, out.RC, time.Since(begin).Round(time.Millisecond))
		return out
	}
	t.Cleanup(func() { run(history.Stop) })
	return n, func(action string) history.Outcome { t.Helper(); return run(action) }
}

func serves() bool {
	c := http.Client{Timeout: time.Second}
	r, err := c.Get("http://127.0.0.1/")
	if err != nil {
		return false
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// The master of nginx killed alone leaves workers that hold port 80. The
// recovery on the same node must work all the same.
func TestRealNginxLosesItsMaster(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	n, run := realNginx(t)
	if n.cgroups == nil {
		t.Skip("NOT RUN: no cgroup2 hierarchy can be written here, so orphaned workers cannot be ended")
	}
	if out := run("start"); out.RC != 0 {
		t.Fatalf("start: %+v", out)
	}
	for range 3 {
		if out := run("monitor"); out.RC != 0 || !serves() {
			t.Fatalf("running: %+v", out)
		}
		conf, _ := filepath.Glob(filepath.Dir(n.root.Join("/")) + "/*/nginx.pid")
		if len(conf) != 1 {
			t.Fatalf("pid files: %v", conf)
		}
		data, err := os.ReadFile(conf[0])
		if err != nil {
			t.Fatal(err)
		}
		master, err := strconv.Atoi(strings.TrimSpace(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.Kill(master, unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, strconv.Itoa(master))
		if !serves() {
			t.Log("the workers went with their master")
		}
		if out := run("monitor"); out.RC != history.RCNotRunning {
			t.Fatalf("monitor without master: %+v", out)
		}
		if out := run("stop"); out.RC != 0 {
			t.Fatalf("stop: %+v", out)
		}
		if serves() {
			t.Fatal("an orphaned worker still answers after the stop")
		}
		if out := run("start"); out.RC != 0 {
			t.Fatalf("start on the same node: %+v", out)
		}
	}
	if out := run("stop"); out.RC != 0 || serves() {
		t.Fatalf("stop: %+v", out)
	}
	if dirs, _ := filepath.Glob(n.cgroups.base + "/rsc-*"); len(dirs) != 0 {
		t.Errorf("cgroups left: %v", dirs)
	}
}
