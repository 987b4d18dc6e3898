package server

import (
	"context"
	"sync"
	"time"

	"gpcs/internal/auth"
)

// Bounds of what is kept of tasks: nobody may come for the answer.
const (
	taskKept  = time.Minute // after its end
	tasksKept = 256         // where so many are under way, further ones are refused
)

// The states of a task.
const (
	taskExecuted = "EXECUTED"
	taskFinished = "FINISHED"
)

// commandDTO is a request of API v2.
type commandDTO struct {
	Name    string     `json:"command_name"`
	Params  any        `json:"params"`
	Options optionsDTO `json:"options"`
}

type optionsDTO struct {
	Timeout *int      `json:"request_timeout"`
	User    *string   `json:"effective_username"`
	Groups  *[]string `json:"effective_groups"`
}

// taskDTO is a task as API v2 shows it.
type taskDTO struct {
	Ident   string      `json:"task_ident"`
	Command commandDTO  `json:"command"`
	Reports []reportDTO `json:"reports"`
	State   string      `json:"state"`
	Finish  string      `json:"task_finish_type"`
	Killed  *string     `json:"kill_reason"`
	Result  any         `json:"result"`
}

// task is a command that is, or was, carried out for somebody who asks again.
type task struct {
	owner  string
	dto    taskDTO
	ended  time.Time // zero while it runs
	done   chan struct{}
	cancel context.CancelFunc
}

// tasks are those of a server. The zero value is ready.
type tasks struct {
	mu      sync.Mutex
	all     map[string]*task
	closed  bool
	running sync.WaitGroup
}

// start begins a task; false if there are too many.
func (t *tasks) start(u auth.User, command commandDTO, now time.Time, run func(context.Context) outcome) (*task, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	if t.closed || len(t.all) >= tasksKept {
		return nil, false
	}
	if t.all == nil {
		t.all = map[string]*task{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	k := &task{owner: u.Name, done: make(chan struct{}), cancel: cancel,
		dto: taskDTO{Ident: auth.NewUUID(), Command: command, Reports: []reportDTO{}, State: taskExecuted, Finish: finishNone}}
	t.all[k.dto.Ident] = k
	t.running.Add(1)
	go func() {
		defer t.running.Done()
		defer cancel()
		t.finish(k, run(ctx))
	}()
	return k, true
}

// forget drops what nobody came for: ended tasks after a while, and the oldest
// of them where there are too many.
func (t *tasks) forget(now time.Time) {
	oldest := ""
	for id, k := range t.all {
		switch {
		case k.ended.IsZero():
		case now.Sub(k.ended) > taskKept:
			delete(t.all, id)
		case oldest == "" || k.ended.Before(t.all[oldest].ended):
			oldest = id
		}
	}
	if len(t.all) >= tasksKept {
		delete(t.all, oldest)
	}
}

func (t *tasks) finish(k *task, o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k.dto.State, k.ended = taskFinished, time.Now()
	if k.dto.Killed == nil {
		k.dto.Finish, k.dto.Reports, k.dto.Result = o.finish, o.reports, o.result
	} else {
		k.dto.Finish = finishKill
	}
	close(k.done)
}

// find returns a task as it is, to the one who began it.
func (t *tasks) find(u auth.User, id string) (taskDTO, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.all[id]
	if k == nil || k.owner != u.Name {
		return taskDTO{}, false
	}
	return k.dto, true
}

// kill ends a task; one that has ended is only marked.
func (t *tasks) kill(u auth.User, id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.all[id]
	if k == nil || k.owner != u.Name {
		return false
	}
	reason := "USER"
	k.dto.Killed = &reason
	k.cancel()
	return true
}

// stop ends all tasks and waits for them.
func (t *tasks) stop() {
	t.mu.Lock()
	t.closed = true
	for _, k := range t.all {
		k.cancel()
	}
	t.mu.Unlock()
	t.running.Wait()
}
