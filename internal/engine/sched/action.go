package sched

type action struct{}
type colocation struct{}
type cloneActions struct{}
