package ocf

import (
	"fmt"
	"strings"
	"testing"
)

func TestSysInfo(t *testing.T) {
	b := newBench(t).set("delay=2s", "disks="+t.TempDir(), "disk_unit=b", "min_disk_free=1")
	b.file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast One\nbogomips\t: 4000.10\n\nprocessor\t: 1\nmodel name\t: Fast Two\nbogomips\t: 1\n")
	b.file("/proc/loadavg", "0.52 0.40 0.30 1/100 7\n")
	b.file("/proc/meminfo", "MemTotal: 1048576 kB\nSwapFree: 1024 kB\nInactive: 102401 kB\nInactive(anon): 5 kB\n")
	b.run("SysInfo", "monitor", notRunning)
	got := func(action string, want int) map[string]string {
		t.Helper()
		b.act("SysInfo", action, want)
		m := map[string]string{}
		for _, call := range b.calls {
			f := strings.SplitN(call, " ", 8)
			m[f[2]] = fmt.Sprint(f[3:])
		}
		return m
	}
	m := got("start", success)
	for name, v := range map[string]string{"cpu_info": "[-B Fast One -d 2s -S status]", "cpu_speed": "[-B 4000.10 -d 2s -S status]",
		"cpu_cores": "[-B 2 -d 2s -S status]", "cpu_load": "[-B 0.52 -d 2s -S status]", "free_swap": "[-B 50 -d 2s -S status]",
		"ram_total": "[-B 1050 -d 2s -S status]", "ram_free": "[-B 100 -d 2s -S status]", "#health_disk": "[-B green -d 2s -S status]"} {
		if m[name] != v {
			t.Errorf("%s: %s, want %s", name, m[name], v)
		}
	}
	for _, name := range []string{"arch", "os", "root_free"} {
		if m[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if m = got("monitor", success); !strings.HasPrefix(m["cpu_load"], "[-v 0.52 ") {
		t.Errorf("%v", m)
	}
	b.set("min_disk_free=9P")
	if m = got("monitor", success); !strings.HasPrefix(m["#health_disk"], "[-v red ") {
		t.Errorf("%v", m)
	}
	b.run("SysInfo", "validate-all", success)
	b.set("min_disk_free=some").run("SysInfo", "validate-all", errConfigured)
	b.run("SysInfo", "stop", success)
	b.run("SysInfo", "monitor", notRunning)
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		bytes int64
		human string
		mib   int64
		gib   int64
	}{{0, "0B", 0, 0}, {1023, "1023B", 0, 0}, {1025, "1.1K", 0, 0}, {54 << 30, "54G", 55296, 54}, {54<<30 + 1, "55G", 56320, 55},
		{3 << 29, "1.5G", 1536, 1}, {2047 << 20, "2.0G", 2048, 2}, {1536 << 30, "1.5T", 1572864, 1536}} {
		if got := human(c.bytes); got != c.human {
			t.Errorf("%d: %s, df -h says %s", c.bytes, got, c.human)
		}
		if got := mebibytes(c.human); got != c.mib || inUnit(got, "g") != c.gib {
			t.Errorf("%s: %d MiB, %d GiB", c.human, got, inUnit(got, "g"))
		}
	}
	if mebibytes("7") != 7168 || inUnit(1, "B") != 1<<20 || inUnit(1, "K") != 1024 {
		t.Error("units")
	}
}
