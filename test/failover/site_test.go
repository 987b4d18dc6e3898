package failover

import (
	"errors"
	"testing"
	"time"
)

// script makes requests 10 ms apart: '.' is answered after 1 ms, 'x' is lost.
func script(s string) []Request {
	var requests []Request
	for i, c := range s {
		at := time.UnixMilli(int64(10 * i))
		r := Request{At: at, End: at.Add(time.Millisecond)}
		if c == 'x' {
			r.Err = errors.New("lost")
		}
		requests = append(requests, r)
	}
	return requests
}

func TestFindOutage(t *testing.T) {
	tests := []struct {
		requests string
		lost     int
		gap      time.Duration
		back     bool
	}{
		{"....", 0, 0, true},
		{"..xxx..", 3, 40 * time.Millisecond, true},
		{"..x.x..", 2, 40 * time.Millisecond, true}, // a lone answer in between ends nothing
		{"..xx", 2, 0, false},
	}
	for _, tt := range tests {
		o := FindOutage(script(tt.requests))
		if o.Lost != tt.lost || o.Back != tt.back || (o.Back && o.Gap() != tt.gap) {
			t.Errorf("%s: lost %d, back %v, gap %v", tt.requests, o.Lost, o.Back, o.Gap())
		}
	}
}

func TestHeldTwice(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	tests := []struct {
		name   string
		events []OwnerEvent
		want   bool
	}{
		{"handed over", []OwnerEvent{{at(0), "a", true}, {at(10), "a", false}, {at(12), "b", true}}, false},
		{"taken too early", []OwnerEvent{{at(0), "a", true}, {at(10), "b", true}, {at(12), "a", false}}, true},
		{"never dropped", []OwnerEvent{{at(0), "a", true}, {at(10), "b", true}}, true},
	}
	for _, tt := range tests {
		if _, twice := HeldTwice(tt.events); twice != tt.want {
			t.Errorf("%s: %v", tt.name, twice)
		}
	}
}
