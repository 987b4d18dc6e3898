package server

import (
	"errors"
	"io/fs"
	"os"
	"strconv"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/status"
)

// service is what pcsd says of one service.
type service struct {
	Installed bool    `json:"installed"`
	Enabled   bool    `json:"enabled"`
	Running   bool    `json:"running"`
	Version   *string `json:"version"`
}

func (s *Server) services() map[string]service {
	state := s.Cluster.State()
	of := func(version string, enabled, running bool) service { return service{true, enabled, running, &version} }
	return map[string]service{
		"pacemaker":        of(api.PacemakerVersion, state.Enabled, state.Running),
		"corosync":         of(api.CorosyncVersion, state.Enabled, state.Running),
		"pcsd":             of(api.PcsdVersion, true, true),
		"pacemaker_remote": {}, "sbd": s.sbdService(), "qdevice": {}, "booth": {},
	}
}

func (s *Server) checkHost(call) answer {
	_, err := os.Stat(s.Root.CorosyncConf())
	return answer{json: map[string]any{"services": s.services(), "cluster_configuration_exists": err == nil, "gpcs": true}}
}

// nodeServices is the part of pcsd's big status that pcs reads: what runs here.
func (s *Server) nodeServices(call) answer {
	state := s.Cluster.State()
	var known []string
	if c, err := s.corosyncConf(); err == nil {
		known = c.NodeNames()
	}
	return answer{json: map[string]any{
		"cluster_name": state.ClusterName,
		"known_nodes":  known,
		"node": map[string]any{"name": state.Node, "id": strconv.Itoa(int(state.NodeID)),
			"corosync": state.Running, "corosync_enabled": state.Enabled,
			"pacemaker": state.Running, "pacemaker_enabled": state.Enabled,
			"pcsd_enabled": true, "services": s.services()},
	}}
}

func (s *Server) clusterStart(c call) answer {
	return s.do(c, api.ClusterCommand{Do: "start"}, "Starting Cluster...\n")
}

// clusterStop stops one component, as pcs asks for it, or both.
func (s *Server) clusterStop(c call) answer {
	switch component := c.Form.Get("component"); component {
	case "pacemaker", "corosync":
		return s.do(c, api.ClusterCommand{Do: "stop", Component: component}, "Stopping Cluster ("+component+")...\n")
	case "":
		return s.do(c, api.ClusterCommand{Do: "stop"}, "Stopping Cluster (pacemaker)...\nStopping Cluster (corosync)...\n")
	}
	return failed("unknown component")
}

func (s *Server) clusterDestroy(c call) answer {
	return s.do(c, api.ClusterCommand{Do: "destroy"}, "Successfully destroyed cluster")
}

func clusterSwitch(do, done string) func(*Server, call) answer {
	return func(s *Server, c call) answer { return s.do(c, api.ClusterCommand{Do: do}, done) }
}

// do carries a command out and answers in pcsd's words.
func (s *Server) do(c call, command api.ClusterCommand, done string) answer {
	s.Log.Info("cluster command", "do", command.Do, "component", command.Component, "user", c.user.Name, "from", c.RemoteAddr)
	if err := s.Cluster.Do(c.Context(), command); err != nil {
		return failed("Error: " + err.Error() + "\n")
	}
	return said(done)
}

func (s *Server) quorumInfo(call) answer {
	state := s.Cluster.State()
	if !state.Running {
		return said("Cannot initialize CMAP service\n") // pcs looks for this text
	}
	return said(status.QuorumText(client.Votes(state, s.Now())))
}

func (s *Server) reloadCorosyncConf(c call) answer {
	code, message := "reloaded", ""
	if !s.Cluster.State().Running {
		code = "not_running"
	} else if err := s.Cluster.Do(c.Context(), api.ClusterCommand{Do: "reload"}); err != nil {
		code, message = "failed", err.Error()
	}
	return answer{json: map[string]string{"code": code, "message": message}}
}

// removeNodesFromCIB makes the cluster forget nodes that were taken out of it.
func (s *Server) removeNodesFromCIB(c call) answer {
	var request struct {
		Nodes []string `json:"node_list"`
	}
	if fault := c.data(&request); fault != "" {
		return failed(fault)
	}
	code, message := "success", ""
	if err := s.Cluster.Do(c.Context(), api.ClusterCommand{Do: "forget", Nodes: request.Nodes}); err != nil {
		code, message = "failed", err.Error()
	}
	s.Log.Info("nodes removed from the CIB", "nodes", request.Nodes, "result", code, "user", c.user.Name, "from", c.RemoteAddr)
	return answer{json: map[string]string{"code": code, "message": message}}
}

// nodeState is pcsd's word on this node in the cluster.
type nodeState struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Type          string `json:"type"`
	Online        bool   `json:"online"`
	Standby       bool   `json:"standby"`
	StandbyOnFail bool   `json:"standby_onfail"`
	Maintenance   bool   `json:"maintenance"`
	Pending       bool   `json:"pending"`
	Unclean       bool   `json:"unclean"`
	Shutdown      bool   `json:"shutdown"`
	ExpectedUp    bool   `json:"expected_up"`
	IsDC          bool   `json:"is_dc"`
	Resources     int    `json:"resources_running"`
}

// nodeStatus says whether this node is online; pcs asks until it is.
func (s *Server) nodeStatus(c call) answer {
	state := s.Cluster.State()
	doc, err := s.Cluster.Document(c.Context(), true)
	if !state.Running || err != nil {
		return answer{json: map[string]bool{"pacemaker_not_running": true}}
	}
	n := nodeState{ID: strconv.Itoa(int(state.NodeID)), Name: state.Node, Type: "member",
		IsDC: state.View.DC != 0 && state.View.DC == state.NodeID}
	n.fill(doc)
	return answer{json: n}
}

// fill reads node_state as pacemaker writes it: in_ccm is false or, newer, 0
// while the node is away, crmd "offline" or 0; join is "member" once the DC
// has taken the node in.
func (n *nodeState) fill(doc *cib.Document) {
	section := doc.Find("status")
	if section == nil {
		return
	}
	for _, e := range section.SelectElements("node_state") {
		if e.SelectAttrValue("uname", "") != n.Name {
			continue
		}
		up := func(name string) bool {
			switch e.SelectAttrValue(name, "") {
			case "", "false", "0", "offline":
				return false
			}
			return true
		}
		joined := e.SelectAttrValue("join", "") == "member"
		n.Online = up("in_ccm") && up("crmd")
		n.Pending = n.Online && !joined
		n.ExpectedUp = e.SelectAttrValue("expected", "") == "member"
		n.Unclean = !n.Online && n.ExpectedUp
	}
}

// errNotInCluster says that this node has no corosync.conf.
var errNotInCluster = errors.New("this node is in no cluster")

func (s *Server) corosyncConf() (*conf.Corosync, error) {
	data, err := os.ReadFile(s.Root.CorosyncConf())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotInCluster
	}
	if err != nil {
		return nil, err
	}
	return conf.ParseCorosync(data)
}
