package sched

// orderMigration adds what an ordering means for the migrations of its
// resources: a migration takes the place of stop and start.
func (p *planner) orderMigration(o *ordering) {
	a, b := o.first, o.then
	if a == nil || b == nil || a == b || o.flags&(ordered) == 0 && o.flags&(firstImpliesThen|thenImpliesFirst) == 0 {
		return
	}
	if !a.allowMigrate && !b.allowMigrate || isAncestor(a, b) || isAncestor(b, a) {
		return
	}
	_, firstTask, _, ok1 := splitKey(o.firstKey)
	_, thenTask, _, ok2 := splitKey(o.thenKey)
	if !ok1 || !ok2 {
		return
	}
	flags := ordered
	switch {
	case firstTask == taskStart && thenTask == taskStart:
		if a.allowMigrate && b.allowMigrate {
			p.orderRaw(a, taskMigrateFrom, b, taskMigrateTo, flags)
		}
		if b.allowMigrate {
			if a.allowMigrate {
				flags |= ifFirstUnmigratable
			}
			p.orderRaw(a, taskStart, b, taskMigrateTo, flags)
		}
	case !b.allowMigrate:
	case firstTask == taskStop && thenTask == taskStop:
		if a.allowMigrate {
			flags |= ifFirstUnmigratable
		}
		p.orderRaw(a, taskStop, b, taskMigrateTo, flags)
		if b.partialTarget != nil {
			p.orderRaw(a, taskStop, b, taskMigrateFrom, flags)
		}
	case firstTask == taskPromote && thenTask == taskStart:
		if a.allowMigrate {
			flags |= ifFirstUnmigratable
		}
		p.orderRaw(a, taskPromote, b, taskMigrateTo, flags)
	case firstTask == taskDemote && thenTask == taskStop:
		if a.allowMigrate {
			flags |= ifFirstUnmigratable
		}
		p.orderRaw(a, taskDemote, b, taskMigrateTo, flags)
		if b.partialTarget != nil {
			p.orderRaw(a, taskDemote, b, taskMigrateFrom, flags)
		}
	}
}

func isAncestor(a, of *Resource) bool {
	for r := of.Parent; r != nil; r = r.Parent {
		if r == a {
			return true
		}
	}
	return false
}

func (p *planner) orderRaw(first *Resource, firstTask string, then *Resource, thenTask string, flags orderFlags) {
	p.orderings = append(p.orderings, &ordering{first: first, firstKey: opKey(first.ID, firstTask, 0),
		then: then, thenKey: opKey(then.ID, thenTask, 0), flags: flags})
}
