package sched

// location is a location constraint of one resource: scores for nodes.
type location struct {
	id     string
	role   Role // RolePromoted, or RoleUnknown for any
	nodes  []nodeScore
	probe  probeMode
	ticket bool
}

type nodeScore struct {
	node  *Node
	score int
}

// unmanagedStay keeps an unmanaged resource where it is.
func unmanagedStay(_ *Resource, n *Node) *location {
	return &location{id: "not_managed_default", nodes: []nodeScore{{n, Infinity}}}
}
