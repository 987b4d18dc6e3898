package pcscorpus

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gpcs/test/filetest"
	"gpcs/test/recordings"
)

// vector is one recorded call. {W} in its words and files stands for a fresh
// directory.
type vector struct {
	ID       string            `json:"id"`
	Command  string            `json:"command"`
	Argv     []string          `json:"argv"`
	Env      map[string]string `json:"env"`
	Settings map[string]string `json:"settings"`
	Files    map[string]string `json:"files"` // name -> hash of the contents
	Dirs     []string          `json:"dirs"`
	Flags    []string          `json:"flags"` // not empty: does not replay identically with pcs itself
	Random   []string          `json:"random_files"`
	Expect   struct {
		RC    int                `json:"rc"`
		Files map[string]*string `json:"files"` // changed ones; null: removed
		Out   string             `json:"stdout"`
		Err   string             `json:"stderr"`
	} `json:"expect"`
	Check struct {
		Stdout check `json:"stdout"`
		Stderr check `json:"stderr"`
	} `json:"check"`
}

// check says how a stream is compared.
type check struct {
	Mode  string          `json:"mode"`
	Value json.RawMessage `json:"value"`
	Flags int             `json:"flags"`
}

// corpus is all recorded calls with the contents of their files by hash.
type corpus struct {
	vectors []vector
	blobs   map[string]string
	data    string // the directory with what recorded calls read, {MOCK} in their words
	agents  string // a directory with the agents of the recordings, as a machine has them
}

// corpusDir is where the recordings lie; without them the test is skipped.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir, err := recordings.Find("corpus/pcs")
	if err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	return dir
}

func loadCorpus(t *testing.T) *corpus {
	t.Helper()
	dir := corpusDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "cases", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded calls in %s: %v", dir, err)
	}
	c := &corpus{blobs: map[string]string{}, data: filepath.Join(dir, "data"), agents: t.TempDir()}
	for _, file := range files {
		if filepath.Base(file) == "blobs.jsonl" {
			eachLine(t, file, func(line []byte) { c.addBlob(t, line) })
			continue
		}
		eachLine(t, file, func(line []byte) {
			var v vector
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if len(v.Flags) == 0 && v.Command != "" {
				c.vectors = append(c.vectors, v)
			}
		})
	}
	installAgents(t, c.data, c.agents)
	return c
}

func eachLine(t *testing.T, file string, do func([]byte)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		do(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func (c *corpus) addBlob(t *testing.T, line []byte) {
	var b struct {
		SHA  string  `json:"sha"`
		Text *string `json:"text"`
		B64  string  `json:"b64"`
	}
	if err := json.Unmarshal(line, &b); err != nil {
		t.Fatal(err)
	}
	if b.Text != nil {
		c.blobs[b.SHA] = *b.Text
		return
	}
	data, err := base64.StdEncoding.DecodeString(b.B64)
	if err != nil {
		t.Fatal(err)
	}
	c.blobs[b.SHA] = string(data)
}

// installAgents lays the agents of the recordings out as a machine has them;
// each prints its metadata and can do nothing else.
func installAgents(t *testing.T, data, root string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "agents", "*_metadata.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"usr", "etc/init.d"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		abs, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Split(strings.TrimSuffix(filepath.Base(file), "_metadata.xml"), "__")
		switch name[0] {
		case "ocf":
			script(t, filepath.Join(root, "usr/lib/ocf/resource.d", name[1], name[2]),
				"#!/bin/sh\n[ \"$1\" = meta-data ] && exec cat '"+abs+"'\nexit 3\n")
		case "stonith":
			script(t, filepath.Join(root, "usr/sbin", name[1]),
				"#!/bin/sh\nif [ \"$1 $2\" = '-o metadata' ] || grep -q '^action=metadata'; then exec cat '"+abs+"'; fi\nexit 1\n")
		case "lsb":
			script(t, filepath.Join(root, "etc/init.d", name[1]), "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: "+name[1]+
				"\n# Short-Description: "+name[1]+"\n### END INIT INFO\nexit 3\n")
		case "systemd":
			unit, _, template := strings.Cut(name[1], "@")
			if template {
				unit += "@"
			}
			script(t, filepath.Join(root, "usr/lib/systemd/system", unit+".service"),
				"[Unit]\nDescription="+unit+"\n[Service]\nExecStart=/bin/true\n")
		}
	}
}

func script(t *testing.T, path, text string) {
	t.Helper()
	write(t, path, text, 0o755)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	filetest.Write(t, path, text, mode)
}
