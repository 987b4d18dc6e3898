package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"gpcs/internal/fence/watchdog"
)

// sbdService is SBD as pcsd speaks of services: it is built in, so that it is
// always installed.
func (s *Server) sbdService() service {
	settings, err := watchdog.Load(s.Root)
	version := pacemakerVersion
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
