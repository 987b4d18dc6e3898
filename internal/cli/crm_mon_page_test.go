package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/paths"
)

// While the cluster is stopped the page says so; the PID file goes with the
// process.
func TestPageOfAStoppedCluster(t *testing.T) {
	dir := t.TempDir()
	page, pid := filepath.Join(dir, "page.html"), filepath.Join(dir, "pid")
	if err := os.WriteFile(pid, []byte("1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	words, err := ParseWords(nil)
	if err != nil {
		t.Fatal(err)
	}
	mon := &toolCall{Call: &Call{Env: Env{Root: paths.Root(dir), Stdout: io.Discard, Stderr: io.Discard}, Words: words},
		name: "crm_mon", argv: []string{"--output-as=html", "--output-to=" + page, "-d"}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // once
	if status := mon.keepPage(ctx, page, pid, time.Hour); status != exitOK {
		t.Error(status)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "<html>") || !strings.Contains(string(text), "Connection to cluster failed") {
		t.Errorf("%v %s", err, text)
	}
	if _, err := os.Stat(pid); err == nil {
		t.Error("the PID file was left")
	}
}

func TestBackgroundNeedsAPlaceForThePage(t *testing.T) {
	for _, argv := range [][]string{{"-d"}, {"-d", "--output-to=-"}, {"-d", "--output-to=x", "-i", "often"}} {
		status, ok := RunTool(t.Context(), Env{Root: paths.Root(t.TempDir()), Stdout: io.Discard, Stderr: io.Discard}, "crm_mon", argv)
		if !ok || status != exitUsage {
			t.Errorf("%v: %d", argv, status)
		}
	}
}
