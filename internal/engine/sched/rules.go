package sched

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
)

// ruleEnv is what a rule may ask about (Pacemaker Explained, "Rules").
type ruleEnv struct {
	node     *Node     // nil: no node attributes
	rsc      *Resource // source of value-source="param" and "meta"
	ofRsc    bool      // rsc_expression may match: class, provider, kind
	class    string
	provider string
	kind     string
	ofOp     bool // op_expression may match: op, interval
	op       string
	interval int64 // ms
	match    []string
}

// passes tells whether a rule holds.
func (c *Cluster) passes(rule *cib.Element, env *ruleEnv) bool {
	rule = c.deref(rule)
	or := strings.EqualFold(rule.SelectAttrValue("boolean-op", "and"), "or")
	any := false
	for _, e := range rule.ChildElements() {
		var ok bool
		switch e.Tag {
		case "rule":
			ok = c.passes(e, env)
		case "expression":
			ok = c.attributeHolds(e, env)
		case "date_expression":
			ok = c.dateHolds(e)
		case "rsc_expression":
			ok = env.ofRsc && matchesAttr(e, "class", env.class) && matchesAttr(e, "provider", env.provider) && matchesAttr(e, "type", env.kind)
		case "op_expression":
			ok = env.ofOp && matchesAttr(e, "name", env.op) && intervalMatches(e, env.interval)
		default:
			continue
		}
		if ok == or {
			return or
		}
		any = true
	}
	// All of an "and" held, or none of an "or" did; a rule without expressions holds for "and".
	return !or && (any || len(rule.ChildElements()) == 0)
}

func matchesAttr(e *cib.Element, name, value string) bool {
	want := e.SelectAttrValue(name, "")
	return want == "" || want == value
}

func intervalMatches(e *cib.Element, interval int64) bool {
	s := e.SelectAttrValue("interval", "")
	return s == "" || parseMS(s) == interval
}

// nodeAttribute is a node attribute, built-in ones included.
func (c *Cluster) nodeAttribute(n *Node, name string) (string, bool) {
	if n == nil {
		return "", false
	}
	switch name {
	case "#uname":
		return n.Name, true
	case "#id":
		return n.ID, true
	case "#is_dc":
		return strconv.FormatBool(n.DC), true
	case "#kind":
		return [...]string{"cluster", "remote", "container"}[n.Kind], true
	case "#cluster-name":
		if v, ok := c.Config.Values.Lookup("cluster-name"); ok {
			return v, true
		}
	case "#site-name":
		if v, ok := n.Attributes.Lookup("site-name"); ok {
			return v, true
		}
		if v, ok := c.Config.Values.Lookup("cluster-name"); ok {
			return v, true
		}
	}
	return n.Attributes.Lookup(name)
}

func (c *Cluster) attributeHolds(e *cib.Element, env *ruleEnv) bool {
	name := expand(e.SelectAttrValue("attribute", ""), env.match)
	op := strings.ToLower(e.SelectAttrValue("operation", ""))
	have, ok := c.nodeAttribute(env.node, name)
	switch op {
	case "defined":
		return ok
	case "not_defined":
		return !ok
	}
	want := e.SelectAttrValue("value", "")
	if env.rsc != nil {
		switch e.SelectAttrValue("value-source", "literal") {
		case "param":
			want = c.params(env.rsc, env.node).Get(want)
		case "meta":
			want = env.rsc.Meta.Get(want)
		}
	}
	if !ok {
		return op == "ne"
	}
	return holds(op, compareValues(have, want, e.SelectAttrValue("type", ""), op))
}

func holds(op string, cmp int) bool {
	switch op {
	case "eq":
		return cmp == 0
	case "ne":
		return cmp != 0
	case "lt":
		return cmp < 0
	case "lte":
		return cmp <= 0
	case "gt":
		return cmp > 0
	case "gte":
		return cmp >= 0
	}
	return false
}

func compareValues(a, b, kind, op string) int {
	if kind == "" {
		kind = "string"
		if op != "eq" && op != "ne" {
			kind = "integer"
			if strings.Contains(a, ".") || strings.Contains(b, ".") {
				kind = "number"
			}
		}
	}
	switch strings.ToLower(kind) {
	case "integer":
		x, okX := leadingInt(a)
		y, okY := leadingInt(b)
		if okX && okY {
			return compare(x, y)
		}
	case "number":
		x, errX := strconv.ParseFloat(strings.TrimSpace(a), 64)
		y, errY := strconv.ParseFloat(strings.TrimSpace(b), 64)
		if errX == nil && errY == nil {
			return compare(x, y)
		}
	case "version":
		return compareVersions(a, b)
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

func compare[T int | int64 | float64](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// compareVersions compares dotted numbers; a missing part counts as 0.
func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < max(len(x), len(y)); i++ {
		var m, n int64
		if i < len(x) {
			m, _ = leadingInt(x[i])
		}
		if i < len(y) {
			n, _ = leadingInt(y[i])
		}
		if m != n {
			return compare(m, n)
		}
	}
	return 0
}

// expand puts the parts that a location's rsc-pattern matched in place of %0 to %9.
func expand(s string, match []string) string {
	if len(match) == 0 || !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			if n := int(s[i+1] - '0'); n < len(match) {
				b.WriteString(match[n])
			}
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (c *Cluster) dateHolds(e *cib.Element) bool {
	start, hasStart := ParseTime(e.SelectAttrValue("start", ""))
	end, hasEnd := ParseTime(e.SelectAttrValue("end", ""))
	if d := e.SelectElement("duration"); d != nil && hasStart && !hasEnd {
		end, hasEnd = c.specDuration(c.deref(d)).after(start), true
	}
	switch strings.ToLower(e.SelectAttrValue("operation", "in_range")) {
	case "in_range":
		if hasStart && c.Now < start {
			c.recheck(start)
			return false
		}
		if hasEnd {
			if c.Now > end {
				return false
			}
			c.recheck(end + 1)
		}
		return hasStart || hasEnd
	case "gt":
		if hasStart && c.Now > start {
			return true
		}
		if hasStart {
			c.recheck(start + 1)
		}
	case "lt":
		if hasEnd && c.Now < end {
			c.recheck(end)
			return true
		}
	case "date_spec":
		spec := e.SelectElement("date_spec")
		return spec != nil && c.inSpec(c.deref(spec))
	}
	return false
}

func (c *Cluster) specDuration(e *cib.Element) duration {
	n := func(name string) int {
		v, _ := leadingInt(e.SelectAttrValue(name, "0"))
		return int(v)
	}
	return duration{years: n("years"), months: n("months"), days: n("days") + 7*n("weeks"),
		secs: 3600*n("hours") + 60*n("minutes") + n("seconds")}
}

// inSpec tells whether the present lies in all ranges of a date_spec.
func (c *Cluster) inSpec(e *cib.Element) bool {
	t := time.Unix(c.Now, 0).UTC()
	weekYear, week := t.ISOWeek()
	for _, p := range []struct {
		name string
		now  int
	}{
		{"years", t.Year()}, {"months", int(t.Month())}, {"monthdays", t.Day()}, {"hours", t.Hour()}, {"minutes", t.Minute()},
		{"seconds", t.Second()}, {"yeardays", t.YearDay()}, {"weekyears", weekYear}, {"weeks", week}, {"weekdays", isoWeekday(t)},
	} {
		if r := e.SelectAttrValue(p.name, ""); r != "" && !inRange(r, p.now) {
			return false
		}
	}
	return true
}

func inRange(r string, n int) bool {
	low, high, isRange := strings.Cut(r, "-")
	lo, okLo := leadingInt(low)
	hi, okHi := leadingInt(high)
	if !isRange {
		return okLo && int(lo) == n
	}
	return (!okLo || n >= int(lo)) && (!okHi || n <= int(hi))
}

// recheck notes a time at which the result may change without a change of the document.
func (c *Cluster) recheck(t int64) {
	if t > c.Now && (c.recheckBy == 0 || t < c.recheckBy) {
		c.recheckBy = t
	}
}

// patternMatch applies a location's rsc-pattern: POSIX extended, close to Go's syntax.
func patternMatch(pattern, id string) []string {
	re, err := regexp.CompilePOSIX(pattern)
	if err != nil {
		return nil
	}
	return re.FindStringSubmatch(id)
}
