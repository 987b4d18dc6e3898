package sim

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// register is the configuration as the clients know it: its epoch and the
// values of all keys.
type register struct {
	epoch int64
	keys  string
}

// model says what each call does to the register. Nothing but the clients'
// calls changes the configuration, so that every epoch is one of theirs.
// A change that nobody answered for, but that is in the final document, came
// at some time after it was asked for; its place in the document says which epoch it made.
var model = porcupine.Model{
	Init: func() any { return register{keys: "  "} },
	Step: func(state, input, _ any) (bool, any) {
		return step(state.(register), input.(*call))
	},
	Equal: func(a, b any) bool { return a.(register) == b.(register) },
}

func step(r register, k *call) (bool, register) {
	switch k.kind {
	case kindRead:
		return r.epoch == k.epoch && r.keys == k.keys, r
	case kindCAS:
		if r.epoch != k.base || (k.on != nil && r.keys != k.on.keys) {
			return false, r
		}
	}
	if k.epoch != r.epoch+1 {
		return false, r
	}
	r.epoch++
	if k.kind != kindCreate && k.kind != kindAdmin {
		r.keys = put(r.keys, k.key, k.value)
	}
	return true, r
}

// put replaces one of the values in a register's line.
func put(line, key, value string) string {
	var values [keys]string
	field := 0
	for _, c := range line {
		if c == ' ' {
			field++
			continue
		}
		values[field] += string(c)
	}
	values[key[1]-'0'] = value
	line = values[0]
	for _, v := range values[1:] {
		line += " " + v
	}
	return line
}

// checkLinear asks whether the history of all clients is one that a single
// copy of the configuration could have given.
func (w *world) checkLinear() {
	ops := make([]porcupine.Operation, 0, len(w.history))
	for i, k := range w.history {
		op := porcupine.Operation{ClientId: i, Input: k, Call: k.begun, Return: k.ended}
		if k.ended == 0 {
			op.Return = math.MaxInt64
		}
		ops = append(ops, op)
	}
	switch porcupine.CheckOperationsTimeout(model, ops, 5*time.Second) {
	case porcupine.Illegal:
		for _, k := range w.history {
			w.logf("  %s %s %s=%s base %d: begun %d ended %d ok %v epoch %d [%s]",
				k.id, k.kind, k.key, k.value, k.base, k.begun, k.ended, k.ok, k.epoch, k.keys)
		}
		w.fail("the clients' history is not linearizable")
	case porcupine.Unknown:
		w.stats.Undecided++
	}
}
