package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"gpcs/internal/cib"
)

// made is a cluster made from nothing that has gone through some rounds: each
// is a change and what the installed program makes of it.
func (b *bench) made(r *rand.Rand, number int) *input {
	in := &input{name: fmt.Sprintf("made-%d", number), kind: "made", doc: newCluster(r)}
	for _, add := range []func(*rand.Rand, *input) string{addOrder, addColocation, addLocation, addSet, addRule, addTicket, changeOption, changeMeta,
		changeClone, changeNodeAttribute, changeDefault, changeOperation, changeUtilization, changeTarget} {
		for range r.IntN(3) * r.IntN(2) {
			add(r, in)
		}
	}
	for range r.IntN(4) {
		if next := b.after(write(in.doc), in.args); next != nil {
			in.doc, in.args = next, nil
		}
		in.kind, in.what = "", ""
		alter(r, in, 1+r.IntN(3), "")
		in.kind = "made " + in.kind
	}
	return in
}

// after is the CIB when the installed program has carried out what it
// decides, nil if it refuses.
func (b *bench) after(text []byte, args []string) *cib.Element {
	dir, file, _ := b.files(text)
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, "out.xml")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.prog, slices.Concat([]string{"-x", file, "-S", "-O", out}, args)...)
	cmd.Env = append(os.Environ(), "CIB_shadow_dir="+dir)
	if cmd.Run() != nil {
		return nil
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return nil
	}
	doc, err := cib.ParseElement(data)
	if err != nil {
		return nil
	}
	return doc
}

// newCluster is a cluster of a few nodes and resources of all kinds that was
// never started.
func newCluster(r *rand.Rand) *cib.Element {
	doc := cib.NewElement("cib", "validate-with", "pacemaker-3.7", "admin_epoch", "0", "epoch", "1", "num_updates", "0",
		"crm_feature_set", "3.16.1", "have-quorum", one(r, "1", "1", "1", "0"), "dc-uuid", "1")
	config := sub(doc, "configuration")
	set := sub(sub(config, "crm_config"), "cluster_property_set", "id", "cib-bootstrap-options")
	put(set, "stonith-enabled", one(r, "true", "false"))
	put(set, "concurrent-fencing", "true")
	list, status := sub(config, "nodes"), cib.NewElement("status")
	for i := range 1 + r.IntN(5) {
		id, name := fmt.Sprint(i+1), fmt.Sprintf("node%d", i+1)
		list.AddChild(cib.NewElement("node", "id", id, "uname", name))
		status.AddChild(cib.NewElement("node_state", "id", id, "uname", name, "in_ccm", "true", "crmd", "online", "join", "member", "expected", "member"))
	}
	rscs := sub(config, "resources")
	sub(config, "constraints")
	doc.AddChild(status)
	if r.IntN(4) != 0 {
		rscs.AddChild(cib.NewElement("primitive", "id", "Fencing", "class", "stonith", "type", "fence_xvm"))
	}
	m := &maker{r: r}
	for range 1 + r.IntN(6) {
		rscs.AddChild(m.resource())
	}
	// Nodes that only resources tell of all count as one in colocations of the installed release.
	for _, name := range m.nodes {
		list.AddChild(cib.NewElement("node", "id", name, "uname", name, "type", "remote"))
	}
	return doc
}

// maker makes resources with ids of their own.
type maker struct {
	r     *rand.Rand
	count int
	nodes []string // remote and guest nodes
}

func (m *maker) id(prefix string) string {
	m.count++
	return fmt.Sprintf("%s%d", prefix, m.count)
}

func (m *maker) resource() *cib.Element {
	switch m.r.IntN(12) {
	case 0, 1:
		return m.group()
	case 2, 3, 4:
		return m.clone()
	case 5:
		return m.bundle()
	case 6:
		p := m.primitive("vm", "Dummy")
		guest := m.id("guest")
		m.nodes = append(m.nodes, guest)
		setMeta(p, "remote-node", guest)
		return p
	case 7:
		p := m.primitive("remote", "remote")
		m.nodes = append(m.nodes, id(p))
		return p
	}
	return m.primitive("rsc", "Dummy")
}

func (m *maker) primitive(prefix, kind string) *cib.Element {
	p := cib.NewElement("primitive", "id", m.id(prefix), "class", "ocf", "provider", "pacemaker", "type", kind)
	name := id(p)
	ops := cib.NewElement("operations")
	if m.r.IntN(3) != 0 {
		ops.AddChild(cib.NewElement("op", "id", name+"-m", "name", "monitor", "interval", one(m.r, "10s", "30s", "1min"), "timeout", "20s"))
	}
	if kind == "Stateful" {
		ops.AddChild(cib.NewElement("op", "id", name+"-mp", "name", "monitor", "interval", "11s", "role", "Master"))
	}
	p.AddChild(ops)
	switch m.r.IntN(8) {
	case 0:
		setMeta(p, "resource-stickiness", one(m.r, "1", "100", "INFINITY"))
	case 1:
		setMeta(p, "allow-migrate", "true")
	case 2:
		setMeta(p, "priority", one(m.r, "1", "10"))
	case 3:
		setMeta(p, "migration-threshold", one(m.r, "1", "3"))
	}
	return p
}

func (m *maker) group() *cib.Element {
	g := cib.NewElement("group", "id", m.id("grp"))
	for range 1 + m.r.IntN(3) {
		g.AddChild(m.primitive("mem", "Dummy"))
	}
	if m.r.IntN(6) == 0 {
		setMeta(g, one(m.r, "ordered", "collocated"), "false")
	}
	return g
}

func (m *maker) clone() *cib.Element {
	c := cib.NewElement("clone", "id", m.id("cl"))
	set := sub(c, "meta_attributes", "id", id(c)+"-x")
	put(set, "globally-unique", one(m.r, "false", "false", "false", "true"))
	for _, name := range []string{"interleave", "ordered", "notify"} {
		if m.r.IntN(3) == 0 {
			put(set, name, "true")
		}
	}
	for _, name := range []string{"clone-max", "clone-min", "clone-node-max"} {
		if m.r.IntN(6) == 0 {
			put(set, name, one(m.r, "1", "2", "3"))
		}
	}
	kind := "Dummy"
	if m.r.IntN(2) == 0 {
		kind = "Stateful"
		put(set, "promotable", "true")
		if m.r.IntN(3) == 0 {
			put(set, "promoted-max", one(m.r, "0", "1", "2", "3"))
		}
	}
	if m.r.IntN(3) == 0 {
		c.AddChild(m.group())
	} else {
		c.AddChild(m.primitive("inst", kind))
	}
	return c
}

func (m *maker) bundle() *cib.Element {
	b := cib.NewElement("bundle", "id", m.id("bun"))
	engine := cib.NewElement(one(m.r, "docker", "podman"), "image", "img", "replicas", one(m.r, "1", "2", "3"))
	b.AddChild(engine)
	if m.r.IntN(3) == 0 {
		engine.CreateAttr("promoted-max", "1")
	}
	inside := m.r.IntN(4) != 0
	if inside || m.r.IntN(2) == 0 {
		b.AddChild(cib.NewElement("network", "ip-range-start", "192.168.122.131", "host-interface", "eth0"))
	}
	if inside {
		kind := "Dummy"
		if engine.SelectAttr("promoted-max") != nil {
			kind = "Stateful"
		}
		b.AddChild(m.primitive("in", kind))
	}
	return b
}
