package sched

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// orderFlags say what an ordering between a first and a then action means
// besides their order.
type orderFlags uint32

const (
	ordered                  orderFlags = 1 << iota // if both happen, in this order
	ifOnSameNode                                    // only where both are on one node
	ifOnSameNodeOrTarget                            // or on the target of a migration
	ifRequiredOnSameNode                            // only where both are required and on one node
	firstImpliesThen                                // first required: then is, too
	firstImpliesSameNodeThen                        // the same for then on first's node
	thenImpliesFirst                                // then required: first is, too
	promotedThenImpliesFirst                        // the same where then's resource is promoted
	unmigratableThenBlocks                          // then not migratable: first cannot run
	unrunnableFirstBlocks                           // first cannot run: then cannot
	firstElseThen                                   // first cannot run: then is a real action
	nestedRemoteProbe                               // probe of what lives inside a guest
	asymmetric                                      // then cannot run unless first does
	thenCancelsFirst                                // then required: first is not
	firstImpliesThenGraphed                         // first in the graph: then is, too
	thenImpliesFirstGraphed                         // then in the graph: first is, too
	guestAllowed                                    // about a guest node's container
	serialize                                       // never at once
	needsMinRunnable                                // counts towards minRunnable
	intermediateStop                                // stop and start of a restart
	ifFirstUnmigratable                             // only where first cannot be part of a migration
)

// ordering wants an action before another; each is given as such or as key of
// an action that a resource may or may not have.
type ordering struct {
	first, then       *Resource
	firstKey, thenKey string
	firstAct, thenAct *action
	flags             orderFlags
}

// order adds an ordering.
func (p *planner) order(o ordering) {
	if o.first == nil && o.firstAct != nil {
		o.first = o.firstAct.rsc
	}
	if o.then == nil && o.thenAct != nil {
		o.then = o.thenAct.rsc
	}
	if o.first == nil && o.firstAct == nil || o.then == nil && o.thenAct == nil {
		return
	}
	if o.firstKey == "" && o.firstAct != nil {
		o.firstKey = o.firstAct.key
	}
	if o.thenKey == "" && o.thenAct != nil {
		o.thenKey = o.thenAct.key
	}
	p.orderings = append(p.orderings, &o)
	p.orderMigration(&o)
}

// orderTasks orders two tasks of resources.
func (p *planner) orderTasks(first *Resource, firstTask string, then *Resource, thenTask string, flags orderFlags) {
	if first == nil || then == nil {
		return
	}
	p.order(ordering{first: first, firstKey: opKey(first.ID, firstTask, 0), then: then, thenKey: opKey(then.ID, thenTask, 0), flags: flags})
}

type orderKind int

const (
	mandatory orderKind = iota
	optionalOrder
	serializeOrder
)

type symmetry int

const (
	symmetric symmetry = iota
	notSymmetric
	inverse
)

// unpackOrder reads an rsc_order.
func (p *planner) unpackOrder(e *cib.Element) {
	get := func(name string) string { return e.SelectAttrValue(name, "") }
	kind := parseKind(get("kind"), get("score"))
	sym := parseSymmetry(get("symmetrical"), kind, symmetric)
	if sets := e.SelectElements("resource_set"); len(sets) > 0 {
		p.orderSets(sets, kind, sym)
		return
	}
	first, firstMany := p.asSet(get("first"))
	then, thenMany := p.asSet(get("then"))
	if firstMany || thenMany {
		first.action, then.action = get("first-action"), get("then-action")
		first.requireAll = value.BoolOr(get("require-all"), true)
		p.orderList([]resourceSet{first, then}, kind, sym)
		return
	}
	if len(first.list) == 0 || len(then.list) == 0 {
		return
	}
	firstAction := orElse(get("first-action"), taskStart)
	thenAction := orElse(get("then-action"), firstAction)
	p.orderPair(e, first.list[0], firstAction, then.list[0], thenAction, kind, sym)
}

func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

func parseKind(kind, score string) orderKind {
	switch strings.ToLower(kind) {
	case "optional":
		return optionalOrder
	case "serialize":
		return serializeOrder
	case "mandatory":
		return mandatory
	}
	if kind == "" && score != "" && parseScore(score, 0) == 0 {
		return optionalOrder
	}
	return mandatory
}

func parseSymmetry(s string, kind orderKind, def symmetry) symmetry {
	if kind == serializeOrder {
		return notSymmetric
	}
	if v, ok := value.Bool(s); ok {
		if v {
			return symmetric
		}
		return notSymmetric
	}
	return def
}

// invert returns the task that undoes a task, "" if none does.
func invert(task string) string {
	switch task {
	case taskStart:
		return taskStop
	case taskStop:
		return taskStart
	case taskPromote:
		return taskDemote
	case taskDemote:
		return taskPromote
	case taskPromoted:
		return taskDemoted
	case taskDemoted:
		return taskPromoted
	case taskRunning:
		return taskStopped
	case taskStopped:
		return taskRunning
	}
	return ""
}

func kindFlags(kind orderKind, first string, sym symmetry) orderFlags {
	flags := orderFlags(0)
	switch kind {
	case optionalOrder:
		return ordered
	case serializeOrder:
		return serialize
	}
	flags |= ordered
	switch sym {
	case notSymmetric:
		flags |= asymmetric
	case symmetric:
		flags |= firstImpliesThen
		if first == taskStart || first == taskPromote {
			flags |= unrunnableFirstBlocks
		}
	case inverse:
		flags |= thenImpliesFirst
	}
	return flags
}

func (p *planner) orderPair(e *cib.Element, first *Resource, firstAction string, then *Resource, thenAction string, kind orderKind, sym symmetry) {
	flags := kindFlags(kind, firstAction, sym)
	if n := minimumFirst(first, e); n > 0 {
		p.orderMinimum(e.SelectAttrValue("id", ""), first, firstAction, then, thenAction, flags, n)
	} else {
		p.orderTasks(first, firstAction, then, thenAction, flags)
	}
	if sym != symmetric {
		return
	}
	firstInv, thenInv := invert(firstAction), invert(thenAction)
	if firstInv == "" || thenInv == "" {
		return
	}
	p.orderTasks(then, thenInv, first, firstInv, kindFlags(kind, firstInv, inverse))
}

// minimumFirst is how many instances of a clone have to do before what comes
// after it may, 0 for all.
func minimumFirst(first *Resource, e *cib.Element) int {
	if first.Kind != Clone {
		return 0
	}
	if first.CloneMin > 0 {
		return first.CloneMin
	}
	if !value.BoolOr(e.SelectAttrValue("require-all", ""), true) {
		return 1
	}
	return 0
}

func (p *planner) orderMinimum(id string, first *Resource, firstAction string, then *Resource, thenAction string, flags orderFlags, n int) {
	met := p.pseudoNamed("clone-one-or-more:" + id)
	met.required = n
	met.set(minRunnable)
	for _, k := range first.Children {
		p.order(ordering{first: k, firstKey: opKey(k.ID, firstAction, 0), thenAct: met, flags: needsMinRunnable | firstImpliesThenGraphed})
	}
	p.order(ordering{firstAct: met, then: then, thenKey: opKey(then.ID, thenAction, 0), flags: flags | unrunnableFirstBlocks})
}

func (p *planner) orderSets(sets []*cib.Element, kind orderKind, sym symmetry) {
	p.orderList(p.readSets(sets), kind, sym)
}

func (p *planner) orderList(sets []resourceSet, kind orderKind, sym symmetry) {
	for i, s := range sets {
		if _, all := s.upToUnknown(); !all {
			return
		}
		p.orderWithin(s, kind, sym)
		if i == 0 {
			continue
		}
		p.orderTwoSets(sets[i-1], s, kind, sym)
		if sym == symmetric {
			p.orderTwoSets(s, sets[i-1], kind, inverse)
		}
	}
}

// orderWithin orders the members of a sequential set.
func (p *planner) orderWithin(s resourceSet, kind orderKind, sym symmetry) {
	if s.kind != "" {
		kind = parseKind(s.kind, "")
	}
	sym = parseSymmetry(s.symmetric, kind, sym)
	action := orElse(s.action, taskStart)
	flags := kindFlags(kind, action, sym)
	if kind == serializeOrder {
		for i, a := range s.list {
			for _, b := range s.list[i+1:] {
				p.orderTasks(a, action, b, action, flags)
			}
		}
		return
	}
	if !s.sequential {
		return
	}
	for i := 1; i < len(s.list); i++ {
		p.orderTasks(s.list[i-1], action, s.list[i], action, flags)
	}
	inv := invert(action)
	if sym != symmetric || inv == "" {
		return
	}
	flags = kindFlags(kind, inv, inverse)
	for i := len(s.list) - 1; i > 0; i-- {
		p.orderTasks(s.list[i], inv, s.list[i-1], inv, flags)
	}
}

// orderTwoSets orders one set after the other.
func (p *planner) orderTwoSets(first, then resourceSet, kind orderKind, sym symmetry) {
	firstAction, thenAction := orElse(first.action, taskStart), orElse(then.action, taskStart)
	if sym == inverse {
		if firstAction, thenAction = invert(firstAction), invert(thenAction); firstAction == "" || thenAction == "" {
			return
		}
	}
	requireAll := first.requireAll || firstAction == taskStop || firstAction == taskDemote
	flags := kindFlags(kind, firstAction, sym)
	if !requireAll {
		p.orderAnyOf(first, firstAction, then, thenAction, flags)
		return
	}
	firsts, thens := first.list, then.list
	if first.sequential && len(firsts) > 0 {
		if sym == inverse {
			firsts = firsts[:1]
		} else {
			firsts = firsts[len(firsts)-1:]
		}
	}
	if then.sequential && len(thens) > 0 {
		if sym == inverse {
			thens = thens[len(thens)-1:]
		} else {
			thens = thens[:1]
		}
	}
	for _, f := range firsts {
		for _, t := range thens {
			p.orderTasks(f, firstAction, t, thenAction, flags)
		}
	}
}

// orderAnyOf lets the second set follow as soon as one of the first has done.
func (p *planner) orderAnyOf(first resourceSet, firstAction string, then resourceSet, thenAction string, flags orderFlags) {
	met := p.pseudoNamed("one-or-more:" + first.id)
	met.set(minRunnable)
	for _, r := range first.list {
		p.order(ordering{first: r, firstKey: opKey(r.ID, firstAction, 0), thenAct: met, flags: needsMinRunnable | firstImpliesThenGraphed})
	}
	for _, r := range then.list {
		p.order(ordering{firstAct: met, then: r, thenKey: opKey(r.ID, thenAction, 0), flags: flags | unrunnableFirstBlocks})
	}
}
