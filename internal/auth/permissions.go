package auth

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"

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

type permission struct {
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
	list, err := permissions(root.PcsSettings())
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

func permissions(file string) ([]permission, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return []permission{{"group", Group, []string{"grant", "read", "write"}}}, nil
	}
	if err != nil {
		return nil, err
	}
	var settings struct {
		Permissions struct {
			Local []permission `json:"local_cluster"`
		} `json:"permissions"`
	}
	if err := json.Unmarshal(data, &settings); err != nil {
		return nil, err
	}
	return settings.Permissions.Local, nil
}
