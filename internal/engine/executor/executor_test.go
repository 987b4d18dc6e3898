package executor

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gpcs/internal/engine/agent"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// fake is a node without agents: it answers from a script and notes what ran.
type fake struct {
	mu      sync.Mutex
	log     []string
	twice   []string // resources that had two actions at once
	running map[string]int
	answer  func(req agent.Request) history.Outcome
	takes   time.Duration
	epoch   int64
}

func (f *fake) Run(ctx context.Context, req agent.Request) history.Outcome {
	f.mu.Lock()
	if f.running[req.Rsc.ID]++; f.running[req.Rsc.ID] > 1 {
		f.twice = append(f.twice, "two at once: "+req.Rsc.ID)
	}
	f.log = append(f.log, fmt.Sprintf("%s %s", req.Rsc.ID, req.Action))
	takes := f.takes
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.running[req.Rsc.ID]--
	}()
	select {
	case <-time.After(takes):
	case <-req.Abort:
		return history.Outcome{Status: history.Cancelled}
	case <-ctx.Done():
		return history.Outcome{Status: history.Cancelled}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answer != nil {
		return f.answer(req)
	}
	return history.Outcome{}
}

func (f *fake) Withdraw() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch++
	return []string{"vip"}, nil
}
func (f *fake) Epoch() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.epoch
}

func (f *fake) set(answer func(agent.Request) history.Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func (f *fake) lasts(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.takes = d
}

func (f *fake) ran() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := strings.Join(f.log, ", ")
	f.log = nil
	return s
}

// bed is an executor on a fake node, in the virtual time of synctest.
type bed struct {
	*Executor
	*fake
	t       *testing.T
	stop    context.CancelFunc
	done    chan struct{}
	mu      sync.Mutex
	results []history.Result
}

func newBed(t *testing.T) *bed {
	b := &bed{t: t, fake: &fake{running: map[string]int{}, takes: time.Second}, done: make(chan struct{})}
	b.Executor = New(Options{Runner: b.fake, LastCallID: 7, Results: func(r history.Result) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.results = append(b.results, r)
	}})
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	go func() { _ = b.Executor.Run(ctx); close(b.done) }()
	return b
}

// onBed runs a test on a bed of its own, in a bubble of virtual time.
func onBed(t *testing.T, test func(b *bed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		defer b.close()
		test(b)
	})
}

func (b *bed) close() {
	b.stop()
	<-b.done
}

// got returns the results since the last call as "vip start 0, ...".
func (b *bed) got() string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	var s []string
	for _, r := range b.results {
		s = append(s, fmt.Sprintf("%s %d", r.Op.Key(), r.RC))
	}
	b.results = nil
	return strings.Join(s, ", ")
}

func (b *bed) want(results, ran string) {
	b.t.Helper()
	if got := b.got(); got != results {
		b.t.Errorf("results %q, want %q", got, results)
	}
	if got := b.ran(); got != ran {
		b.t.Errorf("ran %q, want %q", got, ran)
	}
}

func op(rsc, operation string, interval time.Duration, params ...string) history.Op {
	o := history.Op{Rsc: graph.Resource{ID: rsc}, Operation: operation, IntervalMS: interval.Milliseconds(), TransitionKey: "1:1:0:x"}
	for i := 0; i+1 < len(params); i += 2 {
		o.Attrs = append(o.Attrs, graph.Attr{Name: params[i], Value: params[i+1]})
	}
	return o
}

func rc(n int) func(agent.Request) history.Outcome {
	return func(agent.Request) history.Outcome { return history.Outcome{RC: n} }
}

func TestOneActionAtATimeForAResource(t *testing.T) {
	onBed(t, func(b *bed) {
		if id := b.Do(op("vip", "monitor", 0)); id != 8 {
			b.t.Errorf("first call id %d, want 8", id)
		}
		b.Do(op("vip", "start", 0))
		b.Do(op("web", "start", 0))
		if n := b.busy(); n != 3 {
			b.t.Errorf("busy with %d", n)
		}
		time.Sleep(1500 * time.Millisecond)
		got := b.got()
		if !strings.Contains(got, "vip_monitor_0 0") || !strings.Contains(got, "web_start_0 0") || strings.Contains(got, "vip_start") {
			b.t.Errorf("after 1.5 s: %s", got)
		}
		time.Sleep(time.Second)
		if got := b.got(); got != "vip_start_0 0" {
			b.t.Errorf("then: %s", got)
		}
		if v := b.violations(); v != "" {
			b.t.Error(v)
		}
	})
}

func TestTimesOfAResult(t *testing.T) {
	onBed(t, func(b *bed) {
		begin := time.Now().Unix()
		b.Do(op("vip", "monitor", 0))
		b.Do(op("vip", "start", 0))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		r := b.results[1]
		if r.ExecMS != 1000 || r.QueueMS != 1000 || r.RunAt != begin+1 || r.CallID != 9 {
			b.t.Errorf("%+v", r)
		}
	})
}

func TestRecurringReportsFirstAndChanges(t *testing.T) {
	onBed(t, func(b *bed) {
		begin := time.Now().Unix()
		b.Do(op("vip", "monitor", 10*time.Second))
		time.Sleep(2 * time.Second)
		b.want("vip_monitor_10000 0", "vip monitor")
		time.Sleep(22 * time.Second)
		b.want("", "vip monitor, vip monitor")
		b.set(rc(7))
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if r := b.results[0]; r.RCChange != begin+33 || r.CallID != 8 {
			b.t.Errorf("changed at +%d, call %d", r.RCChange-begin, r.CallID)
		}
		b.want("vip_monitor_10000 7", "vip monitor")
		time.Sleep(11 * time.Second)
		b.want("", "vip monitor")
		b.set(rc(0))
		time.Sleep(11 * time.Second)
		b.want("vip_monitor_10000 0", "vip monitor")
	})
}

func TestStopEndsMonitors(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("vip", "start", 0, "ip", "10.0.0.1"))
		b.Do(op("vip", "monitor", 10*time.Second, "ip", "10.0.0.1"))
		time.Sleep(3 * time.Second)
		b.want("vip_start_0 0, vip_monitor_10000 0", "vip start, vip monitor")
		b.Do(op("vip", "stop", 0))
		time.Sleep(time.Minute)
		b.want("vip_stop_0 0", "vip stop")
	})
}

// A monitor that hangs must not delay the stop.
func TestStopAbortsTheRunningMonitor(t *testing.T) {
	onBed(t, func(b *bed) {
		b.lasts(time.Hour)
		b.Do(op("vip", "monitor", 10*time.Second))
		time.Sleep(time.Second)
		b.lasts(time.Second)
		b.Do(op("vip", "stop", 0))
		time.Sleep(2 * time.Second)
		b.want("vip_stop_0 0", "vip monitor, vip stop")
	})
}

func TestStopUsesTheParametersOfTheStart(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("vip", "start", 0, "ip", "10.0.0.1", "CRM_meta_timeout", "1"))
		b.Do(op("vip", "stop", 0, "ip", "10.0.0.2", "CRM_meta_timeout", "2"))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		o := b.results[1].Op
		if o.Attr("ip") != "10.0.0.1" || o.Attr("CRM_meta_timeout") != "2" {
			b.t.Errorf("%v", o.Attrs)
		}
	})
}

func TestCancel(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("vip", "monitor", 10*time.Second))
		b.Do(op("vip", "monitor", 20*time.Second))
		time.Sleep(3 * time.Second)
		b.got()
		b.ran()
		b.Do(op("vip", "cancel", 10*time.Second, "CRM_meta_operation", "monitor"))
		time.Sleep(25 * time.Second)
		b.want("vip_cancel_10000 0", "vip monitor")
		if b.Cancel("vip", "monitor", 10000) {
			b.t.Error("cancelled twice")
		}
		if !b.Cancel("vip", "monitor", 20000) {
			b.t.Error("the other monitor is gone")
		}
		time.Sleep(time.Minute)
		b.want("", "")
	})
}

func TestSameRecurringOperationReplacesTheOld(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("vip", "monitor", 10*time.Second))
		time.Sleep(2 * time.Second)
		b.Do(op("vip", "monitor", 10*time.Second))
		time.Sleep(2 * time.Second)
		b.want("vip_monitor_10000 0, vip_monitor_10000 0", "vip monitor, vip monitor")
		time.Sleep(10 * time.Second)
		b.want("", "vip monitor")
	})
}

func TestStartDelay(t *testing.T) {
	onBed(t, func(b *bed) {
		o := op("vip", "monitor", 10*time.Second)
		o.StartDelayMS = 5000
		b.Do(o)
		time.Sleep(4 * time.Second)
		b.want("", "")
		time.Sleep(3 * time.Second)
		b.want("vip_monitor_10000 0", "vip monitor")
	})
}

func TestDelete(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("web", "monitor", 10*time.Second))
		time.Sleep(2 * time.Second)
		b.got()
		b.ran()
		b.Do(op("web", "delete", 0))
		time.Sleep(time.Minute)
		b.want("web_delete_0 0", "")
	})
}

func TestProbeThatFindsNothingEndsMonitors(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("web", "monitor", 10*time.Second))
		absent := op("web", "monitor", 20*time.Second)
		absent.TransitionKey = "1:1:7:x"
		b.Do(absent)
		time.Sleep(5 * time.Second)
		b.got()
		b.ran()
		b.set(rc(7))
		b.Do(op("web", "monitor", 0))
		time.Sleep(time.Minute)
		if got := b.got(); got != "web_monitor_0 7, web_monitor_20000 7" {
			b.t.Error(got)
		}
	})
}

func TestRecheckAfterWithdrawal(t *testing.T) {
	onBed(t, func(b *bed) {
		b.Do(op("vip", "monitor", 30*time.Second))
		b.Do(op("web", "monitor", 30*time.Second))
		time.Sleep(2 * time.Second)
		b.got()
		b.ran()
		if gone := b.Executor.Withdraw(); len(gone) != 1 || gone[0] != "vip" {
			b.t.Errorf("withdrawn: %v", gone)
		}
		b.set(rc(7))
		time.Sleep(40 * time.Second)
		if got := b.got(); got != "web_monitor_30000 7" {
			b.t.Errorf("while withdrawn: %s", got)
		}
		b.ran()
		b.Recheck()
		time.Sleep(2 * time.Second)
		b.want("vip_monitor_0 7", "vip monitor")
		time.Sleep(time.Minute)
		b.want("", "web monitor, web monitor")
	})
}

// An address that is taken away while its monitor looks is no failure either.
func TestWithdrawalDuringAMonitor(t *testing.T) {
	onBed(t, func(b *bed) {
		b.set(rc(7))
		b.Do(op("vip", "monitor", time.Hour))
		time.Sleep(500 * time.Millisecond)
		b.Executor.Withdraw()
		b.Recheck()
		time.Sleep(3 * time.Second)
		b.want("vip_monitor_0 7", "vip monitor, vip monitor")
	})
}

// The daemon's end leaves what runs alone and reports nothing more.
func TestEndLeavesResources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.lasts(time.Hour)
		b.Do(op("vip", "start", 0))
		b.Do(op("web", "monitor", 10*time.Second))
		time.Sleep(time.Second)
		b.close()
		if got := b.got(); got != "" {
			t.Errorf("results after the end: %s", got)
		}
		if id := b.Do(op("vip", "stop", 0)); id != 0 {
			t.Error("an operation was taken after the end")
		}
	})
}
