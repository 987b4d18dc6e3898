package ocf

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// attribute sets a node attribute while it is started, and another value of it
// while it is not.
func attribute() agent {
	return agent{describeAttribute, map[string]action{
		"start": attributeStart, "stop": attributeStop, "monitor": attributeMonitor, "migrate_to": attributeStop,
		"migrate_from": attributeStart, "reload": attributeStart, "validate-all": attributeValidate,
	}}
}

func describeAttribute(c *Call) meta {
	return meta{version: "1.2", short: "Manages a node attribute",
		long: "Gives an attribute of the node where it runs one value when it is started and another one when it is stopped.",
		params: []param{
			{name: "state", group: "state", kind: "string", value: value(c.runDir() + "/opa-" + c.instance() + ".state"),
				short: "State file", long: "File, with its full path, that says that the resource is started."},
			{name: "name", group: "name", kind: "string", value: value("opa-" + c.instance()),
				short: "Attribute name", long: "Name of the node attribute."},
			{name: "active_value", kind: "string", value: value("1"),
				short: "Attribute value when active", long: "Value while the resource is started; an empty one cannot be told from an attribute that cannot be read."},
			{name: "inactive_value", kind: "string", value: value("0"),
				short: "Attribute value when inactive", long: "Value while the resource is stopped."},
		},
		actions: []op{
			{name: "start", timeout: "20s"}, {name: "stop", timeout: "20s"},
			{name: "monitor", timeout: "20s", interval: "10s", depth: "0"}, {name: "reload", timeout: "20s"},
			{name: "migrate_to", timeout: "20s"}, {name: "migrate_from", timeout: "20s"},
			{name: "validate-all", timeout: "20s"}, {name: "meta-data", timeout: "5s"},
		}}
}

// managed is what the parameters of ocf:pacemaker:attribute say.
type managed struct{ state, name, active, inactive string }

func (c *Call) managed() managed {
	m := managed{state: c.stateFile("opa"), name: c.param("name", "opa-"+c.instance()), active: "1", inactive: "0"}
	// A value may be set to nothing.
	if v, set := c.Vars["OCF_RESKEY_active_value"]; set {
		m.active = v
	}
	if v, set := c.Vars["OCF_RESKEY_inactive_value"]; set {
		m.inactive = v
	}
	return m
}

// check compares state file and attribute; why says what is wrong with
// errGeneric.
func (c *Call) check(ctx context.Context, m managed) (status int, why string) {
	have := ""
	if out, status := c.Tool(ctx, "attrd_updater", "-n", m.name, "-Q"); status == 0 {
		_, have, _ = strings.Cut(strings.TrimSpace(out), ` value="`)
		have = strings.TrimSuffix(have, `"`)
	}
	want, status := m.active, success
	if !isFile(m.state) {
		if have == "" {
			return notRunning, ""
		}
		want, status = m.inactive, notRunning
	}
	if have != want {
		return errGeneric, "node attribute " + m.name + " is '" + have + "', not '" + want + "'"
	}
	return status, ""
}

func attributeMonitor(ctx context.Context, c *Call) int {
	status, why := c.check(ctx, c.managed())
	if why != "" {
		c.reason("%s", why)
	}
	return status
}

func attributeStart(ctx context.Context, c *Call) int {
	m := c.managed()
	if status, _ := c.check(ctx, m); status == success {
		return success
	}
	if status := c.touch(m.state); status != success {
		return status
	}
	if status := c.give(ctx, m.name, m.active); status != success {
		drop(m.state)
		return status
	}
	return success
}

func attributeStop(ctx context.Context, c *Call) int {
	m := c.managed()
	if status, _ := c.check(ctx, m); status == notRunning {
		return success
	}
	drop(m.state)
	return c.give(ctx, m.name, m.inactive)
}

func (c *Call) give(ctx context.Context, name, v string) int {
	if _, status := c.Tool(ctx, "attrd_updater", "-n", name, "-U", v); status != 0 {
		c.reason("node attribute %s cannot be set to '%s'", name, v)
		return errGeneric
	}
	return success
}

func attributeValidate(_ context.Context, c *Call) int {
	m := c.managed()
	if c.checkLevel() == "10" {
		dir := filepath.Dir(m.state)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			c.reason("the directory of state file %s does not exist", m.state)
			return errPerm
		}
		if unix.Access(dir, unix.W_OK|unix.X_OK) != nil {
			c.reason("no file can be made in the directory of state file %s", m.state)
			return errPerm
		}
	}
	if m.active == m.inactive {
		c.reason("active_value and inactive_value are both '%s', so that nobody could tell them apart", m.active)
		return errConfigured
	}
	return success
}
