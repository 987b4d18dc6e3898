package server

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// fileType is a kind of file that other nodes may put here or remove.
type fileType struct {
	path      string
	mode      os.FileMode
	base64    bool // how the content is sent
	hacluster bool // the owner is hacluster:haclient
	remove    bool // may be removed
	put       bool // may be written
}

func fileTypes(root paths.Root) map[string]fileType {
	return map[string]fileType{
		"corosync_conf":              {path: root.CorosyncConf(), mode: 0o644, put: true},
		"corosync_authkey":           {path: root.CorosyncAuthkey(), mode: 0o400, base64: true, put: true},
		"pcmk_remote_authkey":        {path: root.PacemakerAuthkey(), mode: 0o400, base64: true, hacluster: true, put: true, remove: true},
		"pcs_settings_conf":          {path: root.PcsSettings(), mode: 0o600, put: true},
		"pcsd_settings":              {path: root.PcsSettings(), remove: true},
		"pcs_disaster_recovery_conf": {path: filepath.Join(root.PcsdDir(), "disaster-recovery"), mode: 0o600, base64: true, put: true, remove: true},
	}
}

// What can be put and removed, as pcsd's error messages list it.
const (
	putTypes    = `["booth_authfile", "booth_config", "pcmk_remote_authkey", "corosync_authkey", "corosync_conf", "pcs_settings_conf", "pcs_disaster_recovery_conf"]`
	removeTypes = `["pcmk_remote_authkey", "pcsd_settings", "pcs_disaster_recovery_conf"]`
)

// filePut is one file of put_file or remove_file.
type filePut struct {
	Name    string `json:"name"` // of a file of booth
	Type    string `json:"type"`
	Data    string `json:"data"`
	Rewrite bool   `json:"rewrite_existing"`
}

// fileResult is what became of one file.
type fileResult struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// boothType is what a file of booth is: a configuration, or a key.
func boothType(root paths.Root, f filePut) (fileType, bool) {
	t := fileType{path: filepath.Join(root.BoothDir(), f.Name), mode: 0o644, put: true}
	suffix := ".conf"
	if f.Type == "booth_authfile" {
		t.mode, t.base64, suffix = 0o600, true, ""
	} else if f.Type != "booth_config" {
		return t, false
	}
	return t, plainName(&f.Name, suffix)
}

func (s *Server) putFile(c call) answer {
	var files map[string]filePut
	if fault := c.data(&files); fault != "" {
		return failed(fault)
	}
	types := fileTypes(s.Root)
	for key, f := range files {
		if t, ok := boothType(s.Root, f); ok {
			types[f.Type+"/"+f.Name] = t
			f.Type += "/" + f.Name
			files[key] = f
		}
		if !types[f.Type].put {
			return failed(fmt.Sprintf("Invalid input data format: file (key: %s): unsupported 'type' ('%s') supported are %s",
				key, f.Type, putTypes))
		}
	}
	s.files.Lock()
	defer s.files.Unlock()
	results := map[string]fileResult{}
	for key, f := range files {
		results[key] = s.put(types[f.Type], f)
		s.Log.Info("file put", "file", types[f.Type].path, "result", results[key].Code, "user", c.user.Name, "from", c.RemoteAddr)
	}
	return answer{json: map[string]any{"files": results}}
}

func (s *Server) put(t fileType, f filePut) fileResult {
	data := []byte(f.Data)
	if t.base64 {
		var err error
		if data, err = base64.StdEncoding.DecodeString(f.Data); err != nil {
			return fileResult{"unexpected", "the content is not base64"}
		}
	}
	code := "written"
	old, err := os.ReadFile(t.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fileResult{"unexpected", err.Error()}
	case bytes.Equal(old, data):
		return fileResult{"same_content", ""}
	case !f.Rewrite:
		return fileResult{"conflict", ""}
	default:
		code = "rewritten"
	}
	if err := s.write(t, data); err != nil {
		return fileResult{"unexpected", err.Error()}
	}
	return fileResult{code, ""}
}

func (s *Server) write(t fileType, data []byte) error {
	if err := durable.Write(t.path, data, t.mode); err != nil {
		return err
	}
	if !t.hacluster {
		return nil
	}
	uid, gid, ok := auth.IDs(s.Root)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(t.path, uid, gid)
}

func (s *Server) removeFile(c call) answer {
	var files map[string]filePut
	if fault := c.data(&files); fault != "" {
		return failed(fault)
	}
	types := fileTypes(s.Root)
	for key, f := range files {
		if !types[f.Type].remove {
			return failed(fmt.Sprintf("Invalid input data format: file (key: %s): unsupported 'type' ('%s') supported are %s", key, f.Type, removeTypes))
		}
	}
	s.files.Lock()
	defer s.files.Unlock()
	results := map[string]fileResult{}
	for key, f := range files {
		err := os.Remove(types[f.Type].path)
		switch {
		case err == nil:
			results[key] = fileResult{"deleted", ""}
		case errors.Is(err, fs.ErrNotExist):
			results[key] = fileResult{"not_found", ""}
		default:
			results[key] = fileResult{"unexpected", err.Error()}
		}
	}
	return answer{json: map[string]any{"files": results}}
}

func (s *Server) getCorosyncConf(call) answer {
	data, err := os.ReadFile(s.Root.CorosyncConf())
	if err != nil {
		return failed("Unable to read corosync.conf: " + err.Error())
	}
	return said(string(data))
}

// backupSuffix is added to the name of a corosync.conf that was replaced.
const backupSuffix = ".bak"

// setCorosyncConf replaces corosync.conf; the old one is kept beside it.
func (s *Server) setCorosyncConf(c call) answer {
	data := []byte(c.Form.Get("corosync_conf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return failed("Failed")
	}
	if _, err := conf.ParseCorosync(data); err != nil {
		return failed("Failed: " + err.Error())
	}
	s.files.Lock()
	defer s.files.Unlock()
	name := s.Root.CorosyncConf()
	old, err := os.ReadFile(name)
	switch taken, refused := s.replaces(api.GetReplace(c.Form), old, data); {
	case refused:
		return failed("Failed: " + api.ReplacedMeanwhile)
	case !taken:
		return said("Succeeded")
	}
	if err == nil && !bytes.Equal(old, data) {
		if err := durable.Write(name+backupSuffix, old, 0o644); err != nil {
			return failed("Failed: " + err.Error())
		}
	}
	if err := durable.Write(name, data, 0o644); err != nil {
		return failed("Failed: " + err.Error())
	}
	s.Log.Info("corosync.conf replaced", "user", c.user.Name, "from", c.RemoteAddr)
	return said("Succeeded")
}

// lineage is the last change of corosync.conf that said what it was made from.
type lineage struct {
	from, to string // digests
	at       time.Time
}

// replaces judges a change of corosync.conf from old to data. A strict one is
// refused where it was made from another file. One that comes just after the
// change that was made from it is late, and not taken.
func (s *Server) replaces(r api.Replace, old, data []byte) (taken, refused bool) {
	const late = 2 * time.Second
	if r.Digest == "" {
		return true, false
	}
	was, now := api.Digest(old), api.Digest(data)
	switch {
	case r.Digest == was:
	case r.Strict:
		return false, true
	case s.latest.to == was && s.latest.from == now && time.Since(s.latest.at) < late:
		return false, false
	}
	s.latest = lineage{r.Digest, now, time.Now()}
	return true, false
}

// RemoveClusterFiles takes this node out of its cluster: corosync.conf, the
// keys, the CIB and its earlier versions. It is for the daemon to call once
// cluster services are stopped. What is missing is no error.
func RemoveClusterFiles(root paths.Root) error {
	var errs []error
	remove := func(name string) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	// corosync.conf first: without it the node is in no cluster, whatever
	// happens to the rest.
	remove(root.CorosyncConf())
	remove(root.CorosyncConf() + backupSuffix)
	remove(root.CorosyncAuthkey())
	remove(root.PacemakerAuthkey())
	remove(filepath.Join(root.PcsdDir(), "disaster-recovery"))
	// What quorum remembers is of this cluster's views.
	remove(filepath.Join(root.StateDir(), "votequorum.json"))
	remove(filepath.Join(root.RunDir(), "votequorum.json"))
	for _, pattern := range []string{"cib-*", "cib.*", "hostcache"} {
		names, _ := filepath.Glob(filepath.Join(root.CIBDir(), pattern)) // the patterns are well formed
		for _, n := range names {
			remove(n)
		}
	}
	return errors.Join(errs...)
}
