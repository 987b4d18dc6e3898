package admin

import (
	"fmt"
	"slices"
	"strconv"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// NodeRemoval says how a remote or guest node is taken out.
type NodeRemoval struct {
	Force   bool // several nodes at once
	Offline bool // no cluster runs the document
}

// guestOptions are the meta attributes of a guest node besides its name.
var guestOptions = []string{"remote-addr", "remote-connect-timeout", "remote-port"}

// notLiveNew says what was left out for a new remote node of a file.
func notLiveNew(node string) report.List {
	return report.List{
		report.NewInfo("FILES_DISTRIBUTION_SKIPPED", fmt.Sprintf("Distribution of 'pacemaker authkey' to '%s' was skipped because the command "+
			"does not run on a live cluster (e.g. -f was used). Please, distribute the file(s) manually.", node)),
		report.NewInfo("SERVICE_COMMANDS_ON_NODES_SKIPPED", fmt.Sprintf("Running action(s) 'pacemaker_remote enable', 'pacemaker_remote start' on "+
			"'%s' was skipped because the command does not run on a live cluster (e.g. -f was used). Please, run the action(s) manually.", node)),
	}
}

func notLiveGone(nodes []string) report.List {
	return report.List{
		report.NewInfo("SERVICE_COMMANDS_ON_NODES_SKIPPED", fmt.Sprintf("Running action(s) 'pacemaker_remote disable', 'pacemaker_remote stop' on "+
			"%s was skipped because the command does not run on a live cluster (e.g. -f was used). Please, run the action(s) manually.",
			report.Quote(nodes))),
		report.NewInfo("FILES_REMOVE_FROM_NODES_SKIPPED", fmt.Sprintf("Removing 'pacemaker authkey' from %s was skipped because the command "+
			"does not run on a live cluster (e.g. -f was used). Please, remove the file(s) manually.", report.Quote(nodes))),
	}
}

// nodesStay warns that the cluster's memory of nodes stays as it is.
func nodesStay(nodes []string) report.List {
	var out report.List
	for _, n := range nodes {
		out = append(out, report.NewWarning("NODE_REMOVE_IN_PACEMAKER_SKIPPED", fmt.Sprintf(
			"Skipping removal of node '%s' from pacemaker because the command does not run on a live cluster", n)))
	}
	return out
}

// AddRemote makes a remote node: a resource that connects to it. nodes are the
// names and addresses of the nodes that there are.
func AddRemote(doc *cib.Document, r NewResource, addr string, nodes []RemoteNode, offline bool) report.List {
	checked := r
	checked.NodeCommand = true
	checked.Agent.Parameters = slices.DeleteFunc(slices.Clone(r.Agent.Parameters), func(p agentmeta.Parameter) bool { return p.Name == "server" })
	var out report.List
	if _, given := r.Attributes.Get("server"); given {
		var names []string
		for _, p := range checked.Agent.Parameters {
			names = append(names, p.Name)
		}
		slices.Sort(names)
		out = append(out, report.NewError("INVALID_OPTIONS",
			"invalid resource option 'server', allowed options are: "+report.Quote(names)))
		checked.Attributes = r.Attributes.Without("server")
	}
	nodes = append(slices.Clone(nodes), RemoteNodes(doc)...)
	exists := func(name string) {
		out = append(out, report.NewError("ID_ALREADY_EXISTS", fmt.Sprintf("'%s' already exists", name)))
	}
	used := slices.ContainsFunc(nodes, func(n RemoteNode) bool { return n.Addr == addr })
	if used {
		exists(addr)
	}
	if (!used || addr != r.ID) && slices.ContainsFunc(nodes, func(n RemoteNode) bool { return n.Name == r.ID }) {
		exists(r.ID)
	}
	if out.Failed() {
		return out
	}
	_, more := newIDs(doc).makePrimitive(doc, checked, r.Disabled)
	for i := range more {
		more[i].Alone = false
	}
	if out = append(out, more...); out.Failed() {
		return out
	}
	ids := newIDs(doc)
	ids.book(r.ID)
	ops, _ := newOperations(r.Operations, r.Agent, r.MonitorsOnly, r.Force) // checked above
	r.Attributes = r.Attributes.With("server", addr)
	e, more := ids.primitive(doc, r, ops, r.Disabled)
	if out = append(out, more...); out.Failed() {
		return out
	}
	doc.Section("resources").AddChild(e)
	if offline {
		out = append(out, notLiveNew(r.ID)...)
	}
	return out
}

// AddGuest makes a guest node of a resource: a virtual machine or container.
func AddGuest(doc *cib.Document, node, resource string, options Pairs, nodes []RemoteNode, offline bool) report.List {
	var out report.List
	var unknown []string
	for _, n := range options.Names() {
		if !slices.Contains(guestOptions, n) {
			unknown = append(unknown, n)
		}
	}
	if len(unknown) > 0 {
		out = append(out, report.NewError("INVALID_OPTIONS", fmt.Sprintf("invalid guest %s %s, allowed options are: %s",
			map[bool]string{true: "option", false: "options:"}[len(unknown) == 1], report.Quote(unknown), report.Quote(guestOptions))))
	}
	if v, given := options.Get("remote-port"); given {
		if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 65535 {
			out = append(out, report.NewError("INVALID_OPTION_VALUE",
				fmt.Sprintf("'%s' is not a valid remote-port value, use a port number (1..65535)", v)))
		}
	}
	for _, r := range guestChange(doc, resource, options.With("remote-node", node), true) {
		if r.Severity == report.Error { // that another command does more is not to be said here
			out = append(out, r)
		}
	}
	addr, _ := options.Get("remote-addr")
	for _, n := range nodes {
		switch {
		case n.Name == node:
			out = append(out, report.NewError("GUEST_NODE_NAME_ALREADY_EXISTS", fmt.Sprintf(
				"Cannot set name of the guest node to '%s' because that ID already exists in the cluster configuration.", node)))
		case n.Addr == addr:
			out = append(out, report.NewError("NODE_ADDRESSES_ALREADY_EXIST", fmt.Sprintf(
				"Node address '%s' is already used by existing nodes; please, use other address", addr)))
		}
	}
	e := findResource(doc, resource, "primitive")
	switch {
	case e == nil:
		_, more := lookUp(doc, resource, "primitive")
		for i := range more {
			more[i].Alone = false
		}
		out = append(out, more...)
	default:
		if _, guest := nvsetValue(e, "meta_attributes", "remote-node"); guest {
			out = append(out, report.NewError("RESOURCE_IS_GUEST_NODE_ALREADY", fmt.Sprintf("the resource '%s' is already a guest node", resource)))
		}
	}
	if out.Failed() {
		return out
	}
	newIDs(doc).markNvset(e, "meta_attributes", options.With("remote-node", node).Sorted())
	if offline {
		out = append(out, notLiveNew(node)...)
	}
	return out
}

// oneNode checks what was found for a name; kind is "remote" or "guest".
func oneNode(found []*cib.Element, identifier, kind string, force bool) report.List {
	switch len(found) {
	case 0:
		return report.List{report.NewError("NODE_NOT_FOUND",
			fmt.Sprintf("%s node '%s' does not appear to exist in configuration", kind, identifier))}
	case 1:
		return nil
	}
	var ids []string
	for _, e := range found {
		ids = append(ids, elementID(e))
	}
	slices.Sort(ids)
	return report.List{report.Passed("MULTIPLE_RESULTS_FOUND", fmt.Sprintf("more than one resource for '%s' found: %s",
		identifier, report.Quote(ids)), report.Force, force)}
}

// RemoveRemote deletes the resource that connects to a remote node, by the
// node's name or address, with all that cannot be without it.
func RemoveRemote(doc *cib.Document, identifier string, how NodeRemoval) report.List {
	var found []*cib.Element
	for _, e := range allResources(doc) {
		if isRemote(e) && (elementID(e) == identifier || nodeAddress(e) == identifier) {
			found = append(found, e)
		}
	}
	r := newRemoval(doc, found)
	var out report.List
	if how.Offline {
		out = append(out, notStopped(r)[:1]...)
	}
	if out = append(out, oneNode(found, identifier, "remote", how.Force)...); out.Failed() {
		return out
	}
	var names []string
	for _, e := range found {
		names = append(names, elementID(e))
	}
	slices.Sort(names)
	if how.Offline {
		out = append(append(out, notStopped(r)[1:]...), notLiveGone(names)...)
	}
	out = append(out, report.NewInfo("REMOVING", fmt.Sprintf("Removing %s: %s", plural(len(names), "resource"), report.Quote(names))))
	out = append(out, r.dependents()...)
	r.apply()
	if how.Offline {
		out = append(out, nodesStay(names)...)
	}
	return out
}

// RemoveGuest makes a guest node a resource like any other, by the node's name
// or address or the resource's id. The set of its meta attributes stays even
// if nothing is left in it: an ACL may allow to write values but no sets.
func RemoveGuest(doc *cib.Document, identifier string, how NodeRemoval) report.List {
	var found []*cib.Element
	var names []string
	for _, e := range allResources(doc) {
		name, guest := nvsetValue(e, "meta_attributes", "remote-node")
		if guest && !isRemote(e) && (name == identifier || elementID(e) == identifier || nodeAddress(e) == identifier) {
			found = append(found, e)
			names = append(names, name)
		}
	}
	out := oneNode(found, identifier, "guest", how.Force)
	if out.Failed() {
		return out
	}
	slices.Sort(names)
	if how.Offline {
		out = append(out, notLiveGone(names)...)
	}
	for _, e := range found {
		for _, set := range e.SelectElements("meta_attributes") {
			for _, option := range append([]string{"remote-node"}, guestOptions...) {
				if pair := findNvpair(set, option); pair != nil {
					set.RemoveChild(pair)
				}
			}
		}
	}
	if how.Offline {
		out = append(out, nodesStay(names)...)
	}
	return out
}

// RenameNode gives a node of the cluster another name wherever the document
// has it in a constraint, a rule or a fencing level.
func RenameNode(doc *cib.Document, old, name string) report.List {
	var out report.List
	say := func(what string) {
		out = append(out, report.NewInfo("CIB_NODE_RENAME", fmt.Sprintf("%s: node updated from '%s' to '%s'", what, old, name)))
	}
	if section := doc.Find("constraints"); section != nil {
		for _, e := range section.SelectElements("rsc_location") {
			if e.SelectAttrValue("node", "") == old {
				e.CreateAttr("node", name)
				say("Location constraint '" + elementID(e) + "'")
			}
			for _, x := range e.FindElements(".//expression") {
				if x.SelectAttrValue("attribute", "") == "#uname" && x.SelectAttrValue("value", "") == old {
					x.CreateAttr("value", name)
					say("Location constraint '" + elementID(e) + "', rule expression '" + elementID(x) + "'")
				}
			}
		}
	}
	if section := doc.Find("fencing-topology"); section != nil {
		for _, e := range section.SelectElements("fencing-level") {
			if e.SelectAttrValue("target", "") == old {
				e.CreateAttr("target", name)
				say("Fencing level '" + elementID(e) + "'")
			}
		}
	}
	if len(out) == 0 {
		out = append(out, report.NewInfo("CIB_NODE_RENAME_NO_CHANGE", "No CIB configuration changes needed for node rename"))
	}
	return out
}
