package server

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gpcs/internal/api"
)

func TestMetricsNeedATokenOnPcsdsPort(t *testing.T) {
	n := start(t, nil)
	n.cluster.state = api.State{Node: "node1", Running: true, Daemon: "7"}
	if code, text := n.request("GET", "/metrics", nil, ""); code != 401 {
		t.Errorf("without a token: %d %s", code, text)
	}
	token := n.login("amy")
	code, text := n.request("GET", "/metrics", nil, token)
	if code != 200 || !strings.Contains(text, "gpcs_cluster_running 1\n") || !strings.Contains(text, `ha_cluster_scrape_success{collector="pacemaker"} 1`) {
		t.Errorf("with a token: %d\n%s", code, text)
	}
	if strings.Contains(text, token) {
		t.Error("the token is in the answer")
	}
	r, err := http.NewRequest("GET", n.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	for bearer, want := range map[string]int{token: 200, "no-token": 401} {
		r.Header.Set("Authorization", "Bearer "+bearer)
		if code, _ := answerTo(t, transport, r); code != want {
			t.Errorf("bearer: %d, want %d", code, want)
		}
	}
	n.cluster.err = &api.Error{Code: api.CodeNotRunning}
	n.cluster.state.Running = false
	if code, text := n.request("GET", "/metrics", nil, token); code != 200 || !strings.Contains(text, "gpcs_cluster_running 0\n") {
		t.Errorf("stopped: %d\n%s", code, text)
	}
}

// The port that is open to all has metrics and no other path.
func TestTheOpenPortHasMetricsOnly(t *testing.T) {
	n := start(t, nil)
	s := New(Options{Root: n.root, Cluster: n.cluster, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.ServeMetrics(ctx, l) }()
	transport := &http.Transport{DisableKeepAlives: true}
	for path, want := range map[string]int{"/metrics": 200, api.PathState: 404, api.PathCIB: 404, "/remote/auth": 404, "/": 404} {
		r, err := http.NewRequest("GET", "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if code, _ := answerTo(t, transport, r); code != want {
			t.Errorf("GET %s: %d, want %d", path, code, want)
		}
	}
	r, err := http.NewRequest("POST", "http://"+l.Addr().String()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := answerTo(t, transport, r); code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", code)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
