package sched

// table is a node table: which nodes a resource may run on, with a score for
// each. It is indexed by Node.Index.
type table []cell

// cell is kept small: there is one for each resource and node.
type cell struct {
	score int
	count int32     // instances of the clone that owns the table placed here
	in    bool      // node is in the table
	probe probeMode // resource-discovery of a location constraint
}

type probeMode uint8

const (
	probeAlways probeMode = iota
	probeNever
	probeExclusive
)

func newTable(n int) table { return make(table, n) }

func (t table) clone() table { return append(table(nil), t...) }

// put inserts a node with that score, or replaces its score.
func (t table) put(i, score int) { t[i].in, t[i].score = true, score }

// add adds to a node's score; a node not in the table is inserted.
func (t table) add(i, score int) {
	if !t[i].in {
		t.put(i, score)
		return
	}
	t[i].score = addScores(t[i].score, score)
}

// addAll adds to the score of each node in the table.
func (t table) addAll(score int) {
	for i := range t {
		if t[i].in {
			t[i].score = addScores(t[i].score, score)
		}
	}
}

// banAll forbids each node in the table.
func (t table) banAll() { t.addAll(-Infinity) }
