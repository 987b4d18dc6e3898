package auth

import (
	"net/netip"
	"sync"
	"time"
)

// limiter makes guessing slow: each failed attempt from a source address
// doubles the time until its next one is looked at. An attempt counts as
// failed until it is known to have succeeded, so attempts made at the same
// time do not pass by each other.
type limiter struct {
	mu      sync.Mutex
	sources map[string]*attempts
}

type attempts struct {
	failures  int
	notBefore time.Time
	last      time.Time
}

const (
	firstDelay   = time.Second
	longestDelay = 16 * time.Second
	forgetAfter  = 15 * time.Minute
	maxSources   = 4096
	maxWait      = 30 * time.Second
)

// begin books an attempt and returns how long it has to wait; ok is false
// where that is too long to wait at all.
func (l *limiter) begin(source string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sources == nil {
		l.sources = map[string]*attempts{}
	}
	l.prune(now)
	a := l.sources[source]
	if a == nil {
		a = &attempts{notBefore: now}
		l.sources[source] = a
	}
	a.last = now
	start := now
	if a.notBefore.After(now) {
		start = a.notBefore
	}
	if start.Sub(now) > maxWait {
		return 0, false
	}
	delay := longestDelay
	if a.failures < 4 {
		delay = firstDelay << a.failures
	}
	a.failures++
	a.notBefore = start.Add(delay)
	return start.Sub(now), true
}

// succeeded forgets the failures of a source.
func (l *limiter) succeeded(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sources, source)
}

// prune forgets sources that were quiet for long, and all of them where there
// are too many to remember.
func (l *limiter) prune(now time.Time) {
	for s, a := range l.sources {
		if now.Sub(a.last) > forgetAfter {
			delete(l.sources, s)
		}
	}
	if len(l.sources) > maxSources {
		clear(l.sources)
	}
}

// sourceOf reduces an address to what one attacker holds: an IPv4 address, or
// the /64 of an IPv6 address.
func sourceOf(addr string) string {
	host, err := netip.ParseAddrPort(addr)
	if err != nil {
		return addr
	}
	ip := host.Addr().Unmap()
	if ip.Is6() {
		p, _ := ip.WithZone("").Prefix(64) // 64 bits fit any IPv6 address
		return p.String()
	}
	return ip.String()
}
