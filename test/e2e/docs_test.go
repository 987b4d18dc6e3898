package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/docs"
	"gpcs/test/failover"
)

// The commands of README.md and docs/ do what is said there. Those for a real
// host are run by test/lab.
func TestDocuments(t *testing.T) {
	root := repository(t)
	files, err := docs.Files(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		pages, err := docs.Read(root, file)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, page := range pages {
			runs := slices.ContainsFunc(page.Blocks, func(b *docs.Block) bool { return b.Place != "lab" })
			if runs {
				t.Run(fmt.Sprintf("%s:%d", file, page.Line), func(t *testing.T) { runPage(t, root, page) })
			}
		}
	}
}

// A document that says what does not work is found out.
func TestDocumentsCanBeWrong(t *testing.T) {
	for name, b := range map[string]*docs.Block{
		"it fails":         {Place: "host", Text: "gpcs frobnicate\n"},
		"it does not fail": {Place: "host", Text: "true\n", Fails: true},
		"a line fails":     {Place: "host", Text: "false\ntrue\n"},
		"other output":     {Place: "host", Text: "echo one\n", Expect: []string{"two"}},
		"no such target":   {Place: "make", Text: "make frobnicate\n"},
	} {
		if err := (&pageRun{root: repository(t)}).block(t, b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// pageRun is a page with its nodes.
type pageRun struct {
	root string
	c    *failover.Cluster // nil: the page has no nodes
	host string            // directory of programs for place host
}

func runPage(t *testing.T, root string, page *docs.Page) {
	run := &pageRun{root: root}
	if page.Nodes > 0 {
		run.c = nodesBy(t, page.Nodes, func(name, bin string, n int) (*failover.Cluster, error) {
			return failover.UpWith(bin, sandbox.Options{Name: name, Nodes: n, BMC: slices.Contains(page.Extras, "bmc"),
				Watchdog: slices.Contains(page.Extras, "watchdog")})
		})
		if err := startPage(run.c, page.Start); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range page.Blocks {
		if b.Place == "lab" {
			continue
		}
		if err := run.block(t, b); err != nil {
			t.Fatalf("%s: %v", b.At(), err)
		}
	}
}

func startPage(c *failover.Cluster, start string) error {
	switch start {
	case "nothing":
		return nil
	case "members":
		return c.Setup()
	case "tutorial":
		return c.Tutorial()
	}
	return fmt.Errorf("nothing is called %q", start)
}

// block runs a block and says what is otherwise than it should be.
func (p *pageRun) block(t *testing.T, b *docs.Block) error {
	t.Helper()
	for _, what := range b.Before {
		if err := p.before(what); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	cmd, err := p.command(t, b)
	if err != nil {
		return err
	}
	typed := b.Type
	if typed == "" {
		typed = "hacluster"
	}
	cmd.Stdin = strings.NewReader(typed + "\n")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	if p.c != nil && b.Place != "host" && b.Place != "make" {
		err = p.c.Start(b.Place, cmd)
		if err == nil {
			err = cmd.Wait()
		}
	} else {
		err = cmd.Run()
	}
	if (err != nil) != b.Fails {
		return fmt.Errorf("ends with %v:\n%s\n%s", err, b.Text, out.String())
	}
	for _, words := range b.Expect {
		if !strings.Contains(out.String(), words) {
			return fmt.Errorf("does not say %q:\n%s\n%s", words, b.Text, out.String())
		}
	}
	return nil
}

func (p *pageRun) command(t *testing.T, b *docs.Block) (*exec.Cmd, error) {
	switch b.Place {
	case "make":
		// Without sudo, so that a line of another form fails.
		dry := strings.ReplaceAll("\n"+strings.ReplaceAll(b.Text, "sudo make", "make"), "\nmake ", "\nmake -n -C "+p.root+" ")
		if strings.Count(dry, "make -n") != strings.Count(strings.TrimSpace(b.Text), "\n")+1 {
			return nil, fmt.Errorf("not every line is 'make TARGET':\n%s", b.Text)
		}
		return exec.Command("sh", "-ec", dry), nil
	case "host":
		cmd := exec.Command("sh", "-ec", b.Text)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "PATH="+p.programs(t)+":"+os.Getenv("PATH"))
		return cmd, os.Symlink(p.programs(t), filepath.Join(cmd.Dir, "bin"))
	}
	return p.c.Command(b.Place, "sh", "-ec", b.Text), nil
}

// programs makes a directory with gpcs, whose sandbox is the test's own, and a
// sudo that lets root be root.
func (p *pageRun) programs(t *testing.T) string {
	if p.host != "" {
		return p.host
	}
	p.host = t.TempDir()
	name := fmt.Sprintf("e2e-%d-0", os.Getpid())
	for file, text := range map[string]string{
		"gpcs": fmt.Sprintf("#!/bin/sh\n[ \"$1\" = sandbox ] && { shift; exec %[1]s/gpcs sandbox --name %[2]s \"$@\"; }\nexec %[1]s/gpcs \"$@\"\n", programs, name),
		"pcs":  "#!/bin/sh\nexec " + programs + "/gpcs \"$@\"\n", "sudo": "#!/bin/sh\nexec \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(p.host, file), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if names, err := sandbox.List(); err == nil && slices.Contains(names, name) {
			if err := sandbox.Down(name); err != nil {
				t.Error(err)
			}
		}
	})
	return p.host
}

// before does to the nodes what the text says has happened.
func (p *pageRun) before(what string) error {
	if node, line, shell := strings.Cut(what, ": "); shell {
		r, err := p.c.Do(node, "sh", "-ec", line)
		if err == nil && r.Code != 0 {
			err = fmt.Errorf("status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
		return err
	}
	verb, node, _ := strings.Cut(what, " ")
	var err error
	switch verb {
	case "kill":
		_, err = p.c.Kill(node)
	case "cut":
		_, err = p.c.Cut(node)
	case "boot":
		err = p.c.Boot(node)
	case "heal":
		err = p.c.Heal(node)
	case "pause":
		err = p.c.Pause(node)
	case "resume":
		err = p.c.Resume(node)
	case "settle":
		if err = p.c.AwaitOnline(patience, strings.Fields(node)...); err == nil {
			err = p.c.AwaitIdle(strings.Fields(node)[0], patience)
		}
	default:
		err = fmt.Errorf("nobody knows how to %s", verb)
	}
	return err
}
