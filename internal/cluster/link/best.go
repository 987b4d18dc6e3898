package link

import "time"

// works tells whether a link was heard within a time at both ends.
func (p *path) works(now, within time.Duration) bool {
	return p.heard != 0 && p.back != 0 && now-min(p.heard, p.back) < within
}

// patience is how long a link may be silent before another one is used: some
// heartbeats, in active mode fewer. It is well below the token, so that the
// loss of one link of several is over before anything could be taken for lost.
func (m *Mesh) patience() time.Duration {
	if m.opt.Active {
		return m.interval * 5 / 2
	}
	return m.interval * 4
}

// best is the first link to a peer that works, or that was heard last. The
// lock is held.
func (m *Mesh) best(p *peer, now time.Duration) int {
	best := -1
	for _, i := range p.links() {
		if p.paths[i].works(now, m.patience()) {
			return i
		}
		if best < 0 || p.paths[i].heard > p.paths[best].heard+2*m.interval {
			best = i
		}
	}
	return max(best, 0)
}

// strays tells whether a peer's stream stands on a link that has fallen
// silent while another one works. Who dialled it has to dial anew. The lock is
// held.
func (m *Mesh) strays(p *peer, now time.Duration) bool {
	s := p.stream
	if s == nil || s.link < 0 || (s.link < len(p.addrs) && p.Addresses[s.link] != "" && p.paths[s.link].works(now, m.patience())) {
		return false
	}
	best := m.best(p, now)
	return best != s.link && p.paths[best].works(now, m.patience())
}

// host is the peer's address for a stream, on the best link.
func (m *Mesh) host(p *peer) (host string, link int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	link = m.best(p, m.now())
	if link >= len(p.addrs) {
		return "", link // it has no address
	}
	if a := p.addrs[link]; a.IsValid() {
		return a.Addr().String(), link
	}
	return p.Addresses[link], link
}
