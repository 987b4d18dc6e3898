package clicorpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"gpcs/test/filetest"
	"gpcs/test/recordings"
)

// vector is one recorded call.
type vector struct {
	Suite    string          `json:"suite"`
	N        int             `json:"n"`
	Command  string          `json:"cmd"`
	RC       int             `json:"rc"`
	Output   []string        `json:"output"` // standard error first
	Env      map[string]any  `json:"env"`    // null: unset
	Stdin    json.RawMessage `json:"stdin"`
	Setup    json.RawMessage `json:"setup"`
	Teardown json.RawMessage `json:"teardown"`
	Context  json.RawMessage `json:"context"`
	After    []string        `json:"cib_after"`
	Before   json.RawMessage `json:"cib_before"`
}

// context is what a group of calls starts from.
type context struct {
	Setup  json.RawMessage `json:"group_setup"`
	Shadow *struct {
		Create   bool    `json:"create"`
		Validate *string `json:"validate_with"`
	} `json:"shadow"`
	Gen *struct {
		Function string   `json:"function"`
		Args     []string `json:"args"`
	} `json:"cib_gen"`
}

// unpack lays the recordings out in a directory: the calls by suite, and the
// files that they read.
func unpack(t *testing.T) string {
	t.Helper()
	files, err := recordings.Archive("corpus/cli/cli.tar.gz")
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, filepath.Clean("/"+name)), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	filetest.Write(t, path, text, 0o644)
}

func load(t *testing.T, dir string) []vector {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(files) == 0 {
		files, err = filepath.Glob(filepath.Join(dir, "*", "*.jsonl"))
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded calls in the archive: %v", err)
	}
	sort.Strings(files)
	var all []vector
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
			var v vector
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all = append(all, v)
		}
	}
	return all
}

// texts reads a text or a list of them; nothing where it is a function of the
// suite that recorded the call.
func texts(raw json.RawMessage) []string {
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	return nil
}
