package daemon

import (
	"context"
	"errors"
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
	"gpcs/internal/units"
)

// Options are what a daemon is made of.
type Options struct {
	Root paths.Root
	Log  *slog.Logger
	// Host is this node's name, "" = what the kernel says.
	Host string
	// Address is the one to listen on, "" = all of this node's; Port is pcsd's
	// on all nodes, 0 = 2224, which every firewall's high-availability service opens.
	Address string
	Port    int
	// Metrics is the address on which metrics are given to everybody, without
	// TLS; "" = none. They are at Port as well, for who has a token.
	Metrics string
	// Ready is called once requests are answered; the service manager is told.
	Ready func()
}

// Daemon is gpcsd.
type Daemon struct {
	opts Options
	log  *slog.Logger
	name string // host name

	ctx       context.Context // of Run; instances live in it
	noCgroups bool            // for tests, which leave no trace on the machine

	// commands is held while cluster services are started or stopped.
	commands sync.Mutex
	units    *units.Keeper
	work     sync.WaitGroup // that other nodes asked for
	mu       sync.Mutex     // guards the following
	instance *instance
	unstart  string // why cluster services could not be started last; "" = they could, or were stopped since
}

// New prepares a daemon.
func New(opts Options) (*Daemon, error) {
	if opts.Port == 0 {
		opts.Port = auth.DefaultPort
	}
	if opts.Host == "" {
		var err error
		if opts.Host, err = os.Hostname(); err != nil {
			return nil, fmt.Errorf("this node's name cannot be found out: %w", err)
		}
	}
	d := &Daemon{opts: opts, log: opts.Log, name: opts.Host}
	d.units = units.New(units.Options{Root: opts.Root, Log: opts.Log, Want: d.components})
	return d, nil
}

// components tells which parts of cluster services run.
func (d *Daemon) components() (s units.State) {
	_ = d.alone(func() error {
		if i := d.current(); i != nil {
			s = units.State{Corosync: true, Pacemaker: !i.evacuated.Load()}
		}
		return nil
	})
	return s
}

// Run answers requests until ctx ends, and runs cluster services when they
// are to run: after a boot if they are enabled, after a crash of the daemon if
// they were running. At its end resources are left as they are.
func (d *Daemon) Run(ctx context.Context) error {
	srv, err := d.newServer()
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", net.JoinHostPort(d.opts.Address, strconv.Itoa(d.opts.Port)))
	if err != nil {
		return fmt.Errorf("port %d cannot be listened on: %w; is pcsd running too? see 'ss -tlnp sport = :%d'", d.opts.Port, err, d.opts.Port)
	}
	local, err := server.ListenLocal(d.opts.Root.Socket())
	if err != nil {
		return errors.Join(fmt.Errorf("the local socket cannot be made: %w", err), tcp.Close())
	}
	// pcs lists it, and fails where it is missing.
	if err := os.MkdirAll(d.opts.Root.UIDGIDDir(), 0o755); err != nil {
		d.log.Warn("the directory of users who may talk to the cluster cannot be made", "err", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	d.ctx = ctx
	group.Go(func() error { return srv.Serve(ctx, tcp, local) })
	group.Go(func() error { return d.units.Run(ctx) })
	if d.opts.Metrics != "" {
		group.Go(func() error { return d.serveMetrics(ctx, srv) })
	}
	if d.wanted() {
		if err := d.alone(d.startServices); err != nil {
			d.log.Error("cluster services cannot be started; once that is mended run 'pcs cluster start'", "err", err)
		}
	}
	if d.opts.Ready != nil {
		d.opts.Ready()
	}
	d.units.Changed()
	err = group.Wait()
	_ = d.alone(func() error {
		if i := d.current(); i != nil {
			i.end()
		}
		return nil
	})
	d.work.Wait()
	return err
}

// serveMetrics serves them on their own port. A port that is taken, by an
// exporter perhaps, is no reason not to run a cluster.
func (d *Daemon) serveMetrics(ctx context.Context, srv *server.Server) error {
	l, err := net.Listen("tcp", d.opts.Metrics)
	if err != nil {
		d.log.Error("metrics are not served on their own port, only on that of pcsd; see GPCS_METRICS_LISTEN", "err", err)
		return nil
	}
	return srv.ServeMetrics(ctx, l)
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
		Program: d.program, Streams: d.stream, Log: d.log, Now: time.Now}), nil
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
