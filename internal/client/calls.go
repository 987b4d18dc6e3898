package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
)

const formType = "application/x-www-form-urlencoded"

// NoLimit as a time limit lets a request take as long as the context allows.
const NoLimit time.Duration = -1

// Remote calls one of pcsd's /remote commands: a GET without a form, else a
// POST, as pcs does. It returns the answer's text.
func (t *Target) Remote(ctx context.Context, command string, form url.Values) (string, error) {
	return t.RemoteWithin(ctx, 0, command, form)
}

// RemoteWithin is Remote with a time limit of its own; 0 = the client's.
func (t *Target) RemoteWithin(ctx context.Context, limit time.Duration, command string, form url.Values) (string, error) {
	r := request{method: http.MethodGet, path: "/remote/" + command, limit: limit}
	if len(form) > 0 {
		r.method, r.body, r.kind = http.MethodPost, form.Encode(), formType
	}
	return t.send(ctx, r)
}

// RemoteJSON calls a /remote command and decodes its answer.
func (t *Target) RemoteJSON(ctx context.Context, command string, form url.Values, into any) error {
	text, err := t.Remote(ctx, command, form)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return &Failure{Node: t.Name, Layer: LayerRequest, Reason: "response is not in the expected format", Err: err}
	}
	return nil
}

// ErrPassword says that a daemon does not accept a user's password.
var ErrPassword = errors.New("username and/or password is incorrect")

// Login asks the daemon for a token. The pin of its certificate is in
// SeenPin afterwards.
func (t *Target) Login(ctx context.Context, user, password string) (token string, err error) {
	text, err := t.Remote(ctx, "auth", url.Values{"username": {user}, "password": {password}})
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", ErrPassword
	case len(text) > auth.MaxToken:
		return "", &Failure{Node: t.Name, Layer: LayerTLS, Reason: "what answers is neither gpcsd nor pcsd"}
	}
	return text, nil
}

// call sends a request of our API; in and out may be nil.
func (t *Target) call(ctx context.Context, method, path string, limit time.Duration, in, out any) error {
	r := request{method: method, path: path, limit: limit}
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.body, r.kind = string(data), "application/json"
	}
	text, err := t.send(ctx, r)
	if err != nil {
		return coded(err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		return fmt.Errorf("the answer of gpcsd on %s is not understood: %w", t.Name, err)
	}
	return nil
}

// coded takes the code and the words of our API out of a refusal.
func coded(err error) error {
	var f *Failure
	if !errors.As(err, &f) || f.Layer != LayerRequest && f.Layer != LayerPermission {
		return err
	}
	var e api.Error
	if json.Unmarshal([]byte(f.Body), &e) == nil && e.Message != "" {
		f.Code, f.Reason, f.Err = e.Code, e.Message, &e
		if fault := api.Fault(e.Code); fault != nil {
			f.Err = fault
		}
	}
	return f
}

// CIB returns the document: the target's own copy, or the DC's.
func (t *Target) CIB(ctx context.Context, local bool) (*cib.Document, error) {
	path := api.PathCIB
	if local {
		path += "?local=1"
	}
	text, err := t.send(ctx, request{method: http.MethodGet, path: path})
	if err != nil {
		return nil, coded(err)
	}
	return cib.Parse([]byte(text))
}

// Change asks for a change of the document. Refusals that package api has a
// code for are the errors of package cib, so cib.ErrConflict.
func (t *Target) Change(ctx context.Context, r cib.Request) (api.ChangeResult, error) {
	var result api.ChangeResult
	return result, t.call(ctx, http.MethodPost, api.PathChange, 0, r, &result)
}

// Report returns the target's part of a report as a tar archive, with what its
// logs have from one time to another. It may take a while.
func (t *Target) Report(ctx context.Context, from, to time.Time) ([]byte, error) {
	text, err := t.send(ctx, request{method: http.MethodGet, limit: reportLimit,
		path: fmt.Sprintf("%s?from=%d&to=%d", api.PathReport, from.Unix(), to.Unix())})
	return []byte(text), coded(err)
}

// reportLimit is how long a node may take to collect its part of a report.
const reportLimit = 2 * time.Minute

// State returns what the target knows of itself and the cluster.
func (t *Target) State(ctx context.Context) (api.State, error) {
	var s api.State
	return s, t.call(ctx, http.MethodGet, api.PathState, 0, nil, &s)
}

// Do carries out a command on the target's cluster services; stopping takes
// as long as its resources take.
func (t *Target) Do(ctx context.Context, c api.ClusterCommand) error {
	return t.call(ctx, http.MethodPost, api.PathCluster, NoLimit, c, nil)
}

// Refresh makes nodes forget the history of resources.
func (t *Target) Refresh(ctx context.Context, r api.RefreshRequest) error {
	return t.call(ctx, http.MethodPost, api.PathRefresh, 0, r, nil)
}

// Fence fences a node by hand, or notes or forgets what a FenceRequest says.
func (t *Target) Fence(ctx context.Context, r api.FenceRequest) error {
	return t.call(ctx, http.MethodPost, api.PathFence, NoLimit, r, nil)
}

// answerTime is what a daemon that waits gets to say so once it stops waiting.
const answerTime = 30 * time.Second

// Idle waits until the cluster has nothing left to do, for limit at most, a
// second at least. It tells whether the cluster is idle.
func (t *Target) Idle(ctx context.Context, limit time.Duration) (bool, error) {
	path := api.PathIdle + "?timeout=" + strconv.Itoa(max(1, int(limit.Seconds())))
	var answer api.Idle
	err := t.call(ctx, http.MethodGet, path, limit+answerTime, nil, &answer)
	return answer.Idle, err
}

// RanPCS is what the daemon says of a command line that it was to run.
type RanPCS struct {
	Status string `json:"status"` // "ok", "bad_command", "access_denied" or "error"
	Data   struct {
		Stdout string `json:"stdout"`
		Stderr string `json:"stderr"`
		Code   int    `json:"code"`
	} `json:"data"`
}

// RunPCS has the daemon run a command line for a user who is not root.
func (t *Target) RunPCS(ctx context.Context, form url.Values) (RanPCS, error) {
	var out RanPCS
	text, err := t.send(ctx, request{method: http.MethodPost, path: "/run_pcs", body: form.Encode(), kind: formType, limit: NoLimit})
	if err == nil {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, err
}
