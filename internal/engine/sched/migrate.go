package sched

// Live migration in place of stop and start.

// canMigrate tells whether a resource may move by migration.
func (p *planner) canMigrate(r *Resource, now *Node) bool {
	return r.allowMigrate && r.Managed && !r.Failed && !r.startPending && now != nil && !now.Unclean &&
		r.assignedTo != nil && !r.assignedTo.Unclean
}

// migrate makes the actions of a migration: migrate_to on the source,
// migrate_from on the target, stop on the source, a start in name only.
func (p *planner) migrate(r *Resource, now *Node) {
	start := p.rscAction(r, taskStart, r.assignedTo, true)
	stop := p.rscAction(r, taskStop, now, true)
	key := func(task string) string { return opKey(r.ID, task, 0) }
	within := func(first, then string, flags orderFlags) {
		p.order(ordering{first: r, firstKey: key(first), then: r, thenKey: key(then), flags: flags})
	}
	continued := r.partialTarget != nil
	var to *action
	if !continued {
		to = p.rscAction(r, taskMigrateTo, now, start.is(optional))
	}
	from := p.rscAction(r, taskMigrateFrom, r.assignedTo, start.is(optional))
	start.set(migratable | pseudo)
	stop.set(migratable)
	from.set(migratable)
	if !continued {
		to.set(migratable)
		to.needs = start.needs
		within(taskMonitor, taskMigrateTo, ordered)
		within(taskMigrateTo, taskMigrateFrom, ordered|unmigratableThenBlocks)
		p.migrationMeta(to, now, r.assignedTo)
		if !r.isRemoteConn {
			to.meta.set("record-pending", "true")
		}
	} else {
		from.needs = start.needs
		within(taskMonitor, taskMigrateFrom, ordered)
	}
	within(taskMigrateFrom, taskStop, ordered|unmigratableThenBlocks)
	within(taskMigrateFrom, taskStart, ordered|firstElseThen|unmigratableThenBlocks)
	p.migrationMeta(from, now, r.assignedTo)
}

func (p *planner) migrationMeta(a *action, source, target *Node) {
	a.meta.set("migrate_source", source.Name)
	a.meta.set("migrate_target", target.Name)
}
