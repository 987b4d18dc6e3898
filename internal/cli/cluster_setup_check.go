package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/report"
)

// unknownHosts reports nodes that were never authenticated.
func unknownHosts(names []string, known auth.KnownHosts) report.List {
	var missing []string
	for _, n := range names {
		if _, ok := known.Hosts[n]; !ok {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	host, is := "host", "is"
	if len(missing) > 1 {
		host, is = "hosts", "are"
	}
	out := report.List{report.NewError("HOST_NOT_FOUND", fmt.Sprintf(
		"%s %s %s not known to pcs, try to authenticate the %s using 'pcs host auth %s' command",
		strings.ToUpper(host[:1])+host[1:], report.Quote(missing), is, host, strings.Join(missing, " ")))}
	if len(missing) == len(names) {
		out = append(out, report.NewError("NONE_HOST_FOUND", "None of hosts is known to pcs."))
	}
	return out
}

// hostInfo is a daemon's answer to check_host.
type hostInfo struct {
	Services map[string]struct {
		Installed bool    `json:"installed"`
		Running   bool    `json:"running"`
		Version   *string `json:"version"`
	} `json:"services"`
	InCluster bool `json:"cluster_configuration_exists"`
	GPCS      bool `json:"gpcs"` // it is a daemon of ours
}

// version is what a host says of a service.
func (h hostInfo) version(service string) string {
	if v := h.Services[service].Version; v != nil {
		return *v
	}
	return "unknown"
}

// foreign tells that another stack runs there. Daemons of earlier releases of
// ours do not say what they are, but name the versions that ours name.
func (h hostInfo) foreign() bool {
	return !h.GPCS && (h.version("pacemaker") != api.PacemakerVersion || h.version("corosync") != api.CorosyncVersion || h.version("pcsd") != api.PcsdVersion)
}

// hostCheck gathers what nodes say of themselves before a setup.
type hostCheck struct {
	force    bool
	reports  report.List
	busy     bool                           // some node is in a cluster already
	versions map[string]map[string][]string // service, version, nodes
}

// checkHosts asks the nodes of a setup whether they can be taken.
func checkHosts(ctx context.Context, targets []*client.Target, force bool) (reports report.List, busy bool) {
	h := hostCheck{force: force, versions: map[string]map[string][]string{}}
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (hostInfo, error) {
		var info hostInfo
		return info, t.RemoteJSON(ctx, "check_host", nil, &info)
	}, func(t *client.Target, info hostInfo, err error) {
		if err != nil {
			h.reports = append(h.reports, callFailed(err))
			return
		}
		h.host(t.Name, info)
	})
	h.sameVersions()
	if h.busy && !force {
		h.reports = append(h.reports, report.Passed("CLUSTER_WILL_BE_DESTROYED", "Some nodes are already in a cluster. Enforcing "+
			"this will destroy existing cluster on those nodes. You should remove the nodes from their clusters instead to keep "+
			"the clusters working properly", report.Force, false))
	}
	return h.reports, h.busy
}

func callFailed(err error) report.Report {
	code := "NODE_COMMUNICATION_ERROR"
	var f *client.Failure
	if errors.As(err, &f) {
		return report.NewError(code, f.Error())
	}
	return report.NewError(code, err.Error())
}

// host judges one node's answer.
func (h *hostCheck) host(name string, info hostInfo) {
	if info.foreign() {
		h.reports = append(h.reports, report.NewError("HOST_RUNS_ANOTHER_STACK", fmt.Sprintf("%s: The host runs pcsd %s, Corosync %s and Pacemaker %s, "+
			"which cannot be in one cluster with gpcs. Install gpcs there, 'pcs migrate check' says what carries over; nothing was changed",
			name, info.version("pcsd"), info.version("corosync"), info.version("pacemaker"))))
		return
	}
	var missing, running []string
	for _, s := range []string{"corosync", "pacemaker"} {
		if !info.Services[s].Installed {
			missing = append(missing, s)
		}
	}
	for _, s := range []string{"corosync", "pacemaker", "pacemaker_remote"} {
		if info.Services[s].Running {
			running = append(running, s)
		}
	}
	for _, s := range []string{"pacemaker", "corosync", "pcsd"} {
		if h.versions[s] == nil {
			h.versions[s] = map[string][]string{}
		}
		version := info.version(s)
		h.versions[s][version] = append(h.versions[s][version], name)
	}
	if len(missing) > 0 {
		h.reports = append(h.reports, report.NewError("SERVICE_NOT_INSTALLED",
			fmt.Sprintf("%s: Required cluster services not installed: %s", name, report.Quote(missing))))
	}
	if len(running) > 0 {
		h.busy = true
		services, are := "service", "is"
		if len(running) > 1 {
			services, are = "services", "are"
		}
		h.reports = append(h.reports, report.Passed("HOST_ALREADY_IN_CLUSTER_SERVICES", fmt.Sprintf(
			"%s: The host seems to be in a cluster already as the following %s %s found to be running: %s. If the host is not "+
				"part of a cluster, stop the %s and retry", name, services, are, report.Quote(running), services),
			report.Force, h.force))
	}
	if info.InCluster {
		h.busy = true
		h.reports = append(h.reports, report.Passed("HOST_ALREADY_IN_CLUSTER_CONFIG", fmt.Sprintf(
			"%s: The host seems to be in a cluster already as cluster configuration files have been found on the host. If the "+
				"host is not part of a cluster, run 'pcs cluster destroy' on host '%s' to remove those configuration files",
			name, name), report.Force, h.force))
	}
}

// sameVersions reports services that differ between nodes.
func (h *hostCheck) sameVersions() {
	for _, service := range []string{"pacemaker", "corosync", "pcsd"} {
		if len(h.versions[service]) < 2 {
			continue
		}
		parts := []string{"Hosts do not have the same version of '" + service + "'"}
		for version, hosts := range h.versions[service] {
			slices.Sort(hosts)
			host, has := "host", "has"
			if len(hosts) > 1 {
				host, has = "hosts", "have"
			}
			parts = append(parts, fmt.Sprintf("%s %s %s version %s", host, report.Quote(hosts), has, version))
		}
		slices.Sort(parts[1:])
		h.reports = append(h.reports, report.NewError("SERVICE_VERSION_MISMATCH", strings.Join(parts, "; ")))
	}
}

// dataJSON is the form of requests that carry JSON.
func dataJSON(v any) map[string][]string {
	text, _ := json.Marshal(v) // strings and maps of them always marshal
	return map[string][]string{"data_json": {string(text)}}
}
