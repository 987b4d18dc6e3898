package cluster

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/member"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/roster"
	"gpcs/internal/cluster/view"
	"gpcs/internal/queue"
)

// ErrStopped says that the cluster does not run on this node any more.
var ErrStopped = errors.New("the cluster is stopped on this node")

// ErrLineage says that Options.Lineage cannot be read.
var ErrLineage = errors.New("the lineage stored with the configuration is damaged")

// Cluster is this node's part in the cluster. Its methods may be called from
// everywhere, those that wait only while Run runs.
type Cluster struct {
	opt    Options
	self   view.Peer
	mesh   *link.Mesh
	roster *roster.Roster
	memory *memory

	inbox *queue.Queue[any]      // link.Event or func(), for the loop
	apps  *queue.Queue[link.App] // for Receive
	saves *queue.Queue[any]      // replica.Store or replica.Lost
	votes *queue.Queue[note]     // to be kept
	state *watched[State]
	doc   *watched[*cib.Document]

	mu      sync.Mutex
	clients map[string][]chan replica.Reply
	end     context.CancelFunc // ends Run
	done    chan struct{}      // closed when Run has returned

	// What follows belongs to the loop.
	config   Config // as it is now
	core     *member.Core
	up       map[uint32]view.Peer // peers that the core was told of
	lost     map[uint32]Lost
	previous *view.View // installed before the present one
	troubles map[string]string
	encoder  encoder
	notes    int           // made so far
	bound    quorum.Memory // that is on the disk, or need not be
}

// New prepares this node's part: it opens the UDP sockets of its links.
func New(opt Options) (*Cluster, error) {
	if err := opt.complete(); err != nil {
		return nil, err
	}
	kept, err := decodeStored(opt.Lineage)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		opt:      opt,
		config:   opt.Config,
		inbox:    queue.New[any](),
		apps:     queue.New[link.App](),
		saves:    queue.New[any](),
		votes:    queue.New[note](),
		clients:  map[string][]chan replica.Reply{},
		done:     make(chan struct{}),
		up:       map[uint32]view.Peer{},
		lost:     map[uint32]Lost{},
		troubles: map[string]string{},
	}
	mem, floor, err := remember(opt.Root, kept.Ballot.Counter)
	if err != nil {
		c.trouble("memory", "What this node must remember of itself could not be kept: "+err.Error())
	}
	c.memory, c.self = mem, view.Peer{ID: opt.Self, Incarnation: mem.Incarnation}
	doc := opt.Document.Copy()
	clearStatus(doc)
	c.core = member.New(member.Config{
		Self: c.self, Nodes: opt.Config.ids(), Quorum: opt.Config.quorum(), Memory: mem.quorum(), Floor: floor, Recent: kept.Recent,
		Token: ticksPerToken, Window: opt.Config.windowTicks(), Name: c.name, Unshared: kept.Unshared,
		Features: opt.Features, Conf: opt.Config.id(),
	}, doc, kept.Lineage)
	if c.mesh, err = link.New(c.meshOptions()); err != nil {
		return nil, err
	}
	c.roster = roster.New(roster.Options{
		Self: c.self.ID, Nodes: opt.Config.ids(), Meta: []byte(c.self.String()), Wires: c.mesh, Log: c.opt.Log,
		Changed: func() { c.inbox.Put(c.publish) },
	})
	c.state, c.doc = newWatched(c.snapshot()), newWatched(doc)
	return c, nil
}

func (c *Cluster) meshOptions() link.Options {
	return link.Options{
		Self: c.self, Cluster: c.opt.Config.Name, Key: c.opt.Key, Token: c.opt.Config.Token, Grace: c.opt.Grace,
		Nodes: c.opt.Config.links(), Ports: c.opt.Config.Ports, Active: c.opt.Config.ActiveLinks, Priorities: c.opt.Config.Priorities, Dial: c.opt.Dial, Log: c.opt.Log,
		Deliver: func(e link.Event) {
			if app, ok := e.(link.App); ok {
				c.apps.Put(app)
				return
			}
			c.inbox.Put(e)
		},
	}
}

// clearStatus empties the status section: what it said was true before this
// daemon started.
func clearStatus(doc *cib.Document) {
	status := doc.Section("status")
	for _, e := range status.ChildElements() {
		status.RemoveChild(e)
	}
}

// name returns the name of a node, its id where it has none. It is for the loop.
func (c *Cluster) name(id uint32) string { return c.config.name(id) }

// Run takes part in the cluster until ctx ends or Leave is called. Without
// Leave the others take it for a daemon that ended and may come back.
func (c *Cluster) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	c.end = cancel
	c.mu.Unlock()
	defer close(c.done)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.mesh.Run(ctx) })
	g.Go(func() error { return c.roster.Run(ctx) })
	g.Go(func() error { return c.loop(ctx) })
	g.Go(func() error { return c.save(ctx) })
	g.Go(func() error { return c.hand(ctx) })
	g.Go(func() error { return c.keepVotes(ctx) })
	return g.Wait()
}

// HandleStream takes a TLS connection that was accepted on pcsd's port with
// the protocol link.ALPN. It owns the connection from then on.
func (c *Cluster) HandleStream(conn net.Conn) {
	if err := c.mesh.HandleStream(conn); err != nil {
		c.opt.Log.Debug("stream of the cluster refused", "err", err)
	}
}

// State returns what this node knows of the cluster now.
func (c *Cluster) State() State {
	s := c.state.get()
	s.Links = c.mesh.Status()
	return s
}

// Watch returns a channel that gives the present state and then the newest
// after each change, and a function that ends it. Links are as of the change.
func (c *Cluster) Watch() (<-chan State, func()) { return c.state.watch() }

// Document returns this node's document. It must not be changed.
func (c *Cluster) Document() *cib.Document { return c.doc.get() }

// WatchDocument is Watch for the document.
func (c *Cluster) WatchDocument() (<-chan *cib.Document, func()) { return c.doc.watch() }

// Leave tells the others that this node leaves on purpose, so that they need
// not wait, and ends Run.
func (c *Cluster) Leave(ctx context.Context) error {
	told := make(chan struct{})
	c.inbox.Put(func() {
		c.do(c.core.StepView(view.Leave{}, now()))
		c.remember(nil)
		close(told)
	})
	select {
	case <-told:
		c.roster.Leave(300 * time.Millisecond)
		c.mesh.Flush(500 * time.Millisecond)
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	c.end()
	c.mu.Unlock()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the time in the form of ctime(3), for cib-last-written.
func now() string { return time.Now().Format(time.ANSIC) }
