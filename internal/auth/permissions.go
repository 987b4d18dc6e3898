package auth

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"

	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// Level is what a request needs, as pcsd grades them.
type Level string

// The levels. Full includes all but Super, Write includes Read.
const (
	None  Level = "none" // any user who has a token
	Read  Level = "read"
	Write Level = "write"
	Grant Level = "grant"
	Full  Level = "full"
	Super Level = "superuser"
)

// User is somebody who was let in.
type User struct {
	Name   string
	Groups []string
}

// Super tells whether the user may do everything.
func (u User) Super() bool { return u.Name == Superuser || u.Name == "root" }

// LookUp returns a user of this system with the groups.
func LookUp(root paths.Root, name string) (User, error) {
	groups, err := groupsOf(root, name)
	return User{Name: name, Groups: groups}, err
}

// Permission is what a user or a group may do in the local cluster.
type Permission struct {
	Type  string   `json:"type"` // "user" or "group"
	Name  string   `json:"name"`
	Allow []string `json:"allow"`
}

// Allowed tells whether a user may do something of that level in the local
// cluster: by pcs_settings.conf, or by pcsd's default if there is no such
// file, which gives read, write and grant to group haclient.
func Allowed(root paths.Root, u User, need Level) (bool, error) {
	if u.Super() || need == None {
		return true, nil
	}
	if need == Super {
		return false, nil
	}
	list, err := Permissions(root)
	if err != nil {
		return false, err
	}
	for _, p := range list {
		mine := p.Type == "user" && p.Name == u.Name || p.Type == "group" && slices.Contains(u.Groups, p.Name)
		if mine && grants(p.Allow, need) {
			return true, nil
		}
	}
	return false, nil
}

func grants(allow []string, need Level) bool {
	return slices.Contains(allow, string(need)) || slices.Contains(allow, string(Full)) ||
		need == Read && slices.Contains(allow, string(Write))
}

// Permissions returns those of pcs_settings.conf, or pcsd's default where there
// is no such file.
func Permissions(root paths.Root) ([]Permission, error) {
	settings, err := LoadSettings(root)
	if errors.Is(err, fs.ErrNotExist) {
		return []Permission{{"group", Group, []string{"grant", "read", "write"}}}, nil
	}
	return settings.permissions.Local, err
}

// Settings is pcs_settings.conf; the web interface's clusters are kept as they are.
type Settings struct {
	Version     int // data_version: grows by one with each change
	clusters    json.RawMessage
	permissions localPermissions
}

type localPermissions struct {
	Local []Permission `json:"local_cluster"`
}

// LoadSettings reads the file of this node.
func LoadSettings(root paths.Root) (Settings, error) {
	data, err := os.ReadFile(root.PcsSettings())
	if err != nil {
		return Settings{}, err
	}
	return ParseSettings(data)
}

// ParseSettings reads the file's content.
func ParseSettings(data []byte) (Settings, error) {
	var file settingsFile
	if err := json.Unmarshal(data, &file); err != nil {
		return Settings{}, err
	}
	return Settings{file.Version, file.Clusters, file.Permissions}, nil
}

// WithPermissions returns the settings with other permissions, as their next version.
func (s Settings) WithPermissions(list []Permission) Settings {
	s.Version++
	s.permissions = localPermissions{list}
	return s
}

// Bytes prints the file as pcsd does.
func (s Settings) Bytes() ([]byte, error) {
	if s.clusters == nil {
		s.clusters = json.RawMessage("[]")
	}
	return json.MarshalIndent(settingsFile{2, s.Version, s.clusters, s.permissions}, "", "  ")
}

type settingsFile struct {
	Format      int              `json:"format_version"`
	Version     int              `json:"data_version"`
	Clusters    json.RawMessage  `json:"clusters"`
	Permissions localPermissions `json:"permissions"`
}

// Save replaces the file of this node.
func (s Settings) Save(root paths.Root) error {
	data, err := s.Bytes()
	if err != nil {
		return err
	}
	return durable.Write(root.PcsSettings(), data, 0o600)
}
