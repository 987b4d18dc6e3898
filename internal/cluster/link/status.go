package link

import (
	"slices"
	"time"
)

// Status is the state of one link to one peer.
type Status struct {
	Peer    uint32
	Link    int
	Address string
	Up      bool
	Used    bool          // it carries what is sent; in active mode all that work do
	RTT     time.Duration // 0 = not measured yet
}

// Addresses are this node's own by link, "" where it has none.
func (m *Mesh) Addresses() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.hosts)
	for i, s := range m.sockets {
		if s != nil {
			out[i] = s.own.String()
		}
	}
	return out
}

// LastHeard is when a peer was last heard on any link; zero = never.
func (m *Mesh) LastHeard(id uint32) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.judge.peers[id]; s != nil && s.heard != 0 {
		return m.start.Add(s.heard)
	}
	return time.Time{}
}

// HeardBy is when this node sent what a peer, by its own word, heard last on
// any link; zero = never.
func (m *Mesh) HeardBy(id uint32) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.judge.peers[id]; s != nil && s.back != 0 {
		return m.start.Add(s.back)
	}
	return time.Time{}
}

// Hears tells whether a peer's heartbeats come.
func (m *Mesh) Hears(id uint32) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peers[id] != nil && m.judge.hears(id, m.now()) != 0
}

// Status returns the state of all links, by peer and link.
func (m *Mesh) Status() []Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	var out []Status
	for _, n := range m.opt.Nodes {
		p := m.peers[n.ID]
		if p == nil {
			continue
		}
		for _, i := range p.links() {
			path := p.paths[i]
			up := path.works(now, m.opt.Token)
			used := up && (m.opt.Active || i == m.best(p, now))
			address := n.Addresses[i]
			if p.addrs[i].IsValid() {
				address = p.addrs[i].Addr().String()
			}
			out = append(out, Status{Peer: n.ID, Link: i, Address: address, Up: up, Used: used, RTT: path.rtt})
		}
	}
	return out
}
