package sched

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// bundleDef is a bundle as configured.
type bundleDef struct {
	id          string
	agent       string // docker, podman
	image       string
	network     string
	options     string
	command     string
	replicas    int
	perHost     int
	promotedMax int
	ipStart     string
	netmask     string
	iface       string
	port        string // control-port
	addHost     bool
	mounts      []bundleMount
	ports       []bundlePort
	primitive   *cib.Element
	hosts       string // host entries of all replicas
}

type bundleMount struct {
	source, target, options string
	perReplica              bool // source is a root with one directory per replica
}

type bundlePort struct{ outer, inner string }

// controlPort is the port of a guest's executor unless configured.
const controlPort = "3121"

// readBundle reads a bundle element; ok tells whether its container can be run.
func readBundle(e *cib.Element) (d bundleDef, ok bool) {
	d = bundleDef{id: e.SelectAttrValue("id", ""), addHost: true, primitive: e.SelectElement("primitive")}
	for _, agent := range []string{"docker", "podman"} {
		if c := e.SelectElement(agent); c != nil {
			d.agent = agent
			d.readContainer(c)
			break
		}
	}
	if n := e.SelectElement("network"); n != nil {
		d.readNetwork(n)
	}
	if s := e.SelectElement("storage"); s != nil {
		for _, m := range s.SelectElements("storage-mapping") {
			d.readMount(m)
		}
	}
	if d.primitive != nil {
		d.addInnerNeeds()
	}
	return d, d.agent != "" && (d.primitive == nil || d.port != "" || d.ipStart != "" || d.network != "")
}

func (d *bundleDef) readContainer(c *cib.Element) {
	number := func(def int, names ...string) int {
		for _, name := range names {
			if n, ok := value.Int(c.SelectAttrValue(name, "")); ok && n >= 0 {
				return int(min(n, maxReplicas))
			}
		}
		return def
	}
	d.image = c.SelectAttrValue("image", "")
	d.network = c.SelectAttrValue("network", "")
	d.options = c.SelectAttrValue("options", "")
	d.command = c.SelectAttrValue("run-command", "")
	d.promotedMax = number(0, "promoted-max", "masters")
	d.replicas = max(1, number(max(1, d.promotedMax), "replicas"))
	d.perHost = max(1, number(1, "replicas-per-host"))
}

// maxReplicas bounds what a configuration can ask for.
const maxReplicas = 200

func (d *bundleDef) readNetwork(n *cib.Element) {
	d.ipStart = n.SelectAttrValue("ip-range-start", "")
	d.netmask = n.SelectAttrValue("host-netmask", "")
	d.iface = n.SelectAttrValue("host-interface", "")
	d.port = n.SelectAttrValue("control-port", "")
	d.addHost = value.BoolOr(n.SelectAttrValue("add-host", ""), true)
	for _, m := range n.SelectElements("port-mapping") {
		p := bundlePort{outer: m.SelectAttrValue("port", m.SelectAttrValue("range", ""))}
		p.inner = m.SelectAttrValue("internal-port", p.outer)
		if p.outer != "" {
			d.ports = append(d.ports, p)
		}
	}
}

func (d *bundleDef) readMount(m *cib.Element) {
	b := bundleMount{source: m.SelectAttrValue("source-dir", ""), target: m.SelectAttrValue("target-dir", ""), options: m.SelectAttrValue("options", "")}
	if b.source == "" {
		b.source, b.perReplica = m.SelectAttrValue("source-dir-root", ""), true
	}
	if b.source != "" && b.target != "" {
		d.mounts = append(d.mounts, b)
	}
}

// addInnerNeeds adds what the executor inside a container needs: the key, a
// place for logs unless there is one, and its port.
func (d *bundleDef) addInnerNeeds() {
	logs := false
	for _, m := range d.mounts {
		logs = logs || m.target == "/var/log"
	}
	d.mounts = append(d.mounts, bundleMount{source: "/etc/pacemaker/authkey", target: "/etc/pacemaker/authkey"})
	if !logs {
		d.mounts = append(d.mounts, bundleMount{source: "/var/log/pacemaker/bundles", target: "/var/log", perReplica: true})
	}
	port := d.controlPort()
	d.ports = append(d.ports, bundlePort{outer: port, inner: port})
}

func (d *bundleDef) controlPort() string { return orElse(d.port, controlPort) }

// addresses are those of all replicas: from ip-range-start on, never ending
// in 255 or 0.
func (d *bundleDef) addresses() []string {
	list := make([]string, d.replicas)
	at := d.ipStart
	for i := range list {
		list[i] = at
		if at == "" {
			continue
		}
		name := d.id + "-" + strconv.Itoa(i)
		if d.addHost {
			d.hosts += " --add-host=" + name + ":" + at
		} else {
			d.hosts += " --hosts-entry=" + at + "=" + name
		}
		at = nextAddress(at)
	}
	return list
}

func nextAddress(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return ""
	}
	b := a.As4()
	if b[3] >= 254 {
		b[2], b[3] = b[2]+1, 0
	}
	b[3]++
	return netip.AddrFrom4(b).String()
}

// element makes the definition of an implied resource with its parameters
// and monitor.
func element(id, provider, kind, interval string, params []string) *cib.Element {
	e := cib.NewElement("primitive", "id", id, "class", "ocf", "provider", provider, "type", kind)
	set := cib.NewElement("instance_attributes", "id", id+"-instance_attributes")
	for i := 0; i+1 < len(params); i += 2 {
		set.AddChild(cib.NewElement("nvpair", "id", id+"-"+params[i], "name", params[i], "value", params[i+1]))
	}
	e.AddChild(set)
	ops := cib.NewElement("operations")
	op := cib.NewElement("op", "id", id+"-monitor-"+interval, "name", "monitor", "interval", interval)
	ops.AddChild(op)
	e.AddChild(ops)
	return e
}

// container is the definition of a replica's container (scheduler-spec, section 11).
func (d *bundleDef) container(number int, address string) *cib.Element {
	name := fmt.Sprintf("%s-%d", d.id, number)
	var opts strings.Builder
	if d.agent == "docker" {
		opts.WriteString(" --restart=no")
	}
	if d.ipStart != "" {
		opts.WriteString(" -h " + name)
	}
	opts.WriteString(" -e PCMK_stderr=1")
	if d.network != "" {
		opts.WriteString(" --net=" + d.network)
	}
	opts.WriteString(" -e PCMK_remote_port=" + d.controlPort())
	var sources []string
	for _, m := range d.mounts {
		source := m.source
		if m.perReplica {
			source += "/" + name
			sources = append(sources, source)
		}
		opts.WriteString(" -v " + source + ":" + m.target)
		if m.options != "" {
			opts.WriteString(":" + m.options)
		}
	}
	d.writePorts(&opts, address)
	if d.options != "" {
		opts.WriteString(" " + d.options)
	}
	opts.WriteString(" " + d.hosts)
	params := []string{"image", d.image, "allow_pull", "true", "force_kill", "false", "reuse", "false", "run_opts", opts.String(),
		"mount_points", strings.Join(sources, ",")}
	switch {
	case d.command != "":
		params = append(params, "run_cmd", d.command)
	case d.primitive != nil:
		params = append(params, "run_cmd", "/usr/sbin/pacemaker-remoted")
	}
	params = append(params, "monitor_cmd", "/bin/true")
	return element(fmt.Sprintf("%s-%s-%d", d.id, d.agent, number), "heartbeat", d.agent, "60s", params)
}

func (d *bundleDef) writePorts(opts *strings.Builder, address string) {
	for _, p := range d.ports {
		switch {
		case address != "":
			opts.WriteString(" -p " + address + ":" + p.outer + ":" + p.inner)
		case !strings.EqualFold(d.network, "host"):
			opts.WriteString(" -p " + p.outer + ":" + p.inner)
		}
	}
}

// ip is the definition of a replica's address.
func (d *bundleDef) ip(address string) *cib.Element {
	params := []string{"ip", address}
	if d.iface != "" {
		params = append(params, "nic", d.iface)
	}
	params = append(params, "cidr_netmask", orElse(d.netmask, "32"))
	return element(d.id+"-ip-"+address, "heartbeat", "IPaddr2", "60s", params)
}

// connection is the definition of the connection to the executor inside a container.
func (d *bundleDef) connection(number int, address, container string) *cib.Element {
	id := fmt.Sprintf("%s-%d", d.id, number)
	e := element(id, "pacemaker", "remote", "30s", []string{"addr", orElse(address, "#uname"), "port", d.controlPort()})
	e.SelectElement("operations").SelectElement("op").CreateAttr("timeout", "30s")
	set := cib.NewElement("meta_attributes", "id", id+"-meta_attributes")
	for _, p := range [][2]string{{"internal_rsc", "true"}, {"container", container}} {
		set.AddChild(cib.NewElement("nvpair", "id", id+"-"+p[0], "name", p[0], "value", p[1]))
	}
	e.AddChild(set)
	return e
}

// innerClone is the definition of the clone of the inner resource.
func (d *bundleDef) innerClone() *cib.Element {
	id := d.id + "-clone"
	if d.promotedMax > 0 {
		id = d.id + "-master"
	}
	e := cib.NewElement("clone", "id", id)
	set := cib.NewElement("meta_attributes", "id", id+"-meta_attributes")
	pair := func(name, value string) {
		set.AddChild(cib.NewElement("nvpair", "id", id+"-"+name, "name", name, "value", value))
	}
	pair("ordered", "true")
	pair("clone-max", strconv.Itoa(d.replicas))
	pair("clone-node-max", strconv.Itoa(d.perHost))
	pair("globally-unique", strconv.FormatBool(d.perHost > 1))
	if d.promotedMax > 0 {
		pair("promotable", "true")
		pair("promoted-max", strconv.Itoa(d.promotedMax))
	}
	e.AddChild(set)
	e.AddChild(d.primitive.Copy())
	return e
}
