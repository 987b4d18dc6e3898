package cli

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gpcs/internal/paths"
)

// TestConfiguration runs scripts that change a configuration in a file, each
// with the root directory of a machine without a cluster.
func TestConfiguration(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/configuration",
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv(paths.Env, env.WorkDir)
			return nil
		},
	})
}
