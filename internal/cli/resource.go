package cli

import "github.com/spf13/cobra"

func newResource() *cobra.Command {
	return noun("resource", "Manage cluster resources", nil, []string{"-f", "--hide-inactive"},
		newResourceCreate(),
		newResourceConfig(),
	)
}
