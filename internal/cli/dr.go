package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

func newDR() *cobra.Command {
	return noun("dr", "Manage disaster recovery: a second cluster that stands by.", nil, nil,
		verb("config", "Show the sites of disaster recovery.", withoutArgs(drConfig)),
		verb("status [--full] [--hide-inactive]", "Show the state of the clusters of all sites.", withoutArgs(drStatus),
			"--full", "--hide-inactive", "--request-timeout"),
		verb("set-recovery-site <recovery site node>", "Make this cluster the primary site and the cluster of a node its recovery site.",
			drSetRecoverySite, "--request-timeout"),
		verb("destroy", "Remove the configuration of disaster recovery on all sites.", withoutArgs(drDestroy),
			"--skip-offline", "--request-timeout"),
	)
}

// drSites is disaster-recovery as pcs writes it.
type drSites struct {
	Local struct {
		Role string `json:"role"`
	} `json:"local"`
	Remote []drSite `json:"remote_sites"`
}

type drSite struct {
	Role  string   `json:"role"`
	Nodes []drNode `json:"nodes"`
}

type drNode struct {
	Name string `json:"name"`
}

// The roles of a site.
const (
	drPrimary  = "PRIMARY"
	drRecovery = "RECOVERY"
)

func newSites(local, remote string, nodes []string) drSites {
	var s drSites
	s.Local.Role = local
	site := drSite{Role: remote}
	for _, n := range nodes {
		site.Nodes = append(site.Nodes, drNode{n})
	}
	s.Remote = []drSite{site}
	return s
}

func (s drSite) names() []string {
	var names []string
	for _, n := range s.Nodes {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	return names
}

// capital writes a role as pcs shows it.
func capital(role string) string {
	if role == "" {
		return role
	}
	return strings.ToUpper(role[:1]) + strings.ToLower(role[1:])
}

// drSites reads the sites.
func (c *Call) drSites() (drSites, error) {
	var s drSites
	file := c.Root.DisasterRecovery()
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s, c.conclude(report.List{report.NewError("DR_CONFIG_DOES_NOT_EXIST", "Disaster-recovery is not configured")})
	case err != nil:
		return s, fail("Unable to read disaster-recovery configuration '%s': %s", file, pathReason(err))
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fail("Unable to parse disaster-recovery configuration '%s': %v", file, err)
	}
	return s, nil
}

// drConfig carries out "dr config".
func drConfig(_ context.Context, c *Call) error {
	sites, err := c.drSites()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, "Local site:\n  Role: %s\n", capital(sites.Local.Role))
	for _, s := range sites.Remote {
		fmt.Fprintf(c.Stdout, "Remote site:\n  Role: %s\n  Nodes:\n", capital(s.Role))
		for _, n := range s.names() {
			fmt.Fprintf(c.Stdout, "    %s\n", n)
		}
	}
	return nil
}

// drSetRecoverySite carries out "dr set-recovery-site".
func drSetRecoverySite(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	var out report.List
	if _, err := os.Stat(c.Root.DisasterRecovery()); err == nil {
		out = append(out, report.NewError("DR_CONFIG_ALREADY_EXIST", "Disaster-recovery already configured"))
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	local := cluster.NodeNames()
	if slices.Contains(local, c.Args[0]) {
		out = append(out, report.NewError("NODE_IN_LOCAL_CLUSTER", fmt.Sprintf("Node '%s' is part of local cluster", c.Args[0])))
	}
	here, more, err := c.memberTargets(local, false)
	if err != nil {
		return err
	}
	asked, missing, err := c.memberTargets(c.Args, false)
	if err != nil {
		return err
	}
	if err := c.conclude(append(append(append(out, cluster.MissingNames()...), more...), missing...)); err != nil {
		return err
	}
	text, err := asked[0].Remote(ctx, "get_corosync_conf", nil)
	if err != nil {
		return fail("%s", legacy(err))
	}
	other, err := conf.ParseCorosync([]byte(text))
	if err != nil {
		return fail("%s: Unable to parse corosync config: %v", c.Args[0], err)
	}
	there, more, err := c.memberTargets(other.NodeNames(), false)
	if err != nil {
		return err
	}
	if err := c.conclude(append(other.MissingNames(), more...)); err != nil {
		return err
	}
	if err := c.sendSites(ctx, there, newSites(drRecovery, drPrimary, local)); err != nil {
		return err
	}
	return c.sendSites(ctx, here, newSites(drPrimary, drRecovery, other.NodeNames()))
}

// drFile is how messages call the file, and drKind how requests do.
const (
	drFile = "disaster-recovery config"
	drKind = "pcs_disaster_recovery_conf"
)

// sendSites gives nodes the configuration of disaster recovery.
func (c *Call) sendSites(ctx context.Context, targets []*client.Target, sites drSites) error {
	data, err := json.MarshalIndent(sites, "", "    ")
	if err != nil {
		return err
	}
	request := map[string]any{drFile: map[string]any{"type": drKind,
		"data": base64.StdEncoding.EncodeToString(data), "rewrite_existing": true}}
	c.say(report.NewInfo("FILES_DISTRIBUTION_STARTED", fmt.Sprintf("Sending '%s' to %s", drFile, report.Quote(targetNames(targets)))))
	return c.conclude(c.fileCommand(ctx, targets, "put_file", request, drFile, false))
}

// fileCommand has nodes write or remove one file.
func (c *Call) fileCommand(ctx context.Context, targets []*client.Target, command string, request map[string]any, key string, skip bool) report.List {
	done, undone := "successful distribution of the file", "unable to distribute file"
	if command == "remove_file" {
		done, undone = "successful removal of the file", "unable to remove file"
	}
	var out report.List
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, command, dataJSON(request))
	}, func(t *client.Target, text string, err error) {
		if err != nil {
			out = append(out, offline(callFailed(err), skip))
			return
		}
		results, err := fileResults(text)
		if err != nil {
			out = append(out, badAnswer(t.Name)...)
			return
		}
		switch r := results[key]; r.Code {
		case "written", "rewritten", "same_content", "deleted", "not_found":
			out = append(out, report.NewInfo("FILE_SUCCESS", fmt.Sprintf("%s: %s '%s'", t.Name, done, key)))
		default:
			out = append(out, report.NewError("FILE_ERROR", fmt.Sprintf("%s: %s '%s': %s", t.Name, undone, key, r.Message)))
		}
	})
	return out
}

// drDestroy carries out "dr destroy".
func drDestroy(ctx context.Context, c *Call) error {
	sites, err := c.drSites()
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	var nodes []string
	for _, s := range sites.Remote {
		nodes = append(nodes, s.names()...)
	}
	targets, more, err := c.memberTargets(append(nodes, cluster.NodeNames()...), true)
	if err != nil {
		return err
	}
	if err := c.conclude(more); err != nil {
		return err
	}
	const key = "pcs disaster-recovery config"
	c.say(report.NewInfo("FILES_REMOVE_FROM_NODES_STARTED", fmt.Sprintf("Requesting remove '%s' from %s", key, report.Quote(targetNames(targets)))))
	return c.conclude(c.fileCommand(ctx, targets, "remove_file", map[string]any{key: map[string]any{"type": drKind}}, key, c.Has("--skip-offline")))
}

// drStatus carries out "dr status".
func drStatus(ctx context.Context, c *Call) error {
	sites, err := c.drSites()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, "--- Local cluster - %s site ---\n", capital(sites.Local.Role))
	if err := fullStatus(ctx, c); err != nil {
		return err
	}
	missing := false
	for _, s := range sites.Remote {
		fmt.Fprintf(c.Stdout, "\n\n--- Remote cluster - %s site ---\n", capital(s.Role))
		text, err := c.remoteStatus(ctx, s.names())
		if err != nil {
			missing = true
			text = "Error: Unable to get status of the cluster from any node\n"
		}
		fmt.Fprint(c.Stdout, text)
	}
	if missing {
		return fail("Unable to get status of all sites")
	}
	return nil
}

// remoteStatus asks the nodes of another cluster, one after the other, for
// its status in full.
func (c *Call) remoteStatus(ctx context.Context, nodes []string) (string, error) {
	targets, err := c.targets(nodes)
	if err != nil {
		return "", err
	}
	options, err := json.Marshal(map[string]bool{"verbose": c.Has("--full"), "hide_inactive_resources": c.Has("--hide-inactive")})
	if err != nil {
		return "", err
	}
	failure := errors.New("there is no node")
	for _, t := range targets {
		var answer struct {
			Status string `json:"status"`
			Data   string `json:"data"`
		}
		err := t.RemoteJSON(ctx, "cluster_status_plaintext", url.Values{"data_json": {string(options)}}, &answer)
		if err == nil && answer.Status == "success" {
			return answer.Data + "\n", nil
		}
		if failure = err; err == nil {
			failure = errors.New(answer.Status)
		}
		c.say(report.NewWarning("DR_STATUS", t.Name+": "+failure.Error()))
	}
	return "", failure
}
