package graph

import "testing"

func TestTransitionKey(t *testing.T) {
	want := TransitionKey{Action: 3, Transition: 12, TargetRC: 7, UUID: "a-b:c"}
	if got, ok := ParseTransitionKey(want.String()); !ok || got != want {
		t.Errorf("%v, %v", got, ok)
	}
	for _, bad := range []string{"", "1:2:3", "x:2:3:u", "1:x:3:u", "1:2:x:u"} {
		if got, ok := ParseTransitionKey(bad); ok || got != (TransitionKey{}) {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}
