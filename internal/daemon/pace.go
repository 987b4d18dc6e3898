package daemon

import "time"

// Deciding what to do about each of hundreds of documents a second would take
// the time in which they could be made. A few are decided on at once, as in a
// fail-over; where they go on coming the newest is looked at now and then.
const (
	paceShare = 0.25                   // of one processor
	paceBurst = 200 * time.Millisecond // that may be spent at once
)

// pace tells how long to wait after work so that it takes its share of time.
type pace struct {
	spare time.Duration
	at    time.Time
}

// spend counts work that was done up to now and returns the time to wait.
func (p *pace) spend(now time.Time, took time.Duration) time.Duration {
	p.spare = min(paceBurst, p.spare+time.Duration(float64(now.Sub(p.at))*paceShare)) - took
	p.at = now
	if p.spare >= 0 {
		return 0
	}
	return time.Duration(float64(-p.spare) / paceShare)
}
