package fence

import (
	"testing"
	"time"
)

// Pacemaker's options of a device, one by one (pacemaker-fenced(7)).
func TestWhomADeviceFences(t *testing.T) {
	for _, c := range []struct {
		name, params, target string
		want                 Answer
		plug                 string
	}{
		{"list", "pcmk_host_list=a,n1", "n1", Yes, "n1"},
		{"list with semicolons, other case", "pcmk_host_list=a;N1", "n1", Yes, "n1"},
		{"not in the list", "pcmk_host_list=a,n11", "n1", No, "n1"},
		{"map", "pcmk_host_map=a:1;n1:7", "n1", Yes, "7"},
		{"map with equal signs", "pcmk_host_map=n1=7", "n1", Yes, "7"},
		{"map, other case", "pcmk_host_map=N1:7", "n1", Yes, "7"},
		{"map with several plugs", "pcmk_host_map=n1:1,2;a:3", "n1", Yes, "1,2"},
		{"map or list", "pcmk_host_map=a:7 pcmk_host_list=n1", "n1", Yes, "n1"},
		{"not in the map", "pcmk_host_map=a:7", "n1", No, "n1"},
		{"a dynamic list uses the map for the name only", "pcmk_host_map=n1:7 pcmk_host_check=dynamic-list", "n1", Ask, "7"},
		{"status", "pcmk_host_check=status pcmk_host_list=a", "n1", Ask, "n1"},
		{"none", "pcmk_host_check=none pcmk_host_list=a", "n1", Yes, "n1"},
		{"static without a list", "pcmk_host_check=static-list", "n1", No, "n1"},
		{"nothing said", "", "n1", Ask, "n1"},
	} {
		d := Devices(document(t, "device d "+c.params), Site{})[0]
		if got := d.CanFence(c.target); got != c.want || d.Plug(c.target) != c.plug {
			t.Errorf("%s: %v, plug %s", c.name, got, d.Plug(c.target))
		}
	}
}

func TestDelays(t *testing.T) {
	for _, c := range []struct {
		params string
		want   int64 // at a random number of 0.5
	}{
		{"", 0}, {"pcmk_delay_base=5", 5000}, {"pcmk_delay_base=5s pcmk_delay_max=9s", 7000}, {"pcmk_delay_max=8", 4000},
		{"pcmk_delay_base=9 pcmk_delay_max=4", 4000}, {"pcmk_delay_base=n1:3s;n2:6s", 3000}, {"pcmk_delay_base=n2:6s", 0}, {"pcmk_delay_base=N1:3s", 3000},
		{"pcmk_delay_base=n1:2s;n2:6s pcmk_delay_max=4s", 3000},
	} {
		if got := Devices(document(t, "device d "+c.params), Site{})[0].DelayMS("n1", 0.5); got != c.want {
			t.Errorf("%q: %d ms, want %d", c.params, got, c.want)
		}
	}
}

func TestActionsOfADevice(t *testing.T) {
	d := Devices(document(t, "device d pcmk_off_action=poweroff pcmk_off_timeout=90s pcmk_off_retries=4 pcmk_action_limit=-1 pcmk_monitor_timeout=1m"), Site{})[0]
	if d.Action(Off) != "poweroff" || d.Action(On) != On {
		t.Error(d.Action(Off), d.Action(On))
	}
	if d.TimeoutMS(60000, Off) != 90000 || d.TimeoutMS(60000, On) != 60000 || d.TimeoutMS(0, "monitor") != 60000 || d.TimeoutMS(1, Reboot, Off) != 90000 {
		t.Error(d.TimeoutMS(60000, Off), d.TimeoutMS(60000, On))
	}
	if d.Retries(Off) != 4 || d.Retries(On) != 2 || d.Retries(Reboot, Off) != 4 || d.Limit() != 0 {
		t.Error(d.Retries(Off), d.Retries(On), d.Limit())
	}
	for value, want := range map[string]int{"": 1, "3": 3, "0": 1, "-1": 0, "x": 1} {
		if got := (Device{Params: map[string]string{"pcmk_action_limit": value}}).Limit(); got != want {
			t.Errorf("pcmk_action_limit=%s: %d", value, got)
		}
	}
}

func TestTopologyByNamePatternAndAttribute(t *testing.T) {
	const levels = "device a\ndevice b\ndevice c\nattr n3 rack 7\n"
	for _, c := range []struct{ name, levels, target, want string }{
		{"name", "level 1 target=n1 a", "n1", "a"},
		{"name, other case", "level 1 target=N1 a", "n1", "a"},
		{"name before pattern", "level 1 target-pattern=n. b\nlevel 2 target=n1 a", "n1", "a"},
		{"pattern", "level 1 target-pattern=^n[0-9]$ b", "n2", "b"},
		{"a pattern fits anywhere in the name", "level 1 target-pattern=2 b", "n2", "b"},
		{"pattern that does not fit", "level 1 target-pattern=^m b", "n2", ""},
		{"attribute", "level 1 attr=rack=7 c", "n3", "c"},
		{"attribute of another value", "level 1 attr=rack=8 c", "n3", ""},
		{"levels by index", "level 2 target=n1 b\nlevel 1 target=n1 a", "n1", "a b"},
	} {
		got := ""
		for _, level := range Levels(document(t, levels+c.levels), c.target) {
			for _, d := range level {
				if got != "" {
					got += " "
				}
				got += d
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Unfencing is the target's own work, with all devices that are for it.
func TestUnfencingIsRunByTheTarget(t *testing.T) {
	doc := document(t, "device a provides=unfencing pcmk_host_list=n1,n2\ndevice b pcmk_host_check=none\ndevice c provides=unfencing pcmk_host_check=none")
	members := []Member{{2, "n2"}, {1, "n1"}}
	now := time.Unix(1000, 0)
	p := NewPlan(doc, Request{Target: "n1", Action: On, TimeoutMS: 60000, Members: members})
	effects := p.Begin(now)
	for _, device := range []string{"a", "c"} {
		run, ok := effects[0].(Run)
		if !ok || run.Device.ID != device || run.Node.Name != "n1" || run.Action != On {
			t.Fatalf("%+v", effects)
		}
		effects = p.Answered(now, run.Seq, Reply{OK: true})
	}
	if len(effects) != 2 || !effects[1].(Ended).OK {
		t.Errorf("%+v", effects)
	}
	p = NewPlan(doc, Request{Target: "n1", Action: On, Members: members[:1]})
	if e := p.Begin(now)[0].(Ended); e.OK {
		t.Error("unfenced by another")
	}
	if run := NewPlan(doc, Request{Target: "n1", Action: Off, Members: members}).Begin(now)[0].(Run); run.Node.Name != "n2" {
		t.Error("a node switches itself off")
	}
}
