package controller

import (
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/fence"
)

// Effect is something that the caller must do.
type Effect interface{ effect() }

// Submit changes the document; the caller answers with Submitted and Seq.
type Submit struct {
	Seq     int
	Request cib.Request
}

// Execute has a node carry out an action. Results of resource actions come
// back through the document; a send that failed comes back through Failed.
type Execute struct {
	Node uint32
	View uint64 // the view in which the DC decided; a node in another refuses
	Key  string // transition key
	Act  *graph.Action
}

// Wake asks for a Tick at a time; a later Wake replaces an earlier one.
type Wake struct{ At time.Time }

// Note is worth a line in the log.
type Note struct {
	Text       string
	Transition int // 0 = none
}

// Fence has a node fenced by a fence.Plan on Doc; the caller answers with
// Proven, where it came to that, and Ended.
type Fence struct {
	Seq     int
	Request fence.Request // without members
	Doc     *cib.Document
}

// StopFencing ends the plan of a Fence, of all of them with Seq 0.
type StopFencing struct{ Seq int }

// FenceAnswer is the answer to an Ask.
type FenceAnswer struct {
	ID    string
	Error string // "" = done
}

// Spare ends the plan of a Fence whose target is a member again, if no device
// was used yet.
type Spare struct{ Seq int }

// Lost tells the plan of a Fence which members are gone, or are such anew.
// It comes after Spare.
type Lost struct {
	Seq   int
	Nodes []uint32
}

func (Submit) effect()      {}
func (Execute) effect()     {}
func (Wake) effect()        {}
func (Note) effect()        {}
func (Spare) effect()       {}
func (Lost) effect()        {}
func (Fence) effect()       {}
func (StopFencing) effect() {}
func (FenceAnswer) effect() {}
