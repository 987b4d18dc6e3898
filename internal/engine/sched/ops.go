package sched

import (
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
)

// defaultTimeoutMS is the timeout of an operation that configures none.
const defaultTimeoutMS = 20000

// configuredOp is an op element with what it is looked up by.
type configuredOp struct {
	*cib.Element
	name     string
	interval int64 // ms
	enabled  bool
}

// configured returns the configured operations of a resource.
func (c *Cluster) configured(r *Resource) []configuredOp {
	if r.ops == nil {
		r.ops = []configuredOp{}
		if list := r.XML.SelectElement("operations"); list != nil {
			for _, op := range c.deref(list).SelectElements("op") {
				op = c.deref(op)
				r.ops = append(r.ops, configuredOp{op, op.SelectAttrValue("name", ""), opInterval(op), opEnabled(op)})
			}
		}
	}
	return r.ops
}

// ops returns the elements of configured.
func (c *Cluster) ops(r *Resource) []*cib.Element {
	var out []*cib.Element
	for _, op := range c.configured(r) {
		out = append(out, op.Element)
	}
	return out
}

func opInterval(op *cib.Element) int64 { return max(0, parseMS(op.SelectAttrValue("interval", ""))) }

func opEnabled(op *cib.Element) bool { return value.BoolOr(op.SelectAttrValue("enabled", ""), true) }

// findOp returns the configuration of an operation, nil if there is none.
// Migration operations may be configured together as "migrate".
func (c *Cluster) findOp(r *Resource, task string, interval int64, disabled bool) *cib.Element {
	if task == taskNotified {
		task = taskNotify
	}
	for _, op := range c.configured(r) {
		if op.name == task && op.interval == interval && (disabled || op.enabled) {
			return op.Element
		}
	}
	if task == taskMigrateTo || task == taskMigrateFrom {
		return c.findOp(r, "migrate", 0, disabled)
	}
	return nil
}

// fastestMonitor returns the enabled recurring monitor with the least interval.
func (c *Cluster) fastestMonitor(r *Resource) *cib.Element {
	var best configuredOp
	for _, op := range c.configured(r) {
		if op.name != taskMonitor || !op.enabled || op.interval <= 0 {
			continue
		}
		if best.Element == nil || op.interval < best.interval {
			best = op
		}
	}
	return best.Element
}

// opMeta resolves the meta-attributes of an operation: those of the op
// element, then op_defaults; times are in ms.
func (c *Cluster) opMeta(r *Resource, n *Node, task string, interval int64, op *cib.Element) Values {
	v := make(Values, 0, 4)
	env := &ruleEnv{kind: ruleKind(r), op: &rule.Operation{Name: task, IntervalMS: interval}}
	if op != nil {
		for _, a := range op.Attr {
			if a.Space == "" && a.Key != "id" && (a.Key != "interval" || interval > 0) {
				v.setDefault(a.Key, a.Value)
			}
		}
		c.addSets(&v, op, "meta_attributes", "", env)
	}
	if task == taskMonitor && interval == 0 {
		c.probeTimeout(&v, r, env)
	}
	if d := c.doc.Find("op_defaults"); d != nil {
		c.addSets(&v, d, "meta_attributes", "", env)
	}
	v.remove("id")
	if interval > 0 {
		v.set("interval", strconv.FormatInt(interval, 10))
	} else {
		v.remove("interval")
	}
	if r.isFenceDevice && (task == taskStart || task == taskMonitor && interval == 0) {
		if t, ok := c.params(r, n).Lookup("pcmk_monitor_timeout"); ok {
			v.set("timeout", t)
		}
	}
	v.set("timeout", strconv.FormatInt(positiveMS(v.Get("timeout")), 10))
	c.startDelay(&v, interval)
	return v
}

// probeTimeout lets a probe without its own timeout have that of the most
// frequent monitor.
func (c *Cluster) probeTimeout(v *Values, r *Resource, env *ruleEnv) {
	if _, ok := v.Lookup("timeout"); ok {
		return
	}
	m := c.fastestMonitor(r)
	if m == nil {
		return
	}
	var of Values
	if t := m.SelectAttr("timeout"); t != nil {
		of.setDefault("timeout", t.Value)
	}
	c.addSets(&of, m, "meta_attributes", "", env)
	if t, ok := of.Lookup("timeout"); ok {
		v.set("timeout", t)
	}
}

func positiveMS(s string) int64 {
	if t := parseMS(s); t > 0 {
		return t
	}
	return defaultTimeoutMS
}

// startDelay writes start-delay in ms; interval-origin makes one: the time to
// the next multiple of the interval after the origin.
func (c *Cluster) startDelay(v *Values, interval int64) {
	if s, ok := v.Lookup("start-delay"); ok {
		v.set("start-delay", strconv.FormatInt(max(0, parseMS(s)), 10))
		return
	}
	s, ok := v.Lookup("interval-origin")
	if !ok || interval == 0 {
		return
	}
	origin, ok := value.Date(s, time.Unix(c.Now, 0).UTC())
	if !ok {
		return
	}
	step := interval / 1000
	delay := (origin.Unix() - c.Now) % max(1, step)
	if delay < 0 {
		delay += step
	}
	v.set("start-delay", strconv.FormatInt(delay*1000, 10))
}

// opParams returns the instance attributes inside an op element, for a node.
func (c *Cluster) opParams(n *Node, op *cib.Element) Values {
	var v Values
	c.addSets(&v, op, "instance_attributes", "", &ruleEnv{node: n})
	return v
}

// opKey names an operation of a resource, as histories and graphs do.
func opKey(id, task string, intervalMS int64) string {
	return id + "_" + task + "_" + strconv.FormatInt(intervalMS, 10)
}

// splitKey takes an operation key apart.
func splitKey(key string) (id, task string, intervalMS int64, ok bool) {
	i := strings.LastIndexByte(key, '_')
	if i <= 0 {
		return "", "", 0, false
	}
	n, err := strconv.ParseInt(key[i+1:], 10, 64)
	if err != nil {
		return "", "", 0, false
	}
	rest := key[:i]
	for _, t := range []string{taskMigrateTo, taskMigrateFrom, taskClearFails, taskDeleteHistory} {
		if strings.HasSuffix(rest, "_"+t) {
			return strings.TrimSuffix(rest, "_"+t), t, n, true
		}
	}
	j := strings.LastIndexByte(rest, '_')
	if j <= 0 {
		return "", "", 0, false
	}
	id, task = rest[:j], rest[j+1:]
	if task == "notify" {
		for _, p := range []string{"_confirmed-pre", "_confirmed-post", "_pre", "_post"} {
			if k := strings.LastIndex(id, p); k > 0 && k+len(p) == len(id) {
				return id[:k], p[1:] + "_notify", n, true
			}
		}
	}
	return id, task, n, true
}
