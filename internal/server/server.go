package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/errgroup"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/paths"
)

// StreamProtocol is the ALPN name of streams between daemons.
const StreamProtocol = "gpcs-cluster/1"

// Cluster is what the endpoints are about. An error that is, or wraps, an
// *api.Error or cib.ErrConflict is passed on with its code.
type Cluster interface {
	// Document returns the CIB: this node's copy, or the DC's.
	Document(ctx context.Context, local bool) (*cib.Document, error)
	// Submit changes the CIB and returns its version afterwards.
	Submit(ctx context.Context, r cib.Request) (cib.Version, error)
	State() api.State
	// Do carries out a command on this node's cluster services.
	Do(ctx context.Context, c api.ClusterCommand) error
	Refresh(ctx context.Context, r api.RefreshRequest) error
	// Fence fences a node by hand.
	Fence(ctx context.Context, r api.FenceRequest) error
	// Idle returns nil as soon as no action is pending or running.
	Idle(ctx context.Context) error
}

// Options is what a server is made of.
type Options struct {
	Root        paths.Root
	Cluster     Cluster
	Passwords   *auth.Passwords
	Certificate tls.Certificate
	// Program runs the command line; nil where there is none.
	Program Program
	// Streams takes over connections of StreamProtocol; it may return before
	// the connection is closed. nil refuses them.
	Streams func(net.Conn)
	Log     *slog.Logger
	Now     func() time.Time // time.Now where it is nil
}

// Server answers requests; see New.
type Server struct {
	Options
	tokens *auth.Tokens
	files  sync.Mutex // held while configuration files are changed
	latest lineage    // under files: of corosync.conf
	routes http.Handler
	tasks  tasks

	started time.Time
}

// New makes a server. Serve starts it.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Program == nil {
		o.Program = func(context.Context, Invocation) (Output, error) { return Output{}, errNoProgram }
	}
	s := &Server{Options: o, tokens: auth.NewTokens(o.Root.PcsUsers()), started: o.Now()}
	r := chi.NewRouter()
	r.Use(s.guard)
	r.HandleFunc("/remote/auth", s.login)
	r.HandleFunc("/remote/{command}", s.remote)
	r.HandleFunc("/run_pcs", s.runPCS)
	r.HandleFunc("/api/v1/*", s.apiV1)
	r.HandleFunc("/api/v2/task/{verb}", s.apiV2)
	r.Get(api.PathCIB, s.own(auth.Read, s.getCIB))
	r.Post(api.PathChange, s.own(auth.Write, s.changeCIB))
	r.Get(api.PathState, s.own(auth.Read, s.getState))
	r.Post(api.PathCluster, s.own(auth.Write, s.clusterCommand))
	r.Post(api.PathRefresh, s.own(auth.Write, s.refresh))
	r.Post(api.PathFence, s.own(auth.Full, s.fence))
	r.Get(api.PathIdle, s.own(auth.Read, s.idle))
	r.Get(api.PathReport, s.own(auth.Full, s.getReport))
	r.Get(api.PathMetrics, s.own(auth.Read, s.getMetrics))
	r.NotFound(s.notFound)
	s.routes = r
	return s
}

var errNoProgram = errors.New("there is no command line to run")

// Handler returns the routes without any listener, for tests.
func (s *Server) Handler() http.Handler { return s.routes }

// Times given to a peer. A request is carried out as long as it takes: the
// client says how long it waits.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 2 * time.Minute
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 5 * time.Second
)

// Serve answers on a TCP listener with TLS and on a local socket until ctx is
// done, and returns when the last request was answered or given up. Either
// listener may be nil; both are closed.
func (s *Server) Serve(ctx context.Context, tcp, unix net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	if tcp != nil {
		g.Go(func() error { return s.serve(ctx, s.httpServer(true), tls.NewListener(tcp, s.tlsConfig())) })
	}
	if unix != nil {
		g.Go(func() error { return s.serve(ctx, s.httpServer(false), unix) })
	}
	err := g.Wait()
	s.tasks.stop()
	return err
}

func (s *Server) serve(ctx context.Context, h *http.Server, l net.Listener) error {
	stopped := make(chan struct{})
	never := context.AfterFunc(ctx, func() {
		defer close(stopped)
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if h.Shutdown(limit) != nil {
			_ = h.Close() // streams and slow requests end here
		}
	})
	err := h.Serve(l)
	if never() { // ctx goes on, so it is the listener that failed
		_ = h.Close()
		return fmt.Errorf("listen on %s: %w", l.Addr(), err)
	}
	<-stopped
	return nil
}

func (s *Server) httpServer(secure bool) *http.Server {
	h := &http.Server{
		Handler:           s.routes,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ConnContext:       withPeer,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	if secure && s.Streams != nil {
		h.TLSNextProto[StreamProtocol] = func(_ *http.Server, c *tls.Conn, _ http.Handler) {
			// net/http closes the connection when this returns.
			stream := &streamConn{Conn: c, closed: make(chan struct{})}
			s.Streams(stream)
			<-stream.closed
		}
	}
	return h
}

func (s *Server) tlsConfig() *tls.Config {
	protocols := []string{"http/1.1"}
	if s.Streams != nil {
		protocols = append(protocols, StreamProtocol)
	}
	return &tls.Config{Certificates: []tls.Certificate{s.Certificate}, MinVersion: tls.VersionTLS13, NextProtos: protocols}
}

// streamConn tells when its owner is done with it.
type streamConn struct {
	*tls.Conn
	once   sync.Once
	closed chan struct{}
}

// Close closes the connection and lets the server forget it.
func (c *streamConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { close(c.closed) })
	return err
}

// ListenLocal opens the local socket. Everybody may connect: the server asks
// the kernel who it is. A socket left by a daemon that died is replaced.
func ListenLocal(name string) (net.Listener, error) {
	if c, err := net.Dial("unix", name); err == nil {
		return nil, errors.Join(fmt.Errorf("%s is in use: is another gpcsd or pcsd running?", name), c.Close())
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", name)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o666); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
