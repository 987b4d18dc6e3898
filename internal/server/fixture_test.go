package server

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

// fakeCluster is a backend that records what it is asked.
type fakeCluster struct {
	mu       sync.Mutex
	state    api.State
	doc      *cib.Document
	done     []string
	requests []cib.Request
	err      error
}

func (f *fakeCluster) Document(context.Context, bool) (*cib.Document, error) { return f.doc, f.err }

func (f *fakeCluster) Submit(_ context.Context, r cib.Request) (cib.Version, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r)
	return cib.Version{Epoch: 7}, f.err
}

func (f *fakeCluster) State() api.State { return f.state }

func (f *fakeCluster) Do(_ context.Context, c api.ClusterCommand) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, strings.TrimSuffix(c.Do+" "+c.Component, " "))
	return f.err
}

func (f *fakeCluster) Refresh(context.Context, api.RefreshRequest) error { return f.err }

func (*fakeCluster) Fence(context.Context, api.FenceRequest) error { return nil }

func (f *fakeCluster) Idle(ctx context.Context) error {
	if f.err == nil {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// node is a running server under a root directory of its own.
type node struct {
	t       *testing.T
	root    paths.Root
	cluster *fakeCluster
	url     string
	unix    string
	token   string
	log     *logBuffer
	program *fakeProgram
	kept    *http.Transport // see keep
}

// fakeProgram records how the command line was run, and says what it is told.
type fakeProgram struct {
	mu   sync.Mutex
	runs []Invocation
	says Output
	err  error
	hold chan struct{} // if set, runs last until it is closed, or nobody wants them
}

func (f *fakeProgram) run(ctx context.Context, i Invocation) (Output, error) {
	f.mu.Lock()
	f.runs = append(f.runs, i)
	says, err, hold := f.says, f.err, f.hold
	f.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return Output{}, ctx.Err()
		}
	}
	return says, err
}

func (f *fakeProgram) last() Invocation {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.runs) == 0 {
		return Invocation{}
	}
	return f.runs[len(f.runs)-1]
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The password of hacluster in tests is "Secret.123".
const shadow = "hacluster:$2b$04$abcdefghijklmnopqrstuugwE7.NekbUcus59gKRGpyrQTuc0QTZS:20000::::::\n" +
	"amy:$2b$04$abcdefghijklmnopqrstuugwE7.NekbUcus59gKRGpyrQTuc0QTZS:20000::::::\n"

func write(t *testing.T, name, content string) {
	t.Helper()
	filetest.Write(t, name, content, 0o600)
}

var certificate = sync.OnceValues(func() (tls.Certificate, error) {
	cert, key, err := auth.NewCertificate("node1", time.Now())
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
})

func start(t *testing.T, streams func(net.Conn)) *node {
	t.Helper()
	n := &node{t: t, root: paths.Root(t.TempDir()), log: &logBuffer{}, program: &fakeProgram{},
		cluster: &fakeCluster{doc: cib.New("pacemaker-3.9", "3.19.0"), state: api.State{Node: "node1", NodeID: 1}}}
	write(t, n.root.Join("/etc/passwd"), "hacluster:x:189:189::/:/bin/false\namy:x:1001:1001::/:/bin/sh\n")
	write(t, n.root.Join("/etc/group"), "haclient:x:189:amy\n")
	write(t, n.root.Join("/etc/shadow"), shadow)
	pair, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	passwords, err := auth.NewPasswords(n.root, time.Now, func(context.Context, time.Duration) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Root: n.root, Cluster: n.cluster, Passwords: passwords, Certificate: pair, Streams: streams, Program: n.program.run,
		Log: slog.New(slog.NewTextHandler(n.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now})
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.unix = filepath.Join(t.TempDir(), "s")
	local, err := ListenLocal(n.unix)
	if err != nil {
		t.Fatal(err)
	}
	n.url = "https://" + tcp.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, tcp, local) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return n
}

func (n *node) request(method, path string, form url.Values, token string) (int, string) {
	n.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	return n.raw(method, path, body, "application/x-www-form-urlencoded", token)
}

func (n *node) raw(method, path string, body io.Reader, kind, token string) (int, string) {
	n.t.Helper()
	r, err := http.NewRequest(method, n.url+path, body)
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.AddCookie(&http.Cookie{Name: "token", Value: token})
	}
	transport := n.kept
	if transport == nil {
		transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	}
	return answerTo(n.t, transport, r)
}

// keep has one connection serve many requests: a handshake takes its time.
func (n *node) keep() {
	n.kept = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	n.t.Cleanup(n.kept.CloseIdleConnections)
}

func answerTo(t *testing.T, transport http.RoundTripper, r *http.Request) (int, string) {
	t.Helper()
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// login gets a token for a user.
func (n *node) login(user string) string {
	n.t.Helper()
	code, token := n.request("POST", "/remote/auth", url.Values{"username": {user}, "password": {"Secret.123"}}, "")
	if code != 200 || len(token) != 36 {
		n.t.Fatalf("login of %s: %d %q", user, code, token)
	}
	return token
}

func (n *node) want(method, path string, form url.Values, code int, text string) {
	n.t.Helper()
	if gotCode, got := n.request(method, path, form, n.token); gotCode != code || got != text {
		n.t.Errorf("%s %s: %d %q, want %d %q", method, path, gotCode, got, code, text)
	}
}

func one(key, value string) url.Values { return url.Values{key: {value}} }
