package daemon

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	now := time.Unix(0, 0)
	p := pace{spare: paceBurst, at: now}
	work := func(took time.Duration) time.Duration {
		now = now.Add(took)
		wait := p.spend(now, took)
		now = now.Add(wait)
		return wait
	}
	for n := range 10 {
		if wait := work(10 * time.Millisecond); wait != 0 {
			t.Fatalf("the %dth of a few documents waits for %v", n+1, wait)
		}
	}
	begin, worked := now, time.Duration(0)
	for range 1000 {
		work(10 * time.Millisecond)
		worked += 10 * time.Millisecond
	}
	if share := worked.Seconds() / now.Sub(begin).Seconds(); share > paceShare*1.1 || share < paceShare*0.9 {
		t.Errorf("work takes %.2f of the time, want %.2f", share, paceShare)
	}
	now = now.Add(time.Minute)
	if wait := work(paceBurst); wait != 0 {
		t.Errorf("after a rest it waits for %v", wait)
	}
}
