// Package backup packs the configuration of a node's cluster into an archive
// and unpacks it, with pcs's names in it: pcs reads our archives and we read
// those of pcs. It owns no decision when that may be done: a cluster that runs
// must be stopped before its configuration is put back.
//
// It stands for pcs's config backup and config restore.
package backup

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// Version is that of the archive's layout.
const Version = 1

// largest is how large one file of an archive may be, in bytes.
const largest = 64 << 20

// file is a file of a node by its name in the archive; dir means all files in
// a directory.
type file struct {
	path      string
	required  bool
	dir       bool
	mode      os.FileMode
	hacluster bool // owned by hacluster:haclient
}

func files(root paths.Root) map[string]file {
	return map[string]file{
		"cib.xml":           {path: root.CIB(), required: true, mode: 0o600, hacluster: true},
		"corosync_authkey":  {path: root.CorosyncAuthkey(), mode: 0o400},
		"pacemaker_authkey": {path: root.PacemakerAuthkey(), mode: 0o440, hacluster: true},
		"corosync.conf":     {path: root.CorosyncConf(), required: true, mode: 0o644},
		"uidgid.d":          {path: root.UIDGIDDir(), dir: true, mode: 0o644},
		"pcs_settings.conf": {path: root.PcsSettings(), mode: 0o644},
	}
}

// Pack makes an archive of a node's configuration, not compressed. An error
// names a file that is missing or cannot be read.
func Pack(root paths.Root, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(name string, mode os.FileMode, data []byte) error {
		h := &tar.Header{Name: name, Mode: int64(mode), Size: int64(len(data)), ModTime: now, Uname: "root", Gname: "root"}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	}
	err := add("version.txt", 0o600, []byte(strconv.Itoa(Version)))
	all := files(root)
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		f := all[name]
		contents := map[string]string{name: f.path}
		if f.dir {
			contents = map[string]string{}
			found, _ := filepath.Glob(filepath.Join(f.path, "*")) // the pattern is a good one
			for _, one := range found {
				contents[path.Join(name, filepath.Base(one))] = one
			}
		}
		for as, from := range contents {
			data, readErr := os.ReadFile(from)
			if errors.Is(readErr, fs.ErrNotExist) && !f.required {
				continue
			}
			err = errors.Join(err, readErr)
			if err == nil {
				err = add(as, f.mode, data)
			}
		}
	}
	return out.Bytes(), errors.Join(err, w.Close())
}

// Archive is what an archive holds, by the names in it.
type Archive map[string][]byte

// Open reads an archive, compressed with bzip2 or gzip or not at all. Names
// that lead out of it are refused.
func Open(data []byte) (Archive, error) {
	var in io.Reader = bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte("BZh")):
		in = bzip2.NewReader(in)
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = z
	}
	a := Archive{}
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		name := path.Clean(h.Name)
		if path.IsAbs(name) || strings.HasPrefix(name, "..") {
			return nil, fmt.Errorf("the archive holds a file outside of itself: %q", h.Name)
		}
		content, err := io.ReadAll(io.LimitReader(r, largest+1))
		if err != nil {
			return nil, err
		}
		if len(content) > largest {
			return nil, fmt.Errorf("%s is larger than %d bytes", name, largest)
		}
		a[name] = content
	}
}

// Problem is what is wrong with an archive, in pcs's words.
type Problem string

func (p Problem) Error() string { return string(p) }

// Check says whether an archive can be put back, in pcs's words; warning is
// said of an old one.
func (a Archive) Check() (warning string, err error) {
	for _, name := range []string{"cib.xml", "corosync.conf"} {
		if _, ok := a[name]; !ok {
			return "", fmt.Errorf("unable to restore the cluster, missing files in backup: %s", name)
		}
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(a["version.txt"])))
	switch {
	case err != nil:
		return "", Problem("Cannot determine version of the backup")
	case version > Version:
		return "", Problem(fmt.Sprintf("Unsupported version of the backup, supported version is %d, backup version is %d", Version, version))
	case version < Version:
		warning = fmt.Sprintf("Restoring from the backup version %d, current supported version is %d", version, Version)
	}
	return warning, nil
}

// Restore writes an archive's files in their places. The digest and the
// lineage of the CIB on disk go: they are of another document.
func (a Archive) Restore(root paths.Root) error {
	all := files(root)
	names := slices.Sorted(maps.Keys(a))
	for _, name := range names {
		f, known := all[name]
		if dir, base := path.Split(name); !known && all[path.Clean(dir)].dir {
			f, known = all[path.Clean(dir)], true
			f.path = filepath.Join(f.path, base)
		}
		if !known || f.dir && name == path.Base(f.path) {
			continue
		}
		if err := put(root, f, a[name]); err != nil {
			return fmt.Errorf("unable to restore the cluster: %w", err)
		}
	}
	for _, stale := range []string{"cib.xml.sig", "cib.lineage"} {
		if err := os.Remove(filepath.Join(root.CIBDir(), stale)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("unable to remove %s: %w", stale, err)
		}
	}
	return nil
}

func put(root paths.Root, f file, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	if err := durable.Write(f.path, data, f.mode); err != nil {
		return err
	}
	if uid, gid, ok := auth.IDs(root); f.hacluster && ok && os.Geteuid() == 0 {
		return os.Chown(f.path, uid, gid)
	}
	return nil
}
