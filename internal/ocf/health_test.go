package ocf

import (
	"fmt"
	"testing"
)

func TestHealthByUsage(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest
	const before = "cpu  0 0 0 0 0 0 0 0 0\ncpu0 0\n"
	for _, c := range []struct{ typ, after, attr, color, dampen string }{
		{"HealthCPU", "cpu  20 0 20 60 0 0 0 0 9\n", "#health-cpu", "green", "30s"},
		{"HealthCPU", "cpu  40 0 15 45 0 0 0 0 9\n", "#health-cpu", "yellow", "30s"},
		{"HealthCPU", "cpu  90 0 1 9 0 0 0 0 9\n", "#health-cpu", "red", "30s"},
		{"HealthIOWait", "cpu  90 0 0 0 10 0 0 0 9\n", "#health-iowait", "green", "5s"},
		{"HealthIOWait", "cpu  89 0 0 0 11 0 0 0 9\n", "#health-iowait", "yellow", "5s"},
		{"HealthIOWait", "cpu  84 0 0 0 16 0 0 0 9\n", "#health-iowait", "red", "5s"},
	} {
		b := newBench(t)
		b.run(c.typ, "monitor", notRunning)
		b.run(c.typ, "start", success)
		b.file("/proc/stat", before)
		b.asleep = func() { b.file("/proc/stat", c.after) }
		b.run(c.typ, "monitor", success, "attrd_updater -n "+c.attr+" -U "+c.color+" -d "+c.dampen)
		b.run(c.typ, "stop", success)
		b.run(c.typ, "monitor", notRunning)
		b.run(c.typ, "validate-all", success)
		b.set("red_limit=x").run(c.typ, "validate-all", errConfigured)
	}
}

func TestHealthSMART(t *testing.T) {
	const info, health, all = "smartctl -i /dev/sda", "smartctl -H /dev/sda", "smartctl -A /dev/sda"
	celsius := func(n int) answer {
		return answer{text: fmt.Sprintf("ID# ATTRIBUTE_NAME FLAG VALUE WORST THRESH TYPE UPDATED WHEN_FAILED RAW_VALUE\n194 Temperature_Celsius 0x0022 64 55 0 Old_age Always - %d (Min/Max 1/2)\n", n)}
	}
	b := newBench(t).set("smartctl=smartctl")
	b.run("HealthSMART", "start", success) // whatever the drives say
	b.answers[info] = answer{text: "SMART support is: Disabled\n"}
	b.run("HealthSMART", "monitor", errInstalled, info)
	b.answers[info] = answer{text: "SMART support is: Enabled\n"}
	b.answers[health] = answer{text: "SMART overall-health self-assessment test result: PASSED\n"}
	for degrees, color := range map[int]string{30: "green", 56: "yellow", 61: "red", 3: "yellow", -1: "red"} {
		b.answers[all] = celsius(degrees)
		b.run("HealthSMART", "monitor", success, info, health, all, "attrd_updater -n #health-smart -U "+color+" -d 5s")
	}
	b.answers[health] = answer{text: "FAILED!\n"}
	b.run("HealthSMART", "monitor", success, info, health, "attrd_updater -n #health-smart -U red -d 5s")
	b.run("HealthSMART", "stop", success, "attrd_updater -D -n #health-smart -d 5s")
	b.run("HealthSMART", "monitor", notRunning, info)
	b.set("devices=ata scsi").run("HealthSMART", "validate-all", errArgs)
	b.set("devices=ata").run("HealthSMART", "validate-all", success)
	b.set("drives=sda", "devices=").run("HealthSMART", "validate-all", errArgs)
}
