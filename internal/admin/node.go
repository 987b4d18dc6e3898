package admin

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// knownNodes lists the nodes that a document names: those of the cluster in
// document order, then remote and guest nodes.
func knownNodes(doc *cib.Document) []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			add(n.SelectAttrValue("uname", ""))
		}
	}
	for _, name := range remoteNodes(doc) {
		add(name)
	}
	return names
}

// remoteNodes lists the nodes that resources connect to: remote and guest nodes.
func remoteNodes(doc *cib.Document) []string {
	var names []string
	for _, n := range RemoteNodes(doc) {
		names = append(names, n.Name)
	}
	return names
}

// RemoteNode is a node that a resource connects to.
type RemoteNode struct{ Name, Addr string }

// RemoteNodes lists remote and guest nodes with the addresses that they are
// reached under: by default their names, ocf:pacemaker:remote(7).
func RemoteNodes(doc *cib.Document) []RemoteNode {
	var nodes []RemoteNode
	for _, r := range allResources(doc) {
		if isRemote(r) {
			n := RemoteNode{elementID(r), elementID(r)}
			if addr, ok := nvsetValue(r, "instance_attributes", "server"); ok {
				n.Addr = addr
			}
			nodes = append(nodes, n)
		}
		if name, ok := nvsetValue(r, "meta_attributes", "remote-node"); ok && r.Tag == "primitive" {
			n := RemoteNode{name, name}
			if addr, ok := nvsetValue(r, "meta_attributes", "remote-addr"); ok {
				n.Addr = addr
			}
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// nodeElement returns a node's element in the document. Remote and guest
// nodes get one when it is needed first; nil for names nobody knows.
func nodeElement(doc *cib.Document, name string) *cib.Element {
	section := doc.Section("nodes")
	for _, n := range section.SelectElements("node") {
		if n.SelectAttrValue("uname", "") == name {
			return n
		}
	}
	for _, remote := range remoteNodes(doc) {
		if remote == name {
			n := cib.NewElement("node", "id", name, "uname", name, "type", "remote")
			section.AddChild(n)
			return n
		}
	}
	return nil
}

// nodeSet returns a node's set of the tag, made if missing, under the ids
// that Pacemaker's tools give.
func (b *idBook) nodeSet(node *cib.Element, tag string) *cib.Element {
	if set := node.SelectElement(tag); set != nil {
		return set
	}
	id := "nodes-" + elementID(node)
	if tag == "utilization" {
		id += "-utilization"
	}
	set := cib.NewElement(tag, "id", b.unique(sanitizeID(id)))
	node.AddChild(set)
	return set
}

// SetNodeMode sets a mode of nodes, "standby" or "maintenance", on or off.
// all means every node; names of others are not allowed then.
func SetNodeMode(doc *cib.Document, mode string, on bool, names []string, all bool) report.List {
	if all {
		names = knownNodes(doc)
	}
	var out report.List
	known := map[string]bool{}
	for _, n := range knownNodes(doc) {
		known[n] = true
	}
	for _, n := range names {
		if !known[n] {
			out = append(out, report.Stop("NODE_NOT_FOUND", fmt.Sprintf("Node '%s' does not appear to exist in configuration", n)))
		}
	}
	if out != nil {
		return out
	}
	b := newIDs(doc)
	for _, n := range names {
		node := nodeElement(doc, n)
		set := node.SelectElement("instance_attributes")
		switch {
		case on:
			b.setNvpair(b.nodeSet(node, "instance_attributes"), Pair{mode, "on"})
		case set != nil:
			b.setNvpair(set, Pair{mode, ""})
		}
	}
	return nil
}

// ErrNoAttribute is the code of the report that an attribute to be removed is
// not there; pcs ends with status 2 then.
const ErrNoAttribute = "NODE_ATTRIBUTE_NOT_FOUND"

// SetNodeAttributes sets permanent attributes of a node; an empty value
// removes one, which must be there unless forced.
func SetNodeAttributes(doc *cib.Document, name string, values Pairs, force bool) report.List {
	node := nodeElement(doc, name)
	if node == nil {
		return noNode(name)
	}
	b := newIDs(doc)
	for _, p := range values {
		set := node.SelectElement("instance_attributes")
		switch {
		case p.Value != "":
			b.setNvpair(b.nodeSet(node, "instance_attributes"), p)
		case set != nil && findNvpair(set, p.Name) != nil:
			b.setNvpair(set, p)
		case !force:
			return report.List{report.Stop(ErrNoAttribute, fmt.Sprintf("attribute: '%s' doesn't exist for node: '%s'", p.Name, name))}
		}
	}
	return nil
}

func noNode(name string) report.List {
	return report.List{report.Stop("NODE_NOT_FOUND", "Unable to find a node: "+name)}
}

// SetNodeUtilization sets what a node has to give; an empty value removes a name.
func SetNodeUtilization(doc *cib.Document, name string, values Pairs) report.List {
	node := nodeElement(doc, name)
	if node == nil {
		return noNode(name)
	}
	for _, p := range values {
		if p.Value != "" && !integerForm.MatchString(p.Value) {
			return report.List{report.Stop("INVALID_OPTION_VALUE",
				fmt.Sprintf("Value of utilization attribute must be integer: '%s=%s'", p.Name, p.Value))}
		}
	}
	b := newIDs(doc)
	for _, p := range values.Sorted() {
		if p.Value != "" || node.SelectElement("utilization") != nil {
			b.setNvpair(b.nodeSet(node, "utilization"), p)
		}
	}
	return nil
}

// UtilizationHint warns that utilization counts for nothing as long as
// placement-strategy does not ask for it.
func UtilizationHint(doc *cib.Document) report.List {
	if section := doc.Find("crm_config"); section != nil {
		switch v, _ := nvsetValue(section, propertySet, "placement-strategy"); v {
		case "balanced", "minimal", "utilization":
			return nil
		}
	}
	return report.List{report.NewWarning("DEFAULTS_CAN_BE_OVERRIDDEN", "Utilization attributes configuration has no effect until cluster "+
		"property option 'placement-strategy' is set to one of the values: 'balanced', 'minimal', 'utilization'")}
}

// Node is one node of a document as pcs exports it.
type Node struct {
	ID          string  `json:"id"`
	Name        string  `json:"uname"`
	Description *string `json:"description"`
	Score       *string `json:"score"`
	Type        *string `json:"type"`
	Attributes  []Nvset `json:"instance_attributes"`
	Utilization []Nvset `json:"utilization"`
}

// Nodes are the nodes of a document.
type Nodes struct {
	List []Node `json:"nodes"`
}

// ReadNodes reads the nodes of a document with what is set for them.
func ReadNodes(doc *cib.Document, now time.Time) Nodes {
	nodes := Nodes{List: []Node{}}
	section := doc.Find("nodes")
	if section == nil {
		return nodes
	}
	for _, e := range section.SelectElements("node") {
		nodes.List = append(nodes.List, Node{
			elementID(e), e.SelectAttrValue("uname", ""), optional(e, "description"), optional(e, "score"), optional(e, "type"),
			readNvsets(e, "instance_attributes", now), readNvsets(e, "utilization", now),
		})
	}
	return nodes
}

// Has tells whether there is a node of a name.
func (n Nodes) Has(name string) bool {
	for _, node := range n.List {
		if node.Name == name {
			return true
		}
	}
	return false
}

// Lines writes attributes, or utilization, of the nodes as text; only of one
// node, and only one name, if those are not "".
func (n Nodes) Lines(utilization bool, node, name string) []string {
	var lines []string
	for _, nd := range n.List {
		if node != "" && nd.Name != node {
			continue
		}
		title, sets := "Attributes", nd.Attributes
		if utilization {
			title, sets = "Utilization", nd.Utilization
		}
		var body []string
		for _, s := range sets {
			var pairs []string
			for _, p := range s.Pairs {
				if name == "" || p.Name == name {
					pairs = append(pairs, nameValues(Pairs{{p.Name, p.Value}}))
				}
			}
			if pairs != nil {
				body = append(append(body, title+": "+s.ID), indent(pairs)...)
			}
		}
		if body != nil {
			lines = append(append(lines, "Node: "+nd.Name), indent(body)...)
		}
	}
	return lines
}

// Commands writes attributes, or utilization, as the commands that set them.
func (n Nodes) Commands(utilization bool) []string {
	var commands []string
	for _, nd := range n.List {
		verb, sets := "attribute", nd.Attributes
		if utilization {
			verb, sets = "utilization", nd.Utilization
		}
		var pairs Pairs
		for _, s := range sets {
			for _, p := range s.Pairs {
				pairs = append(pairs, Pair{p.Name, p.Value})
			}
		}
		if len(pairs) > 0 {
			commands = append(commands, "pcs -- node "+verb+" "+shellQuote(nd.Name)+" "+strings.Join(shellPairs(pairs), " "))
		}
	}
	return commands
}
