package replica

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// Config is what a core is made with.
type Config struct {
	Self   uint32
	Quorum quorum.Config
	// Recent are the requests stored with the document, see Store.
	Recent []Applied
	// Unshared is what was stored with the document.
	Unshared Unshared
	// Retry is the time, in ticks, after which what was not answered is sent again.
	Retry int
	// Mutant is a rule that is switched off, in tests.
	Mutant view.Mutant
	// Name gives a node's name for messages to people.
	Name func(id uint32) string
}

// Event is one input of the core.
type Event interface{ event() }

// Submit asks for a change on behalf of a client of this node. Its ID tells
// requests apart for ever: sent again, it is applied once.
type Submit struct{ Request cib.Request }

// Read asks for the document with all changes acknowledged before now.
type Read struct{ ID string }

// Cancel forgets a client's request; what was sent may still be applied.
type Cancel struct{ ID string }

// Enter says that a view is installed, with the document it begins with, nil
// for this node's own.
type Enter struct {
	View     *view.View
	Document []byte
}

// Open says, on the DC, that all members have installed the view.
type Open struct{}

// Close says that no view is open on this node.
type Close struct{}

// Adopt replaces this node's document with a member's better one.
type Adopt struct{ Document []byte }

// Receive is a message from a member.
type Receive struct {
	From    uint32
	Message Message
}

// Stored answers the effect Store of the same number, and all before it.
type Stored struct {
	N   int
	Err string // "" = it is on the disk for good
}

// Tick is one step of time.
type Tick struct{}

func (Submit) event()  {}
func (Read) event()    {}
func (Cancel) event()  {}
func (Enter) event()   {}
func (Open) event()    {}
func (Close) event()   {}
func (Adopt) event()   {}
func (Receive) event() {}
func (Stored) event()  {}
func (Tick) event()    {}

// Effect is one output of the core; they are to be done in order.
type Effect interface{ effect() }

// Send is a message to a member.
type Send struct {
	To      uint32
	Message Message
}

// Store asks to write the document to disk durably; Stored answers. Of several
// that wait only the newest has to be written.
type Store struct {
	N       int
	Doc     *cib.Document
	Lineage view.Lineage
	// Recent are the latest changes of the configuration in it: who asks for
	// one again after all nodes have started anew must not have it done twice.
	Recent []Applied
	// Unshared is what other nodes may not have of it.
	Unshared Unshared
}

// Changed says that this node's document is another one now. It is never
// changed in place.
type Changed struct{ Doc *cib.Document }

// Reply answers a Submit or Read.
type Reply struct {
	ID      string
	Version cib.Version
	Doc     *cib.Document // of a Read
	Err     error
}

func (Send) effect()    {}
func (Store) effect()   {}
func (Changed) effect() {}
func (Reply) effect()   {}

// Kind names a message of replication.
type Kind string

// The messages of replication.
const (
	Forward  Kind = "forward"  // a client's Request or read, to the DC
	Result   Kind = "result"   // the DC's answer to it
	Patch    Kind = "patch"    // change number Seq of the view, from the DC
	Ack      Kind = "ack"      // what the sender has of the view's changes
	Fetch    Kind = "fetch"    // asks the DC for the whole document
	Snapshot Kind = "snapshot" // the whole document as of Seq
	Settled  Kind = "settled"  // all changes of the configuration up to Seq are acknowledged
)

// Message is one message of replication; fields that a kind does not name are empty.
type Message struct {
	Kind     Kind         `json:"kind"`
	Ballot   view.Ballot  `json:"ballot"`             // of the view; not in forward and result
	Seq      int64        `json:"seq,omitempty"`      // patch, snapshot; ack: applied
	Durable  int64        `json:"durable,omitempty"`  // ack: all configuration up to here is stored; -1 = not yet what the view began with
	ID       string       `json:"id,omitempty"`       // of the request: forward of a read, result, patch
	Request  *cib.Request `json:"request,omitempty"`  // forward; nil = a read
	Version  cib.Version  `json:"version,omitzero"`   // result, patch
	Diff     string       `json:"diff,omitempty"`     // patch: <diff>; "" = nothing changed, only to be acknowledged
	Digest   string       `json:"digest,omitempty"`   // patch: of the outcome, where it is stored
	Document []byte       `json:"document,omitempty"` // snapshot; result of a read: the text
	Error    string       `json:"error,omitempty"`    // result; ack: why the sender cannot store
	Code     string       `json:"code,omitempty"`     // result: which of the errors that callers tell apart
}

// String prints what matters of a message in one line.
func (m Message) String() string {
	switch m.Kind {
	case Forward:
		if m.Request == nil {
			return "forward read " + m.ID
		}
		return "forward " + m.Request.ID
	case Result:
		if m.Error != "" {
			return fmt.Sprintf("result %s error: %s", m.ID, m.Error)
		}
		return fmt.Sprintf("result %s %s", m.ID, m.Version)
	case Patch:
		return fmt.Sprintf("patch %s #%d %s to %s", m.Ballot, m.Seq, m.ID, m.Version)
	case Ack:
		if m.Error != "" {
			return fmt.Sprintf("ack %s #%d stored #%d error: %s", m.Ballot, m.Seq, m.Durable, m.Error)
		}
		return fmt.Sprintf("ack %s #%d stored #%d", m.Ballot, m.Seq, m.Durable)
	}
	return fmt.Sprintf("%s %s #%d", m.Kind, m.Ballot, m.Seq)
}

// Applied is a request that the document contains.
type Applied struct {
	ID      string      `json:"id"`
	Version cib.Version `json:"version"`
}

// snapshot is a whole document with what belongs to it, as it goes between members.
type snapshot struct {
	Lineage  view.Lineage `json:"lineage"`
	Text     string       `json:"text"`
	Recent   []Applied    `json:"recent"`
	Unshared Unshared     `json:"unshared,omitzero"`
}

func (s snapshot) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // XML would grow to the double
	// A struct of strings and numbers never fails to be written.
	_ = e.Encode(s)
	return b.Bytes()
}

// faults are the errors that callers tell apart, by their name on the wire.
var faults = map[string]error{
	"conflict":  cib.ErrConflict,
	"denied":    cib.ErrDenied,
	"not-found": cib.ErrNotFound,
	"exists":    cib.ErrExists,
	"older":     cib.ErrOlder,
	"patch":     cib.ErrPatch,
	"store":     ErrNotStored,
}

// ErrNotStored says that a change could not be written to enough disks.
var ErrNotStored = errors.New("the change could not be stored")

// fault is an error that came from the DC.
type fault struct {
	text string
	is   error
}

func (f fault) Error() string { return f.text }
func (f fault) Unwrap() error { return f.is }

func codeOf(err error) string {
	for code, is := range faults {
		if errors.Is(err, is) {
			return code
		}
	}
	return ""
}
