package link

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"gpcs/internal/cluster/view"
)

// Node is one configured node.
type Node struct {
	ID        uint32
	Name      string
	Addresses []string // ring0_addr, ring1_addr, ...: names or addresses; "" = no such link
}

// Options are what a mesh is made with.
type Options struct {
	Self    view.Peer
	Cluster string
	Key     []byte // content of authkey
	Token   time.Duration
	// Grace is how long a process that ended on a living host may take to come back.
	Grace time.Duration
	Nodes []Node // all configured nodes, this one too
	// Ports are the links' UDP ports by number; where one is missing or 0 it is
	// DefaultPort plus the link's number.
	Ports []int
	// Dial opens a TCP connection to pcsd's port of a node.
	Dial func(ctx context.Context, node uint32, host string) (net.Conn, error)
	// Active sends the roster's datagrams on all links and leaves a link that
	// falls silent sooner (totem.link_mode: active); otherwise the best is used.
	Active bool
	// Priorities are knet_link_priority of the links by number: of those that
	// work the one with the highest is the best, of equal ones the first. Where
	// one is missing it is 1, as in corosync.conf(5).
	Priorities []int
	Log        *slog.Logger
	// Deliver takes every event, in order for each peer. It may block for a
	// Frame, never for the others.
	Deliver func(Event)
}

// DefaultPort is the UDP port of link 0.
const DefaultPort = 5405

// portOf is the UDP port of a link.
func portOf(ports []int, link int) int {
	if link < len(ports) && ports[link] != 0 {
		return ports[link]
	}
	return DefaultPort + link
}

// Mesh is this node's end of all links and streams.
type Mesh struct {
	opt     Options // Nodes, Token, Grace, Ports, Active and Priorities under mu
	start   time.Time
	roster  RosterHooks
	group   sync.WaitGroup // readers and writers of streams
	stopped context.Context
	stop    context.CancelFunc
	kick    chan struct{} // the beat is to be changed

	mu       sync.Mutex // guards the following
	running  bool
	keys     keyring
	sealing  cipher.AEAD
	interval time.Duration
	hosts    []string  // this node's addresses, by link
	sockets  []*socket // bound to them; nil = no such link
	judge    *judge
	peers    map[uint32]*peer
	retired  map[uint32]*peer // that are not configured any more
	refused  int              // datagrams refused because they did not open, since start
	readAt   time.Duration    // all that had come by then was read
	lively   time.Duration    // until then datagrams are read at once
}

// RosterHooks are where what belongs to the roster goes.
type RosterHooks struct {
	Packet func(from uint32, body []byte, at time.Time)
	Stream func(from uint32, conn net.Conn)
}

// peer is this node's knowledge of another, under the mesh's lock.
type peer struct {
	Node
	addrs  []netip.AddrPort // by link; invalid where not resolved yet
	paths  []path
	inc    uint64             // incarnation that opening and the windows are for
	past   map[uint64]windows // of other incarnations that were heard
	opener cipher.AEAD
	wake   chan struct{} // something changed for the stream's keeper
	stream *stream
	app    outbox
	sent   uint64          // number of the last roster datagram
	came   window          // of those that came
	ctx    context.Context // ends when the peer is removed
	cancel context.CancelFunc
}

// windows are what came of one incarnation.
type windows struct {
	paths  []window
	roster window
}

// turn takes a peer's other incarnation for the present one. What came of each
// is kept: a clock that was set back, or a replay, makes an earlier one come
// again, and nothing of it may count twice.
func (p *peer) turn(inc uint64, opener cipher.AEAD) {
	const most = 16 // in one run of this daemon; a replay of more needs more restarts
	was := windows{make([]window, len(p.paths)), p.came}
	for i := range p.paths {
		was.paths[i] = p.paths[i].window
	}
	if p.past == nil || len(p.past) >= most {
		p.past = map[uint64]windows{}
	}
	if p.inc != 0 {
		p.past[p.inc] = was
	}
	now := p.past[inc]
	p.inc, p.opener, p.came = inc, opener, now.roster
	for i := range p.paths {
		p.paths[i].window, p.paths[i].echo, p.paths[i].back = window{}, 0, 0
		if i < len(now.paths) {
			p.paths[i].window = now.paths[i]
		}
	}
}

// links are the numbers of the links to the peer.
func (p *peer) links() []int {
	var out []int
	for i, a := range p.Addresses {
		if a != "" {
			out = append(out, i)
		}
	}
	return out
}

// path is one link to one peer.
type path struct {
	seq    uint64
	window window
	heard  time.Duration // 0 = never
	since  time.Duration // from when on it was heard without a gap
	back   time.Duration // when the peer heard this node on it; 0 = never
	echo   uint64        // sent of the last heartbeat that came
	rtt    time.Duration
}

// New opens the sockets of this node's links.
func New(opt Options) (*Mesh, error) {
	m := &Mesh{
		opt:      opt,
		keys:     keyring{opt.Key, opt.Cluster},
		start:    time.Now().Add(-time.Second), // so that no time is 0, which means never
		interval: intervalOf(opt.Token),
		kick:     make(chan struct{}, 1),
		peers:    map[uint32]*peer{},
		retired:  map[uint32]*peer{},
	}
	m.stopped, m.stop = context.WithCancel(context.Background())
	m.sealing = m.keys.seal(opt.Self)
	m.judge = newJudge(opt.Token, m.interval, opt.Grace, opt.Self.Incarnation, nil)
	var own Node
	for _, n := range opt.Nodes {
		if n.ID == opt.Self.ID {
			own = n
			continue
		}
		m.placePeer(n, true)
	}
	m.hosts = own.Addresses
	if !hasAddress(own) {
		return nil, errNoAddress
	}
	m.sockets = make([]*socket, len(own.Addresses))
	for i, host := range own.Addresses {
		if host == "" {
			continue
		}
		conn, err := m.listen(host, i, portOf(opt.Ports, i))
		if err != nil {
			m.closeSockets()
			return nil, err
		}
		m.sockets[i] = conn
	}
	return m, nil
}

var errNoAddress = errors.New("this node has no address in corosync.conf")

func hasAddress(n Node) bool {
	return slices.ContainsFunc(n.Addresses, func(a string) bool { return a != "" })
}

// intervalOf is the time between two heartbeats.
func intervalOf(token time.Duration) time.Duration { return max(50*time.Millisecond, token/10) }

// listen binds one link's socket to this node's address.
func (m *Mesh) listen(host string, link, port int) (*socket, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	addr := net.JoinHostPort(host, fmt.Sprint(port))
	conn, err := openSocket(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("link %d cannot use UDP address %s of this node: %w%s", link, addr, err, whatBinds(err, port))
	}
	return conn, nil
}

// whatBinds says where to look for who has the port of a socket that cannot be
// bound, nothing where that is not why. An address that no interface has yet is
// no error.
func whatBinds(err error, port int) string {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Sprintf("; is corosync running too? see 'ss -lunp sport = :%d'", port)
	}
	return ""
}

func (m *Mesh) closeSockets() {
	for i, c := range m.sockets {
		if c != nil {
			_ = c.Close()
			m.sockets[i] = nil
		}
	}
}

// UseRoster sets where the roster's datagrams and streams go. It is called
// before Run.
func (m *Mesh) UseRoster(h RosterHooks) { m.roster = h }

func (m *Mesh) token() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.opt.Token
}

func (m *Mesh) ring() keyring {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys
}

// now is the time since the start of the mesh.
func (m *Mesh) now() time.Duration { return time.Since(m.start) }

// Run carries heartbeats and streams until ctx ends, then closes all of them.
func (m *Mesh) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return m.beat(ctx) })
	m.mu.Lock()
	m.running, m.readAt = true, m.now()
	m.lively = m.readAt + m.opt.Token
	for _, p := range m.peers {
		m.launch(p, true)
	}
	m.mu.Unlock()
	g.Go(func() error {
		<-ctx.Done()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.stop()
		m.closeSockets()
		for _, p := range m.peers {
			if p.stream != nil {
				p.stream.close()
			}
		}
		return nil
	})
	err := g.Wait()
	m.group.Wait()
	return err
}

// resolve turns a peer's names into addresses, again and again until it could.
func (m *Mesh) resolve(ctx context.Context, p *peer, hosts []string) {
	for i, host := range hosts {
		for host != "" {
			if a, err := lookup(ctx, host); err == nil {
				m.mu.Lock()
				if i < len(p.Addresses) && p.Addresses[i] == host { // else it has another by now
					p.addrs[i] = netip.AddrPortFrom(a, uint16(portOf(m.opt.Ports, i)))
				}
				m.mu.Unlock()
				break
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(2 * time.Second):
				m.opt.Log.Debug("cannot resolve the address of a node yet", "address", host)
			}
		}
	}
}

func lookup(ctx context.Context, host string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, nil
	}
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.Addr{}, err
	}
	return list[0].Unmap(), nil
}

// deliver hands the judge's verdicts on and ends the streams of lost peers.
func (m *Mesh) deliver(verdicts []verdict) {
	for _, v := range verdicts {
		switch {
		case v.stalled:
			m.opt.Log.Warn("this node stood still for longer than the token: it counts itself isolated")
			m.opt.Deliver(Stalled{})
		case v.up:
			m.opt.Deliver(Up{v.peer})
		default:
			m.mu.Lock()
			if p := m.peers[v.peer.ID]; p != nil {
				if p.stream != nil {
					p.stream.close()
				}
			}
			m.mu.Unlock()
			m.opt.Deliver(Down{v.peer})
		}
	}
}
