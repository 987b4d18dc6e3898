package server

import (
	"strings"
	"testing"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

// The document's access control lists bind users who come in over the API, and
// none can claim to be somebody else, or nobody.
func TestAccessControlLists(t *testing.T) {
	n := start(t, nil)
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>
<crm_config><cluster_property_set id="o"><nvpair id="e" name="enable-acl" value="yes"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="node1"/></nodes><resources/><constraints/>
<acls><acl_group id="haclient"><role id="r"/></acl_group><acl_role id="r"><acl_permission id="p" kind="read" object-type="nodes"/></acl_role></acls>
</configuration><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	n.cluster.doc = doc
	amy, super := n.login("amy"), n.login("hacluster")
	if code, xml := n.request("GET", api.PathCIB, nil, amy); code != 200 || !strings.Contains(xml, "node1") || strings.Contains(xml, "acl") {
		t.Errorf("amy reads %d %s", code, xml)
	}
	if code, xml := n.request("GET", api.PathCIB, nil, super); code != 200 || !strings.Contains(xml, "acl_role") {
		t.Errorf("hacluster reads %d %s", code, xml)
	}
	change := `{"id":"1","user":"root","as":{"user":"root"},"ops":[{"kind":"delete","path":"//acls"}]}`
	n.raw("POST", api.PathChange, strings.NewReader(change), "application/json", amy)
	n.raw("POST", api.PathChange, strings.NewReader(strings.Replace(change, `"as":{"user":"root"},`, "", 1)), "application/json", super)
	if as := n.cluster.requests[0].As; as == nil || as.User != "amy" || len(as.Groups) != 1 {
		t.Errorf("amy's request is made as %+v", as)
	}
	if as := n.cluster.requests[1].As; as != nil {
		t.Errorf("hacluster's request is made as %+v", as)
	}
	n.cluster.err = cib.ErrDenied
	if code, body := n.raw("POST", api.PathChange, strings.NewReader(change), "application/json", amy); code != 403 || !strings.Contains(body, api.CodeDenied) {
		t.Errorf("a refusal is answered with %d %s", code, body)
	}
}
