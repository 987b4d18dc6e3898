// Package recordings finds what was recorded of the real stack, for the tests
// that compare with it. It lies in a folder "shared" beside the repository and
// is no part of it: whoever has none gets ErrMissing and skips, saying so.
package recordings

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrMissing says that a recording is not on this machine.
var ErrMissing = errors.New("not at ../shared beside the repository")

// Find returns the path of a file or folder below a folder "shared" beside one
// of the folders above the working directory. Where there is none the error is
// ErrMissing, wrapped with the name.
func Find(name string) (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "..", "shared", name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("the recording %s is %w", name, ErrMissing)
}

// Archive returns the regular files of a recorded tar.gz by their paths in it.
// Errors are those of Find, and what makes the archive unreadable.
func Archive(name string) (map[string]string, error) {
	path, err := Find(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	files := map[string]string{}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[h.Name] = string(data)
	}
}
