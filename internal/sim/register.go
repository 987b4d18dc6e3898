package sim

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// Access is one write or read of one of several registers, as a client of a
// real cluster saw it. Values that are written to one register differ.
type Access struct {
	Client   int
	Register string
	Write    bool
	Value    string // written or read; a register begins as ""
	Begun    int64  // ns
	Ended    int64  // ns; 0 = of a write, nobody knows whether and when it was done
}

// registers judges each register by itself.
var registers = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, _ any) (bool, any) {
		a := input.(Access)
		if a.Write {
			return true, a.Value
		}
		return state == a.Value, state
	},
}

// Linearizable returns the registers whose accesses are in no order that a
// single copy could have given, and those for which that could not be decided
// in the time given for each.
func Linearizable(history []Access, patience time.Duration) (bad, undecided []string) {
	ops := map[string][]porcupine.Operation{}
	for _, a := range bounded(history) {
		ops[a.Register] = append(ops[a.Register], porcupine.Operation{ClientId: a.Client, Input: a, Call: a.Begun, Return: a.Ended})
	}
	for register, list := range ops {
		switch porcupine.CheckOperationsTimeout(registers, list, patience) {
		case porcupine.Illegal:
			bad = append(bad, register)
		case porcupine.Unknown:
			undecided = append(undecided, register)
		}
	}
	return bad, undecided
}

// bounded gives an end to the writes that nobody knows of, without which the
// search is hopeless: one whose value was read was done before that read
// ended; one whose value nobody read makes no difference and is left out.
func bounded(history []Access) []Access {
	type value struct{ register, value string }
	read := map[value]int64{}
	for _, a := range history {
		if v := (value{a.Register, a.Value}); !a.Write {
			if at, known := read[v]; !known || a.Ended < at {
				read[v] = a.Ended
			}
		}
	}
	var out []Access
	for _, a := range history {
		if a.Write && a.Ended == 0 {
			at, known := read[value{a.Register, a.Value}]
			if !known {
				continue
			}
			a.Ended = at
		}
		if a.Ended < a.Begun {
			a.Ended = math.MaxInt64 // read before it was written: Illegal whatever the end
		}
		out = append(out, a)
	}
	return out
}
