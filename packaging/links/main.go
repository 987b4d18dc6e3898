// Command links makes the links that give gpcs the names of the stack's helper
// programs, of the resource agents that come with Pacemaker, or of its daemons:
// links DIRECTORY TARGET [agents|daemons].
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gpcs/internal/paths"
)

func main() {
	names := paths.Tools()
	switch {
	case len(os.Args) == 3:
	case len(os.Args) == 4 && os.Args[3] == "agents":
		names = paths.OCFAgents()
	case len(os.Args) == 4 && os.Args[3] == "daemons":
		names = paths.Daemons()
	default:
		fmt.Fprintln(os.Stderr, "usage: links DIRECTORY TARGET [agents|daemons]")
		os.Exit(2)
	}
	if err := link(os.Args[1], os.Args[2], names); err != nil {
		fmt.Fprintln(os.Stderr, "links:", err)
		os.Exit(1)
	}
}

func link(dir, target string, names []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
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
