package admin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// BundleParts are the words of bundle create, update and reset.
type BundleParts struct {
	Type      string // "docker", "podman"; create only
	Container Pairs
	Network   Pairs
	Ports     []Pairs // to add
	Storage   []Pairs // to add
	Meta      Pairs
	Disabled  bool
	Force     bool

	RemovePorts   []string // update only, by id
	RemoveStorage []string
}

var (
	containerOptions = []string{"image", "network", "options", "promoted-max", "replicas", "replicas-per-host", "run-command"}
	networkOptions   = []string{"control-port", "host-interface", "host-netmask", "ip-range-start"}
	portOptions      = []string{"id", "internal-port", "port", "range"}
	storageOptions   = []string{"id", "options", "source-dir", "source-dir-root", "target-dir"}
)

// netmaskRule is the rule for the length of a network prefix.
func netmaskRule(name string) valueRule {
	return valueRule{name, func(v string) bool { n, err := strconv.Atoi(v); return err == nil && n >= 1 && n <= 32 },
		"a number of bits of the mask (1..32)"}
}

// portRangeOK tells a range of ports: 3000-3300.
func portRangeOK(v string) bool {
	from, to, found := strings.Cut(v, "-")
	port := portRule("").ok
	return found && port(from) && port(to)
}

// withoutEmpty drops pairs that remove.
func withoutEmpty(pairs Pairs) Pairs {
	var set Pairs
	for _, p := range pairs {
		if p.Value != "" {
			set = append(set, p)
		}
	}
	return set
}

// checkContainer checks container options; image is asked for unless only
// changes are given.
func (b BundleParts) checkContainer(change bool) report.List {
	set := b.Container
	if change {
		set = withoutEmpty(b.Container)
	}
	out := checkNames("container", set, containerOptions, report.Force, b.Force)
	image, given := b.Container.Get("image")
	switch {
	case given && image == "":
		out = append(out, emptyValue("image", "image name", report.Never, false))
	case !given && !change:
		out = append(out, missingOptions("container", []string{"image"}, report.Never, false))
	}
	return append(out, checkValues(set, report.Never, false,
		nonNegativeRule("promoted-max"), positiveRule("replicas"), positiveRule("replicas-per-host"))...)
}

func (b BundleParts) checkNetwork(change bool) report.List {
	set := b.Network
	if change {
		set = withoutEmpty(b.Network)
	}
	out := checkNames("network", set, networkOptions, report.Force, b.Force)
	out = append(out, checkValues(set, report.Never, false, portRule("control-port"))...)
	return append(out, checkValues(set, report.Force, b.Force, netmaskRule("host-netmask"))...)
}

// checkMaps checks port and storage maps and takes their ids.
func (b BundleParts) checkMaps(ids *idBook) report.List {
	var out report.List
	for _, p := range b.Ports {
		out = append(out, checkNames("port-map", p, portOptions, report.Force, b.Force)...)
		if id, given := p.Get("id"); given {
			out = append(out, ids.checkNewID(id, "port-map id")...)
		}
		if p.has("internal-port") && !p.has("port") {
			out = append(out, report.NewError("PREREQUISITE_OPTION_IS_MISSING",
				"If port-map option 'internal-port' is specified, port-map option 'port' must be specified as well"))
		}
		out = append(out, oneRequired("port-map", p, "port", "range")...)
		out = append(out, checkValues(p, report.Never, false, portRule("port"), portRule("internal-port"))...)
		out = append(out, checkValues(p, report.Force, b.Force, valueRule{"range", portRangeOK, "port-port"})...)
	}
	for _, s := range b.Storage {
		out = append(out, checkNames("storage-map", s, storageOptions, report.Force, b.Force)...)
		if id, given := s.Get("id"); given {
			out = append(out, ids.checkNewID(id, "storage-map id")...)
		}
		out = append(out, oneRequired("storage-map", s, "source-dir", "source-dir-root")...)
		if !s.has("target-dir") {
			out = append(out, missingOptions("storage-map", []string{"target-dir"}, report.Never, false))
		}
	}
	return out
}

// oneRequired asks for just one of two options.
func oneRequired(kind string, pairs Pairs, a, b string) report.List {
	switch {
	case pairs.has(a) && pairs.has(b):
		return report.List{exclusiveOptions(kind, []string{a, b})}
	case !pairs.has(a) && !pairs.has(b):
		return report.List{report.NewError("REQUIRED_OPTION_OF_ALTERNATIVES_IS_MISSING",
			fmt.Sprintf("%s option '%s' or '%s' has to be specified", kind, a, b))}
	}
	return nil
}

// CreateBundle makes a bundle without a resource.
func CreateBundle(doc *cib.Document, id string, parts BundleParts) report.List {
	ids := newIDs(doc)
	out := ids.checkNewID(id, "bundle name")
	if !slices.Contains(containerTags, parts.Type) {
		out = append(out, invalidValue("container type", parts.Type, quoteSorted(containerTags), report.Never, false))
	} else {
		out = append(out, parts.checkContainer(false)...)
	}
	out = append(out, parts.checkAround(ids)...)
	if out.Failed() {
		return out
	}
	if parts.Container.has("promoted-max") {
		out = append(out, ensureSchemaNew(doc, 3, 0)...)
	}
	bundle := cib.NewElement("bundle", "id", id)
	container := cib.NewElement(parts.Type)
	setAttributes(container, parts.Container)
	bundle.AddChild(container)
	if len(parts.Network) > 0 || len(parts.Ports) > 0 {
		setAttributes(bundle.CreateElement("network"), parts.Network)
	}
	ids.addMaps(bundle, parts)
	if len(parts.Meta) > 0 {
		ids.newNvset(bundle, "meta_attributes", parts.Meta)
	}
	if parts.Disabled {
		ids.disable(bundle)
	}
	doc.Section("resources").AddChild(bundle)
	return out
}

// setAttributes sets attributes of an element; an empty value removes one.
func setAttributes(e *cib.Element, pairs Pairs) {
	for _, p := range pairs {
		if p.Value == "" {
			e.RemoveAttr(p.Name)
		} else {
			e.CreateAttr(p.Name, p.Value)
		}
	}
}

// addMaps adds port and storage maps to a bundle.
func (b *idBook) addMaps(bundle *cib.Element, parts BundleParts) {
	id := elementID(bundle)
	if len(parts.Ports) > 0 {
		network := bundlePart(bundle, "network")
		for _, p := range parts.Ports {
			name, _ := p.Get("port")
			if name == "" {
				name, _ = p.Get("range")
			}
			addMap(network, "port-mapping", p, b, id+"-port-map-"+name)
		}
	}
	if len(parts.Storage) > 0 {
		storage := bundlePart(bundle, "storage")
		for _, s := range parts.Storage {
			addMap(storage, "storage-mapping", s, b, id+"-storage-map")
		}
	}
}

func addMap(parent *cib.Element, tag string, pairs Pairs, ids *idBook, id string) {
	e := cib.NewElement(tag)
	setAttributes(e, pairs)
	if !pairs.has("id") {
		e.CreateAttr("id", ids.unique(sanitizeID(id)))
	}
	parent.AddChild(e)
}

// bundleOrder is the order of a bundle's parts in Pacemaker's schema.
var bundleOrder = []string{"docker", "podman", "rkt", "network", "storage", "primitive"}

// bundlePart returns a part of a bundle, made in its place if it is missing.
func bundlePart(bundle *cib.Element, tag string) *cib.Element {
	if e := bundle.SelectElement(tag); e != nil {
		return e
	}
	at, before := 0, true
	for _, t := range bundleOrder {
		if t == tag {
			before = false
		}
		if e := bundle.SelectElement(t); e != nil && before {
			at = e.Index() + 1
		}
	}
	e := cib.NewElement(tag)
	bundle.InsertChildAt(at, e)
	return e
}

// bundleContainer returns the element that says how containers are run.
func bundleContainer(bundle *cib.Element) *cib.Element {
	for _, tag := range []string{"docker", "podman", "rkt"} {
		if e := bundle.SelectElement(tag); e != nil {
			return e
		}
	}
	return nil
}

// UpdateBundle changes a bundle; empty values remove options.
func UpdateBundle(doc *cib.Document, id string, parts BundleParts) report.List {
	bundle, missing := lookUp(doc, id, "bundle")
	if missing != nil {
		return missing.Alone()
	}
	container := bundleContainer(bundle)
	ids := newIDs(doc)
	out := parts.checkContainer(true)
	if container != nil {
		out = append(out, mastersClash(container, parts.Container)...)
	}
	out = append(out, parts.checkNetwork(true)...)
	out = append(out, parts.checkMaps(ids)...)
	out = append(out, noSuchMaps(doc, bundle, "port-map", "network", parts.RemovePorts)...)
	out = append(out, noSuchMaps(doc, bundle, "storage-map", "storage", parts.RemoveStorage)...)
	if anyValue(parts.Meta) {
		out = append(out, metaNotChecked("bundle"))
	}
	if out.Failed() {
		return out
	}
	if container != nil {
		setAttributes(container, parts.Container)
	}
	if anyValue(parts.Network) || bundle.SelectElement("network") != nil && len(parts.Network) > 0 {
		setAttributes(bundlePart(bundle, "network"), parts.Network)
	}
	removeMaps(bundle, "network", parts.RemovePorts)
	removeMaps(bundle, "storage", parts.RemoveStorage)
	fresh := newIDs(doc) // ids of maps that were removed are free again
	for _, p := range append(append([]Pairs{}, parts.Ports...), parts.Storage...) {
		if id, given := p.Get("id"); given {
			fresh.book(id)
		}
	}
	fresh.addMaps(bundle, parts)
	fresh.updateNvset(bundle, "meta_attributes", parts.Meta)
	if in := bundle.SelectElement("primitive"); in != nil && !bundleReachable(bundle) && len(parts.Network) > 0 {
		out = append(out, notReachable(elementID(in), id, parts.Force))
	}
	return out
}

// notReachable says that the resource in a bundle could not be run.
func notReachable(rsc, bundle string, force bool) report.Report {
	return report.Passed("RESOURCE_IN_BUNDLE_NOT_ACCESSIBLE", fmt.Sprintf(
		"Resource '%s' will not be accessible by the cluster inside bundle '%s', at least one of bundle options "+
			"'control-port' or 'ip-range-start' has to be specified", rsc, bundle), report.Force, force)
}

// mastersClash reports the new name of an option that is set by its old one.
func mastersClash(container *cib.Element, change Pairs) report.List {
	promoted, _ := change.Get("promoted-max")
	masters, removed := change.Get("masters")
	if promoted == "" || container.SelectAttr("masters") == nil || removed && masters == "" {
		return nil
	}
	return report.List{report.NewError("RESOURCE_BUNDLE_OPTION_CLASH",
		"Cannot set container option 'promoted-max' because container option 'masters' is already set")}
}

func mapByID(bundle *cib.Element, part, id string) *cib.Element {
	if e := bundle.SelectElement(part); e != nil {
		for _, m := range e.ChildElements() {
			if elementID(m) == id {
				return m
			}
		}
	}
	return nil
}

func noSuchMaps(doc *cib.Document, bundle *cib.Element, kind, part string, ids []string) report.List {
	var out report.List
	for _, id := range ids {
		e := findElement(doc, id)
		switch {
		case mapByID(bundle, part, id) != nil:
		case e != nil && e.Tag != part:
			out = append(out, report.NewError("ID_BELONGS_TO_UNEXPECTED_TYPE", fmt.Sprintf("'%s' is not a %s", id, kind)))
		default:
			out = append(out, report.NewError("ID_NOT_FOUND", fmt.Sprintf("there is no %s '%s' in the bundle '%s'", kind, id, elementID(bundle))))
		}
	}
	return out
}

func removeMaps(bundle *cib.Element, part string, ids []string) {
	for _, id := range ids {
		if m := mapByID(bundle, part, id); m != nil {
			m.Parent().RemoveChild(m)
		}
	}
}

// checkAround checks what is given for a whole bundle besides its container.
func (p BundleParts) checkAround(ids *idBook) report.List {
	out := append(p.checkNetwork(false), p.checkMaps(ids)...)
	if anyValue(p.Meta) {
		out = append(out, metaNotChecked("bundle"))
	}
	return out
}

// ResetBundle gives a bundle new options in the place of all that it has; the
// kind of container and the resource in it stay.
func ResetBundle(doc *cib.Document, id string, parts BundleParts) report.List {
	bundle, missing := lookUp(doc, id, "bundle")
	if missing != nil {
		return missing.Alone()
	}
	ids := newIDs(doc)
	out := parts.checkContainer(false)
	out = append(out, parts.checkAround(ids)...)
	if out.Failed() {
		return out
	}
	for _, e := range []*cib.Element{bundleContainer(bundle), bundle.SelectElement("network")} {
		if e != nil {
			e.Attr = nil
		}
	}
	for _, part := range []string{"network", "storage", "meta_attributes"} {
		if e := bundle.SelectElement(part); e != nil {
			for _, c := range e.ChildElements() {
				e.RemoveChild(c)
			}
		}
	}
	setAttributes(bundleContainer(bundle), parts.Container)
	if len(parts.Network) > 0 {
		setAttributes(bundlePart(bundle, "network"), parts.Network)
	}
	ids.addMaps(bundle, parts)
	ids.updateNvset(bundle, "meta_attributes", parts.Meta)
	if parts.Disabled {
		ids.disable(bundle)
	}
	return out
}
