package link

import "time"

// works tells whether a link was heard within a time at both ends.
func (p *path) works(now, within time.Duration) bool {
	return p.heard != 0 && p.back != 0 && now-min(p.heard, p.back) < within
}

// patience is how long a link may be silent before another one is used: what an
// acknowledgement takes, three intervals at most, and a heartbeat that is lost, in
// active mode less. It is well below the token, so that the loss of one link of
// several is over before anything could be taken for lost.
func (m *Mesh) patience() time.Duration {
	if m.opt.Active {
		return m.interval * 7 / 2
	}
	return m.interval * 5
}

// priority is a link's knet_link_priority. In active mode all are equal.
func (m *Mesh) priority(link int) int {
	if m.opt.Active || link >= len(m.opt.Priorities) {
		return 1
	}
	return m.opt.Priorities[link]
}

// best is the link to a peer that works and has the highest priority, the
// first of several, or where none works the one that was heard last. The lock
// is held.
func (m *Mesh) best(p *peer, now time.Duration) int {
	works, heard := -1, -1
	for _, i := range p.links() {
		if p.paths[i].works(now, m.patience()) && (works < 0 || m.priority(i) > m.priority(works)) {
			works = i
		}
		if heard < 0 || p.paths[i].heard > p.paths[heard].heard+2*m.interval {
			heard = i
		}
	}
	if works >= 0 {
		return works
	}
	return max(heard, 0)
}

// strays tells whether a peer's stream stands on a link that has fallen
// silent while another one works, or on one of less priority than another that
// has worked for a token. Who dialled it has to dial anew. The lock is held.
func (m *Mesh) strays(p *peer, now time.Duration) bool {
	s := p.stream
	if s == nil || s.link < 0 {
		return false
	}
	best := m.best(p, now)
	if best == s.link || !p.paths[best].works(now, m.patience()) {
		return false
	}
	if s.link < len(p.addrs) && p.Addresses[s.link] != "" && p.paths[s.link].works(now, m.patience()) {
		return m.priority(best) > m.priority(s.link) && now-p.paths[best].since >= m.opt.Token
	}
	return true
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
