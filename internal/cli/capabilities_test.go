package cli

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
)

// Playbooks read the names from the second line.
func TestCapabilities(t *testing.T) {
	var out bytes.Buffer
	if status := Main(context.Background(), Env{Stdout: &out, Stderr: &out}, []string{"--version", "--full"}); status != 0 {
		t.Fatalf("exit status %d: %s", status, out.String())
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 2 || lines[0] != Version {
		t.Fatalf("%d lines: %.100s", len(lines), out.String())
	}
	names := strings.Split(lines[1], " ")
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the names are not in order, or some stand twice")
	}
	for name, has := range map[string]bool{
		"pcmk.resource.create": true, "corosync.config.get.struct": true, "status.pcmk.query.resource": true,
		"pcmk.stonith.update.scsi-devices": false, "pcmk.resource.bundle.container-rkt": false,
	} {
		if slices.Contains(names, name) != has {
			t.Errorf("%s: %v, want %v", name, !has, has)
		}
	}
}
