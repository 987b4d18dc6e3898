package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/test/nemesis/history"
)

// The clients: keys are node attributes of node1, the set is others of it.
const (
	writers = 4 // each writes its own key and one that two share
	adders  = 3
	readers = 2

	attributes = "/cib/configuration/nodes/node[@id='1']/instance_attributes[@id='nodes-1']"
	keyPrefix  = "key-"
	setPrefix  = "item-"
)

// pace is the mean time between two operations of one client.
const pace = 100 * time.Millisecond

func (r *run) startClients() {
	for i := range writers + adders + readers {
		dice := rand.New(rand.NewPCG(r.dice.Uint64(), uint64(i)))
		r.wg.Go(func() {
			for n := 1; r.wait(dice, pace); n++ {
				r.clients.RLock()
				d := r.doors[r.c.Nodes()[dice.IntN(len(r.c.Nodes()))]]
				switch {
				case i < writers:
					r.write(d, i+1, []string{fmt.Sprint(i), fmt.Sprintf("shared-%d", i/2)}[dice.IntN(2)], n)
				case i < writers+adders:
					r.add(d, i+1, n)
				default:
					r.read(d, i+1)
				}
				r.clients.RUnlock()
			}
		})
	}
	r.wg.Go(r.typist)
}

// wait waits for a client's next turn, for a mean time; false at the end.
func (r *run) wait(dice *rand.Rand, mean time.Duration) bool {
	select {
	case <-r.stop:
		return false
	case <-time.After(time.Duration(dice.Int64N(int64(2 * mean)))):
		return true
	}
}

// attribute is a request that sets a node attribute of node1.
func attribute(name, value string) cib.Request {
	set := cib.NewElement("instance_attributes", "id", "nodes-1")
	set.AddChild(cib.NewElement("nvpair", "id", "nodes-1-"+name, "name", name, "value", value))
	node := cib.NewElement("node", "id", "1")
	node.AddChild(set)
	nodes := cib.NewElement("nodes")
	nodes.AddChild(node)
	return cib.Request{Client: "nemesis", Ops: []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(nodes))}}}
}

// within calls an operation and tells in what kind of view it was answered.
func within(d *door, operation func()) (quorate string) {
	before, err := d.state()
	operation()
	after, afterErr := d.state()
	switch {
	case err != nil || afterErr != nil || before.View.Counter != after.View.Counter:
		return history.Between
	case before.View.Quorate && after.View.Quorate:
		return history.Quorate
	}
	return history.Apart
}

func (r *run) write(d *door, client int, key string, n int) {
	e := history.Event{Kind: history.Write, Client: client, Node: d.node, Key: key, Value: fmt.Sprintf("%d-%d", client, n)}
	e.Quorate = within(d, func() {
		e.Begun = r.Now()
		e.Outcome, e.Version = d.change(attribute(keyPrefix+key, e.Value))
		e.Ended = r.Now()
	})
	r.Add(e)
}

func (r *run) add(d *door, client, n int) {
	e := history.Event{Kind: history.Add, Client: client, Node: d.node, Value: fmt.Sprintf("%d-%d", client, n)}
	e.Quorate = within(d, func() {
		e.Begun = r.Now()
		e.Outcome, e.Version = d.change(attribute(setPrefix+e.Value, "1"))
		e.Ended = r.Now()
	})
	r.Add(e)
}

func (r *run) read(d *door, client int) {
	e := history.Event{Kind: history.Read, Client: client, Node: d.node, Outcome: history.Unknown}
	e.Quorate = within(d, func() {
		e.Begun = r.Now()
		if doc, err := d.document(false); err == nil {
			e.Outcome = history.Acked
			e.Values, _ = contents(doc)
		}
		e.Ended = r.Now()
	})
	r.Add(e)
}

// contents takes keys and set out of a document. A key that is not there has the value "".
func contents(doc *cib.Document) (keys map[string]string, set []string) {
	keys = map[string]string{typed: ""}
	for i := range writers {
		keys[fmt.Sprint(i)] = ""
		keys[fmt.Sprintf("shared-%d", i/2)] = ""
	}
	found, err := doc.XPath(attributes + "/nvpair")
	if err != nil {
		return keys, nil
	}
	for _, e := range found {
		name := e.SelectAttrValue("name", "")
		if key, ok := strings.CutPrefix(name, keyPrefix); ok {
			keys[key] = e.SelectAttrValue("value", "")
		}
		if value, ok := strings.CutPrefix(name, setPrefix); ok {
			set = append(set, value)
		}
	}
	return keys, set
}

// typed is the key of the client that types commands.
const typed = "typed"

// typist changes its key by the command line, as a person would.
func (r *run) typist() {
	dice := rand.New(rand.NewPCG(1, uint64(len(r.c.Nodes()))))
	for n := 1; r.wait(dice, 3*pace); n++ {
		r.clients.RLock()
		node := r.c.Nodes()[dice.IntN(len(r.c.Nodes()))]
		e := history.Event{Kind: history.Write, Client: 100, Node: node, Key: typed, Value: fmt.Sprint(n), Outcome: history.Unknown}
		e.Quorate = within(r.doors[node], func() {
			e.Begun = r.Now()
			r.typing.Lock()
			defer r.typing.Unlock()
			said, err := r.c.Do(node, "timeout", "5", "crm_attribute", "--node", "node1", "--name", keyPrefix+typed, "--update", e.Value)
			switch {
			case err != nil:
				e.Outcome = history.Refused // the node is off
			case said.Code == 0:
				e.Outcome = history.Acked
			}
			e.Ended = r.Now()
		})
		r.clients.RUnlock()
		r.Add(e)
	}
}
