package cli

import (
	"maps"
	"slices"
	"testing"

	"gpcs/internal/paths"
)

// Every helper program has a link, and every link a helper program.
func TestToolNames(t *testing.T) {
	links := slices.Sorted(slices.Values(slices.Concat(paths.Tools(), paths.Daemons())))
	if got := slices.Sorted(maps.Keys(tools())); !slices.Equal(got, links) {
		t.Errorf("programs %v\nlinks    %v", got, links)
	}
}
