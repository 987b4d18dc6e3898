package agent

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What agents start is not spared when memory is short, although the daemon is.
func TestOrdinaryScore(t *testing.T) {
	before, err := os.ReadFile(scoreFile)
	if err != nil {
		t.Skip("NOT RUN: no score can be read: ", err)
	}
	if err := os.WriteFile(scoreFile, []byte("-500"), 0); err != nil {
		t.Skip("NOT RUN: the score can be lowered by root only: ", err)
	}
	defer os.WriteFile(scoreFile, before, 0)
	var o ordinary
	var out strings.Builder
	cmd := exec.Command("cat", scoreFile)
	cmd.Stdout = &out
	if err := o.start(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || strings.TrimSpace(out.String()) != "0" {
		t.Errorf("the child has the score %q, %v", out.String(), err)
	}
	if own, err := os.ReadFile(scoreFile); err != nil || strings.TrimSpace(string(own)) != "-500" {
		t.Errorf("the daemon has the score %q afterwards, %v", own, err)
	}
}
