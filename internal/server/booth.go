package server

import (
	"encoding/base64"
	"encoding/json"
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

// boothGetConfig sends an instance's configuration and the key that it names.
func (s *Server) boothGetConfig(c call) answer {
	name := c.Form.Get("name")
	if name == "" || len(conf.ValidateBoothName(name)) > 0 {
		return failed("the name of a booth instance is wrong")
	}
	file := name + ".conf"
	data, err := os.ReadFile(filepath.Join(s.Root.BoothDir(), file))
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
	if err := json.Unmarshal([]byte(c.Form.Get("data_json")), &sent); err != nil {
		return failed("Invalid input data format: " + err.Error())
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
