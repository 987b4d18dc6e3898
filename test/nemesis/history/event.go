package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// The kinds of events.
const (
	Fault    = "fault"    // Name was done to Nodes between Begun and Ended
	Write    = "write"    // a client set Key to Value
	Add      = "add"      // a client added Value to the set
	Remove   = "remove"   // all of Set was taken out of the set
	Read     = "read"     // a client read all keys
	Hold     = "hold"     // a node's kernel had the address, surely from Begun to Ended
	Excuse   = "excuse"   // a node was not alive to obey
	Gap      = "gap"      // the site at the address did not answer
	Converge = "converge" // after a heal: what the nodes hold
	Note     = "note"     // for people
)

// Stall is the Name of an Excuse where a node said itself that it stood still.
const Stall = "stall"

// How an operation of a client ended.
const (
	Acked   = "acked"   // the cluster said that it is done
	Refused = "refused" // the cluster said that it is not and will not be done
	Unknown = "unknown" // nobody can tell
)

// Whether an acknowledgement or a read came from a view with a quorum. What a
// partition without one acknowledges gives way to what the others agreed on,
// and is kept in a file on the node then.
const (
	Quorate = "yes"
	Apart   = "no"
	Between = "maybe" // the view changed meanwhile
)

// Event is one line of a history. Fields that a kind does not use are empty.
type Event struct {
	Kind    string        `json:"kind"`
	Begun   time.Duration `json:"begun"`           // ns since the start of the run
	Ended   time.Duration `json:"ended,omitempty"` // ns since the start of the run
	Name    string        `json:"name,omitempty"`  // of a fault
	Node    string        `json:"node,omitempty"`
	Nodes   []string      `json:"nodes,omitempty"`
	Client  int           `json:"client,omitempty"`
	Key     string        `json:"key,omitempty"`
	Value   string        `json:"value,omitempty"`
	Outcome string        `json:"outcome,omitempty"`
	Version string        `json:"version,omitempty"` // admin_epoch.epoch.num_updates that a change was acknowledged with
	Quorate string        `json:"quorate,omitempty"` // of an operation that was acknowledged
	// Values are the keys as read; of a converge as the nodes hold them.
	Values map[string]string `json:"values,omitempty"`
	Set    []string          `json:"set,omitempty"`
	// Saved are the items in what nodes kept of changes that gave way since the last converge.
	Saved []string `json:"saved,omitempty"`
	// Holds says which document each node has, of a converge.
	Holds map[string]string `json:"holds,omitempty"`
	Text  string            `json:"text,omitempty"`
}

// Recorder collects events of several goroutines and writes each to a file at once.
type Recorder struct {
	start  time.Time
	mu     sync.Mutex
	out    *json.Encoder
	events []Event
}

// NewRecorder returns a recorder whose clock starts now.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{start: time.Now(), out: json.NewEncoder(w)} }

// Now is the time since the start.
func (r *Recorder) Now() time.Duration { return time.Since(r.start) }

// At is a time on the recorder's clock.
func (r *Recorder) At(t time.Time) time.Duration { return t.Sub(r.start) }

// Add takes an event.
func (r *Recorder) Add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	_ = r.out.Encode(e) // a full disk of the machine fails the run elsewhere
}

// Note takes a line for people.
func (r *Recorder) Note(format string, args ...any) {
	r.Add(Event{Kind: Note, Begun: r.Now(), Text: fmt.Sprintf(format, args...)})
}

// Events returns all so far.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)]
}

// Load reads what a Recorder wrote.
func Load(r io.Reader) ([]Event, error) {
	var events []Event
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(events)+1, err)
		}
		events = append(events, e)
	}
	return events, lines.Err()
}
