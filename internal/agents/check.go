package agents

import (
	"context"
	"errors"
	"strings"

	"gpcs/internal/agentmeta"
)

// Check has an OCF or fence agent check parameters (its action validate-all;
// names and values as pairs "name=value"). ok is false if it refuses them;
// output is what it wrote. An agent that cannot check is content.
func (f Finder) Check(ctx context.Context, name agentmeta.Name, params []string) (ok bool, output string) {
	if !name.IsOCF() && !name.IsStonith() {
		return true, ""
	}
	path, err := f.path(name)
	if err != nil {
		return true, ""
	}
	env := []string{"OCF_RESOURCE_INSTANCE=test", "OCF_CHECK_LEVEL=0"}
	for _, p := range params {
		env = append(env, "OCF_RESKEY_"+p)
	}
	args, input := []string{"validate-all"}, ""
	if name.IsStonith() {
		// Fence agents read their options from standard input, which unlike
		// arguments and environment nobody else can see.
		args, env, input = nil, nil, "action=validate-all\n"+strings.Join(params, "\n")+"\n"
	}
	out, err := f.run(ctx, name, path, args, env, input)
	var failed *RunError
	if errors.As(err, &failed) {
		return false, strings.TrimSpace(failed.Output + "\n" + string(out))
	}
	return err == nil, string(out)
}
