package sim

import "time"

// event is something that happens at a time of the virtual clock. Events of
// one time happen in the order in which they were planned.
type event struct {
	at   time.Duration
	seq  uint64
	do   func()
	d    *daemon  // whose it is, nil = nobody's
	kind lateKind // of a daemon's
}

func (e event) before(o event) bool { return e.at < o.at || (e.at == o.at && e.seq < o.seq) }

// agenda holds the events to come, as a binary heap.
type agenda struct {
	heap []event
	seq  uint64
}

func (a *agenda) add(e event) {
	a.seq++
	e.seq = a.seq
	a.heap = append(a.heap, e)
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.heap[i].before(a.heap[up]) {
			return
		}
		a.heap[i], a.heap[up] = a.heap[up], a.heap[i]
		i = up
	}
}

// next takes the earliest event off the agenda; ok is false if there is none.
func (a *agenda) next() (e event, ok bool) {
	if len(a.heap) == 0 {
		return event{}, false
	}
	e = a.heap[0]
	last := len(a.heap) - 1
	a.heap[0] = a.heap[last]
	a.heap[last] = event{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		least := i
		for _, k := range [2]int{2*i + 1, 2*i + 2} {
			if k < last && a.heap[k].before(a.heap[least]) {
				least = k
			}
		}
		if least == i {
			return e, true
		}
		a.heap[i], a.heap[least] = a.heap[least], a.heap[i]
		i = least
	}
}
