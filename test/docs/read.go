package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Page is a row of blocks that are run on the same nodes.
type Page struct {
	File   string
	Line   int
	Nodes  int
	Start  string // "nothing", "members", "tutorial"
	Extras []string
	Blocks []*Block
}

// Block is a fenced block of commands.
type Block struct {
	File, Lang string
	Line       int
	Text       string
	Place      string // "node1", "client", "host", "make", "lab"
	LabNode    string // of place "lab"
	Fails      bool
	Before     []string // what is done first
	Type       string   // what is typed to it
	Expect     []string // words of the output
}

// At says where a block stands.
func (b *Block) At() string { return fmt.Sprintf("%s:%d", b.File, b.Line) }

// Files are the documents of a repository, by their names in it.
func Files(root string) ([]string, error) {
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			name, err := filepath.Rel(root, f)
			if err != nil {
				return nil, err
			}
			files = append(files, name)
		}
	}
	return files, nil
}

// Read reads one document. Everything that no test would run is an error: a
// command in a block of another kind, a comment that says nothing.
func Read(root, file string) ([]*Page, error) {
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return nil, err
	}
	r := reader{file: file, page: &Page{File: file, Start: "nothing"}}
	for i, line := range strings.Split(string(text), "\n") {
		if err := r.line(i+1, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	switch {
	case r.block != nil:
		return nil, fmt.Errorf("%s: the block does not end", r.block.At())
	case r.next.Place != "" || r.next.Type != "" || len(r.next.Before) > 0:
		return nil, fmt.Errorf("%s: the last comment belongs to no block", file)
	}
	return append(r.pages, r.page), nil
}

type reader struct {
	file  string
	pages []*Page
	page  *Page
	block *Block // that has begun
	last  *Block // that has ended
	next  Block  // what comments say of the next one
}

func (r *reader) line(n int, line string) error {
	trimmed := strings.TrimSpace(line)
	switch {
	case r.block != nil && trimmed == "```":
		b := r.block
		r.block = nil
		return r.take(b)
	case r.block != nil:
		r.block.Text += line + "\n"
	case strings.HasPrefix(trimmed, "```"):
		b := r.next
		r.next = Block{}
		b.File, b.Line, b.Lang = r.file, n, strings.TrimPrefix(trimmed, "```")
		r.block = &b
	case strings.HasPrefix(trimmed, "<!--"):
		return r.comment(n, trimmed)
	case strings.HasPrefix(line, "    ") && command(line) != "":
		return fmt.Errorf("%q is a command outside of a block of sh, no test runs it", trimmed)
	}
	return nil
}

// take adds a block to the page.
func (r *reader) take(b *Block) error {
	if b.Lang != "sh" {
		for line := range strings.Lines(b.Text) {
			if word := command(line); word != "" && b.Lang != "text" && b.Lang != "yaml" {
				return fmt.Errorf("a block with the command %s is not of language sh: no test runs it", word)
			}
		}
		return nil
	}
	if b.Place == "" {
		b.Place = "node1"
	}
	if strings.HasPrefix(b.Place, "node") && r.page.Nodes == 0 {
		return fmt.Errorf("there is no %s: <!-- page: --> or <!-- on: --> is missing", b.Place)
	}
	r.page.Blocks, r.last = append(r.page.Blocks, b), b
	return nil
}

func (r *reader) comment(n int, line string) error {
	text, ok := strings.CutSuffix(strings.TrimPrefix(line, "<!--"), "-->")
	name, value, colon := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !colon || value == "" {
		return fmt.Errorf("a comment that says nothing: %s", line)
	}
	switch name {
	case "page":
		return r.newPage(n, strings.Fields(value))
	case "on":
		words := strings.Fields(value)
		if words[len(words)-1] == "fails" {
			r.next.Fails, words = true, words[:len(words)-1]
		}
		if len(words) > 0 {
			r.next.Place = words[0]
		}
		if len(words) == 2 && words[0] == "lab" {
			r.next.LabNode = words[1]
		}
		if places := []string{"host", "make", "client", "lab"}; len(words) > 0 && !strings.HasPrefix(words[0], "node") && !slices.Contains(places, words[0]) ||
			r.next.Place == "lab" && r.next.LabNode == "" {
			return fmt.Errorf("no such place: %s", value)
		}
	case "do":
		r.next.Before = append(r.next.Before, value)
	case "type":
		r.next.Type = value
	case "expect":
		if r.last == nil {
			return fmt.Errorf("no block has this output")
		}
		r.last.Expect = append(r.last.Expect, value)
	default:
		return fmt.Errorf("unknown comment %q", name)
	}
	return nil
}

func (r *reader) newPage(n int, words []string) error {
	if len(r.page.Blocks) > 0 {
		r.pages = append(r.pages, r.page)
	}
	r.page, r.last = &Page{File: r.file, Line: n, Start: "nothing"}, nil
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "nodes":
			var err error
			if r.page.Nodes, err = strconv.Atoi(value); err != nil {
				return err
			}
		case "start":
			r.page.Start = value
		case "bmc", "watchdog":
			r.page.Extras = append(r.page.Extras, name)
		default:
			return fmt.Errorf("unknown word %q", word)
		}
	}
	return nil
}

// commands are the first words by which a line is known as one that is typed.
var commands = []string{"pcs", "gpcs", "gpcsd", "systemctl", "journalctl", "apt", "apt-get", "dnf", "make", "crm_mon", "crm_resource", "crm_attribute",
	"cibadmin", "crm_simulate", "stonith_admin", "attrd_updater", "corosync-cfgtool", "corosync-quorumtool", "curl", "sudo", "passwd", "firewall-cmd"}

// command is the command that a line types, "" if none.
func command(line string) string {
	line = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "# "), "$ "))
	word, _, more := strings.Cut(line, " ")
	if !more || !slices.Contains(commands, word) {
		return ""
	}
	return word
}
