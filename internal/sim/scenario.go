package sim

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
)

// scenario is how a cluster's devices are configured.
type scenario struct {
	layout layout
	delay  delaying
	kept   uint32 // node that has the head start, where one has
	off    bool   // stonith-action=off: who was fenced is switched on by somebody
}

// layout is which devices there are.
type layout int

const (
	sharedBoards    layout = iota // two that can switch all nodes, alike
	oneBoardEach                  // a board for each node
	boardsThenFeeds               // the same, and all nodes' two feeds as the second level
	feedsOnly                     // the two feeds as the only level
	ownReboot                     // boards that reboot in their own way, and are believed
	layouts
)

// delaying is what decides which of two halves shoots first.
type delaying int

const (
	noDelay       delaying = iota // nothing is configured
	delayBase                     // pcmk_delay_base on the devices for one node
	delayMap                      // the same, as a map from nodes to times
	delayPriority                 // priority-fencing-delay, and a resource with a priority
	delayRandom                   // pcmk_delay_max, which promises nothing
	delayings
)

// headStart is more than any device takes that is in order.
const headStart = 5 * time.Second

func newFences(w *world, hosts int) *fences {
	f := &fences{w: w, fenced: map[*host]time.Duration{}, held: map[string]holding{}, asked: map[string]bool{}}
	f.layout, f.delay = layout(w.rnd.IntN(int(layouts))), delaying(w.rnd.IntN(int(delayings)))
	f.kept, f.off = 1+w.rnd.Uint32N(uint32(hosts)), w.chance(4)
	add := func(id string, feed int) {
		f.devices = append(f.devices, &device{id: id, feed: feed, cutFrom: map[*host]bool{}})
	}
	switch f.layout {
	case sharedBoards:
		add("fence1", board)
		add("fence2", board)
	case oneBoardEach, boardsThenFeeds, ownReboot:
		for i := range hosts {
			add("board-"+hostName(uint32(i+1)), board)
		}
	}
	if f.layout == boardsThenFeeds || f.layout == feedsOnly {
		add("feed-a", 0)
		add("feed-b", 1)
	}
	return f
}

// of is the node whose board a device is, "" where it is for all.
func (d *device) of() string {
	_, host, _ := strings.Cut(d.id, "board-")
	return host
}

// resources print the devices' configuration.
func (f *fences) resources() []string {
	var list []string
	for _, d := range f.devices {
		text := ""
		set := func(name, value string) {
			text += fmt.Sprintf(`<nvpair id="%s-%s" name="%s" value="%s"/>`, d.id, name, name, value)
		}
		if host := d.of(); host != "" {
			set("pcmk_host_list", host)
		} else {
			set("pcmk_host_check", "none")
		}
		if f.layout == ownReboot {
			set("pcmk_reboot_action", "reboot")
		}
		base := fmt.Sprintf("%ds", headStart/time.Second)
		switch {
		case f.delay == delayBase && d.of() == hostName(f.kept):
			set("pcmk_delay_base", base)
		case f.delay == delayBase && d.of() == "", f.delay == delayMap:
			set("pcmk_delay_base", hostName(f.kept)+":"+base)
		case f.delay == delayRandom:
			set("pcmk_delay_max", base)
		}
		list = append(list, fmt.Sprintf(`<primitive id="%s" class="stonith" type="fence_sim"><instance_attributes id="%s-a">%s</instance_attributes></primitive>`,
			d.id, d.id, text))
	}
	return list
}

// options are the cluster options that go with it.
func (f *fences) options() [][2]string {
	var list [][2]string
	if f.off {
		list = append(list, [2]string{"stonith-action", "off"})
	}
	if f.delay == delayPriority {
		list = append(list, [2]string{"priority-fencing-delay", fmt.Sprintf("%ds", headStart/time.Second)})
	}
	return list
}

// topology writes the fencing levels.
func (f *fences) topology(doc *cib.Document, hosts int) {
	var levels []string
	switch f.layout {
	case boardsThenFeeds:
		levels = []string{"board-%s", "feed-a,feed-b"}
	case feedsOnly:
		levels = []string{"feed-a,feed-b"}
	}
	for i := range hosts {
		for n, devices := range levels {
			host := hostName(uint32(i + 1))
			doc.Section("fencing-topology").AddChild(cib.NewElement("fencing-level", "id", fmt.Sprintf("level-%s-%d", host, n+1), "target", host,
				"index", fmt.Sprint(n+1), "devices", strings.Replace(devices, "%s", host, 1)))
		}
	}
}

// oneSurvives tells that the configuration promises that of two nodes that
// lose each other one goes on.
func (f *fences) oneSurvives() bool {
	return f.w.conf.votes.TwoNode && f.delay != delayRandom
}
