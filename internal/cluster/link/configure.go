package link

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// Change is what can be changed of a mesh while it runs.
type Change struct {
	Nodes        []Node // all configured nodes, this one too
	Key          []byte // content of authkey
	Token, Grace time.Duration
	Ports        []int
	Active       bool
	Priorities   []int
}

// Configure takes other nodes, addresses, another key or token into use. Peers
// that stay are not lost by it, also where their own change comes a little
// later; peers that are left out are reported Down. On an error nothing has
// changed.
func (m *Mesh) Configure(c Change) error {
	own := slices.IndexFunc(c.Nodes, func(n Node) bool { return n.ID == m.opt.Self.ID })
	if own < 0 || !hasAddress(c.Nodes[own]) {
		return errNoAddress
	}
	if err := m.rebind(c.Nodes[own].Addresses, c.Ports); err != nil {
		return err
	}
	m.mu.Lock()
	verdicts := m.apply(c)
	m.mu.Unlock()
	for _, v := range verdicts {
		m.opt.Deliver(Down{v.peer})
	}
	select {
	case m.kick <- struct{}{}:
	default:
	}
	return nil
}

// rebind opens the sockets of new and moved links, then closes the old ones.
func (m *Mesh) rebind(hosts []string, ports []int) error {
	m.mu.Lock()
	had, had0, ports0 := m.hosts, m.sockets, m.opt.Ports
	m.mu.Unlock()
	same := func(i int) bool {
		return i < len(had) && i < len(hosts) && had[i] == hosts[i] && portOf(ports0, i) == portOf(ports, i)
	}
	sockets := make([]*socket, len(hosts))
	fresh := map[int]*socket{}
	for i, host := range hosts {
		if same(i) {
			sockets[i] = had0[i]
			continue
		}
		if host == "" {
			continue
		}
		conn, err := m.listen(host, i, portOf(ports, i))
		if err != nil {
			for _, c := range fresh {
				_ = c.Close()
			}
			return err
		}
		sockets[i], fresh[i] = conn, conn
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hosts, m.sockets = slices.Clone(hosts), sockets
	for i, c := range had0 {
		if c == nil || same(i) {
			continue
		}
		_ = c.Close()
		for _, p := range m.peers {
			p.leaves(i)
		}
	}
	return nil
}

// background runs something until the mesh is stopped. The lock is held.
func (m *Mesh) background(f func()) {
	if m.stopped.Err() == nil {
		m.group.Go(f)
	}
}

// apply makes the change. The lock is held.
func (m *Mesh) apply(c Change) []verdict {
	old := m.opt.Token
	ports := m.opt.Ports
	m.opt.Nodes, m.opt.Token, m.opt.Grace, m.opt.Ports, m.opt.Active = c.Nodes, c.Token, c.Grace, c.Ports, c.Active
	m.opt.Priorities = c.Priorities
	m.interval = intervalOf(c.Token)
	if !slices.Equal(m.keys.authkey, c.Key) {
		m.keys.authkey = c.Key
		m.sealing = m.keys.seal(m.opt.Self)
		for _, p := range m.peers {
			p.inc, p.opener = 0, nil // its next datagram is under another key
		}
	}
	verdicts := m.removePeers(c.Nodes)
	for _, n := range c.Nodes {
		if n.ID != m.opt.Self.ID {
			m.placePeer(n, slices.Equal(ports, c.Ports))
		}
	}
	m.judge.retime(c.Token, m.interval, c.Grace, m.now(), max(old, c.Token))
	return verdicts
}

// removePeers drops the peers that are not among nodes. What was counted of
// them is kept: a number must not be used twice under one key.
func (m *Mesh) removePeers(nodes []Node) []verdict {
	var verdicts []verdict
	for id, p := range m.peers {
		if slices.ContainsFunc(nodes, func(n Node) bool { return n.ID == id }) {
			continue
		}
		p.cancel()
		p.app.drop()
		if p.stream != nil {
			p.stream.close()
		}
		verdicts = append(verdicts, m.judge.remove(id)...)
		m.retired[id] = p
		delete(m.peers, id)
	}
	return verdicts
}

// placePeer adds a peer, or gives one other addresses. samePorts tells whether
// the links have the ports that they had.
func (m *Mesh) placePeer(n Node, samePorts bool) {
	p, known := m.peers[n.ID]
	if known && samePorts && slices.Equal(p.Addresses, n.Addresses) {
		return
	}
	if !known {
		if p = m.retired[n.ID]; p == nil {
			p = &peer{Node: Node{ID: n.ID, Name: n.Name}, wake: make(chan struct{}, 1)}
		}
		delete(m.retired, n.ID)
		m.peers[n.ID] = p
		m.judge.add(n.ID)
	}
	p.place(n.Addresses, samePorts)
	if m.running {
		m.launch(p, !known)
	}
}

// place sets a peer's addresses. Paths are never taken away: they count what
// was sent.
func (p *peer) place(hosts []string, samePorts bool) {
	addrs := make([]netip.AddrPort, len(hosts))
	for i := range addrs {
		if samePorts && i < len(p.Addresses) && p.Addresses[i] == hosts[i] {
			addrs[i] = p.addrs[i]
		} else if i < len(p.paths) {
			p.paths[i].heard, p.paths[i].back, p.paths[i].echo, p.paths[i].rtt = 0, 0, 0, 0
			p.leaves(i)
		}
	}
	p.Addresses, p.addrs = hosts, addrs
	for len(p.paths) < len(addrs) {
		p.paths = append(p.paths, path{})
	}
}

// leaves marks a stream that was dialled on a link which is gone, or has other
// addresses now: it is dialled anew.
func (p *peer) leaves(link int) {
	if p.stream != nil && p.stream.link == link {
		p.stream.link = noLink
	}
}

// noLink is the number of no link.
const noLink = 256

// launch starts what a peer needs. The lock is held.
func (m *Mesh) launch(p *peer, keeper bool) {
	if keeper {
		var ctx context.Context
		ctx, p.cancel = context.WithCancel(m.stopped)
		p.ctx = ctx
		m.background(func() { _ = m.keep(ctx, p) })
	}
	ctx, hosts := p.ctx, slices.Clone(p.Addresses)
	m.background(func() { m.resolve(ctx, p, hosts) })
}
