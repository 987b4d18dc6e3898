package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
)

// Ballot numbers a proposal; ballots are totally ordered by counter, then node.
type Ballot struct {
	Counter uint64 `json:"counter"`
	Node    uint32 `json:"node"` // the proposer's node id
}

// Compare returns -1, 0 or 1 as b is lower than, equal to or higher than o.
func (b Ballot) Compare(o Ballot) int {
	if c := cmp.Compare(b.Counter, o.Counter); c != 0 {
		return c
	}
	return cmp.Compare(b.Node, o.Node)
}

// IsZero tells whether b is no ballot at all.
func (b Ballot) IsZero() bool { return b == Ballot{} }

// String prints counter.node.
func (b Ballot) String() string { return fmt.Sprintf("%d.%d", b.Counter, b.Node) }

// Peer is one start of one node: a daemon that is started again has a new
// incarnation, and what was said to the earlier one is not meant for it.
type Peer struct {
	ID          uint32 `json:"id"`
	Incarnation uint64 `json:"incarnation"`
}

// String prints id/incarnation.
func (p Peer) String() string { return fmt.Sprintf("%d/%d", p.ID, p.Incarnation) }

// View is an agreed membership. The proposer is its DC.
type View struct {
	Ballot  Ballot         `json:"ballot"`
	DC      uint32         `json:"dc"`
	Members []Peer         `json:"members"` // by id
	Quorum  quorum.Outcome `json:"quorum"`
	Order   quorum.Order   `json:"order,omitzero"` // that it was made for, see Adjust
	// Since is, for each member's id, the counter of the ballot from which on
	// it has been a member without a gap, as the side knows it whose document
	// the view began with: what that document says of others is out of date.
	Since map[uint32]uint64 `json:"since,omitempty"`
	// Level is the feature level that all members work at, Sets the
	// crm_feature_set of each member's engine, see Features.
	Level int               `json:"level,omitempty"`
	Sets  map[uint32]string `json:"sets,omitempty"`
}

// Has tells whether the node is a member, in whatever incarnation.
func (v *View) Has(id uint32) bool {
	return v != nil && slices.ContainsFunc(v.Members, func(p Peer) bool { return p.ID == id })
}

// IDs returns the members' node ids in order.
func (v *View) IDs() []uint32 { return ids(v.Members) }

// String prints the view in one line.
func (v *View) String() string {
	if v == nil {
		return "no view"
	}
	q := ""
	if v.Quorum.Quorate {
		q = " quorate"
	}
	if v.Order.Expected > 0 {
		q += fmt.Sprintf(" expecting=%d", v.Order.Expected)
	}
	if v.Level > 0 {
		q += fmt.Sprintf(" level=%d", v.Level)
	}
	return fmt.Sprintf("view %s dc=%d members=%s%s", v.Ballot, v.DC, peers(v.Members), q)
}

// Lineage says what a document grew from: the last quorate view that held it,
// and the version that it had there. What changed after that, in views
// without quorum, counts only against documents that grew from the same.
type Lineage struct {
	Ballot Ballot      `json:"ballot"`
	Agreed cib.Version `json:"agreed"`
}

// Compare orders lineages by ballot, then by the version agreed on.
func (l Lineage) Compare(o Lineage) int {
	if c := l.Ballot.Compare(o.Ballot); c != 0 {
		return c
	}
	return l.Agreed.Compare(o.Agreed)
}

// String prints agreed version @ ballot.
func (l Lineage) String() string { return fmt.Sprintf("%s@%s", l.Agreed, l.Ballot) }

// Stamp says which document a member holds. Stamps are ordered by lineage, then
// version.
type Stamp struct {
	Lineage Lineage     `json:"lineage"`
	Version cib.Version `json:"version"`
	Digest  string      `json:"digest"` // tells apart documents of one version
}

// Compare orders stamps by lineage and version; the digest has no order.
func (s Stamp) Compare(o Stamp) int {
	if c := s.Lineage.Compare(o.Lineage); c != 0 {
		return c
	}
	return s.Version.Compare(o.Version)
}

// place is where the configuration stands in the order of stamps, as a
// quorum.Memory keeps it. Changes of the status are not stored.
func (s Stamp) place() []int64 {
	agreed, has := s.Lineage.Agreed, s.Version
	return []int64{int64(s.Lineage.Ballot.Counter), int64(s.Lineage.Ballot.Node), agreed.AdminEpoch, agreed.Epoch, has.AdminEpoch, has.Epoch}
}

// Kind names a message of the view protocol.
type Kind string

// The messages of the view protocol.
const (
	// Hello tells peers whom its sender reaches and in which view it is.
	Hello Kind = "hello"
	// Prepare asks for a promise to Ballot. Stamp is the proposer's.
	Prepare Kind = "prepare"
	// Promise answers it with the sender's Stamp; Document is attached where
	// it is better than the proposer's.
	Promise Kind = "promise"
	// Reject answers a ballot that is lower than the one promised, in Promised.
	Reject Kind = "reject"
	// Install carries the View, with the Document for who holds another.
	Install Kind = "install"
	// Installed answers it.
	Installed Kind = "installed"
	// Reorder asks the DC for a view with another Order.
	Reorder Kind = "reorder"
	// Bye says that the sender leaves on purpose.
	Bye Kind = "bye"
)

// Message is one message of the view protocol; fields that a kind does not
// name are empty.
type Message struct {
	Kind     Kind          `json:"kind"`
	Ballot   Ballot        `json:"ballot"`             // hello: of the installed view
	Promised Ballot        `json:"promised,omitempty"` // hello, reject
	Reach    []Peer        `json:"reach,omitempty"`    // hello
	DC       uint32        `json:"dc,omitempty"`       // hello: 0 = in no view
	Quorate  bool          `json:"quorate,omitempty"`  // hello
	Size     int           `json:"size,omitempty"`     // hello: members of the view
	Opened   bool          `json:"opened,omitempty"`   // hello of the DC: all members have installed the view
	Seasoned bool          `json:"seasoned,omitempty"` // hello: was in a view since its start
	Stamp    Stamp         `json:"stamp,omitzero"`     // prepare, promise
	Device   bool          `json:"device,omitempty"`   // hello: the quorum device votes for the sender
	Features Features      `json:"features,omitzero"`  // hello, promise: of the sender
	Conf     uint64        `json:"conf,omitempty"`     // hello: which configuration the sender uses
	Memory   quorum.Memory `json:"memory,omitzero"`    // promise
	Order    quorum.Order  `json:"order,omitzero"`     // adjust
	View     *View         `json:"view,omitempty"`     // install; promise: the one installed last
	Document []byte        `json:"document,omitempty"` // promise, install: a replica's snapshot, opaque here
}

// String prints what matters of a message in one line.
func (m Message) String() string {
	switch m.Kind {
	case Hello:
		return fmt.Sprintf("hello view=%s dc=%d reach=%s", m.Ballot, m.DC, peers(m.Reach))
	case Reject:
		return fmt.Sprintf("reject %s promised=%s", m.Ballot, m.Promised)
	case Prepare, Promise:
		return fmt.Sprintf("%s %s has=%s@%s%s", m.Kind, m.Ballot, m.Stamp.Version, m.Stamp.Lineage.Ballot, m.attached())
	case Install:
		return fmt.Sprintf("install %s%s", m.View, m.attached())
	case Bye:
		return "bye"
	}
	return fmt.Sprintf("%s %s", m.Kind, m.Ballot)
}

func (m Message) attached() string {
	if m.Document != nil {
		return " +document"
	}
	return ""
}

func peers(list []Peer) string {
	s := make([]string, len(list))
	for i, p := range list {
		s[i] = p.String()
	}
	return "[" + strings.Join(s, " ") + "]"
}

func ids(list []Peer) []uint32 {
	out := make([]uint32, len(list))
	for i, p := range list {
		out[i] = p.ID
	}
	return out
}
