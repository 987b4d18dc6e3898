package status

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Votes is what votequorum knows: the figures of votequorum(5).
type Votes struct {
	Now             time.Time
	NodeID          uint32
	RingID          string // "1.e": lowest member's id and the ring's number in hexadecimal
	Quorate         bool
	Expected        int
	HighestExpected int
	Total           int
	Needed          int
	Flags           []string
	Members         []Voter // nodes present, by id
}

// Voter is one member with its votes.
type Voter struct {
	ID    uint32
	Name  string
	Votes int
}

// QuorumText prints the votes as corosync-quorumtool -p does.
func QuorumText(v Votes) string {
	var b strings.Builder
	title := func(text string) { fmt.Fprintf(&b, "%s\n%s\n", text, strings.Repeat("-", len(text))) }
	value := func(name string, v any) { fmt.Fprintf(&b, "%-18s%v\n", name+":", v) }
	title("Quorum information")
	value("Date", v.Now.Format(dateLayout))
	value("Quorum provider", "corosync_votequorum")
	value("Nodes", len(v.Members))
	value("Node ID", v.NodeID)
	value("Ring ID", v.RingID)
	value("Quorate", choose(v.Quorate, "Yes", "No"))
	b.WriteByte('\n')
	title("Votequorum information")
	value("Expected votes", v.Expected)
	value("Highest expected", v.HighestExpected)
	value("Total votes", v.Total)
	value("Quorum", fmt.Sprintf("%d %s", v.Needed, choose(v.Quorate, " ", "Activity blocked")))
	value("Flags", strings.Join(v.Flags, " ")+" ")
	b.WriteByte('\n')
	title("Membership information")
	fmt.Fprintf(&b, "%10s %10s %10s %s\n", "Nodeid", "Votes", "Qdevice", "Name")
	for _, m := range v.sorted() {
		fmt.Fprintf(&b, "%10d %10d %10s %s%s\n", m.ID, m.Votes, "NR", m.Name, v.local(m))
	}
	b.WriteByte('\n')
	return b.String()
}

// MembershipText prints the members as corosync-quorumtool -l does.
func MembershipText(v Votes) string {
	var b strings.Builder
	const title = "Membership information"
	fmt.Fprintf(&b, "\n%s\n%s\n", title, strings.Repeat("-", len(title)))
	fmt.Fprintf(&b, "%10s %10s %s\n", "Nodeid", "Votes", "Name")
	for _, m := range v.sorted() {
		fmt.Fprintf(&b, "%10d %10d %s%s\n", m.ID, m.Votes, m.Name, v.local(m))
	}
	return b.String()
}

func (v Votes) local(m Voter) string { return choose(m.ID == v.NodeID, " (local)", "") }

func (v Votes) sorted() []Voter {
	members := append([]Voter{}, v.Members...)
	sort.Slice(members, func(i, j int) bool { return members[i].ID < members[j].ID })
	return members
}
