package admin

import (
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// isRemote tells the agent that is a connection to a remote node.
func isRemote(e *cib.Element) bool {
	return isTag(e, "primitive") && e.SelectAttrValue("class", "") == "ocf" &&
		e.SelectAttrValue("provider", "") == "pacemaker" && e.SelectAttrValue("type", "") == "remote"
}

// notSufficient says that a node takes more than a change of the CIB.
func notSufficient(what, command string, force bool) report.Report {
	return report.Passed("USE_COMMAND_"+command, fmt.Sprintf(
		"this command is not sufficient for %s, use 'pcs cluster node %s'", what, command), report.Force, force)
}

// remoteInsufficient tells people who make a remote or guest node by hand
// that a command of its own does more, and keeps names and addresses apart.
func remoteInsufficient(doc *cib.Document, r NewResource) report.List {
	if r.NodeCommand {
		return nil
	}
	if r.Agent.Name.String() == "ocf:pacemaker:remote" {
		out := report.List{notSufficient("creating a remote connection", "add-remote", r.Force)}
		addr, given := r.Attributes.Get("server")
		if !given {
			addr = r.ID
		}
		return append(out, addressFree(doc, addr, "")...)
	}
	if node, given := r.Meta.Get("remote-node"); given && node != "" {
		return guestChange(doc, r.ID, r.Meta, r.Force)
	}
	return nil
}

// guestChange checks meta attributes that make a guest node of a resource.
func guestChange(doc *cib.Document, rscID string, meta Pairs, force bool) report.List {
	node, _ := meta.Get("remote-node")
	if node == "" {
		return report.List{notSufficient("removing a guest node", "remove-guest", force)}
	}
	out := report.List{notSufficient("creating a guest node", "add-guest", force)}
	if idExists(doc, node) {
		return append(out, report.NewError("GUEST_NODE_NAME_ALREADY_EXISTS", fmt.Sprintf(
			"Cannot set name of the guest node to '%s' because that ID already exists in the cluster configuration.", node)))
	}
	addr, given := meta.Get("remote-addr")
	if !given {
		addr = node
	}
	return append(out, addressFree(doc, addr, rscID)...)
}

// addressFree reports an address that a node already has.
func addressFree(doc *cib.Document, addr, except string) report.List {
	for _, r := range allResources(doc) {
		if elementID(r) != except && nodeAddress(r) == addr {
			return report.List{report.NewError("NODE_ADDRESSES_ALREADY_EXIST", fmt.Sprintf(
				"Node address '%s' is already used by existing nodes; please, use other address", addr))}
		}
	}
	return nil
}

// nodeAddress is the address of the node that a resource makes, "" if it makes none.
func nodeAddress(r *cib.Element) string {
	if isRemote(r) {
		if server, given := nvsetValue(r, "instance_attributes", "server"); given {
			return server
		}
		return elementID(r)
	}
	node, guest := nvsetValue(r, "meta_attributes", "remote-node")
	if !guest {
		return ""
	}
	if addr, given := nvsetValue(r, "meta_attributes", "remote-addr"); given {
		return addr
	}
	return node
}
