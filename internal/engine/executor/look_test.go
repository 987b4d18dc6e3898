package executor

// busy returns the number of actions that are queued or running, monitors
// that wait for their next turn not counted.
func (e *Executor) busy() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, r := range e.resources {
		n += len(r.queue)
		if r.running != nil {
			n++
		}
	}
	return n
}
