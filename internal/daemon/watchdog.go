package daemon

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster"
	"gpcs/internal/fence"
	"gpcs/internal/fence/watchdog"
	"gpcs/internal/paths"
)

// kindSelfFence tells a node to let its watchdog reset it.
const kindSelfFence = "self-fence"

// dog feeds this node's watchdog while cluster services run; without SBD it is
// nil, and its methods do nothing.
type dog struct {
	i        *instance
	settings watchdog.Settings
	open     *watchdog.Dog
	trust    bool // a node that is cut off loses quorum, so that others may count on this

	mu    sync.Mutex
	watch fence.Watch
}

// newDog opens the watchdog, where SBD is switched on.
func newDog(i *instance, cfg cluster.Config) (*dog, error) {
	s, err := watchdog.Load(i.root)
	if err != nil || !s.Enabled {
		return nil, err
	}
	d := &dog{i: i, settings: s, trust: !cfg.TwoNode}
	if d.open, err = watchdog.Open(i.root, s); err != nil {
		return nil, err
	}
	d.watch.Had = exists(armedFile(i.root))
	return d, nil
}

// armedFile is there since this node had quorum first after its boot: it may
// run something, although the daemon that knows of it may have been another.
func armedFile(root paths.Root) string { return filepath.Join(root.RunDir(), "watchdog") }

// run feeds until cluster services end. It then disarms the watchdog if nothing
// runs here any more; otherwise the next daemon has to be in time.
func (d *dog) run(ctx context.Context) error {
	if d == nil {
		return nil
	}
	d.i.log.Info("the watchdog is fed", "watchdog", d.settings.Device, "timeout", d.settings.Timeout)
	ticker := time.NewTicker(min(d.settings.Timeout/5, time.Second))
	defer ticker.Stop()
	for fed := true; ; {
		feed := d.feed()
		if feed {
			if err := d.open.Feed(); err != nil {
				d.i.log.Error("the watchdog cannot be fed", "err", err)
			}
		}
		if fed && !feed {
			d.i.log.Error("the watchdog is not fed any more: this node has lost quorum or is to be reset", "timeout", d.settings.Timeout)
			d.i.executor.Withdraw()
		}
		fed = feed
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if d.i.evacuated.Load() || !d.had() {
				_ = mark(armedFile(d.i.root), false)
				return d.open.Disarm()
			}
			return d.open.Abandon()
		}
	}
}

func (d *dog) had() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.watch.Had
}

func (d *dog) feed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.watch.Had
	feed := d.watch.Feed(d.i.cluster.State().Quorate(), d.i.evacuated.Load())
	if d.watch.Had && !before {
		if err := mark(armedFile(d.i.root), true); err != nil {
			d.i.log.Error("it cannot be noted that this node had quorum", "err", err)
		}
	}
	return feed
}

// reset lets the watchdog expire.
func (d *dog) reset(from uint32) {
	if d == nil {
		return // nobody counts on it: this node has announced no watchdog
	}
	d.i.log.Error("this node is to reset itself: the watchdog is not fed any more", "node", from)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watch.Ordered = true
}

// announce writes into this node's state how long its watchdog takes, "0" where
// nobody may count on it.
func (d *dog) announce(ctx context.Context, i *instance, doc *cib.Document) {
	want := "0"
	if d != nil && d.trust {
		want = strconv.FormatInt(d.settings.Timeout.Milliseconds(), 10)
	}
	status := doc.Find("status")
	if status == nil {
		return
	}
	for _, s := range status.SelectElements("node_state") {
		if s.SelectAttrValue("id", "") != i.node().ID || s.SelectAttrValue("crmd", "") != "online" {
			continue
		}
		have := s.SelectAttrValue("watchdog", "0")
		if have == want || d == nil && have == "0" {
			return
		}
		state := cib.NewElement("node_state", "id", i.node().ID, "uname", i.name, "watchdog", want)
		section := cib.NewElement("status")
		section.AddChild(state)
		i.group.Go(func() error {
			_, err := i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "pacemaker-fenced", User: "hacluster",
				Ops: []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(section))}}})
			if err != nil {
				i.log.Warn("the cluster does not know of this node's watchdog", "err", err)
			}
			return nil
		})
	}
}

// awaitReset is fencing by the target's watchdog: the target is told, where it
// can be, and has its time. One that is a member all the while is told again,
// and its time begins anew.
func (f *fencer) awaitReset(ctx context.Context, target string, timeoutMS int64) fence.Reply {
	states, stop := f.i.cluster.Watch()
	defer stop()
	over := time.NewTimer(time.Duration(timeoutMS) * time.Millisecond)
	defer over.Stop()
	var told uint64 // incarnation of the target that was told
	online := false
	for {
		select {
		case <-ctx.Done():
			return fence.Reply{Reason: "the watchdog's time was not waited for"}
		case <-over.C:
			if online {
				return fence.Reply{Reason: "the node is a member still: it has not reset itself"}
			}
			return fence.Reply{OK: true}
		case s := <-states:
			for _, m := range s.Members {
				if m.Name != target {
					continue
				}
				if online = m.Online; !online || m.Incarnation == told {
					continue
				}
				told = m.Incarnation
				f.i.log.Warn("a node is told to reset itself", "node", target)
				if m.ID == f.i.self {
					f.i.dog.reset(m.ID)
				} else if err := f.i.cluster.Send(ctx, m.ID, kindSelfFence, nil); err != nil {
					f.i.log.Warn("the node cannot be told to reset itself", "node", target, "err", err)
				}
				over.Reset(time.Duration(timeoutMS) * time.Millisecond)
			}
		}
	}
}
