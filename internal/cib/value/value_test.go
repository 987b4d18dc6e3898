package value

import "testing"

func TestMilliseconds(t *testing.T) {
	for text, want := range map[string]int64{
		"10": 10_000, "10s": 10_000, " 7s ": 7000, "5 s": 5000, "5.5s": 5000, "4S": 4000, "1M": 60_000, "2minutes": 120_000, "500ms": 500,
		"3msec": 3, "3000us": 3, "2h": 7_200_000, "3hr": 10_800_000, "10mx": 600_000, "-1": -1000, "0": 0,
		"PT1M": 60_000, "P1M": 30 * 86_400_000, "P1DT1S": 86_401_000, "P1Y": 365 * 86_400_000, "PT10S": 10_000,
	} {
		if got, ok := Milliseconds(text); !ok || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "1d", "7x", "s", "P", "Pxx", "99999999999999999h"} {
		if got, ok := Milliseconds(text); ok {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestScore(t *testing.T) {
	for text, want := range map[string]int{
		"INFINITY": Infinity, "+INFINITY": Infinity, "-INFINITY": -Infinity, "5": 5, "-7": -7, "2000000": Infinity,
		"-99999999999999999999": -Infinity, "12abc": 12, " 3": 3,
	} {
		if got, ok := Score(text); !ok || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "infinity", "red", "+"} {
		if got, ok := Score(text); ok {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestBool(t *testing.T) {
	for text, want := range map[string][2]bool{
		"true": {true, true}, "On": {true, true}, "1": {true, true}, "no": {false, true}, "0": {false, true}, "": {false, false}, "2": {false, false},
	} {
		if v, ok := Bool(text); v != want[0] || ok != want[1] {
			t.Errorf("%q: %v, %v", text, v, ok)
		}
		if True(text) != want[0] || BoolOr(text, true) != (want[0] || !want[1]) {
			t.Errorf("%q: True is %v, BoolOr true is %v", text, True(text), BoolOr(text, true))
		}
	}
}
