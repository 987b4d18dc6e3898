package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gpcs/internal/api"
	"gpcs/internal/cib"
)

// cibFile names the file that stands for the running cluster's document: the
// shadow copy in use, or what CIB_file names; "" = none.
func (t *toolCall) cibFile() string {
	if name := os.Getenv("CIB_shadow"); name != "" && !t.noShadow {
		return t.shadowFile(name)
	}
	return os.Getenv("CIB_file")
}

// document returns the document that a helper program is about: the file that
// CIB_file names ("-" is the standard input) or this node's own copy.
//
// Where a user is given (--user, CIB_user) it holds only what that user may see.
func (t *toolCall) document(ctx context.Context) (*cib.Document, error) {
	doc, err := t.wholeDocument(ctx)
	if as := t.actingUser(); as != nil && err == nil {
		return doc.Readable(*as)
	}
	return doc, err
}

// actingUser is the user in whose name a call is made, nil for the caller's own.
func (t *toolCall) actingUser() *cib.Caller {
	name, ok := t.value("user")
	if !ok {
		name = os.Getenv("CIB_user")
	}
	if name == "" {
		return nil
	}
	as := callerNamed(name)
	return &as
}

func (t *toolCall) wholeDocument(ctx context.Context) (*cib.Document, error) {
	switch name := t.cibFile(); name {
	case "":
	case "-":
		data, err := io.ReadAll(io.LimitReader(t.Stdin, cib.MaxSize))
		if err != nil {
			return nil, err
		}
		return cib.Parse(data)
	default:
		return readCIBFile(name)
	}
	if _, err := t.running(ctx); err != nil {
		return nil, err
	}
	daemon, err := t.local()
	if err != nil {
		return nil, err
	}
	return daemon.CIB(ctx, true)
}

// errToolStopped says that the cluster is stopped on this node.
var errToolStopped = errors.New("the cluster is stopped on this node")

// running returns the state of this node, or errToolStopped.
func (t *toolCall) running(ctx context.Context) (api.State, error) {
	state, err := t.localState(ctx)
	if errors.Is(err, errNoDaemon) || (err == nil && !state.Running) {
		return state, errToolStopped
	}
	return state, err
}

// change carries operations out: on the file that CIB_file names, or in the
// running cluster.
func (t *toolCall) change(ctx context.Context, ops ...cib.Op) error {
	return t.changeDampened(ctx, nil, ops...)
}

// changeDampened is change for an attribute whose changes wait for each other.
func (t *toolCall) changeDampened(ctx context.Context, d *cib.Dampen, ops ...cib.Op) error {
	request := cib.Request{ID: randomID(), Client: t.name, User: userName(), Ops: ops, Dampen: d}
	request.As = t.actingUser()
	if name := t.cibFile(); name != "" && name != "-" {
		doc, err := readCIBFile(name)
		if err != nil {
			return err
		}
		// Who wrote a file, and when, the file system knows; the document tells of the cluster's changes.
		request.Client, request.User = "", ""
		changed, err := cib.Apply(doc, request, "")
		if err != nil {
			return err
		}
		if len(nonconforming(doc, changed)) > 0 {
			return errNonconforming
		}
		return writeFile(name, changed.Bytes())
	}
	daemon, err := t.local()
	if err != nil {
		return err
	}
	_, err = daemon.Change(ctx, request)
	return err
}

// failed prints an error of document or change and returns the exit status.
func (t *toolCall) failed(err error) int {
	if errors.Is(err, errToolStopped) {
		fmt.Fprintf(t.Stderr, "%s: Could not connect to the CIB: Transport endpoint is not connected\n", t.name)
		return exitDisconnected
	}
	return t.fails(exitError, "%s", why(err))
}
