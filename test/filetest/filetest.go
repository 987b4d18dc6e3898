// Package filetest writes the files that tests begin with.
package filetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Write writes a file, and makes the directories that it lies in. The test ends
// where that cannot be.
func Write(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
