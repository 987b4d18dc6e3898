package link

import (
	"time"

	"gpcs/internal/cluster/view"
)

// Judge is the mesh's rule for who is reachable, without the mesh: a simulator
// runs it on a virtual clock. Its times are since some start, never 0, and its
// news are Up, Down and Stalled.
type Judge struct{ rule *judge }

// NewJudge returns the judge of a node's incarnation self for the nodes ids.
func NewJudge(token, interval, grace time.Duration, self uint64, ids []uint32) *Judge {
	return &Judge{newJudge(token, interval, grace, self, ids)}
}

// Hear takes a heartbeat of a peer's incarnation. answer is true where it
// should be answered at once.
func (j *Judge) Hear(from view.Peer, b Beat, now time.Duration) (news []Event, answer bool) {
	if !j.rule.takes(from.ID, from.Incarnation, now) {
		return nil, false
	}
	verdicts, answer := j.rule.hear(from.ID, from.Incarnation, b, now)
	return events(verdicts), answer
}

// Beat is what a heartbeat to a peer has to say.
func (j *Judge) Beat(id uint32, now time.Duration) Beat { return j.rule.beat(id, now) }

// Connect says that the stream with a peer stands.
func (j *Judge) Connect(p view.Peer) []Event { return events(j.rule.connect(p)) }

// End says that a peer closed its end of the stream.
func (j *Judge) End(p view.Peer, now time.Duration) { j.rule.end(p, now) }

// Refuse says that a peer's host refused a connection.
func (j *Judge) Refuse(id uint32, now time.Duration) { j.rule.refuse(id, now) }

// WaitsFor tells whether a peer's process ended and it may come back.
func (j *Judge) WaitsFor(id uint32) bool { return j.rule.waitsFor(id) }

// Check judges silence, and whether this node stood still.
func (j *Judge) Check(now time.Duration) []Event { return events(j.rule.check(now)) }

// Next is when Check has to be called again at the latest.
func (j *Judge) Next(now time.Duration) time.Duration { return j.rule.next(now) }

// Hears is the incarnation of a peer that is heard now, 0 if none.
func (j *Judge) Hears(id uint32, now time.Duration) uint64 { return j.rule.hears(id, now) }

// LastHeard is when a peer was last heard, 0 if never.
func (j *Judge) LastHeard(id uint32) time.Duration {
	if s := j.rule.peers[id]; s != nil {
		return s.heard
	}
	return 0
}

// IsUp tells whether a peer is up by the news so far, and in which incarnation.
func (j *Judge) IsUp(id uint32) (incarnation uint64, up bool) {
	if s := j.rule.peers[id]; s != nil {
		return s.up, s.up != 0
	}
	return 0, false
}

// Add begins to judge a node.
func (j *Judge) Add(id uint32) { j.rule.add(id) }

// Remove ends the judgement of a node that is no peer any more.
func (j *Judge) Remove(id uint32) []Event { return events(j.rule.remove(id)) }

// Retime changes the times; for the given while nobody is judged.
func (j *Judge) Retime(token, interval, grace, now, while time.Duration) {
	j.rule.retime(token, interval, grace, now, while)
}

// Window refuses what came before, as the mesh does for each link of each of a
// peer's incarnations.
type Window struct{ rule window }

// Fresh tells whether a sequence number is to be taken.
func (w *Window) Fresh(seq uint64) bool { return w.rule.fresh(seq) }

func events(verdicts []verdict) []Event {
	var out []Event
	for _, v := range verdicts {
		switch {
		case v.stalled:
			out = append(out, Stalled{})
		case v.up:
			out = append(out, Up{v.peer})
		default:
			out = append(out, Down{v.peer})
		}
	}
	return out
}
