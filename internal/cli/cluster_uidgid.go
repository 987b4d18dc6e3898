package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/conf"
	"gpcs/internal/durable"
)

func newClusterUIDGID() *cobra.Command {
	form := " [uid=<uid>] [gid=<gid>]"
	remove := func(word string) *cobra.Command {
		return verb(word+form, "Take the leave to talk to corosync back from a user or group.", uidgidRemove)
	}
	return oneUsage(noun("uidgid", "View and change who may talk to corosync on this node.", uidgidList, nil,
		verb("add"+form, "Let a user or group talk to corosync on this node.", uidgidAdd),
		remove("delete"), remove("remove")))
}

// uidgidOf reads "uid=... gid=..." and names the file that holds them.
func (c *Call) uidgidOf() (uid, gid, file string, err error) {
	options, err := optionMap(c.Args)
	if err != nil {
		return "", "", "", err
	}
	for name := range options {
		if name != "uid" && name != "gid" {
			return "", "", "", fail("uidgid options must be of the form uid=<uid> gid=<gid>")
		}
	}
	uid, gid = options["uid"], options["gid"]
	switch {
	case uid == "" && gid == "":
		return "", "", "", errUsage
	case strings.ContainsAny(uid+gid, "/{}\n\r"):
		return "", "", "", fail("'%s' is not a name or number of a user or group", strings.Join(c.Args, " "))
	}
	return uid, gid, filepath.Join(c.Root.UIDGIDDir(), "pcs-uidgid-"+uid+"-"+gid), nil
}

// uidgidList carries out "cluster uidgid".
func uidgidList(_ context.Context, c *Call) error {
	files, err := filepath.Glob(filepath.Join(c.Root.UIDGIDDir(), "*"))
	if err != nil {
		return err
	}
	found := false
	for _, file := range files {
		uid, gid := uidgidIn(file)
		if uid != "" || gid != "" {
			found = true
			fmt.Fprintf(c.Stdout, "UID/GID: uid=%s gid=%s\n", uid, gid)
		}
	}
	if !found {
		fmt.Fprintln(c.Stderr, "No uidgids configured")
	}
	return nil
}

// uidgidIn reads one file; a file that is none of corosync's holds nothing.
func uidgidIn(file string) (uid, gid string) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", ""
	}
	sections, err := conf.ParseSections(data)
	if err != nil {
		return "", ""
	}
	for _, s := range sections.All("uidgid") {
		if v, ok := s.Get("uid"); ok {
			uid = v
		}
		if v, ok := s.Get("gid"); ok {
			gid = v
		}
	}
	return uid, gid
}

// uidgidAdd carries out "cluster uidgid add".
func uidgidAdd(_ context.Context, c *Call) error {
	uid, gid, file, err := c.uidgidOf()
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil {
		return fail("uidgid file with uid=%s and gid=%s already exists", uid, gid)
	}
	text := "uidgid {\n"
	for _, o := range [][2]string{{"uid", uid}, {"gid", gid}} {
		if o[1] != "" {
			text += "  " + o[0] + ": " + o[1] + "\n"
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fail("Unable to create %s: %v", filepath.Dir(file), err)
	}
	if err := durable.Write(file, []byte(text+"}\n"), 0o644); err != nil {
		return fail("Unable to write %s: %v", file, err)
	}
	return nil
}

// uidgidRemove carries out "cluster uidgid delete" and "remove". The file need
// not be one that pcs named.
func uidgidRemove(_ context.Context, c *Call) error {
	uid, gid, _, err := c.uidgidOf()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(c.Root.UIDGIDDir(), "*"))
	if err != nil {
		return err
	}
	removed := false
	for _, file := range files {
		if u, g := uidgidIn(file); u != uid || g != gid {
			continue
		}
		if err := os.Remove(file); err != nil {
			return fail("Unable to remove %s: %v", file, err)
		}
		removed = true
	}
	if !removed {
		return fail("no uidgid files with uid=%s and gid=%s found", uid, gid)
	}
	return nil
}
