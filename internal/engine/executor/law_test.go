package executor

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// Whatever is ordered, and when: a resource never has two actions at once, its
// results come in the order of the orders, each one-time operation has exactly
// one, and after a stop no monitor runs.
func TestLawOfTheQueue(t *testing.T) {
	type order struct {
		wait      time.Duration
		rsc       string
		operation string
		interval  time.Duration
	}
	rapid.Check(t, func(rt *rapid.T) {
		plan := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) order {
			return order{
				wait:      time.Duration(rapid.IntRange(0, 3000).Draw(rt, "wait")) * time.Millisecond,
				rsc:       rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "rsc"),
				operation: rapid.SampledFrom([]string{"start", "stop", "monitor", "promote", "cancel", "every"}).Draw(rt, "operation"),
				interval:  time.Duration(rapid.IntRange(1, 3).Draw(rt, "interval")) * time.Second,
			}
		}), 1, 30).Draw(rt, "plan")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t)
			ids := map[int]string{}
			for _, o := range plan {
				time.Sleep(o.wait)
				switch o.operation {
				case "every":
					b.Do(op(o.rsc, "monitor", o.interval))
				case "cancel":
					b.Cancel(o.rsc, "monitor", o.interval.Milliseconds())
				default:
					ids[b.Do(op(o.rsc, o.operation, 0))] = o.rsc
				}
			}
			for _, rsc := range []string{"a", "b"} {
				ids[b.Do(op(rsc, "stop", 0))] = rsc
			}
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			b.ran()
			time.Sleep(time.Minute)
			late := b.ran()
			b.close()
			problem = b.judge(ids)
			if late != "" {
				problem = "after the stops ran " + late
			}
		})
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

// judge checks the results of one-time operations, named by call id.
func (b *bed) judge(ids map[int]string) string {
	last := map[string]int{}
	for _, r := range b.results {
		if r.Op.IntervalMS > 0 {
			continue
		}
		rsc, ok := ids[r.CallID]
		if !ok || rsc != r.Op.Rsc.ID {
			return fmt.Sprintf("result of call %d came twice or was never ordered", r.CallID)
		}
		if r.CallID < last[rsc] {
			return fmt.Sprintf("result of call %d came after that of %d", r.CallID, last[rsc])
		}
		last[rsc] = r.CallID
		delete(ids, r.CallID)
	}
	if len(ids) > 0 {
		return fmt.Sprintf("no results of calls %v", ids)
	}
	if log := b.violations(); log != "" {
		return log
	}
	return ""
}

// violations returns what the fake node saw of two actions at once.
func (b *bed) violations() string {
	b.fake.mu.Lock()
	defer b.fake.mu.Unlock()
	return strings.Join(b.fake.twice, ", ")
}
