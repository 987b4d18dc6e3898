package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
	"gpcs/internal/paths"
)

// Node is one configured node of corosync.conf's nodelist.
type Node struct {
	ID        uint32
	Name      string
	Addresses []string // ring0_addr, ring1_addr, ...; "" = no such link
	Votes     int      // quorum_votes, 1 unless set
}

// Config is what corosync.conf says of the cluster.
type Config struct {
	Name  string        // totem.cluster_name
	Token time.Duration // totem.token; 0 = one second
	// Ports are totem.interface.mcastport of the links by number; where one is
	// missing or 0 it is 5405 plus the link's number.
	Ports      []int
	Nodes      []Node
	Expected   int   // quorum.expected_votes; 0 = the sum of the votes
	TwoNode    bool  // quorum.two_node
	WaitForAll *bool // quorum.wait_for_all; nil = as two_node says
	TieBreaker *quorum.TieBreaker
	// Window is last_man_standing_window; 0 = no last_man_standing.
	Window      time.Duration
	ActiveLinks bool // totem.link_mode: active
	// Priorities are knet_link_priority of the links by number, of which the
	// highest that works is used unless ActiveLinks; where one is missing it is 1.
	Priorities  []int
	DeviceVotes int  // quorum.device.votes; 0 = no device
	Tracking    bool // quorum.expected_votes_tracking
	Downscale   bool // quorum.allow_downscale
}

// Store keeps the document on disk. cib/store.Store is one.
type Store interface {
	// Save returns when document and lineage are on the disk for good.
	Save(doc *cib.Document, lineage []byte) error
	// Settle does what can wait: it is called when no Save has come for a
	// while, and at the end.
	Settle() error
}

// Options are what a Cluster is made with.
type Options struct {
	Root   paths.Root // for what a node remembers of itself
	Log    *slog.Logger
	Self   uint32 // this node's id in Config
	Config Config
	Key    []byte // content of corosync's authkey
	// Document and Lineage are what the store had; nil for a new cluster. The
	// status section in it is not used: it was true before the restart.
	Document *cib.Document
	Lineage  []byte
	Store    Store
	// Schema and FeatureSet are for the document of a new cluster.
	Schema, FeatureSet string
	// Dial opens a TCP connection to pcsd's port of a node; host is one of its
	// addresses. TLS and the proof of the cluster key are done on top of it.
	Dial func(ctx context.Context, node uint32, host string) (net.Conn, error)
	// Receive takes the messages of Send, in order for each sender, one at a
	// time. It may take its time; later messages wait.
	Receive func(from uint32, kind string, payload []byte)
	// Differs is called while another node uses another configuration: this one
	// may have missed that its files have changed. It must not wait for the cluster.
	// nil = each node may have a configuration of its own.
	Differs func()
	// Features are what this gpcs can do; tests make older and newer ones. The
	// zero value is for what it is, with FeatureSet.
	Features view.Features
	// Grace is how long a daemon that ended on a living host may take to come
	// back before the node is lost; 0 = three times the token.
	Grace time.Duration
}

// FeatureLevel is the feature level of this gpcs, OldestLevel that of the
// oldest gpcs that it can be in one cluster with while nodes are upgraded.
const (
	FeatureLevel = 1
	OldestLevel  = 1
)

// ticksPerToken is the resolution of the cores' time.
const ticksPerToken = 20

// tick is one step of the cores' time.
func (c Config) tick() time.Duration { return c.Token / ticksPerToken }

func (o *Options) complete() error {
	o.Config = o.Config.filled()
	if o.Grace == 0 {
		o.Grace = 3 * o.Config.Token
	}
	if o.Features == (view.Features{}) {
		o.Features = view.Features{Level: FeatureLevel, Oldest: OldestLevel, Set: o.FeatureSet}
	}
	if o.Document == nil {
		o.Document = cib.New(o.Schema, o.FeatureSet)
	}
	if len(o.Key) == 0 {
		return errors.New("the cluster key is empty")
	}
	if _, ok := o.Config.node(o.Self); !ok {
		return fmt.Errorf("node id %d of this node is not in the nodelist of corosync.conf", o.Self)
	}
	return nil
}

// filled is the configuration with its defaults put in.
func (c Config) filled() Config {
	if c.Token == 0 {
		c.Token = time.Second
	}
	return c
}

// id is a number that another configuration does not have.
func (c Config) id() uint64 {
	h := fnv.New64a()
	// It is of strings, numbers and lists of them, which are always encoded.
	_ = json.NewEncoder(h).Encode(c)
	return h.Sum64()
}

func (c Config) node(id uint32) (Node, bool) {
	for _, n := range c.Nodes {
		if n.ID == id {
			return n, true
		}
	}
	return Node{}, false
}

func (c Config) name(id uint32) string {
	if n, ok := c.node(id); ok && n.Name != "" {
		return n.Name
	}
	return fmt.Sprint(id)
}

func (c Config) ids() []uint32 {
	var out []uint32
	for _, n := range c.Nodes {
		out = append(out, n.ID)
	}
	return out
}

// windowTicks is the window of last_man_standing in the cores' time.
func (c Config) windowTicks() int { return int(c.Window * ticksPerToken / c.Token) }

func (c Config) quorum() quorum.Config {
	q := quorum.Config{Votes: map[uint32]int{}, Expected: c.Expected, TwoNode: c.TwoNode, WaitForAll: c.WaitForAll,
		TieBreaker: c.TieBreaker, LastManStanding: c.Window > 0, DeviceVotes: c.DeviceVotes,
		Tracking: c.Tracking, Downscale: c.Downscale}
	for _, n := range c.Nodes {
		q.Votes[n.ID] = n.Votes
	}
	return q
}

func (c Config) links() []link.Node {
	out := make([]link.Node, len(c.Nodes))
	for i, n := range c.Nodes {
		out[i] = link.Node{ID: n.ID, Name: n.Name, Addresses: n.Addresses}
	}
	return out
}
