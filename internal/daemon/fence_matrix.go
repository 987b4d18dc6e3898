package daemon

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

// kindTested brings what a member found when it tested its fence devices.
const kindTested = "fence-tested"

// testTimeout is the time that a test of a device has, Pacemaker's default for
// a monitor.
const testTimeout = 20 * time.Second

// matrix tests the fence devices from this node and holds what all members
// found. It lives in memory only: what was true before a node's start is of no
// use, and no change of the document is needed for it.
type matrix struct {
	i     *instance
	wake  chan struct{}
	dirty chan struct{} // own row has changed

	mu      sync.Mutex
	config  cib.Version
	devices []fence.Device
	rows    map[string]map[string]fence.Test // by node and device
}

func newMatrix(i *instance) *matrix {
	m := &matrix{i: i, wake: make(chan struct{}, 1), dirty: make(chan struct{}, 1), rows: map[string]map[string]fence.Test{}}
	i.fencer.devices.Tested = m.tested
	return m
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// document takes the devices of a document, where its configuration is another.
func (m *matrix) document(doc *cib.Document) {
	v := doc.Version()
	v = cib.Version{AdminEpoch: v.AdminEpoch, Epoch: v.Epoch}
	m.mu.Lock()
	defer m.mu.Unlock()
	if v == m.config && !fence.Ruled(doc) {
		return
	}
	m.config, m.devices = v, nil
	if now := time.Now().Unix(); !fence.Disabled(doc, now) {
		m.devices = fence.Devices(doc, fence.Site{Node: m.i.name, Now: now})
	}
	poke(m.wake)
}

// run tests devices one after the other, each in its time, and tells the other
// members.
func (m *matrix) run(ctx context.Context) error {
	states, stop := m.i.cluster.Watch()
	defer stop()
	var online []uint32
	due := map[string]int64{}  // by device, epoch ms: of those never tested
	held := map[string]int64{} // by device, epoch ms: not before, they were tested or could not be
	m.i.group.Go(func() error { m.share(ctx); return nil })
	for {
		d, in := m.next(online, due, held)
		timer := time.NewTimer(in)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-m.wake:
		case s := <-states:
			var now []uint32
			for _, member := range s.Members {
				if s.Open && member.Online {
					now = append(now, member.ID)
				}
			}
			if !slices.Equal(now, online) {
				online = now
				poke(m.dirty)
			}
		case <-timer.C:
			if d != nil {
				delete(due, d.ID)
				held[d.ID] = time.Now().Add(busyPause).UnixMilli()
				m.i.group.Go(func() error { m.i.fencer.devices.Test(ctx, *d, testTimeout); return nil })
			}
		}
		timer.Stop()
	}
}

// busyPause is the wait after which a device that was in use is tried again.
const busyPause = 5 * time.Second

// idleTests is a time after which nothing needs to be tested.
const idleTests = time.Hour

// next is the device to be tested next, nil for none, and in what time. A time
// that was set once for a device that was never tested stays.
func (m *matrix) next(online []uint32, due, held map[string]int64) (*fence.Device, time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rank := slices.Index(online, m.i.self)
	if rank < 0 {
		return nil, idleTests
	}
	now := time.Now().UnixMilli()
	var next *fence.Device
	var at int64
	for n, d := range m.devices {
		if d.Banned[m.i.name] || d.IntervalMS == 0 {
			continue
		}
		last := m.rows[m.i.name][d.ID]
		if last.Config != fence.ConfigOf(d) {
			last.TriedMS = 0
		}
		when := fence.NextTest(now, last.TriedMS, d.IntervalMS, rank*len(m.devices)+n, len(online)*len(m.devices))
		if last.TriedMS == 0 {
			if set, known := due[d.ID]; known {
				when = set
			}
			due[d.ID] = when
		}
		when = max(when, held[d.ID])
		if next == nil || when < at {
			next, at = &m.devices[n], when
		}
	}
	if next == nil {
		return nil, idleTests
	}
	return next, time.Duration(max(0, at-now)) * time.Millisecond
}

// tested notes what became of a test on this node.
func (m *matrix) tested(d fence.Device, err error) {
	now := time.Now().UnixMilli()
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[m.i.name]
	if row == nil {
		row = map[string]fence.Test{}
		m.rows[m.i.name] = row
	}
	t := fence.Test{Device: d.ID, Node: m.i.name, Config: fence.ConfigOf(d), TriedMS: now, GoodMS: now}
	if err != nil {
		t.Error, t.GoodMS = err.Error(), 0
		if before := row[d.ID]; before.Config == t.Config {
			t.GoodMS = before.GoodMS
		}
	}
	row[d.ID] = t
	poke(m.dirty)
	poke(m.wake)
}

// share sends this node's row to all other members whenever it has changed or a
// member is new.
func (m *matrix) share(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.dirty:
		}
		row, err := json.Marshal(m.own())
		if err != nil {
			continue // strings and numbers always have a form
		}
		for _, member := range m.i.cluster.State().Members {
			if member.Online && member.ID != m.i.self {
				_ = m.i.cluster.Send(ctx, member.ID, kindTested, row) // the next test is told again
			}
		}
	}
}

func (m *matrix) own() []fence.Test {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := []fence.Test{}
	for _, d := range m.devices {
		if t, ok := m.rows[m.i.name][d.ID]; ok {
			row = append(row, t)
		}
	}
	return row
}

// receive takes another member's row.
func (m *matrix) receive(from uint32, payload []byte) {
	var list []fence.Test
	if err := json.Unmarshal(payload, &list); err != nil {
		m.i.fenced().Error("message about fence devices cannot be read", "node", from, "err", err)
		return
	}
	for _, member := range m.i.cluster.State().Members {
		if member.ID != from {
			continue
		}
		row := map[string]fence.Test{}
		for _, t := range list {
			t.Node = member.Name
			row[t.Device] = t
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.rows[member.Name] = row
		return
	}
}

// tests are those of the members that are online, of devices as they are now.
func (m *matrix) tests() []fence.Test {
	members := m.i.cluster.State().Members
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []fence.Test
	sites := fence.NewSites(m.i.cluster.Document(), time.Now().Unix())
	for _, d := range m.devices {
		for _, member := range members {
			if t, ok := m.rows[member.Name][d.ID]; ok && member.Online && t.Config == fence.ConfigOf(sites.From(member.Name, d)) {
				list = append(list, t)
			}
		}
	}
	return list
}

// report is the same for the API.
func (m *matrix) report() []api.FenceTest {
	var list []api.FenceTest
	for _, t := range m.tests() {
		list = append(list, api.FenceTest{Device: t.Device, Node: t.Node, GoodMS: t.GoodMS, TriedMS: t.TriedMS, Error: t.Error})
	}
	return list
}
