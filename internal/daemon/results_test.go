package daemon

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/engine/history"
)

// Words: "begin 3" and "end 3" of a start with call id 3, "monitor 4" of a
// monitor's result; batches are divided by "|".
func TestBeginningsNeverFollowTheirResult(t *testing.T) {
	for in, want := range map[string]string{
		"begin 1 | end 1":           "begin 1 | end 1",
		"end 1 | begin 1":           "end 1 |",
		"begin 1 end 1":             "end 1",
		"end 1 begin 1":             "end 1",
		"monitor 1 begin 2":         "monitor 1 begin 2",
		"begin 1 begin 2 end 1":     "begin 2 end 1",
		"end 1 | begin 1 | begin 2": "end 1 |  | begin 2",
	} {
		var b beginnings
		var out []string
		for _, batch := range strings.Split(in, "|") {
			var rs []history.Result
			words := strings.Fields(batch)
			for k := 0; k < len(words); k += 2 {
				r := history.Result{Op: history.Op{Operation: history.Start}}
				fmt.Sscan(words[k+1], &r.CallID)
				switch words[k] {
				case "begin":
					r.Status = history.Pending
				case "monitor":
					r.Op.Operation = history.Monitor
				}
				rs = append(rs, r)
			}
			var said []string
			for _, r := range b.sift(rs) {
				word := "end"
				if r.Op.Operation == history.Monitor {
					word = "monitor"
				} else if r.Status == history.Pending {
					word = "begin"
				}
				said = append(said, fmt.Sprintf("%s %d", word, r.CallID))
			}
			out = append(out, strings.Join(said, " "))
		}
		if got := strings.TrimSpace(strings.Join(out, " | ")); got != strings.TrimSpace(want) {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
		if len(b.noted) > 0 && strings.Count(in, "begin") == strings.Count(in, "end ") {
			t.Errorf("%s: keeps %v", in, b.noted)
		}
	}
}

func TestCommandsAreTakenOnce(t *testing.T) {
	var r recent
	for k := range recentKeys + 1 {
		if !r.add(fmt.Sprint(k)) {
			t.Fatal(k)
		}
	}
	if r.add(fmt.Sprint(recentKeys)) {
		t.Fatal("taken twice")
	}
	if len(r.keys) != recentKeys || !r.add("0") {
		t.Fatal("memory is not bounded", len(r.keys))
	}
}
