package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Safety rules are switched off by the simulator only: no other code may hand a
// mutant to the cores.
func TestNobodySwitchesRulesOff(t *testing.T) {
	allowed := map[string]bool{"internal/cluster/view": true, "internal/cluster/replica": true, "internal/cluster/member": true,
		"internal/sim": true, "test/sim": true}
	for _, s := range sources(t) {
		if allowed[s.room] || s.test {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root(t), s.name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "Mutant") {
			t.Errorf("%s speaks of mutants", s.name)
		}
	}
}
