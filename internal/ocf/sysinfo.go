package ocf

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gpcs/internal/engine/builtin"

	"golang.org/x/sys/unix"
)

// sysInfo writes what the machine is and has free to node attributes.
func sysInfo() agent {
	return agent{describeSysInfo, map[string]action{
		"start": sysStart, "stop": sysStop, "monitor": sysMonitor, "reload-agent": nothing, "validate-all": sysValidate,
	}}
}

func describeSysInfo(c *Call) meta {
	return meta{version: "1.0", short: "SysInfo resource agent",
		long: "Writes at each monitor to node attributes: arch, os, cpu_info, cpu_speed (bogomips), cpu_cores, cpu_load, ram_total, ram_free and free_swap (MiB), " +
			"root_free and DISK_free for each of disks (in disk_unit), and #health_disk, which node-health-strategy acts on.",
		params: []param{
			{name: "pidfile", group: "pidfile", kind: "string", value: value(c.runDir() + "/SysInfo-" + c.instance()),
				short: "State file", long: "File that says that the resource is started."},
			{name: "delay", kind: "string", value: value("0s"), short: "Dampening interval",
				long: "How long to wait for further changes before one takes effect."},
			{name: "disks", reloadable: true, kind: "string", short: "File systems to watch",
				long: "Devices or paths, with blanks between them, whose free space becomes an attribute: dev_sda1_free for /dev/sda1. The root file system is always watched, as root_free."},
			{name: "disk_unit", reloadable: true, kind: "select", value: value("G"), short: "Unit of free space",
				long:    "B, K, M, G, T or P, small or large.",
				options: []string{"B", "b", "K", "k", "M", "m", "G", "g", "T", "t", "P", "p"}},
			{name: "min_disk_free", reloadable: true, kind: "string", value: value(""), short: "Least free space",
				long: "The node attribute #health_disk is red while one of the file systems has no more than this free, green otherwise. A number without a unit is in disk_unit."},
		},
		actions: []op{
			{name: "start", timeout: "20s"}, {name: "stop", timeout: "20s"}, {name: "monitor", timeout: "20s", interval: "60s"},
			{name: "reload-agent", timeout: "20s"}, {name: "meta-data", timeout: "5s"}, {name: "validate-all", timeout: "30s"},
		}}
}

func (c *Call) sysFile() string {
	return c.param("pidfile", filepath.Join(c.runDir(), "SysInfo-"+c.instance()))
}

func sysStart(ctx context.Context, c *Call) int {
	if err := os.WriteFile(c.sysFile(), []byte(c.param("clone", "0")+"\n"), 0o644); err != nil {
		c.reason("the state file cannot be written: %v", err)
		return errGeneric
	}
	c.sysUpdate(ctx)
	return success
}

func sysStop(_ context.Context, c *Call) int {
	drop(c.sysFile())
	return success
}

func sysMonitor(ctx context.Context, c *Call) int {
	text, _ := os.ReadFile(c.sysFile())
	clone := strings.TrimSpace(string(text))
	if clone == "" {
		drop(c.sysFile())
		return notRunning
	}
	if clone != c.param("clone", "0") && !builtin.OCFTrue(c.param("CRM_meta_globally_unique", "")) {
		return notRunning
	}
	c.sysUpdate(ctx)
	return success
}

func sysValidate(_ context.Context, c *Call) int {
	if v := c.param("min_disk_free", ""); v != "" && !diskSpace.MatchString(v) {
		c.logf("err", "min_disk_free '%s' is no number with a unit", v)
		return errConfigured
	}
	return success
}

var diskSpace = regexp.MustCompile(`^[1-9][0-9]*[KkBbMmGgTtPp]?$`)

// fact is one attribute.
type fact struct{ name, value string }

// sysUpdate writes all attributes that could be read.
func (c *Call) sysUpdate(ctx context.Context) {
	facts := append(c.kernelFacts(), c.processorFacts()...)
	facts = append(facts, c.memoryFacts()...)
	facts = append(facts, c.diskFacts()...)
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		fmt.Fprintf(c.Stdout, "%s:\t%s\n", f.name, f.value)
		if status := c.attribute(ctx, f.name, c.setOption(), f.value, c.param("delay", "0"), "-S", "status"); status != 0 {
			c.logf("warn", "node attribute %s could not be set: status %d", f.name, status)
		}
	}
}

func (c *Call) kernelFacts() []fact {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return nil
	}
	return []fact{{"arch", unix.ByteSliceToString(u.Machine[:])},
		{"os", unix.ByteSliceToString(u.Sysname[:]) + "-" + unix.ByteSliceToString(u.Release[:])}}
}

func (c *Call) processorFacts() []fact {
	info, _ := os.ReadFile(c.Root.Join("/proc/cpuinfo"))
	first := func(name string) string {
		for _, line := range strings.Split(string(info), "\n") {
			if key, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	cores := strings.Count("\n"+string(info), "\nprocessor")
	load, _ := os.ReadFile(c.Root.Join("/proc/loadavg"))
	facts := []fact{{"cpu_info", first("model name")}, {"cpu_speed", first("bogomips")}}
	if cores > 0 {
		facts = append(facts, fact{"cpu_cores", strconv.Itoa(cores)})
	}
	if f := strings.Fields(string(load)); len(f) > 0 {
		facts = append(facts, fact{"cpu_load", f[0]})
	}
	return facts
}

// memoryFacts are in MiB, rounded up to the next 50, so that they change seldom.
func (c *Call) memoryFacts() []fact {
	info, _ := os.ReadFile(c.Root.Join("/proc/meminfo"))
	of := func(name string) string {
		for _, line := range strings.Split(string(info), "\n") {
			f := strings.Fields(line)
			if len(f) < 2 || f[0] != name+":" {
				continue
			}
			if kib, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				return strconv.FormatInt((kib/1024+49)/50*50, 10)
			}
		}
		return ""
	}
	return []fact{{"free_swap", of("SwapFree")}, {"ram_total", of("MemTotal")}, {"ram_free", of("Inactive")}}
}

func (c *Call) diskFacts() []fact {
	unit := c.param("disk_unit", "G")
	least, limited := int64(0), false
	if v := c.param("min_disk_free", ""); v != "" {
		if _, err := strconv.Atoi(v); err == nil {
			v += unit
		}
		least, limited = inUnit(mebibytes(v), unit), true
	}
	var facts []fact
	health := "green"
	for _, disk := range append([]string{"/"}, strings.Fields(c.param("disks", ""))...) {
		free, err := c.freeSpace(disk)
		if err != nil {
			c.logf("warn", "the free space of %s is not known: %v", disk, err)
			continue
		}
		n := inUnit(mebibytes(human(free)), unit)
		facts = append(facts, fact{diskLabel(disk) + "_free", strconv.FormatInt(n, 10)})
		if limited && n <= least {
			health = "red"
		}
	}
	return append(facts, fact{"#health_disk", health})
}

// diskLabel is a path as part of an attribute's name.
func diskLabel(path string) string {
	if path == "/" {
		return "root"
	}
	return strings.ReplaceAll(strings.TrimLeft(path, "/"), "/", "_")
}

// freeSpace is what users may still write to a file system, in bytes. A device
// stands for what is mounted from it.
func (c *Call) freeSpace(path string) (int64, error) {
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeDevice != 0 {
		mounts, _ := os.ReadFile(c.Root.Join("/proc/mounts"))
		for _, line := range strings.Split(string(mounts), "\n") {
			if f := strings.Fields(line); len(f) > 1 && f[0] == path {
				path = f[1]
				break
			}
		}
	}
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * st.Bsize, nil
}

const sizeUnits = "BKMGTP"

// human writes a size as df -h does: three digits or so, rounded up.
func human(bytes int64) string {
	unit, scale := 0, int64(1)
	for unit+1 < len(sizeUnits) && bytes > 1023*scale {
		unit, scale = unit+1, scale*1024
	}
	if tenths := (bytes*10 + scale - 1) / scale; unit > 0 && tenths < 100 {
		return fmt.Sprintf("%d.%d%c", tenths/10, tenths%10, sizeUnits[unit])
	}
	return fmt.Sprintf("%d%c", (bytes+scale-1)/scale, sizeUnits[unit])
}

// mebibytes reads a size with its unit, G if it has none, rounded down.
func mebibytes(size string) int64 {
	digits := strings.TrimRight(size, sizeUnits+strings.ToLower(sizeUnits))
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0
	}
	unit := strings.ToUpper(strings.TrimPrefix(size, digits))
	if unit == "" {
		unit = "G"
	}
	for power := strings.Index(sizeUnits, unit[:1]); power < 2; power++ {
		n /= 1024
	}
	for power := strings.Index(sizeUnits, unit[:1]); power > 2; power-- {
		n *= 1024
	}
	return int64(n)
}

// inUnit is mebibytes in another unit, rounded down.
func inUnit(mebibytes int64, unit string) int64 {
	power := strings.Index(sizeUnits, strings.ToUpper(unit))
	if power < 0 || len(unit) != 1 {
		power = 3
	}
	for ; power > 2; power-- {
		mebibytes /= 1024
	}
	for ; power < 2; power++ {
		mebibytes *= 1024
	}
	return mebibytes
}
