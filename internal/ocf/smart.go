package ocf

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
)

// healthSMART asks drives how they are and writes a health attribute.
func healthSMART() agent {
	return agent{describeHealthSMART, map[string]action{
		"start": smartStart, "stop": smartStop, "monitor": smartMonitor, "validate-all": smartValidate, "reload-agent": nothing,
	}}
}

func describeHealthSMART(c *Call) meta {
	return meta{version: "1.0", short: "SMART health status",
		long: "Asks drives for their S.M.A.R.T. state and temperature and writes the node attribute #health-smart, which node-health-strategy acts on.",
		params: []param{
			stateParam(c, "HealthSMART"),
			{name: "drives", reloadable: true, kind: "string", value: value("/dev/sda"), short: "Drives",
				long: "Device files of the drives, such as /dev/sda, with blanks between them."},
			{name: "devices", reloadable: true, kind: "string", short: "Device types",
				long: "The type of each drive for smartctl -d, with blanks between them."},
			{name: "temp_lower_limit", reloadable: true, kind: "string", value: value("0"), short: "Lowest temperature in degrees Celsius",
				long: "The attribute is red while a drive is colder than this."},
			{name: "temp_upper_limit", reloadable: true, kind: "string", value: value("60"), short: "Highest temperature in degrees Celsius",
				long: "The attribute is red while a drive is hotter than this."},
			{name: "temp_warning", reloadable: true, kind: "string", value: value("5"), short: "Distance from the limits for yellow in degrees",
				long: "The attribute is yellow while a drive is within so many degrees of a limit."},
			{name: "smartctl", reloadable: true, kind: "string", value: value("/usr/sbin/smartctl"), short: "Program smartctl",
				long: "Path of the program that asks the drives."},
			{name: "dampen", reloadable: true, kind: "integer", value: value("5s"), short: "Dampening interval",
				long: "How long to wait for further changes before one takes effect."},
		},
		actions: append([]op{reloadAgent}, healthActions...)}
}

// drive is one drive with its type for smartctl, "" = what smartctl finds.
type drive struct{ path, kind string }

// args are smartctl's words for a question.
func (d drive) args(question string) []string {
	if d.kind != "" {
		return []string{"-d", d.kind, question, d.path}
	}
	return []string{question, d.path}
}

func (c *Call) drives() (drives []drive, status int) {
	paths, kinds := strings.Fields(c.param("drives", "/dev/sda")), strings.Fields(c.param("devices", ""))
	if len(kinds) > 0 && len(kinds) != len(paths) {
		c.logf("err", "devices names %d types for %d drives", len(kinds), len(paths))
		return nil, errArgs
	}
	for i, p := range paths {
		if !strings.HasPrefix(p, "/dev/") {
			c.logf("err", "'%s' is no device file", p)
			return nil, errArgs
		}
		d := drive{path: p}
		if len(kinds) > 0 {
			d.kind = kinds[i]
		}
		drives = append(drives, d)
	}
	return drives, success
}

// ready returns the drives if they can be asked.
func (c *Call) ready(ctx context.Context) ([]drive, int) {
	drives, status := c.drives()
	if status != success {
		return nil, status
	}
	for _, d := range drives {
		out, status := c.smartctl(ctx, d, "-i")
		if status == noProgram {
			c.reason("the program %s is not installed", c.param("smartctl", smartctl))
			return nil, errInstalled
		}
		if !strings.Contains(out, "SMART support is: Enabled") {
			c.logf("err", "S.M.A.R.T. is not enabled for drive %s", d.path)
			return nil, errInstalled
		}
	}
	return drives, success
}

const smartctl = "/usr/sbin/smartctl"

func (c *Call) smartctl(ctx context.Context, d drive, question string) (string, int) {
	return c.Exec(ctx, c.param("smartctl", smartctl), d.args(question)...)
}

func smartStart(ctx context.Context, c *Call) int {
	if smartMonitor(ctx, c) == success {
		return success
	}
	return c.touch(c.stateFile("HealthSMART"))
}

func smartStop(ctx context.Context, c *Call) int {
	c.Tool(ctx, "attrd_updater", "-D", "-n", "#health-smart", "-d", c.param("dampen", "5s"))
	drop(c.stateFile("HealthSMART"))
	return success
}

func smartMonitor(ctx context.Context, c *Call) int {
	drives, status := c.ready(ctx)
	if status != success {
		return status
	}
	if !isFile(c.stateFile("HealthSMART")) {
		return notRunning
	}
	color := "green"
	for _, d := range drives {
		if color = c.driveHealth(ctx, d); color != "green" {
			break
		}
	}
	c.attribute(ctx, "#health-smart", "-U", color, c.param("dampen", "5s"))
	return success
}

// driveHealth is red, yellow or green.
func (c *Call) driveHealth(ctx context.Context, d drive) string {
	if out, _ := c.smartctl(ctx, d, "-H"); !strings.Contains(out, "SMART overall-health self-assessment test result: PASSED") {
		return "red"
	}
	out, _ := c.smartctl(ctx, d, "-A")
	degrees, known := temperature(out)
	if !known {
		return "green"
	}
	lower, upper, near := c.limit("temp_lower_limit", 0), c.limit("temp_upper_limit", 60), c.limit("temp_warning", 5)
	switch {
	case degrees < lower, degrees > upper:
		c.logf("info", "drive %s has %d degrees Celsius, limits are %d and %d", d.path, degrees, lower, upper)
		return "red"
	case degrees < lower+near, degrees > upper-near:
		c.logf("info", "drive %s has %d degrees Celsius, near the limits %d and %d", d.path, degrees, lower, upper)
		return "yellow"
	}
	return "green"
}

// temperature finds attribute 194 in what smartctl -A prints; its raw value is
// in the tenth column.
func temperature(out string) (int, bool) {
	for _, line := range strings.Split(out, "\n") {
		f := strings.Fields(line)
		if len(f) >= 10 && f[0] == "194" {
			n, err := strconv.Atoi(f[9])
			return n, err == nil
		}
	}
	return 0, false
}

func smartValidate(ctx context.Context, c *Call) int {
	if _, status := c.drives(); status != success {
		return status
	}
	if c.checkLevel() != "10" {
		return success
	}
	if _, status := c.ready(ctx); status != success {
		return status
	}
	if file := c.stateFile("HealthSMART"); !writable(file) {
		c.logf("err", "%s is no directory in which files can be made", filepath.Dir(file))
		return errArgs
	}
	return success
}
