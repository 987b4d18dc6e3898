package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/paths"
	"gpcs/internal/server"
)

// Port is pcsd's TCP port, open in every firewall's high-availability service.
const Port = 2224

// Options are what a daemon is made of.
type Options struct {
	Root paths.Root
	Log  *slog.Logger
	// Ready is called once requests are answered; the service manager is told.
	Ready func()
}

// Daemon is gpcsd.
type Daemon struct {
	opts Options
	log  *slog.Logger
	name string // host name

	ctx context.Context // of Run; instances live in it
	// commands is held while cluster services are started or stopped.
	commands sync.Mutex
	mu       sync.Mutex // guards instance
	instance *instance
}

// New prepares a daemon.
func New(opts Options) (*Daemon, error) {
	name, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("this node's name cannot be found out: %w", err)
	}
	return &Daemon{opts: opts, log: opts.Log, name: name}, nil
}

// Run answers requests until ctx ends, and runs cluster services when they
// are to run: after a boot if they are enabled, after a crash of the daemon if
// they were running. At its end resources are left as they are.
func (d *Daemon) Run(ctx context.Context) error {
	srv, err := d.newServer()
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(Port)))
	if err != nil {
		return fmt.Errorf("port %d cannot be listened on, is pcsd running too? %w", Port, err)
	}
	local, err := server.ListenLocal(d.opts.Root.Socket())
	if err != nil {
		return fmt.Errorf("the local socket cannot be made: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	d.ctx = ctx
	group.Go(func() error { return srv.Serve(ctx, tcp, local) })
	if d.wanted() {
		if err := d.startServices(); err != nil {
			d.log.Error("cluster services cannot be started", "err", err)
		}
	}
	if d.opts.Ready != nil {
		d.opts.Ready()
	}
	err = group.Wait()
	d.commands.Lock()
	defer d.commands.Unlock()
	if i := d.current(); i != nil {
		i.end()
	}
	return err
}

func (d *Daemon) newServer() (*server.Server, error) {
	certificate, err := auth.LoadCertificate(d.opts.Root, d.name, time.Now())
	if err != nil {
		return nil, err
	}
	passwords, err := auth.NewPasswords(d.opts.Root, time.Now, auth.Sleep)
	if err != nil {
		return nil, err
	}
	return server.New(server.Options{Root: d.opts.Root, Cluster: d, Passwords: passwords, Certificate: certificate,
		Streams: d.stream, Log: d.log, Now: time.Now}), nil
}

// current returns the running cluster services, or nil.
func (d *Daemon) current() *instance {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.instance
}

// running returns the running cluster services, or the error for a caller
// that needs them.
func (d *Daemon) running() (*instance, error) {
	if i := d.current(); i != nil {
		return i, nil
	}
	return nil, &api.Error{Code: api.CodeNotRunning,
		Message: "cluster services are not running on " + d.name + "; start them with 'pcs cluster start'"}
}

// stream takes a connection of another node's cluster core.
func (d *Daemon) stream(conn net.Conn) {
	if i := d.current(); i != nil {
		i.cluster.HandleStream(conn)
		return
	}
	_ = conn.Close() // the peer tries again
}
