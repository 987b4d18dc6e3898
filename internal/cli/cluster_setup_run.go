package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// setupRun is a setup being carried out: each step is done on all nodes at
// once, the next one only after all succeeded. corosync.conf comes last: a node
// that has it is in the cluster.
type setupRun struct {
	*Call
	known   auth.KnownHosts
	targets []*client.Target
	names   []string            // of the nodes, sorted
	shared  []string            // nodes whose tokens are given to them
	written map[string][]string // node -> files, to be told and removed if a step fails
	busy    bool                // some node was in a cluster before
}

// setupNodes checks a setup and carries it out.
func (c *Call) setupNodes(ctx context.Context, s conf.Setup, known auth.KnownHosts) error {
	var names []string
	for _, n := range s.Nodes {
		names = append(names, n.Name)
	}
	reports := unknownHosts(names, known)
	c.say(reports...)
	s = c.defaultAddresses(s, known, false)
	force := c.Has("--force")
	valid := s.Validate(resolves(ctx), force)
	wait, badWait := c.checkedWait()
	valid = append(valid, badWait...)
	c.say(valid...)
	run := setupRun{Call: c, known: known, written: map[string][]string{}}
	peers, err := c.peers()
	if err != nil {
		return err
	}
	for _, n := range s.Nodes {
		if h, ok := known.Hosts[n.Name]; ok {
			run.targets = append(run.targets, peers.Host(n.Name, h))
			run.names = append(run.names, n.Name)
		}
	}
	slices.Sort(run.names)
	run.shared = run.names
	hosts, busy := checkHosts(ctx, run.targets, force)
	run.busy = busy
	c.say(hosts...)
	if reports.Failed() || valid.Failed() || hosts.Failed() {
		return errUnable
	}
	return run.do(ctx, s.Create(), wait)
}

// errUnable is pcs's last line after errors.
var errUnable = fail("Errors have occurred, therefore pcs is unable to continue")

func (r *setupRun) do(ctx context.Context, cluster *conf.Corosync, wait time.Duration) error {
	keys, err := newKeys()
	if err != nil {
		return err
	}
	steps := []func(context.Context) bool{r.destroy, r.shareHosts, r.removeSettings}
	if !r.Has("--no-keys-sync") {
		steps = append(steps, func(ctx context.Context) bool { return r.put(ctx, keys) })
	}
	steps = append(steps, func(ctx context.Context) bool {
		return r.put(ctx, []setupFile{{key: "corosync.conf", name: "corosync.conf", kind: "corosync_conf", data: string(cluster.Bytes())}})
	})
	for i, step := range steps {
		if !step(ctx) {
			r.undo(context.WithoutCancel(ctx), i > 0)
			return errUnable
		}
	}
	r.say(report.NewInfo("CLUSTER_SETUP_SUCCESS", "Cluster has been successfully set up."))
	if r.Has("--enable") && !r.enable(ctx) {
		return errUnable
	}
	if r.Has("--start") && !r.start(ctx, wait) {
		return errUnable
	}
	return nil
}

// all sends one command to all nodes; done words what a node answered. It
// tells whether all succeeded.
func (r *setupRun) all(ctx context.Context, command string, form map[string][]string, done func(node, text string) report.List) bool {
	ok := true
	client.Each(ctx, r.targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, command, form)
	}, func(t *client.Target, text string, err error) {
		var reports report.List
		if err != nil {
			reports = report.List{callFailed(err)}
		} else if done != nil {
			reports = done(t.Name, text)
		}
		r.say(reports...)
		ok = ok && !reports.Failed()
	})
	return ok
}

func (r *setupRun) info(format string, args ...any) {
	r.say(report.NewInfo("", fmt.Sprintf(format, args...)))
}

func infoOf(text string) func(string, string) report.List {
	return func(node, _ string) report.List { return report.List{report.NewInfo("", node+": "+text)} }
}

func (r *setupRun) destroy(ctx context.Context) bool {
	r.info("Destroying cluster on hosts: %s...", report.Quote(r.names))
	return r.all(ctx, "cluster_destroy", nil, infoOf("Successfully destroyed cluster"))
}

// shareHosts gives each node the tokens and pins of all nodes of the cluster.
func (r *setupRun) shareHosts(ctx context.Context) bool {
	return r.all(ctx, "known_hosts_change", dataJSON(map[string]any{"known_hosts_add": r.sharedHosts(), "known_hosts_remove": map[string]any{}}), nil)
}

func (r *setupRun) removeSettings(ctx context.Context) bool {
	r.info("Requesting remove 'pcsd settings' from %s", report.Quote(r.names))
	form := dataJSON(map[string]any{"pcsd settings": map[string]string{"type": "pcsd_settings"}})
	return r.all(ctx, "remove_file", form, func(node, text string) report.List {
		result, err := fileResults(text)
		code := result["pcsd settings"]
		switch {
		case err != nil:
			return badAnswer(node)
		case code.Code == "deleted" || code.Code == "not_found":
			return infoOf("successful removal of the file 'pcsd settings'")(node, "")
		}
		return report.List{report.NewError("FILE_REMOVE_FROM_NODE_ERROR",
			fmt.Sprintf("%s: unable to remove file 'pcsd settings': %s", node, code.Message))}
	})
}

func badAnswer(node string) report.List {
	return report.List{report.NewError("INVALID_RESPONSE_FORMAT", node+": Invalid format of response")}
}

type fileResult struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func fileResults(text string) (map[string]fileResult, error) {
	var answer struct {
		Files map[string]fileResult `json:"files"`
	}
	err := json.Unmarshal([]byte(text), &answer)
	return answer.Files, err
}

// setupFile is a file that a setup writes on all nodes.
type setupFile struct {
	key, name  string // in the request, in messages
	kind, data string
	rewrite    bool
}

// newKeys makes the keys of a new cluster.
func newKeys() ([]setupFile, error) {
	corosync, err1 := conf.NewKey(rand.Reader)
	pacemaker, err2 := conf.NewKey(rand.Reader)
	encode := base64.StdEncoding.EncodeToString
	return []setupFile{
		{"corosync authkey", "corosync authkey", "corosync_authkey", encode(corosync), true},
		{"pacemaker_remote authkey", "pacemaker authkey", "pcmk_remote_authkey", encode(pacemaker), true},
	}, errors.Join(err1, err2)
}

// put writes files on all nodes.
func (r *setupRun) put(ctx context.Context, files []setupFile) bool {
	request := map[string]any{}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
		body := map[string]any{"type": f.kind, "data": f.data}
		if f.rewrite {
			body["rewrite_existing"] = true
		}
		request[f.key] = body
	}
	r.info("Sending %s to %s", report.Quote(names), report.Quote(r.names))
	return r.all(ctx, "put_file", dataJSON(request), func(node, text string) report.List {
		results, err := fileResults(text)
		if err != nil {
			return badAnswer(node)
		}
		var reports report.List
		for _, f := range files {
			reports = append(reports, r.putResult(node, f, results[f.key]))
		}
		return reports
	})
}

func (r *setupRun) putResult(node string, f setupFile, result fileResult) report.Report {
	switch result.Code {
	case "written", "rewritten", "same_content":
		r.written[node] = append(r.written[node], f.name)
		return report.NewInfo("FILE_DISTRIBUTION_SUCCESS", fmt.Sprintf("%s: successful distribution of the file '%s'", node, f.name))
	case "conflict":
		result.Message = "File already exists"
	}
	return report.NewError("FILE_DISTRIBUTION_ERROR", fmt.Sprintf("%s: unable to distribute file '%s': %s", node, f.name, result.Message))
}

// undo takes back what a broken setup wrote and says what is where. Before the
// first step nothing was written; after it, no node is in a cluster any more,
// so that destroying once more only removes what the setup brought.
func (r *setupRun) undo(ctx context.Context, began bool) {
	if r.busy {
		r.say(report.NewError("", "The cluster has not been set up. Cluster configuration that was on the nodes before is gone "+
			"where it says 'Successfully destroyed cluster' above, as --force asked for"))
	}
	if began {
		r.removeWritten(ctx)
	}
}

// removeWritten takes the nodes out of what became of the cluster and says
// what had been written where.
func (r *setupRun) removeWritten(ctx context.Context) {
	client.Each(ctx, r.targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "cluster_destroy", nil)
	}, func(t *client.Target, _ string, err error) {
		files := "nothing had been written there"
		if w := r.written[t.Name]; len(w) > 0 {
			files = report.Quote(w) + " had been written there"
		}
		if err == nil {
			r.info("%s: %s; all of it is removed again, the node is in no cluster", t.Name, files)
			return
		}
		r.say(report.NewError("", fmt.Sprintf("%s: cannot be cleaned up (%s). As far as is known %s; when the node is back, run "+
			"'pcs cluster destroy' on it", t.Name, reasonOf(t.Name, err), files)))
	})
}

func (r *setupRun) enable(ctx context.Context) bool {
	r.info("Enabling cluster on hosts: %s...", report.Quote(r.names))
	return r.all(ctx, "cluster_enable", nil, infoOf("Cluster enabled"))
}

func (r *setupRun) start(ctx context.Context, wait time.Duration) bool {
	r.info("Starting cluster on hosts: %s...", report.Quote(r.names))
	ok := true
	client.Each(ctx, r.targets, remote("cluster_start", r.startTimeout(len(r.targets)), nil), func(_ *client.Target, _ string, err error) {
		if err != nil {
			ok = false
			r.say(callFailed(err))
		}
	})
	if !ok || wait < 0 {
		return ok
	}
	r.info("Waiting for node(s) to start: %s...", report.Quote(r.names))
	client.Each(ctx, r.targets, func(ctx context.Context, t *client.Target) (string, error) {
		text, started := untilStarted(ctx, t, wait)
		if !started {
			return "", errors.New(text)
		}
		return text, nil
	}, func(t *client.Target, _ string, err error) {
		if err == nil {
			r.info("%s: Cluster started", t.Name)
			return
		}
		if ok {
			r.say(report.NewError("WAIT_FOR_NODE_STARTUP_TIMED_OUT", "Node(s) startup timed out"))
		}
		ok = false
	})
	if !ok {
		r.say(report.NewError("WAIT_FOR_NODE_STARTUP_ERROR", "Unable to verify all nodes have started"))
	}
	return ok
}
