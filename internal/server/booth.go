package server

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gpcs/internal/conf"
	"gpcs/internal/durable"
)

// boothFile is a file of booth: the configuration as it is, the key in base64.
type boothFile struct {
	Name *string `json:"name"`
	Data *string `json:"data"`
}

const noBoothConfig = "Config doesn't exist"

// boothGetConfig sends an instance's configuration and the key that it names.
func (s *Server) boothGetConfig(c call) answer {
	name := c.Form.Get("name")
	if name == "" || len(conf.ValidateBoothName(name)) > 0 {
		return failed(noBoothConfig)
	}
	file := name + ".conf"
	data, err := os.ReadFile(filepath.Join(s.Root.BoothDir(), file))
	if errors.Is(err, fs.ErrNotExist) {
		return failed(noBoothConfig)
	}
	if err != nil {
		return failed("Unable to read booth config: " + reasonOf(err))
	}
	booth, err := conf.ParseBooth(data)
	if err != nil {
		return failed(err.Error())
	}
	config, key := string(data), boothFile{}
	if path := booth.Authfile(); filepath.Dir(path) == "/etc/booth" {
		content, err := os.ReadFile(filepath.Join(s.Root.BoothDir(), filepath.Base(path)))
		if err != nil {
			return failed("Unable to read booth key: " + reasonOf(err))
		}
		keyName, coded := filepath.Base(path), base64.StdEncoding.EncodeToString(content)
		key = boothFile{&keyName, &coded}
	}
	return answer{json: map[string]boothFile{"config": {&file, &config}, "authfile": key}}
}

// boothSetConfig takes an instance's configuration and key.
func (s *Server) boothSetConfig(c call) answer {
	var sent struct {
		Config   boothFile  `json:"config"`
		Authfile *boothFile `json:"authfile"`
	}
	if fault := c.data(&sent); fault != "" {
		return failed(fault)
	}
	if !plainName(sent.Config.Name, ".conf") || sent.Config.Data == nil {
		return failed("Invalid input data format: config")
	}
	s.files.Lock()
	defer s.files.Unlock()
	if _, err := os.Stat(s.Root.BoothDir()); err != nil {
		return failed("Configuration directory for booth '/etc/booth' is missing. Is booth installed?")
	}
	if key := sent.Authfile; key != nil && key.Name != nil && key.Data != nil {
		data, err := base64.StdEncoding.DecodeString(*key.Data)
		if err != nil || !plainName(key.Name, "") {
			return failed("Invalid input data format: authfile")
		}
		if err := s.writeBooth(*key.Name, data, 0o600); err != nil {
			return failed("Unable to save booth key: " + reasonOf(err))
		}
	}
	if err := s.writeBooth(*sent.Config.Name, []byte(*sent.Config.Data), 0o644); err != nil {
		return failed("Unable to save booth config: " + reasonOf(err))
	}
	s.Log.Info("booth configuration saved", "file", *sent.Config.Name, "user", c.user.Name, "from", c.RemoteAddr)
	return said("Booth configuration has been saved.")
}

// boothSaveFiles takes files of booth; those that are there stay as they are
// unless rewrite_existing is said.
func (s *Server) boothSaveFiles(c call) answer {
	var files []struct {
		Name string `json:"name"`
		Data string `json:"data"` // base64
		Key  bool   `json:"is_authfile"`
	}
	if fault := c.data(&files); fault != "" {
		return failed(fault)
	}
	s.files.Lock()
	defer s.files.Unlock()
	existing, saved, bad := []string{}, []string{}, map[string]string{}
	for _, f := range files {
		kind := "booth_config"
		if f.Key {
			kind = "booth_authfile"
		}
		t, ok := boothType(s.Root, filePut{Name: f.Name, Type: kind})
		data, err := base64.StdEncoding.DecodeString(f.Data)
		switch _, there := os.Stat(t.path); {
		case !ok || err != nil:
			bad[f.Name] = "Invalid input data format"
		case there == nil && !c.Form.Has("rewrite_existing"):
			existing = append(existing, f.Name)
		default:
			if err := s.writeBooth(f.Name, data, t.mode); err != nil {
				bad[f.Name] = reasonOf(err)
				continue
			}
			saved = append(saved, f.Name)
		}
	}
	return answer{json: map[string]any{"existing": existing, "saved": saved, "failed": bad}}
}

func (s *Server) writeBooth(name string, data []byte, mode os.FileMode) error {
	return durable.Write(filepath.Join(s.Root.BoothDir(), name), data, mode)
}

// plainName tells whether a file's name leads to no other directory.
func plainName(name *string, suffix string) bool {
	return name != nil && *name != "" && !strings.HasPrefix(*name, ".") && !strings.ContainsAny(*name, "/\x00") && strings.HasSuffix(*name, suffix)
}

// reasonOf leaves this node's paths out of an error that another node shows.
func reasonOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
