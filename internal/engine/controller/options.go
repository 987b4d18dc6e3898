package controller

import (
	"strings"

	"gpcs/internal/cib"
)

// clusterOptions are the few cluster options that the controller itself obeys.
type clusterOptions struct {
	fencing bool
	policy  string
}

func options(doc *cib.Document) clusterOptions {
	o := clusterOptions{fencing: true, policy: "stop"}
	conf := doc.Find("crm_config")
	if conf == nil {
		return o
	}
	for _, set := range conf.SelectElements("cluster_property_set") {
		for _, nv := range set.SelectElements("nvpair") {
			value := strings.ToLower(nv.SelectAttrValue("value", ""))
			switch nv.SelectAttrValue("name", "") {
			case "stonith-enabled", "fencing-enabled":
				o.fencing = value != "false" && value != "off" && value != "no" && value != "n" && value != "0"
			case "no-quorum-policy":
				o.policy = value
			}
		}
	}
	return o
}

// lostNodesGoOn tells that waiting for a lost node to stop by itself is of no
// use: it would go on without quorum, or proof by fencing is waited for anyway.
func (o clusterOptions) lostNodesGoOn() bool { return o.fencing || o.policy == "ignore" }

// DropsWhenIsolated tells whether no-quorum-policy makes a node without quorum
// give up what it runs.
func DropsWhenIsolated(doc *cib.Document) bool {
	switch options(doc).policy {
	case "ignore", "freeze":
		return false
	}
	return true
}
