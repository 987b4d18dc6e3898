package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/fence/watchdog"
)

// sbdService is SBD as pcsd speaks of services: it is built in, so that it is
// always installed.
func (s *Server) sbdService() service {
	settings, err := watchdog.Load(s.Root)
	version := api.PacemakerVersion
	return service{Installed: true, Enabled: err == nil && settings.Enabled, Running: s.Cluster.State().Watchdog != "", Version: &version}
}

// checkSBD tells whether a node could use a watchdog and disks.
func (s *Server) checkSBD(c call) answer {
	out := map[string]any{"sbd": s.sbdService()}
	if name := c.Form.Get("watchdog"); name != "" {
		exists := slices.Contains(watchdog.List(s.Root), name)
		if !exists { // elsewhere than in /dev, as an administrator may name it
			_, err := os.Stat(s.Root.Join(name))
			exists = err == nil
		}
		out["watchdog"] = map[string]any{"path": name, "exist": exists, "is_supported": exists}
	}
	var devices []string
	if list := c.Form.Get("device_list"); list != "" && json.Unmarshal([]byte(list), &devices) != nil {
		return failed("Invalid input data format")
	}
	disks := []map[string]any{}
	for _, d := range devices {
		info, err := os.Stat(s.Root.Join(d))
		disks = append(disks, map[string]any{"path": d, "exist": err == nil, "block_device": err == nil && info.Mode()&os.ModeDevice != 0})
	}
	out["device_list"] = disks
	return answer{json: out}
}

func (s *Server) getSBDConfig(call) answer {
	data, err := os.ReadFile(watchdog.File(s.Root))
	if errors.Is(err, fs.ErrNotExist) { // as the file that comes with sbd has it
		return said(fmt.Sprintf("SBD_WATCHDOG_DEV=%s\nSBD_WATCHDOG_TIMEOUT=%d\n", watchdog.Default, watchdog.DefaultTimeout/time.Second))
	}
	if err != nil {
		return failed("Unable to read SBD configuration: " + err.Error())
	}
	return said(string(data))
}

func (s *Server) setSBDConfig(c call) answer {
	config := c.Form.Get("config")
	if config == "" {
		return failed("Parameter \"config\" required")
	}
	if err := watchdog.Save(s.Root, []byte(config)); err != nil {
		return failed("Unable to save SBD configuration: " + err.Error())
	}
	s.Log.Info("SBD configuration saved", "user", c.user.Name, "from", c.RemoteAddr)
	return said("SBD configuration saved.")
}

func sbdSwitch(on bool, done string) func(*Server, call) answer {
	return func(s *Server, c call) answer {
		if err := watchdog.Enable(s.Root, on); err != nil {
			return failed("Error: " + err.Error() + "\n")
		}
		s.Log.Info(done, "user", c.user.Name, "from", c.RemoteAddr)
		return said(done)
	}
}

// watchdogTimeouts are the names of the property that says how long the others
// wait for a node's watchdog.
var watchdogTimeouts = []string{"stonith-watchdog-timeout", "fencing-watchdog-timeout"}

// watchdogTimeout takes the property out of the cluster's configuration, or
// sets it to a value: the time was for watchdogs that are no more, or not yet,
// as they were. On a stopped node it is an error if the property is there.
func watchdogTimeout(value string) func(*Server, call) answer {
	return func(s *Server, c call) answer {
		if !s.Cluster.State().Running {
			data, err := os.ReadFile(filepath.Join(s.Root.CIBDir(), "cib.xml"))
			set := slices.ContainsFunc(watchdogTimeouts, func(name string) bool { return bytes.Contains(data, []byte(`name="`+name+`"`)) })
			if err == nil && set {
				return failed("the cluster is stopped; once it runs, set or remove the property stonith-watchdog-timeout")
			}
			return said("OK")
		}
		doc, err := s.Cluster.Document(c.Context(), false)
		if err == nil {
			_, err = s.Cluster.Submit(c.Context(), cib.Request{User: c.user.Name, Client: "pcsd", Origin: s.Cluster.State().Node,
				Ops: watchdogTimeoutOps(doc, value)})
		}
		if err != nil {
			return failed("ERROR: " + err.Error())
		}
		s.Log.Info("stonith-watchdog-timeout changed", "value", value, "user", c.user.Name, "from", c.RemoteAddr)
		return said("OK")
	}
}

// watchdogTimeoutOps are the changes for that; "" removes the property.
func watchdogTimeoutOps(doc *cib.Document, value string) []cib.Op {
	const set, section = "cib-bootstrap-options", "/cib/configuration/crm_config/cluster_property_set"
	var ops []cib.Op
	for _, name := range watchdogTimeouts {
		ops = append(ops, cib.Op{Kind: cib.Delete, Path: section + "/nvpair[@name='" + name + "']"})
	}
	if value == "" {
		return ops
	}
	in := set
	if first := doc.Root().FindElement("configuration/crm_config/cluster_property_set"); first != nil {
		in = first.SelectAttrValue("id", set)
	}
	config, properties := cib.NewElement("crm_config"), cib.NewElement("cluster_property_set", "id", in)
	properties.AddChild(cib.NewElement("nvpair", "id", in+"-"+watchdogTimeouts[0], "name", watchdogTimeouts[0], "value", value))
	config.AddChild(properties)
	return append(ops, cib.Op{Kind: cib.Modify, XML: string(cib.Print(config))})
}
