package server

import (
	"encoding/json"
	"errors"
	"os"

	"gpcs/internal/auth"
	"gpcs/internal/conf"
)

// knownHostsEdit is the body of known_hosts_change. pcs sends an empty object
// for "remove nothing", others a list.
type knownHostsEdit struct {
	Add    map[string]auth.Host `json:"known_hosts_add"`
	Remove json.RawMessage      `json:"known_hosts_remove"`
}

func (e knownHostsEdit) removed() []string {
	var names []string
	if json.Unmarshal(e.Remove, &names) == nil {
		return names
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(e.Remove, &object) == nil {
		for name := range object {
			names = append(names, name)
		}
	}
	return names
}

func (s *Server) knownHostsChange(c call) answer {
	var edit knownHostsEdit
	if err := json.Unmarshal([]byte(c.Form.Get("data_json")), &edit); err != nil {
		return failed("Incorrect format of request data: " + err.Error())
	}
	s.files.Lock()
	defer s.files.Unlock()
	known, err := auth.LoadKnownHosts(s.Root.KnownHosts())
	if err == nil {
		err = known.Change(edit.Add, edit.removed()).Save(s.Root.KnownHosts())
	}
	if err != nil {
		return failed("Cannot save known-hosts: " + err.Error())
	}
	s.Log.Info("known-hosts changed", "user", c.user.Name, "from", c.RemoteAddr)
	return said("")
}

// clusterKnownHosts gives the tokens of this cluster's nodes.
func (s *Server) clusterKnownHosts(call) answer {
	hosts := map[string]auth.Host{}
	known, err := auth.LoadKnownHosts(s.Root.KnownHosts())
	if err != nil {
		return failed(err.Error())
	}
	if c, err := s.corosyncConf(); err == nil {
		for _, name := range c.NodeNames() {
			if h, ok := known.Hosts[name]; ok {
				hosts[name] = h
			}
		}
	}
	return answer{json: hosts}
}

// configFile is a file that pcsd keeps equal on all nodes.
type configFile struct {
	Type string  `json:"type"`
	Text *string `json:"text"`
}

func onlyStatus(s string) answer { return answer{json: map[string]string{"status": s}} }

// sameCluster compares the cluster that a request is about with this node's.
func (s *Server) sameCluster(name string) (*conf.Corosync, string) {
	c, err := s.corosyncConf()
	switch {
	case errors.Is(err, errNotInCluster):
		return nil, "not_in_cluster"
	case err != nil:
		return nil, "error"
	case c.ClusterName() != name:
		return nil, "wrong_cluster_name"
	}
	return c, ""
}

func (s *Server) getConfigs(c call) answer {
	name := c.Form.Get("cluster_name")
	if _, problem := s.sameCluster(name); problem != "" {
		return onlyStatus(problem)
	}
	read := func(file string) configFile {
		data, err := os.ReadFile(file)
		if err != nil {
			return configFile{Type: "file"}
		}
		text := string(data)
		return configFile{"file", &text}
	}
	return answer{json: map[string]any{"status": "ok", "cluster_name": name, "configs": map[string]configFile{
		"known-hosts": read(s.Root.KnownHosts()), "pcs_settings.conf": read(s.Root.PcsSettings())}}}
}

// setConfigs takes known-hosts and permissions of another node if they are
// newer than ours.
func (s *Server) setConfigs(c call) answer {
	var request struct {
		ClusterName string                `json:"cluster_name"`
		Force       bool                  `json:"force"`
		Configs     map[string]configFile `json:"configs"`
	}
	if json.Unmarshal([]byte(c.Form.Get("configs")), &request) != nil {
		return onlyStatus("bad_json")
	}
	if _, problem := s.sameCluster(request.ClusterName); problem != "" {
		return onlyStatus(problem)
	}
	s.files.Lock()
	defer s.files.Unlock()
	result := map[string]string{}
	for name, file := range request.Configs {
		switch {
		case file.Text == nil:
			result[name] = "not_supported"
			continue
		case name == "known-hosts":
			result[name] = s.takeKnownHosts(*file.Text, request.Force)
		case name == "pcs_settings.conf":
			result[name] = s.takeSettings(*file.Text, request.Force)
		default:
			result[name] = "not_supported"
			continue
		}
		s.Log.Info("file received", "file", name, "result", result[name], "user", c.user.Name, "from", c.RemoteAddr)
	}
	return answer{json: map[string]any{"status": "ok", "result": result}}
}

func (s *Server) takeKnownHosts(text string, force bool) string {
	theirs, err := auth.ParseKnownHosts([]byte(text))
	if err != nil {
		return "error"
	}
	ours, err := auth.LoadKnownHosts(s.Root.KnownHosts())
	if err != nil {
		s.Log.Error("known-hosts is damaged and is replaced", "err", err)
		force = true
	}
	same := string(ours.Bytes()) == string(theirs.Bytes())
	if !force && !same && theirs.DataVersion <= ours.DataVersion {
		return "rejected"
	}
	for name, h := range theirs.Hosts { // pcs does not know pins and drops them
		if old, ok := ours.Hosts[name]; ok && h.Pin == "" && h.Token == old.Token {
			h.Pin = old.Pin
			theirs.Hosts[name] = h
		}
	}
	if err := theirs.Save(s.Root.KnownHosts()); err != nil {
		s.Log.Error("known-hosts cannot be saved", "err", err)
		return "error"
	}
	return "accepted"
}
