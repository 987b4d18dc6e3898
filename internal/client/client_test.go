package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/paths"
)

func peer(t *testing.T, h http.HandlerFunc) (auth.Host, string) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	a := s.Listener.Addr().(*net.TCPAddr)
	return auth.Host{Dests: []auth.Dest{{Addr: a.IP.String(), Port: a.Port}}, Token: "the-token"}, auth.Pin(s.Certificate().Raw)
}

func newClient(t *testing.T, debug *bytes.Buffer) *Client {
	t.Helper()
	o := Options{Root: paths.Root(t.TempDir()), Timeout: 10 * time.Second}
	if debug != nil {
		o.Debug = debug
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

func layer(t *testing.T, err error) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a Failure", err)
	}
	return f
}

func TestRemote(t *testing.T) {
	h, pin := peer(t, func(w http.ResponseWriter, r *http.Request) {
		c, _ := r.Cookie("token")
		_, _ = w.Write([]byte(r.Method + " " + r.URL.Path + " " + r.FormValue("x") + " " + c.Value))
	})
	h.Pin = pin
	target := newClient(t, nil).Host("n", h)
	if got, err := target.Remote(t.Context(), "check_auth", nil); err != nil || got != "GET /remote/check_auth  the-token" {
		t.Errorf("%q %v", got, err)
	}
	if got, err := target.Remote(t.Context(), "put_file", url.Values{"x": {"y"}}); err != nil || got != "POST /remote/put_file y the-token" {
		t.Errorf("%q %v", got, err)
	}
	if target.SeenPin() != pin {
		t.Errorf("pin %q", target.SeenPin())
	}
}

// Root may ask on behalf of a user, whom the daemon then judges.
func TestOnBehalfOfAUser(t *testing.T) {
	var got []string
	h, _ := peer(t, func(_ http.ResponseWriter, r *http.Request) {
		for _, c := range r.Cookies() {
			got = append(got, c.Name+"="+c.Value)
		}
	})
	h.Token = "t"
	c := newClient(t, nil)
	c.As, c.AsGroups = "joe", []string{"haclient", "ops"}
	if _, err := c.Host("a", h).Remote(context.Background(), "check_auth", nil); err != nil {
		t.Fatal(err)
	}
	want := "token=t CIB_user=joe CIB_user_groups=" + base64.StdEncoding.EncodeToString([]byte("haclient ops"))
	if strings.Join(got, " ") != want {
		t.Errorf("%v, not %s", got, want)
	}
}

func TestChangedCertificateIsRefusedBeforeAnythingIsSent(t *testing.T) {
	h, _ := peer(t, func(http.ResponseWriter, *http.Request) { t.Error("the request was sent") })
	h.Pin = strings.Repeat("0", 64)
	_, err := newClient(t, nil).Host("n", h).Remote(t.Context(), "check_auth", nil)
	f := layer(t, err)
	if f.Layer != LayerPin || !strings.Contains(f.Error(), "man in the middle") || !strings.Contains(f.Error(), "'pcs host auth n' again") {
		t.Errorf("%d %s", f.Layer, f)
	}
}

func TestClosedPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	_, err = newClient(t, nil).Host("n", auth.Host{Dests: []auth.Dest{{Addr: "127.0.0.1", Port: port}}}).Remote(t.Context(), "check_auth", nil)
	f := layer(t, err)
	if f.Layer != LayerPort || !strings.Contains(f.Error(), "systemctl start gpcsd") {
		t.Errorf("%d %s", f.Layer, f)
	}
}

func TestTheNextAddressIsTried(t *testing.T) {
	h, _ := peer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("yes")) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	h.Dests = append([]auth.Dest{{Addr: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}}, h.Dests...)
	if got, err := newClient(t, nil).Host("n", h).Remote(t.Context(), "x", nil); err != nil || got != "yes" {
		t.Errorf("%q %v", got, err)
	}
}

func TestNotTLS(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	a := s.Listener.Addr().(*net.TCPAddr)
	_, err := newClient(t, nil).Host("n", auth.Host{Dests: []auth.Dest{{Addr: "127.0.0.1", Port: a.Port}}}).Remote(t.Context(), "x", nil)
	if f := layer(t, err); f.Layer != LayerTLS || !strings.Contains(f.Error(), "neither gpcsd nor pcsd") {
		t.Errorf("%d %s", f.Layer, f)
	}
}

func TestSilentPeer(t *testing.T) {
	h, _ := peer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := New(Options{Root: paths.Root(t.TempDir()), Timeout: 200 * time.Millisecond})
	defer c.Close()
	_, err := c.Host("n", h).Remote(t.Context(), "x", nil)
	if f := layer(t, err); f.Layer != LayerTimeout || !strings.Contains(f.Legacy(), "--request-timeout") {
		t.Errorf("%d %s", f.Layer, f)
	}
}

func TestDiagnosis(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	for _, tc := range []struct {
		err  error
		want Layer
		text string
	}{
		{dial(&net.DNSError{Name: "n"}), LayerName, "Could not resolve host: host"},
		{dial(&net.DNSError{Name: "n", IsTimeout: true}), LayerName, "Could not resolve host: host"},
		{dial(syscall.EHOSTUNREACH), LayerRoute, "no route to host"},
		{dial(syscall.ENETUNREACH), LayerRoute, "no route to host"},
		{dial(context.DeadlineExceeded), LayerTimeout, "firewall-cmd --permanent --add-service=high-availability"},
		{dial(syscall.ECONNREFUSED), LayerPort, "refused"},
		{tls.RecordHeaderError{}, LayerTLS, "neither"},
		{errors.New("EOF"), LayerTLS, "broke"},
	} {
		f := diagnose("n", "host", 2224, time.Minute, tc.err)
		if f.Layer != tc.want || !strings.Contains(f.Error(), tc.text) {
			t.Errorf("%v: layer %d, %s", tc.err, f.Layer, f)
		}
	}
}

func TestRefusals(t *testing.T) {
	status, body := 401, `{"notauthorized":"true"}`
	h, _ := peer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	target := newClient(t, nil).Host("n", h)
	_, err := target.Remote(t.Context(), "x", nil)
	if f := layer(t, err); f.Legacy() != "Unable to authenticate to n - (HTTP error: 401), try running 'pcs host auth n'" ||
		f.Error() != "Unable to authenticate to n (HTTP error: 401), try running 'pcs host auth n'" {
		t.Errorf("%s / %s", f, f.Legacy())
	}
	status, body = 403, "Permission denied"
	if _, err = target.Remote(t.Context(), "x", nil); err.Error() != "n: Permission denied (HTTP error: 403)" {
		t.Error(err)
	}
	status, body = 409, `{"code":"CONFLICT","message":"changed"}`
	if _, err = target.Change(t.Context(), cib.Request{}); !errors.Is(err, cib.ErrConflict) {
		t.Error(err)
	}
	status, body = 503, `{"code":"NO_QUORUM","message":"no quorum here"}`
	_, err = target.CIB(t.Context(), false)
	if f := layer(t, err); f.Code != api.CodeNoQuorum || f.Reason != "no quorum here" {
		t.Errorf("%+v", f)
	}
}

func TestLogin(t *testing.T) {
	h, _ := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("username") == "hacluster" && r.FormValue("password") == "right" {
			_, _ = w.Write([]byte("fresh-token"))
		}
	})
	var debug bytes.Buffer
	target := newClient(t, &debug).Host("n", h)
	if token, err := target.Login(t.Context(), "hacluster", "right"); err != nil || token != "fresh-token" {
		t.Errorf("%q %v", token, err)
	}
	if _, err := target.Login(t.Context(), "hacluster", "wrong"); !errors.Is(err, ErrPassword) {
		t.Error(err)
	}
	for _, secret := range []string{"right", "wrong", "fresh-token", "the-token"} {
		if strings.Contains(debug.String(), secret) {
			t.Errorf("--debug shows %q:\n%s", secret, debug.String())
		}
	}
	if !strings.Contains(debug.String(), "username=hacluster") || !strings.Contains(debug.String(), "Response Code: 200") {
		t.Errorf("--debug says too little:\n%s", debug.String())
	}
}

func TestLocalDaemonIsNotRunning(t *testing.T) {
	_, err := newClient(t, nil).Local().State(t.Context())
	if f := layer(t, err); !strings.Contains(f.Reason, "systemctl start gpcsd") {
		t.Error(f)
	}
}

func TestLocalSocket(t *testing.T) {
	c := newClient(t, nil)
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"node":"me"}`)) })}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	defer func() { s.Close(); <-done }()
	target := c.Local()
	target.socket = filepath.Join(dir, "s")
	if state, err := target.State(t.Context()); err != nil || state.Node != "me" {
		t.Errorf("%+v %v", state, err)
	}
}

func TestEachAsksAllAtOnce(t *testing.T) {
	arrived := make(chan struct{}, 2)
	release := make(chan struct{})
	h, _ := peer(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		_, _ = w.Write([]byte("ok"))
	})
	c := newClient(t, nil)
	go func() { // only when both requests are there is either answered
		<-arrived
		<-arrived
		close(release)
	}()
	var got []string
	Each(t.Context(), []*Target{c.Host("a", h), c.Host("b", h)}, func(ctx context.Context, target *Target) (string, error) {
		return target.Remote(ctx, "x", nil)
	}, func(target *Target, text string, err error) {
		if err != nil || text != "ok" {
			t.Errorf("%s: %q %v", target.Name, text, err)
		}
		got = append(got, target.Name)
	})
	if len(got) != 2 {
		t.Errorf("got %v", got)
	}
}
