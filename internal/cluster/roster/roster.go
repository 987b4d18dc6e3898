// Package roster keeps the list of daemons that exist, by gossip: it tells by
// indirect probes whether others still reach a node that this one does not,
// carries small metadata, and hears of daemons that left. It is memberlist on
// the cluster's own datagrams and streams; it opens no socket.
//
// It never triggers a view, a fencing or a recovery: cluster/view does, on
// what cluster/link hears. memberlist forgets dead members, so the nodes of
// corosync.conf are joined again for ever.
package roster

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"

	"gpcs/internal/cluster/link"
)

// Wires are the datagrams and streams under the roster; link.Mesh has them.
type Wires interface {
	SendPacket(to uint32, body []byte)
	DialRoster(ctx context.Context, to uint32) (net.Conn, error)
	UseRoster(link.RosterHooks)
	Hears(id uint32) bool
}

// Options are what a roster is made with.
type Options struct {
	Self  uint32
	Nodes []uint32 // all configured nodes; see Configure
	Meta  []byte   // told to the others, at most 512 bytes
	Wires Wires
	Log   *slog.Logger
	// Changed is called when Seen has changed. It must not block.
	Changed func()
}

// Roster is this node's part in the gossip.
type Roster struct {
	opt  Options
	wire *transport
	list atomic.Pointer[memberlist.Memberlist] // nil before and after Run
	wake chan struct{}

	nodes atomic.Pointer[[]uint32]
}

// How often the roster does what. It is not in a hurry.
const (
	probeInterval  = 2 * time.Second
	gossipInterval = 500 * time.Millisecond // nothing is sent where there is no news
	rejoinInterval = 5 * time.Second
	syncInterval   = time.Minute
)

// New makes a roster that knows nobody until it runs.
func New(opt Options) *Roster {
	t := &transport{opt: opt, packets: make(chan *memberlist.Packet, 256), streams: make(chan net.Conn, 16), closed: make(chan struct{})}
	opt.Wires.UseRoster(link.RosterHooks{Packet: t.packet, Stream: t.stream})
	r := &Roster{opt: opt, wire: t, wake: make(chan struct{}, 1)}
	r.Configure(opt.Nodes)
	return r
}

// Configure takes another list of configured nodes.
func (r *Roster) Configure(nodes []uint32) { r.nodes.Store(&nodes) }

func (r *Roster) config() *memberlist.Config {
	conf := memberlist.DefaultLANConfig()
	conf.Name = strconv.FormatUint(uint64(r.opt.Self), 10)
	conf.Transport = r.wire
	conf.ProbeInterval, conf.ProbeTimeout = probeInterval, 500*time.Millisecond
	conf.GossipInterval, conf.PushPullInterval = gossipInterval, syncInterval
	conf.DisableTcpPings = true
	conf.EnableCompression = false
	conf.Delegate = meta(r.opt.Meta)
	conf.Events = events{r.opt.Changed}
	conf.Logger = log.New(logWriter{r.opt.Log}, "", 0)
	return conf
}

// Run gossips and joins the configured nodes, again and again, until ctx ends.
func (r *Roster) Run(ctx context.Context) error {
	list, err := memberlist.Create(r.config())
	if err != nil {
		return fmt.Errorf("starting the roster: %w", err)
	}
	r.list.Store(list)
	defer r.close(list)
	tick := time.NewTicker(rejoinInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-r.wake:
		}
		r.rejoin(list)
	}
}

// Wake makes the roster look for nodes that it does not know yet.
func (r *Roster) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Roster) rejoin(list *memberlist.Memberlist) {
	seen := r.Seen()
	for _, id := range *r.nodes.Load() {
		if id == r.opt.Self || seen[id] || !r.opt.Wires.Hears(id) {
			continue
		}
		if _, err := list.Join([]string{addressOf(id).String()}); err != nil {
			r.opt.Log.Debug("the roster cannot join a node yet", "node", id, "err", err)
		}
	}
}

// Seen are the nodes whose daemons are reached by somebody.
func (r *Roster) Seen() map[uint32]bool {
	seen := map[uint32]bool{}
	list := r.list.Load()
	if list == nil {
		return seen
	}
	for _, n := range list.Members() {
		if id, err := strconv.ParseUint(n.Name, 10, 32); err == nil && n.State == memberlist.StateAlive {
			seen[uint32(id)] = true
		}
	}
	return seen
}

// Leave tells the others that this daemon leaves, for at most d.
func (r *Roster) Leave(d time.Duration) {
	list := r.list.Load()
	if list == nil {
		return
	}
	if err := list.Leave(d); err != nil {
		r.opt.Log.Debug("the roster could not tell that it leaves", "err", err)
	}
}

func (r *Roster) close(list *memberlist.Memberlist) {
	r.list.Store(nil)
	if err := list.Shutdown(); err != nil {
		r.opt.Log.Debug("the roster did not end well", "err", err)
	}
}

// addressOf is the address under which memberlist knows a node: one made from
// its id, so that it does not change with the node's real ones.
func addressOf(id uint32) netip.AddrPort {
	b := [16]byte{0: 0xfd}
	binary.BigEndian.PutUint32(b[12:], id)
	return netip.AddrPortFrom(netip.AddrFrom16(b), 5405)
}

func idOf(address string) (uint32, error) {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !a.Addr().Is6() {
		return 0, fmt.Errorf("%q is not an address of the roster", address)
	}
	b := a.Addr().As16()
	return binary.BigEndian.Uint32(b[12:]), nil
}

// meta is memberlist's delegate for the metadata alone.
type meta []byte

func (m meta) NodeMeta(limit int) []byte       { return m[:min(limit, len(m))] }
func (meta) NotifyMsg([]byte)                  {}
func (meta) GetBroadcasts(_, _ int) [][]byte   { return nil }
func (meta) LocalState(bool) []byte            { return nil }
func (meta) MergeRemoteState(_ []byte, _ bool) {}

// events is memberlist's delegate for members that come, go or change.
type events struct{ changed func() }

func (e events) NotifyJoin(*memberlist.Node)   { e.changed() }
func (e events) NotifyLeave(*memberlist.Node)  { e.changed() }
func (e events) NotifyUpdate(*memberlist.Node) { e.changed() }

// logWriter turns memberlist's lines into records for debugging.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(line []byte) (int, error) {
	w.log.Debug("roster", "text", strings.TrimSpace(string(line)))
	return len(line), nil
}
