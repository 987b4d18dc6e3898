package agents

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/paths"
)

// Finder finds and asks the agents under one root.
type Finder struct {
	Root paths.Root
}

// The places of agents other than OCF's.
const (
	fenceDir = "/usr/sbin"
	lsbDir   = "/etc/init.d"
)

func (f Finder) ocfDir() string { return filepath.Join(f.Root.OCFRoot(), "resource.d") }

// Standards lists the standards of which there is an agent, sorted, without stonith.
func (f Finder) Standards() []string {
	var have []string
	for _, s := range []struct {
		name string
		any  bool
	}{
		{"lsb", len(f.lsb()) > 0}, {"ocf", len(f.Providers()) > 0},
		{"service", len(f.lsb())+len(f.units()) > 0}, {"systemd", len(f.units()) > 0},
	} {
		if s.any {
			have = append(have, s.name)
		}
	}
	return have
}

// Providers lists the providers of OCF agents, sorted.
func (f Finder) Providers() []string {
	var names []string
	for _, e := range readDir(f.ocfDir()) {
		if e.IsDir() || e.Type()&os.ModeSymlink != 0 {
			names = append(names, e.Name())
		}
	}
	return sorted(names)
}

// OCF lists the types of a provider's agents, sorted.
func (f Finder) OCF(provider string) []string {
	return sorted(programs(filepath.Join(f.ocfDir(), provider)))
}

// Fence lists fence agents, sorted. fence_ack_manual is a tool of people,
// fence_legacy one of Pacemaker that is no agent by itself.
func (f Finder) Fence() []string {
	var names []string
	for _, n := range programs(f.Root.Join(fenceDir)) {
		if strings.HasPrefix(n, "fence_") && n != "fence_ack_manual" && n != "fence_legacy" {
			names = append(names, n)
		}
	}
	return sorted(names)
}

func (f Finder) lsb() []string { return sorted(programs(f.Root.Join(lsbDir))) }

// units lists systemd services, without ".service"; templates end in "@".
func (f Finder) units() []string {
	seen := map[string]bool{}
	var names []string
	for _, dir := range f.Root.UnitDirs() {
		for _, e := range readDir(dir) {
			name, ok := strings.CutSuffix(e.Name(), ".service")
			if ok && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return sorted(names)
}

// Resources lists all agents but fence agents, sorted by name.
func (f Finder) Resources() []agentmeta.Name {
	var all []agentmeta.Name
	add := func(standard, provider string, types []string) {
		for _, t := range types {
			all = append(all, agentmeta.Name{Standard: standard, Provider: provider, Type: t})
		}
	}
	add("lsb", "", f.lsb())
	for _, p := range f.Providers() {
		add("ocf", p, f.OCF(p))
	}
	add("service", "", sorted(append(f.lsb(), f.units()...)))
	add("systemd", "", f.units())
	return all
}

// ByType lists the OCF agents of a type, whatever the case of its letters.
func (f Finder) ByType(typ string) []agentmeta.Name {
	var found []agentmeta.Name
	for _, p := range f.Providers() {
		for _, t := range f.OCF(p) {
			if strings.EqualFold(t, typ) {
				found = append(found, agentmeta.Name{Standard: "ocf", Provider: p, Type: t})
			}
		}
	}
	return found
}

// programs lists the files of a directory that can be run and are not hidden.
func programs(dir string) []string {
	var names []string
	for _, e := range readDir(dir) {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			names = append(names, e.Name())
		}
	}
	return names
}

// readDir lists a directory; one that is not there is empty.
func readDir(dir string) []os.DirEntry {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	return entries
}

// sorted orders names by their bytes, as the tools do, each once.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
