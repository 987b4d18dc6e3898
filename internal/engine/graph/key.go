package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// TransitionKey names one action of one transition in operation history
// (attribute transition-key), as Pacemaker writes it: ACTION:TRANSITION:RC:UUID.
type TransitionKey struct {
	Action     int    // id in the graph
	Transition int    // number of the transition in its DC's term
	TargetRC   int    // exit code that the scheduler expects
	UUID       string // of the DC's term
}

// NoTransition stands in the key of what no transition asked for, in the place
// of the UUID.
const NoTransition = "00000000-0000-0000-0000-000000000000"

// String returns the key in its written form.
func (k TransitionKey) String() string {
	return fmt.Sprintf("%d:%d:%d:%s", k.Action, k.Transition, k.TargetRC, k.UUID)
}

// ParseTransitionKey takes a key apart; ok is false if it is none.
func ParseTransitionKey(key string) (k TransitionKey, ok bool) {
	parts := strings.SplitN(key, ":", 4)
	if len(parts) != 4 {
		return TransitionKey{}, false
	}
	for i, into := range []*int{&k.Action, &k.Transition, &k.TargetRC} {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return TransitionKey{}, false
		}
		*into = n
	}
	k.UUID = parts[3]
	return k, true
}
