package admin

import (
	"fmt"
	"strconv"
	"strings"
)

// View picks resources from a configuration and says how to show them.
type View struct {
	All     Resources
	Only    []string // ids; none stand for all at the top level
	Secrets bool     // show values that are kept outside of the CIB
}

// secretValue stands in the CIB for a value kept in files of each node.
const secretValue = "lrm://"

func (r Resources) primitive(id string) *Primitive {
	for i := range r.Primitives {
		if r.Primitives[i].ID == id {
			return &r.Primitives[i]
		}
	}
	return nil
}

func (r Resources) group(id string) *Group {
	for i := range r.Groups {
		if r.Groups[i].ID == id {
			return &r.Groups[i]
		}
	}
	return nil
}

// inside tells the resources that stand in another one.
func (r Resources) inside() map[string]bool {
	in := map[string]bool{}
	for _, g := range r.Groups {
		for _, m := range g.Members {
			in[m] = true
		}
	}
	for _, c := range r.Clones {
		in[c.Member] = true
	}
	for _, b := range r.Bundles {
		if b.Member != nil {
			in[*b.Member] = true
		}
	}
	return in
}

// IsStonith tells a fence device.
func (p Primitive) IsStonith() bool { return p.Agent.Standard == "stonith" }

// has tells whether a configuration holds a resource of that id.
func (r Resources) has(id string) bool {
	if p := r.primitive(id); p != nil {
		return !p.IsStonith()
	}
	if r.group(id) != nil {
		return true
	}
	for _, c := range r.Clones {
		if c.ID == id {
			return true
		}
	}
	for _, b := range r.Bundles {
		if b.ID == id {
			return true
		}
	}
	return false
}

// Known splits ids into those of resources and others.
func (r Resources) Known(ids []string) (known, unknown []string) {
	for _, id := range ids {
		if r.has(id) {
			known = append(known, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return known, unknown
}

// chosen tells what of a view stands at the top level of its text.
func (v View) chosen() func(id string) bool {
	if len(v.Only) == 0 {
		in := v.All.inside()
		return func(id string) bool { return !in[id] }
	}
	only := map[string]bool{}
	for _, id := range v.Only {
		only[id] = true
	}
	return func(id string) bool { return only[id] }
}

// Text shows resources, kinds in turn: primitives, groups, clones, bundles.
func (v View) Text() []string {
	chosen := v.chosen()
	var lines []string
	for _, p := range v.All.Primitives {
		if chosen(p.ID) && !p.IsStonith() {
			lines = append(lines, v.primitiveLines(p)...)
		}
	}
	for _, g := range v.All.Groups {
		if chosen(g.ID) {
			lines = append(lines, v.groupLines(g)...)
		}
	}
	for _, c := range v.All.Clones {
		if chosen(c.ID) {
			lines = append(lines, v.cloneLines(c)...)
		}
	}
	for _, b := range v.All.Bundles {
		if chosen(b.ID) {
			lines = append(lines, v.bundleLines(b)...)
		}
	}
	return lines
}

func description(d *string) []string {
	if d == nil || *d == "" {
		return nil
	}
	return []string{"Description: " + *d}
}

func (v View) primitiveLines(p Primitive) []string {
	agent := "class=" + p.Agent.Standard
	if p.Agent.Provider != nil {
		agent += " provider=" + *p.Agent.Provider
	}
	body := description(p.Description)
	body = append(body, v.setLines(p.Instance, "Attributes")...)
	body = append(body, v.setLines(p.Meta, "Meta Attributes")...)
	body = append(body, v.setLines(p.Utilization, "Utilization")...)
	if len(p.Operations) > 0 {
		body = append(body, "Operations:")
		for _, op := range p.Operations {
			body = append(body, "  "+op.Name+": "+op.ID, "    "+nameValues(op.pairs()))
		}
	}
	head := fmt.Sprintf("Resource: %s (%s type=%s)", p.ID, agent, p.Agent.Type)
	return append([]string{head}, indent(body)...)
}

// pairs lists what is set of an operation in the order in which it is shown.
func (op OperationInfo) pairs() Pairs {
	var pairs Pairs
	add := func(name string, v *string) {
		if v != nil {
			pairs = append(pairs, Pair{name, *v})
		}
	}
	flag := func(b *bool) *string {
		if b == nil {
			return nil
		}
		v := "0"
		if *b {
			v = "1"
		}
		return &v
	}
	add("interval", &op.Interval)
	add("start-delay", op.StartDelay)
	add("interval-origin", op.IntervalOrigin)
	add("timeout", op.Timeout)
	add("enabled", flag(op.Enabled))
	add("record-pending", flag(op.RecordPending))
	add("role", op.Role)
	add("on-fail", op.OnFail)
	for _, set := range op.Instance {
		for _, nv := range set.Pairs {
			if nv.Name == checkLevel {
				pairs = append(pairs, Pair{nv.Name, nv.Value})
			}
		}
	}
	return pairs
}

// setLines shows sets of name-value pairs under a title.
func (v View) setLines(sets []Nvset, title string) []string {
	var lines []string
	for _, set := range sets {
		head := title + ":"
		if set.Rule != nil {
			head = title + effectLabels[set.Rule.Effect] + ":"
		}
		if set.ID != "" {
			head += " " + set.ID
		}
		if len(set.Options) > 0 {
			head += " " + nameValues(set.Options.Sorted())
		}
		var body, secret []string
		for _, nv := range set.Pairs {
			if nv.Value == secretValue && !v.Secrets {
				secret = append(secret, quoteFor(nv.Name, "= "))
				continue
			}
			body = append(body, nameValueWords(Pairs{{nv.Name, nv.Value}})...)
		}
		if secret != nil {
			body = append(body, "Secret Attributes:")
			body = append(body, indent(secret)...)
		}
		if set.Rule != nil {
			body = append(body, ruleLines(*set.Rule, false)...)
		}
		if len(body) > 0 {
			lines = append(append(lines, head), indent(body)...)
		}
	}
	return lines
}

func (v View) groupLines(g Group) []string {
	body := description(g.Description)
	body = append(body, v.setLines(g.Instance, "Attributes")...)
	body = append(body, v.setLines(g.Meta, "Meta Attributes")...)
	for _, m := range g.Members {
		body = append(body, v.memberLines(m)...)
	}
	return append([]string{"Group: " + g.ID}, indent(body)...)
}

func (v View) memberLines(id string) []string {
	if p := v.All.primitive(id); p != nil {
		return v.primitiveLines(*p)
	}
	if g := v.All.group(id); g != nil {
		return v.groupLines(*g)
	}
	return nil
}

func (v View) cloneLines(c CloneInfo) []string {
	body := description(c.Description)
	body = append(body, v.setLines(c.Instance, "Attributes")...)
	body = append(body, v.setLines(c.Meta, "Meta Attributes")...)
	body = append(body, v.memberLines(c.Member)...)
	return append([]string{"Clone: " + c.ID}, indent(body)...)
}

func (v View) bundleLines(b Bundle) []string {
	body := description(b.Description)
	if b.Type != nil {
		body = append(body, strings.ToUpper((*b.Type)[:1])+(*b.Type)[1:]+": "+nameValues(b.Container.pairs()))
	}
	if b.Network != nil {
		if pairs := b.Network.pairs(); len(pairs) > 0 {
			body = append(body, "Network: "+nameValues(pairs))
		}
	}
	if len(b.Ports) > 0 {
		body = append(body, "Port Mapping:")
		for _, p := range b.Ports {
			body = append(body, "  "+nameValues(p.pairs())+" ("+p.ID+")")
		}
	}
	if len(b.Storage) > 0 {
		body = append(body, "Storage Mapping:")
		for _, s := range b.Storage {
			body = append(body, "  "+nameValues(s.pairs())+" ("+s.ID+")")
		}
	}
	body = append(body, v.setLines(b.Instance, "Attributes")...)
	body = append(body, v.setLines(b.Meta, "Meta Attributes")...)
	if b.Member != nil {
		body = append(body, v.memberLines(*b.Member)...)
	}
	return append([]string{"Bundle: " + b.ID}, indent(body)...)
}

// someOf makes pairs of the values that are set.
type someOf struct{ pairs Pairs }

func (s *someOf) text(name string, v *string) {
	if v != nil {
		s.pairs = append(s.pairs, Pair{name, *v})
	}
}

func (s *someOf) number(name string, v *int) {
	if v != nil {
		s.pairs = append(s.pairs, Pair{name, strconv.Itoa(*v)})
	}
}

func (c ContainerInfo) pairs() Pairs {
	var s someOf
	s.text("image", &c.Image)
	s.number("replicas", c.Replicas)
	s.number("replicas-per-host", c.ReplicasPerHost)
	s.number("promoted-max", c.PromotedMax)
	s.text("run-command", c.RunCommand)
	s.text("network", c.Network)
	s.text("options", c.Options)
	return s.pairs
}

func (n NetworkInfo) pairs() Pairs {
	var s someOf
	s.text("ip-range-start", n.IPRangeStart)
	s.number("control-port", n.ControlPort)
	s.text("host-interface", n.HostInterface)
	s.number("host-netmask", n.HostNetmask)
	if n.AddHost != nil {
		v := strconv.FormatBool(*n.AddHost)
		s.text("add-host", &v)
	}
	return s.pairs
}

func (p PortMapping) pairs() Pairs {
	var s someOf
	s.number("port", p.Port)
	s.number("internal-port", p.InternalPort)
	s.text("range", p.Range)
	return s.pairs
}

func (m StorageMapping) pairs() Pairs {
	var s someOf
	s.text("source-dir", m.SourceDir)
	s.text("source-dir-root", m.SourceDirRoot)
	s.text("target-dir", &m.TargetDir)
	s.text("options", m.Options)
	return s.pairs
}
