package link

import "gpcs/internal/cluster/view"

// Event is what a mesh tells its owner.
type Event interface{ event() }

// Up says that a peer is reachable both ways and its stream stands.
type Up struct{ Peer view.Peer }

// Down says that a peer is lost.
type Down struct{ Peer view.Peer }

// Stalled says that this node itself stood still for token or longer.
type Stalled struct{}

// Connected says that the stream with a peer stands anew: what was sent while
// it was broken may be lost.
type Connected struct{ Peer view.Peer }

// Frame is what Send of a peer sent.
type Frame struct {
	From    view.Peer
	Payload []byte
}

// App is what SendApp of a peer sent.
type App struct {
	From    view.Peer
	Kind    string
	Payload []byte
}

func (Up) event()        {}
func (Down) event()      {}
func (Stalled) event()   {}
func (Connected) event() {}
func (Frame) event()     {}
func (App) event()       {}
