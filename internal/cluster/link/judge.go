package link

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gpcs/internal/cluster/view"
)

// judge decides by silence who is reachable. It is pure: time is an argument,
// as the time since the start of the daemon.
//
// A peer is reachable when it is heard on some link, says that it hears this
// node, and its stream stands or has stood. It is lost when all links were
// silent for token, or when it says that it hears us no more. A process that
// ended on a host that still answers (its connections are refused) is given
// the grace time to come back. A judge that was late itself waits until the
// peers had time to be heard before it judges.
//
// Silence counts both ways: from when the peer was heard, or from when this
// node sent what the peer heard last, whichever is older. Where packets are
// lost at random a node would otherwise count peers for much longer than they
// count it. Who dropped a peer says that it does not hear it, until the peer is
// known to have been told: else the peer would go on to count it, from
// heartbeats that came after the drop.
type judge struct {
	token, interval, grace time.Duration
	self                   uint64 // own incarnation
	peers                  map[uint32]*suspect
	order                  []*suspect    // the same, by id
	last                   time.Duration // of the last check; <0 = none yet
	notBefore              time.Duration // nobody is judged before
}

// suspect is a peer as the judge sees it.
type suspect struct {
	id        uint32
	inc       uint64 // incarnation heard last
	first     time.Duration
	heard     time.Duration // of inc
	sent      time.Duration // newest heartbeat of inc, by the peer's clock
	back      time.Duration // when this node sent what inc heard last
	fell      time.Duration // when inc was dropped and does not know yet; 0 = it knows
	hearsUs   bool
	connected uint64 // incarnation that the stream stood with
	up        uint64 // incarnation told up; 0 = none
	upHeard   time.Duration
	upBack    time.Duration
	ended     time.Duration // when its process was seen to end; 0 = was not
	refused   time.Duration // last proof that the host lives without it
}

// verdict is an outcome of the judge.
type verdict struct {
	peer    view.Peer
	up      bool
	stalled bool // this node stood still for token or longer; no peer is named
}

func newJudge(token, interval, grace time.Duration, self uint64, ids []uint32) *judge {
	j := &judge{token: token, interval: interval, grace: grace, self: self, peers: map[uint32]*suspect{}, last: -1}
	for _, id := range ids {
		j.add(id)
	}
	return j
}

// add begins to judge a peer.
func (j *judge) add(id uint32) {
	j.peers[id] = &suspect{id: id}
	j.sort()
}

func (j *judge) sort() {
	j.order = slices.SortedFunc(maps.Values(j.peers), func(a, b *suspect) int { return cmp.Compare(a.id, b.id) })
}

// remove ends it; a peer that was up is dropped.
func (j *judge) remove(id uint32) (out []verdict) {
	if s := j.peers[id]; s != nil && s.up != 0 {
		out = j.drop(s, 0)
	}
	delete(j.peers, id)
	j.sort()
	return out
}

// retime changes the times. Nobody is judged for a while: the peers may send
// as seldom as before until they have changed too.
func (j *judge) retime(token, interval, grace, now, while time.Duration) {
	j.token, j.interval, j.grace = token, interval, grace
	if j.last >= 0 {
		j.last = now
	}
	j.notBefore = max(j.notBefore, now+while)
}

// takes tells whether a datagram of this incarnation is news. An earlier one
// is believed only where the present one is silent, for a clock may have been
// set back; that it is no replay shows in its hearing us.
func (j *judge) takes(id uint32, inc uint64, now time.Duration) bool {
	s := j.peers[id]
	return s != nil && inc != 0 && (inc >= s.inc || now-s.heard > j.token)
}

// Beat is what the judge says and hears in a heartbeat, besides who sends it.
type Beat struct {
	Hears uint64        // incarnation of the receiver that the sender hears; 0 = none
	Sent  time.Duration // by the sender's clock
	Acked time.Duration // Sent of the newest heartbeat that came from the receiver
}

// hear notes a heartbeat. answer is true where the peer should hear from this
// node at once, so that both know in one round trip how they stand.
func (j *judge) hear(id uint32, inc uint64, b Beat, now time.Duration) (out []verdict, answer bool) {
	s := j.peers[id]
	if s.inc != inc || s.heard == 0 {
		s.inc, s.first, s.hearsUs, s.sent, s.back, s.fell = inc, now, false, 0, 0, 0
	}
	answer = !s.hearsUs || s.fell != 0
	s.heard, s.sent, s.hearsUs = now, max(s.sent, b.Sent), b.Hears == j.self
	if s.hearsUs { // else it may have acknowledged another incarnation
		s.back = max(s.back, min(b.Acked, now), s.first)
	}
	if s.fell != 0 && (b.Acked > s.fell || now-s.fell >= j.token) {
		s.fell = 0
	}
	if s.up == inc {
		if !s.hearsUs {
			return j.drop(s, now), answer
		}
		s.upHeard, s.upBack = now, s.back // ended stays: a heartbeat may come after the stream's end
	}
	return j.raise(s), answer
}

// beat is what a heartbeat to a peer says.
func (j *judge) beat(id uint32, now time.Duration) Beat {
	b := Beat{Hears: j.hears(id, now), Sent: now}
	if s := j.peers[id]; s != nil {
		b.Acked = s.sent
	}
	return b
}

// connect notes that the stream with a peer stands.
func (j *judge) connect(p view.Peer) []verdict {
	s := j.peers[p.ID]
	if s == nil {
		return nil
	}
	s.connected = p.Incarnation
	if s.up == p.Incarnation {
		s.ended = 0
	}
	return j.raise(s)
}

// end notes that a peer's process may have ended: its end of the stream was
// closed. That it ended, and did not drop this node, shows when its host refuses.
func (j *judge) end(p view.Peer, now time.Duration) {
	if s := j.peers[p.ID]; s != nil && s.up == p.Incarnation {
		s.ended, s.refused = now, 0
	}
}

// refuse notes that a peer's host refused a connection: it lives.
func (j *judge) refuse(id uint32, now time.Duration) {
	if s := j.peers[id]; s != nil {
		s.refused = now
	}
}

// waitsFor tells whether a peer's process ended and it may come back.
func (j *judge) waitsFor(id uint32) bool {
	s := j.peers[id]
	return s != nil && s.up != 0 && s.ended != 0
}

func (j *judge) raise(s *suspect) []verdict {
	if s.up == s.inc || !s.hearsUs || s.fell != 0 || s.connected != s.inc {
		return nil
	}
	s.up, s.upHeard, s.upBack, s.ended = s.inc, s.heard, s.back, 0
	return []verdict{{peer: view.Peer{ID: s.id, Incarnation: s.up}, up: true}}
}

func (j *judge) drop(s *suspect, now time.Duration) []verdict {
	if s.inc == s.up {
		s.fell = now
	}
	v := verdict{peer: view.Peer{ID: s.id, Incarnation: s.up}}
	s.up, s.ended, s.connected = 0, 0, 0
	return []verdict{v}
}

// check judges silence. It is to be called at least every interval.
func (j *judge) check(now time.Duration) []verdict {
	var out []verdict
	if gap := now - j.last; j.last >= 0 && gap >= j.token {
		out = append(out, verdict{stalled: true})
		j.notBefore = now + j.token
	} else if j.last >= 0 && gap > j.interval*3/2 {
		j.notBefore = max(j.notBefore, now+j.interval*6/5)
	}
	j.last = now
	if now < j.notBefore {
		return out
	}
	for _, s := range j.order {
		if s.up != 0 && now >= j.deadline(s) {
			out = append(out, j.drop(s, now)...)
		}
	}
	return out
}

// deadline is when a peer that stays silent is lost.
func (j *judge) deadline(s *suspect) time.Duration {
	d := min(s.upHeard, s.upBack) + j.token
	if s.ended != 0 {
		d = max(d, min(s.refused+j.token, s.ended+j.grace))
	}
	if s.inc != s.up { // it is back as another incarnation and about to be told up
		d = max(d, s.first+j.token)
	}
	return d
}

// next is when check has to be called again at the latest.
func (j *judge) next(now time.Duration) time.Duration {
	at := now + j.interval
	for _, s := range j.order {
		if s.up != 0 {
			at = min(at, max(j.deadline(s), j.notBefore))
		}
	}
	return max(at, now+time.Millisecond)
}

// hears is the incarnation of a peer that this node hears now, 0 if none or if
// it was dropped and may not know yet.
func (j *judge) hears(id uint32, now time.Duration) uint64 {
	s := j.peers[id]
	if s == nil || s.heard == 0 || now-s.heard >= j.token || (s.fell != 0 && now-s.fell < j.token) {
		return 0
	}
	return s.inc
}
