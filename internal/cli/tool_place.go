package cli

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/helper"
)

// attrPlace is where an attribute stands in the document.
type attrPlace struct {
	scope            string // "nodes", "status", "utilization", "crm_config"
	nodeID, nodeName string
}

// path names the sets that may hold the attribute.
func (p attrPlace) path() string {
	switch p.scope {
	case "crm_config":
		return "/cib/configuration/crm_config/cluster_property_set"
	case "status":
		return fmt.Sprintf("/cib/status/node_state[@id='%s']/transient_attributes/instance_attributes", p.nodeID)
	case "utilization":
		return fmt.Sprintf("/cib/configuration/nodes/node[@id='%s']/utilization", p.nodeID)
	}
	return fmt.Sprintf("/cib/configuration/nodes/node[@id='%s']/instance_attributes", p.nodeID)
}

// pairs returns all attributes of the place.
func (p attrPlace) pairs(doc *cib.Document) []*cib.Element {
	sets, err := doc.XPath(p.path())
	if err != nil {
		return nil
	}
	var found []*cib.Element
	for _, s := range sets {
		found = append(found, s.SelectElements("nvpair")...)
	}
	return found
}

func (p attrPlace) find(doc *cib.Document, name string) *cib.Element {
	for _, pair := range p.pairs(doc) {
		if pair.SelectAttrValue("name", "") == name {
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

// set is the operation that gives the attribute a value; the ids of what is
// there already are kept.
func (p attrPlace) set(doc *cib.Document, name, value string) cib.Op {
	setID := map[string]string{
		"crm_config": "cib-bootstrap-options", "status": "status-" + p.nodeID,
		"utilization": "nodes-" + p.nodeID + "-utilization", "nodes": "nodes-" + p.nodeID,
	}[p.scope]
	if sets, err := doc.XPath(p.path()); err == nil && len(sets) > 0 {
		setID = sets[0].SelectAttrValue("id", setID)
	}
	id := helper.SafeID(setID + "-" + name)
	if pair := p.find(doc, name); pair != nil {
		setID, id = pair.Parent().SelectAttrValue("id", setID), pair.SelectAttrValue("id", id)
	}
	root := cib.NewElement("cib")
	at := root
	into := func(tag string, pairs ...string) { e := cib.NewElement(tag, pairs...); at.AddChild(e); at = e }
	switch p.scope {
	case "crm_config":
		into("configuration")
		into("crm_config")
		into("cluster_property_set", "id", setID)
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
