package sim

import (
	"time"

	"gpcs/internal/cluster/view"
)

// Rules of the shells, which are switched off here.
const (
	noWindow      view.Mutant = "take a datagram that came before, and what it acknowledges for new"
	noGuard       view.Mutant = "start what a silent node ran without the guard time"
	obeyAnybody   view.Mutant = "carry out what the DC of another view commands"
	keepAddresses view.Mutant = "keep addresses when isolated"
)

// Mutation is a rule that can be switched off; Engine says that it takes
// controllers and agents to notice, Fencing that it takes seeds about fencing.
type Mutation struct {
	Rule            view.Mutant
	Engine, Fencing bool
}

// Mutants are all of them.
func Mutants() []Mutation {
	var list []Mutation
	for _, m := range []view.Mutant{view.LowerBallot, view.ForgetBallots, view.WithoutPromises, view.KeepPromise, view.BestByVersion,
		view.WithoutAgreed, view.IgnoreIncarnation, view.BothHalves, view.ForgetViews, view.ForgetWaiting, view.SkipDisk, view.AckAlone,
		view.ApplyTwice, view.PatchAnything, view.ReadAlone, view.SharedAlways, view.DropLosing, noWindow} {
		list = append(list, Mutation{Rule: m})
	}
	for _, m := range []view.Mutant{noGuard, obeyAnybody, keepAddresses} {
		list = append(list, Mutation{Rule: m, Engine: true})
	}
	for _, m := range []view.Mutant{unproven, unrecorded, believeWord, staleOrders, noDelays, oneOfLevel, aloneAtBoot} {
		list = append(list, Mutation{Rule: m, Engine: true, Fencing: true})
	}
	return list
}

// guardTime is what the controllers wait beyond the token.
func guardTime(w *world) time.Duration {
	if w.opt.Mutant == noGuard {
		return 0
	}
	return guard
}
