package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/admin"
	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/client"
	"gpcs/internal/report"
)

// peers returns what talks to daemons, with --request-timeout and --debug of
// the command line.
func (c *Call) peers() (*client.Client, error) {
	if c.daemons != nil {
		return c.daemons, nil
	}
	o := client.Options{Root: c.Root, As: os.Getenv(api.EnvUser), AsGroups: strings.Fields(os.Getenv(api.EnvGroups))}
	if v, given := c.Value("--request-timeout"); given {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return nil, fail("'%s' is not a valid --request-timeout value, use a positive integer", v)
		}
		o.Timeout = time.Duration(n) * time.Second
	}
	if c.Has("--debug") {
		o.Debug = c.Stderr
	}
	o.ReadOnly = c.plan != nil
	if c.waits != nil {
		o.Waiting = c.waits.waiting
	}
	c.daemons = client.New(o)
	return c.daemons, nil
}

func (c *Call) hangUp() {
	if c.daemons != nil {
		c.daemons.Close()
	}
}

// local returns this node's daemon.
func (c *Call) local() (*client.Target, error) {
	p, err := c.peers()
	if err != nil {
		return nil, err
	}
	return p.Local(), nil
}

// liveCIB asks this node's daemon for the cluster's document.
func liveCIB(ctx context.Context, c *Call) (*cib.Document, error) {
	daemon, err := c.local()
	if err != nil {
		return nil, err
	}
	doc, err := daemon.CIB(ctx, false)
	if err != nil {
		return nil, fail("unable to get cib: %s", why(err))
	}
	return doc, nil
}

// why takes out of an error what a person needs: a failure's reason, where the
// node that failed is this one.
func why(err error) string {
	var f *client.Failure
	if !errors.As(err, &f) {
		return err.Error()
	}
	switch f.Layer {
	case client.LayerToken:
		return "only root and members of group haclient may use the cluster"
	case client.LayerPermission:
		if f.Code == "" {
			return "permission denied"
		}
	}
	return f.Reason
}

// conflictRetries is how often an edit is made again because somebody else
// changed the configuration between reading and writing it.
const conflictRetries = 20

// editLiveCIB lets edit change the cluster's document. Its reports are printed
// once, when it is known that the change was stored.
func editLiveCIB(ctx context.Context, c *Call, edit func(*cib.Document) report.List) error {
	daemon, err := c.local()
	if err != nil {
		return err
	}
	for range conflictRetries {
		old, err := daemon.CIB(ctx, false)
		if err != nil {
			return fail("unable to get cib: %s", why(err))
		}
		edited := old.Copy()
		reports := edit(edited)
		diff := cib.Diff(old, edited)
		if reports.Failed() || cib.DiffEmpty(diff) {
			return c.conclude(reports)
		}
		_, err = daemon.Change(ctx, cib.Request{ID: randomID(), Client: "cibadmin", User: userName(), Base: old.Base(),
			Ops: []cib.Op{{Kind: cib.Patch, XML: string(cib.Print(diff))}}})
		if errors.Is(err, cib.ErrConflict) {
			continue
		}
		if err != nil {
			return fail("Unable to update cib\n%s\nNothing was changed.", why(err))
		}
		c.say(admin.Doubts(old, edited, true)...)
		return c.conclude(reports)
	}
	return fail("Unable to update cib\nthe configuration was changed by others %d times in a row; nothing was changed, try again",
		conflictRetries)
}

// randomID names a request, so that one that is sent twice is done once.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// userName is who is noted as the author of a change.
func userName() string {
	if os.Geteuid() == 0 {
		return "root"
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// waitIdle waits until the cluster has nothing left to do, for limit at most.
// It tells whether that came about.
func (c *Call) waitIdle(ctx context.Context, limit time.Duration) (bool, error) {
	if c.plan != nil {
		return true, c.plan.foresee()
	}
	daemon, err := c.local()
	if err != nil {
		return false, err
	}
	idle, err := daemon.Idle(ctx, limit)
	if err != nil {
		return false, fail("unable to wait for the cluster: %s", why(err))
	}
	return idle, nil
}

// errNoDaemon says that no gpcsd answers on this node.
var errNoDaemon = errors.New("the local gpcsd cannot be reached")

// localState asks this node's daemon what it knows.
func (c *Call) localState(ctx context.Context) (api.State, error) {
	daemon, err := c.local()
	if err != nil {
		return api.State{}, err
	}
	state, err := daemon.State(ctx)
	var f *client.Failure
	switch {
	case err == nil:
		return state, nil
	case errors.As(err, &f) && f.Layer == client.LayerPort && !errors.Is(err, os.ErrPermission):
		return api.State{}, errNoDaemon
	}
	return api.State{}, fail("%s", why(err))
}
