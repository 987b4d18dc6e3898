package cli

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/helper"
)

// attrPlace is where an attribute stands in the document.
type attrPlace struct {
	scope            string // "nodes", "status", "tickets", "utilization", "crm_config", "rsc_defaults", "op_defaults"
	nodeID, nodeName string
	set              string // id of the only set that counts, "" = any
}

// section is the part of the document that the place is in.
func (p attrPlace) section() string {
	if p.scope == "utilization" {
		return "nodes"
	}
	return p.scope
}

// path names the sets that may hold the attribute.
func (p attrPlace) path() string {
	switch p.scope {
	case "crm_config":
		return "/cib/configuration/crm_config/cluster_property_set"
	case "rsc_defaults", "op_defaults":
		return "/cib/configuration/" + p.scope + "/meta_attributes"
	case "tickets":
		return "/cib/status/tickets/instance_attributes"
	case "status":
		return fmt.Sprintf("/cib/status/node_state[@id='%s']/transient_attributes/instance_attributes", p.nodeID)
	case "utilization":
		return fmt.Sprintf("/cib/configuration/nodes/node[@id='%s']/utilization", p.nodeID)
	}
	return fmt.Sprintf("/cib/configuration/nodes/node[@id='%s']/instance_attributes", p.nodeID)
}

// sets are the sets of the place.
func (p attrPlace) sets(doc *cib.Document) []*cib.Element {
	sets, err := doc.XPath(p.path())
	if err != nil || p.set == "" {
		return sets
	}
	var found []*cib.Element
	for _, s := range sets {
		if s.SelectAttrValue("id", "") == p.set {
			found = append(found, s)
		}
	}
	return found
}

// pairs returns all attributes of the place.
func (p attrPlace) pairs(doc *cib.Document) []*cib.Element {
	var found []*cib.Element
	for _, s := range p.sets(doc) {
		found = append(found, s.SelectElements("nvpair")...)
	}
	return found
}

func (p attrPlace) find(doc *cib.Document, name string) *cib.Element { return p.withID(doc, name, "") }

// withID finds an attribute by its name and, if that is given, its id.
func (p attrPlace) withID(doc *cib.Document, name, id string) *cib.Element {
	for _, pair := range p.pairs(doc) {
		if pair.SelectAttrValue("name", "") == name && (id == "" || pair.SelectAttrValue("id", "") == id) {
			return pair
		}
	}
	return nil
}

// remove is the operation that deletes the attribute wherever it stands.
func (p attrPlace) remove(name string) cib.Op {
	quote := "'"
	if strings.Contains(name, quote) {
		quote = `"`
	}
	return cib.Op{Kind: cib.Delete, Path: p.path() + "/nvpair[@name=" + quote + name + quote + "]"}
}

// put is the operation that gives the attribute a value; the ids of what is
// there already are kept. id is that of one to be made, "" for the usual.
func (p attrPlace) put(doc *cib.Document, name, id, value string) cib.Op {
	setID := map[string]string{
		"crm_config": "cib-bootstrap-options", "status": "status-" + p.nodeID,
		"tickets": "status-tickets", "utilization": "nodes-" + p.nodeID + "-utilization", "nodes": "nodes-" + p.nodeID,
		"rsc_defaults": "rsc_defaults-options", "op_defaults": "op_defaults-options",
	}[p.scope]
	if p.set != "" {
		setID = p.set
	} else if sets := p.sets(doc); len(sets) > 0 {
		setID = sets[0].SelectAttrValue("id", setID)
	}
	if pair := p.withID(doc, name, id); pair != nil {
		setID, id = pair.Parent().SelectAttrValue("id", setID), pair.SelectAttrValue("id", id)
	} else if id == "" {
		id = helper.SafeID(setID + "-" + name)
	}
	root := cib.NewElement("cib")
	at := root
	into := func(tag string, pairs ...string) { e := cib.NewElement(tag, pairs...); at.AddChild(e); at = e }
	switch p.scope {
	case "crm_config":
		into("configuration")
		into("crm_config")
		into("cluster_property_set", "id", setID)
	case "rsc_defaults", "op_defaults":
		into("configuration")
		into(p.scope)
		into("meta_attributes", "id", setID)
	case "tickets":
		into("status")
		into("tickets")
		into("instance_attributes", "id", setID)
	case "status":
		into("status")
		into("node_state", "id", p.nodeID, "uname", p.nodeName)
		into("transient_attributes", "id", p.nodeID)
		into("instance_attributes", "id", setID)
	default:
		into("configuration")
		into("nodes")
		into("node", "id", p.nodeID, "uname", p.nodeName)
		into(map[string]string{"nodes": "instance_attributes", "utilization": "utilization"}[p.scope], "id", setID)
	}
	into("nvpair", "id", id, "name", name, "value", value)
	return cib.Op{Kind: cib.Modify, XML: string(cib.Print(root))}
}
