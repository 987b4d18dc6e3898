package clicorpus

import (
	"bytes"
	gocontext "context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/cli"
	"gpcs/internal/paths"
)

var (
	update = flag.Bool("update", false, "write expected.txt anew")
	show   = flag.String("show", "", "print the differing calls of this suite")
)

// TestMain is the helper program itself where the test is called by one's name.
func TestMain(m *testing.M) {
	env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Root: paths.FromEnv()}
	if status, ok := cli.RunTool(gocontext.Background(), env, filepath.Base(os.Args[0]), os.Args[1:]); ok {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// bench is where the calls run.
type bench struct {
	t                  *testing.T
	inputs, bin, dir   string
	shadow, file, root string
	source             string   // the input of which file is a copy
	group              string   // the context of the calls before
	first              string   // its first command, whose repetition in another form begins a group of the same context
	after              []string // the last recorded document of the group
}

// TestRecordedCalls replays all recorded calls. A call that is listed in
// expected.txt must behave as is said there.
func TestRecordedCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: replaying all recorded calls takes a while")
	}
	dir := unpack(t)
	b := &bench{t: t, inputs: filepath.Join(dir, "cli", "inputs"), bin: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(paths.Tools(), paths.Daemons()...) {
		if err := os.Symlink(self, filepath.Join(b.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	expected, grades := readExpected(t), map[string]string{}
	counts := map[string][3]int{}
	for _, v := range load(t, dir) {
		id := fmt.Sprintf("%s %d", v.Suite, v.N)
		grade, why := b.replay(v)
		if *show == v.Suite && grade != "all" {
			t.Logf("%s: %s\n%s", id, v.Command, why)
		}
		if want := expected[id]; rank(grade) < rank(want) {
			t.Errorf("%s: %s\n%s", id, v.Command, why)
		}
		n := counts[v.Suite]
		n[2]++
		if grade != "" {
			grades[id] = grade
			n[1]++
		}
		if grade == "all" {
			n[0]++
		}
		counts[v.Suite] = n
	}
	report(t, counts)
	if *update {
		writeExpected(t, grades)
	}
}

func rank(grade string) int { return map[string]int{"status": 1, "all": 2}[grade] }

func report(t *testing.T, counts map[string][3]int) {
	var sum [3]int
	suites := slices.Sorted(maps.Keys(counts))
	for _, s := range suites {
		n := counts[s]
		t.Logf("%-14s %3d the same, %3d with the same exit status, of %3d", s, n[0], n[1], n[2])
		for i := range sum {
			sum[i] += n[i]
		}
	}
	t.Logf("%-14s %3d the same, %3d with the same exit status, of %3d", "all", sum[0], sum[1], sum[2])
}

// replay carries one call out and says how much of it is as recorded: "all",
// "status" (the exit status) or nothing.
func (b *bench) replay(v vector) (grade, why string) {
	command := strings.Join(strings.Fields(strings.ReplaceAll(v.Command, "--output-as=xml", "")), " ")
	again := command == b.first && v.Suite == "crm_shadow" && strings.Contains(string(v.Context), "cib_gen")
	if group := v.Suite + string(v.Context); group != b.group || again || startsAnew(b.after, v.After) && !strings.Contains(v.Command, "-Q") {
		b.group, b.after, b.first = group, nil, command
		b.begin(v)
	}
	if len(v.After) > 0 {
		b.after = v.After
	}
	env := map[string]any{}
	for k, value := range v.Env {
		env[k] = value
	}
	input := b.stdin(v.Stdin)
	if lines := texts(v.Before); len(lines) > 0 {
		input = b.newer(strings.Join(lines, "\n"))
	} else {
		for _, line := range texts(v.Setup) {
			b.run(line, "", env)
		}
		b.function(v.Setup)
	}
	code, out := b.run(v.Command, input, env)
	after := b.document()
	for _, line := range texts(v.Teardown) {
		b.run(line, "", env)
	}
	if code != v.RC {
		return "", fmt.Sprintf("exit status %d, recorded %d\n%s", code, v.RC, out)
	}
	if got, want := b.plain(out), b.plain(strings.Join(v.Output, "\n")); !sameText(got, want) {
		return "status", fmt.Sprintf("--- ours\n%s\n--- recorded\n%s", got, want)
	}
	if v.After != nil {
		want, err := cib.ParseElement([]byte(strings.Join(v.After, "\n")))
		if err == nil && after != nil && !sameTree(after, want) {
			return "status", fmt.Sprintf("--- our document\n%s\n--- recorded\n%s", cib.Print(after), cib.Print(want))
		}
	}
	return "all", ""
}

// startsAnew tells that a call belongs to a new group of the same context: the
// document that it left is older than the one before.
func startsAnew(before, after []string) bool {
	if len(before) == 0 || len(after) == 0 {
		return false
	}
	number := func(line, name string) int {
		_, rest, _ := strings.Cut(line, " "+name+`="`)
		digits, _, _ := strings.Cut(rest, `"`)
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0
		}
		return n
	}
	for _, name := range []string{"admin_epoch", "epoch"} {
		if a, b := number(before[0], name), number(after[0], name); a != b {
			return b < a
		}
	}
	return false
}

// begin makes a new directory with what a group of calls starts from.
func (b *bench) begin(v vector) {
	var c context
	read := v.Context != nil && json.Unmarshal(v.Context, &c) == nil
	if !read || c.Shadow == nil || c.Shadow.Create || b.shadow == "" {
		b.newDir() // else the group goes on with the shadow copy of the one before
	}
	b.file, b.shadow, b.source = "", "", ""
	if !read {
		return
	}
	b.prepare(c)
}

func (b *bench) newDir() {
	b.dir = b.t.TempDir()
	b.root = filepath.Join(b.dir, "root")
	// The agents of this machine are those of the sandbox, too.
	ocf := filepath.Join(b.root, "usr", "lib")
	for _, dir := range []string{ocf, filepath.Join(b.root, "run", "resource-agents")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := os.Symlink("/usr/lib/ocf", filepath.Join(ocf, "ocf")); err != nil {
		b.t.Fatal(err)
	}
}

// prepare makes what a context asks for.
func (b *bench) prepare(c context) {
	if c.Gen != nil {
		b.file = filepath.Join(b.dir, "cib.xml")
		text := c.Gen.Args[0]
		if c.Gen.Function == "copy_existing_cib" {
			b.source = text
			data, err := os.ReadFile(b.place(text))
			if err != nil {
				b.t.Fatal(err)
			}
			text = string(data)
		}
		write(b.t, b.file, text)
	}
	if c.Shadow != nil {
		b.shadow = "cts-cli"
		if c.Shadow.Create {
			line := "crm_shadow --batch --force --create-empty " + b.shadow
			if c.Shadow.Validate != nil {
				line += " --validate-with=" + *c.Shadow.Validate
			}
			b.run(line, "", nil)
		}
	}
	for _, line := range texts(c.Setup) {
		b.run(line, "", nil)
	}
	b.function(c.Setup)
}

// function does what a function of the recorded suite did.
func (b *bench) function(raw json.RawMessage) {
	var setup struct{ Function string }
	if json.Unmarshal(raw, &setup) == nil && setup.Function == "delete_shadow_resource_defaults" {
		b.run("cibadmin --delete --xml-text '<rsc_defaults/>'", "", nil)
	}
}

func (b *bench) shadowFile() string { return filepath.Join(b.dir, "shadow."+b.shadow) }

// document is what the group works on, nil if there is none.
func (b *bench) document() *cib.Element {
	name := b.file
	if b.shadow != "" {
		name = b.shadowFile()
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return nil
	}
	return doc.Root()
}

// newer makes a recorded document one that may take the place of the group's:
// what the recording leaves out is as there, and it is one version ahead.
func (b *bench) newer(text string) string {
	doc, err := cib.Parse([]byte(text))
	now := b.document()
	if err != nil || now == nil {
		return text
	}
	for _, a := range now.Attr {
		if doc.Root().SelectAttr(a.Key) == nil {
			doc.Root().CreateAttr(a.Key, a.Value)
		}
	}
	epoch, _ := strconv.Atoi(now.SelectAttrValue("epoch", "0"))
	doc.Root().CreateAttr("epoch", strconv.Itoa(epoch+1))
	doc.Root().CreateAttr("admin_epoch", now.SelectAttrValue("admin_epoch", "0"))
	return string(doc.Bytes())
}

func (b *bench) stdin(raw json.RawMessage) string {
	var from struct{ Path string }
	if json.Unmarshal(raw, &from) == nil && from.Path != "" {
		data, err := os.ReadFile(b.place(from.Path))
		if err != nil {
			b.t.Fatal(err)
		}
		return string(data)
	}
	return strings.Join(texts(raw), "\n")
}

func (b *bench) place(text string) string { return strings.ReplaceAll(text, "CTS_CLI_DATA", b.inputs) }

// run has the shell carry a line out; what comes on standard error stands first.
func (b *bench) run(line, stdin string, extra map[string]any) (int, string) {
	cmd := exec.Command("/bin/sh", "-c", b.place(line))
	env := map[string]string{
		"PATH": b.bin + ":/usr/bin:/bin", "GPCS_ROOT": b.root, "CIB_shadow_dir": b.dir, "TZ": "UTC", "SHELL": "/bin/sh",
	}
	if b.file != "" {
		env["CIB_file"] = b.file
	}
	if b.shadow != "" {
		env["CIB_shadow"] = b.shadow
	}
	for k, value := range extra {
		if s, ok := value.(string); ok {
			if env[k] = b.place(s); b.source != "" && s == b.source {
				env[k] = b.file // the copy: calls may change it
			}
		} else {
			delete(env, k)
		}
	}
	cmd.Env = []string{}
	for k, value := range env {
		cmd.Env = append(cmd.Env, k+"="+value)
	}
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), errs.String() + out.String()
}
