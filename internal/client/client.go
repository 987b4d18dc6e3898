package client

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/paths"
)

// DefaultTimeout is --request-timeout's default.
const DefaultTimeout = 60 * time.Second

// dialTimeout bounds the wait for one address of a node.
const dialTimeout = 10 * time.Second

// maxAnswer bounds an answer in bytes: a CIB and room to spare.
const maxAnswer = 128 << 20

// Options is what a client is made of.
type Options struct {
	Root    paths.Root
	Timeout time.Duration // of one request; 0 = DefaultTimeout
	// As is the user on whose behalf root asks, "" = its own; daemons let
	// nobody but hacluster become another user.
	As       string
	AsGroups []string
	// ReadOnly refuses all that could change something.
	ReadOnly bool
	Debug    io.Writer // where requests are printed, nil = nowhere
	// Waiting, if set, is called with a node's name before each request to it;
	// what it returns is called when the answer is there.
	Waiting func(node string) (done func())
}

// Client makes targets. Close it when done.
type Client struct {
	Options
	mu      sync.Mutex // guards Debug and targets
	targets []*Target
}

// New returns a client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	return &Client{Options: o}
}

// ErrReadOnly is the answer to a change that was asked of a ReadOnly client.
var ErrReadOnly = errors.New("this does more than change the configuration, so it cannot be planned")

// Close ends idle connections.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.targets {
		t.transport.CloseIdleConnections()
	}
}

// Target is a daemon that requests go to.
type Target struct {
	Name   string
	dests  []auth.Dest
	token  string
	pin    string
	socket string // of the local daemon, "" for others

	client    *Client
	transport *http.Transport
	mu        sync.Mutex // guards the following
	seen      string     // pin of the certificate of the last connection
	good      int        // index of the address that answered last
}

// Local returns this node's daemon, reached over the local socket.
func (c *Client) Local() *Target {
	t := &Target{Name: "localhost", socket: c.Root.Socket(), client: c}
	t.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", t.socket)
		}}
	return c.keep(t)
}

// Host returns a daemon by what known-hosts says of it. A host without
// addresses is looked for under its name.
func (c *Client) Host(name string, h auth.Host) *Target {
	t := &Target{Name: name, dests: h.Dests, token: h.Token, pin: h.Pin, client: c}
	if len(t.dests) == 0 {
		t.dests = []auth.Dest{{Addr: name, Port: auth.DefaultPort}}
	}
	t.transport = &http.Transport{
		DialContext:       (&net.Dialer{Timeout: min(dialTimeout, c.Timeout)}).DialContext,
		TLSClientConfig:   t.tlsConfig(),
		ForceAttemptHTTP2: false,
		IdleConnTimeout:   30 * time.Second,
	}
	return c.keep(t)
}

func (c *Client) keep(t *Target) *Target {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.targets = append(c.targets, t)
	return t
}

// tlsConfig trusts the pinned certificate alone. Daemons' certificates are
// self-signed and carry any name: names and authorities say nothing.
func (t *Target) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12, // of a real pcsd; ours insists on 1.3
		InsecureSkipVerify: true,             // replaced by the check of the pin
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errPin
			}
			seen := auth.Pin(state.PeerCertificates[0].Raw)
			t.mu.Lock()
			t.seen = seen
			t.mu.Unlock()
			if t.pin != "" && t.pin != seen {
				return errPin
			}
			return nil
		},
	}
}

// SeenPin returns the pin of the certificate that the daemon showed last.
func (t *Target) SeenPin() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

// request is one HTTP request to a daemon.
type request struct {
	method, path string
	body         string
	kind         string        // content type of body
	limit        time.Duration // 0 = the client's, <0 = none
}

// send carries a request out at the first address of the target that answers.
// An address is left for the next one only where no connection came about:
// then nothing was done there.
func (t *Target) send(ctx context.Context, r request) (string, error) {
	if t.client.ReadOnly && (r.method != http.MethodGet || strings.HasPrefix(r.path, "/remote/")) {
		return "", ErrReadOnly
	}
	if waiting := t.client.Waiting; waiting != nil {
		defer waiting(t.Name)()
	}
	limit := t.client.Timeout
	if r.limit != 0 {
		limit = r.limit
	}
	if t.socket != "" {
		return t.sendTo(ctx, r, "http://localhost", limit, func(err error) *Failure {
			return diagnoseLocal(t.socket, limit, err)
		})
	}
	t.mu.Lock()
	first := t.good
	t.mu.Unlock()
	var failure error
	for i := range t.dests {
		n := (first + i) % len(t.dests)
		d := t.dests[n]
		body, err := t.sendTo(ctx, r, "https://"+net.JoinHostPort(d.Addr, strconv.Itoa(d.Port)), limit, func(err error) *Failure {
			return diagnose(t.Name, d.Addr, d.Port, limit, err)
		})
		if err == nil || connected(err) {
			t.mu.Lock()
			t.good = n
			t.mu.Unlock()
			return body, err
		}
		if failure == nil {
			failure = err
		}
	}
	return "", failure
}

// cookies say who asks, as pcs does.
func (t *Target) cookies() string {
	var list []string
	if t.token != "" {
		list = append(list, "token="+t.token)
	}
	if as := t.client.As; as != "" {
		groups := base64.StdEncoding.EncodeToString([]byte(strings.Join(t.client.AsGroups, " ")))
		list = append(list, "CIB_user="+as, "CIB_user_groups="+groups)
	}
	return strings.Join(list, ";")
}

// connected tells whether another address must not be tried.
func connected(err error) bool {
	var f *Failure
	return errors.As(err, &f) && (f.Sent() || f.Layer == LayerPin)
}

func (t *Target) sendTo(ctx context.Context, r request, base string, limit time.Duration, why func(error) *Failure) (string, error) {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	var connected atomic.Bool // a time-out before that is the network's, one after it the daemon's
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		ConnectDone: func(_, _ string, err error) { connected.CompareAndSwap(false, err == nil) },
		GotConn:     func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, r.method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		return "", err
	}
	if r.body == "" {
		req.Body, req.ContentLength = nil, 0
	} else {
		req.Header.Set("Content-Type", r.kind)
	}
	if cookies := t.cookies(); cookies != "" {
		req.Header.Set("Cookie", cookies)
	}
	t.client.debugRequest(req.URL.String(), r)
	answer, err := t.transport.RoundTrip(req)
	if err != nil {
		if !connected.Load() && isTimeout(err) {
			err = &net.OpError{Op: "dial", Err: err}
		}
		f := why(err)
		t.client.debugf("Finished calling: %s\nResponse Reason: %s\n", req.URL, f.Reason)
		return "", f
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return "", why(err)
	}
	t.client.debugAnswer(req.URL.String(), r.path, answer.StatusCode, string(data))
	if answer.StatusCode >= 400 {
		return "", refused(t.Name, answer.StatusCode, string(data))
	}
	return string(data), nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(line, "Error: ")
}

// Each calls many targets at once and hands over what each said, in the order
// in which they answer; done is called by one goroutine at a time. It returns
// when all have answered.
func Each[T any](ctx context.Context, targets []*Target, call func(context.Context, *Target) (T, error), done func(*Target, T, error)) {
	type result struct {
		target *Target
		value  T
		err    error
	}
	results := make(chan result)
	for _, t := range targets {
		go func() {
			v, err := call(ctx, t)
			results <- result{t, v, err}
		}()
	}
	for range targets {
		r := <-results
		done(r.target, r.value, r.err)
	}
}

// debugf prints one piece of --debug output.
func (c *Client) debugf(format string, args ...any) {
	if c.Debug == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.Debug, format, args...)
}
