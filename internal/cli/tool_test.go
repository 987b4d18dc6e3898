package cli

import (
	"maps"
	"slices"
	"testing"

	"gpcs/internal/paths"
)

// Every helper program has a link, and every link a helper program.
func TestToolNames(t *testing.T) {
	if got := slices.Sorted(maps.Keys(tools())); !slices.Equal(got, paths.Tools()) {
		t.Errorf("programs %v\nlinks    %v", got, paths.Tools())
	}
}
