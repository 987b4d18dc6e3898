// Command links makes the links that give gpcs the names of the stack's helper
// programs: links DIRECTORY TARGET.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gpcs/internal/paths"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: links DIRECTORY TARGET")
		os.Exit(2)
	}
	if err := link(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "links:", err)
		os.Exit(1)
	}
}

func link(dir, target string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range paths.Tools() {
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.Symlink(target, path); err != nil {
			return err
		}
	}
	return nil
}
