package agent

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/engine/builtin"
	"gpcs/internal/engine/history"
	"gpcs/internal/paths"
)

// runOCF runs an OCF agent, or the built-in one that stands for it.
func (r *Runner) runOCF(ctx context.Context, req Request) history.Outcome {
	if builtin.Has(req.Rsc.Class, req.Rsc.Provider, req.Rsc.Type) && !r.opts.NoBuiltin {
		cfg, err := builtin.ParseAddress(req.params())
		path := r.ocfPath(req)
		if cfg.Beyond == "" || !executable(path) {
			return r.runAddress(ctx, req, cfg, err)
		}
	}
	path := r.ocfPath(req)
	if path == "" {
		return notInstalled("%q is no name of an agent", req.Rsc.Provider+":"+req.Rsc.Type)
	}
	if _, err := os.Stat(path); err != nil {
		return notInstalled("agent ocf:%s:%s is not installed on this node (no %s)", req.Rsc.Provider, req.Rsc.Type, path)
	}
	return r.run(ctx, command{rsc: req.Rsc.ID, action: req.Action, path: path, args: []string{req.Action},
		env: r.ocfEnv(req), timeout: req.Timeout, abort: req.Abort})
}

// params returns the agent's parameters and meta attributes by name.
func (r Request) params() map[string]string {
	m := make(map[string]string, len(r.Attrs))
	for _, a := range r.Attrs {
		m[a.Name] = a.Value
	}
	return m
}

// ocfPath is the agent's file, or "" for names that leave the directory.
func (r *Runner) ocfPath(req Request) string {
	for _, part := range []string{req.Rsc.Provider, req.Rsc.Type} {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, '/') {
			return ""
		}
	}
	return filepath.Join(r.opts.Root.OCFRoot(), "resource.d", req.Rsc.Provider, req.Rsc.Type)
}

func executable(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// ocfEnv is the environment of an OCF 1.1 agent: the standard's variables,
// parameters and meta attributes as OCF_RESKEY_NAME, and what ocf-shellfuncs
// of resource-agents reads.
func (r *Runner) ocfEnv(req Request) []string {
	env := r.baseEnv()
	set := func(name, value string) { env = append(env, name+"="+value) }
	set("OCF_ROOT", r.opts.Root.OCFRoot())
	set("OCF_RA_VERSION_MAJOR", "1")
	set("OCF_RA_VERSION_MINOR", "1")
	set("OCF_RESOURCE_INSTANCE", req.Rsc.ID)
	set("OCF_RESOURCE_TYPE", req.Rsc.Type)
	set("OCF_RESOURCE_PROVIDER", req.Rsc.Provider)
	set("OCF_EXIT_REASON_PREFIX", reasonPrefix)
	set("HA_LOGFACILITY", "daemon")
	set("HA_debug", "0")
	if dir := r.opts.Root.Join(stateDir); dir != stateDir {
		set("HA_RSCTMP", dir)
	}
	keys := req.params()
	defaults := map[string]string{
		"crm_feature_set": history.FeatureSet, "OCF_CHECK_LEVEL": "0",
		"CRM_meta_name": req.Action, "CRM_meta_on_node": r.opts.Node,
		// A probe is told by interval 0, see ocf_is_probe.
		"CRM_meta_interval": strconv.FormatInt(req.IntervalMS, 10),
		"CRM_meta_timeout":  strconv.FormatInt(req.Timeout.Milliseconds(), 10),
	}
	for k, v := range defaults {
		if _, ok := keys[k]; !ok {
			keys[k] = v
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		switch {
		case k == "OCF_CHECK_LEVEL": // the one variable without prefix
			set(k, keys[k])
		case strings.HasPrefix(k, "CRM_meta_"):
			set("OCF_RESKEY_"+strings.ReplaceAll(k, "-", "_"), keys[k])
		case !strings.ContainsAny(k, "=\x00"):
			set("OCF_RESKEY_"+k, keys[k])
		}
	}
	return env
}

// baseEnv is what every agent gets. Of the daemon's own environment it takes
// only what an administrator sets for agents in /etc/sysconfig/pacemaker.
func (r *Runner) baseEnv() []string {
	env := []string{"PATH=" + paths.AgentPath, "LC_ALL=C", "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh"}
	for _, kv := range os.Environ() {
		for _, prefix := range []string{"PCMK_", "HA_", "GPCS_ROOT=", "TZ=", "OCF_TRACE_"} {
			if strings.HasPrefix(kv, prefix) {
				env = append(env, kv)
			}
		}
	}
	return env
}

// unimplemented is the answer of built-in agents to actions they do not know.
func unimplemented(action string) history.Outcome {
	return history.Outcome{RC: history.RCUnimplemented, Reason: fmt.Sprintf("the agent has no action %q", action)}
}
