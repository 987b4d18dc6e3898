package view

// Features say what the gpcs of a node can do. Nodes that are upgraded one
// after the other work together at the highest level that all of them have; a
// level is raised where messages or documents change so that older ones cannot
// take part.
type Features struct {
	Level  int    `json:"level,omitempty"`  // the highest that it can work at
	Oldest int    `json:"oldest,omitempty"` // the lowest that it can work at
	Set    string `json:"set,omitempty"`    // crm_feature_set of its engine
}

// fits tells whether there is a level that both can work at.
func (f Features) fits(o Features) bool { return f.Level >= o.Oldest && o.Level >= f.Oldest }

// Refusal is a peer that can be reached and is not taken into a view because
// no level is common to it and this node.
type Refusal struct {
	Peer     uint32
	Features Features // the peer's
}

// Refused are the peers that features keep apart from this node, by id.
func (c *Core) Refused() []Refusal {
	var out []Refusal
	for p := range c.living() {
		if p.hello != nil && !c.cfg.Features.fits(p.hello.Features) {
			out = append(out, Refusal{p.ID, p.hello.Features})
		}
	}
	return out
}

// fitting tells whether two candidates can work together.
func (c *Core) fitting(p, q Peer) bool { return c.featuresOf(p).fits(c.featuresOf(q)) }

func (c *Core) featuresOf(p Peer) Features {
	if p == c.cfg.Self {
		return c.cfg.Features
	}
	return c.peers[p.ID].hello.Features
}

// negotiate finds the level of a view that all have promised to, and what each
// member's engine is like. Candidates fit pairwise, so all can work at it.
func (c *Core) negotiate(pr *proposal) (level int, sets map[uint32]string) {
	all := map[uint32]Features{c.cfg.Self.ID: c.cfg.Features}
	for id, promise := range pr.promises {
		all[id] = promise.Features
	}
	level = c.cfg.Features.Level
	for _, f := range all {
		level = min(level, f.Level)
	}
	for id, f := range all {
		if f.Set != "" {
			if sets == nil {
				sets = map[uint32]string{}
			}
			sets[id] = f.Set
		}
	}
	return level, sets
}
