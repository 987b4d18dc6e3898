package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gpcs/internal/cib"
)

var crmShadowOptions = []toolOption{
	{'w', "which", noValue}, {'p', "display", noValue}, {'E', "edit", noValue}, {'d', "diff", noValue}, {'F', "file", noValue},
	{'c', "create", needsValue}, {'e', "create-empty", needsValue}, {'C', "commit", needsValue}, {'D', "delete", needsValue},
	{'r', "reset", needsValue}, {'s', "switch", needsValue}, {'f', "force", noValue}, {'b', "batch", noValue},
	{'a', "all", noValue}, {'v', "validate-with", needsValue},
}

// shadowFile is where the shadow copy of that name lies.
func (t *toolCall) shadowFile(name string) string {
	dir := os.Getenv("CIB_shadow_dir")
	if dir == "" {
		if dir = t.Root.CIBDir(); os.Geteuid() != 0 {
			dir, _ = os.UserHomeDir() // "" leaves it to the present directory
		}
	}
	return filepath.Join(dir, "shadow."+filepath.Base(name))
}

// shadow is one call of crm_shadow.
type shadow struct {
	*answer
	active string // the copy in use, "" = none
}

// crmShadow makes, compares and commits private copies of the configuration,
// which helper programs then work on instead: crm_shadow(8).
func crmShadow(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmShadowOptions)
	if done {
		return code
	}
	s := &shadow{answer: a, active: os.Getenv("CIB_shadow")}
	for _, q := range []string{"which", "display", "edit", "diff", "file"} {
		if a.has(q) {
			if s.active == "" {
				return a.end(exitNoSuch, "No active shadow configuration defined")
			}
			return s.query(ctx, q)
		}
	}
	for _, c := range []struct {
		name string
		run  func(context.Context, string) int
	}{{"create", s.create}, {"create-empty", s.createEmpty}, {"commit", s.commit}, {"delete", s.remove}, {"reset", s.reset}, {"switch", s.use}} {
		if name, ok := a.value(c.name); ok {
			return c.run(ctx, name)
		}
	}
	return a.end(exitUsage, "No query or command given")
}

func (s *shadow) query(ctx context.Context, what string) int {
	file := s.shadowFile(s.active)
	holder := cib.NewElement("shadow", "instance", s.active)
	switch what {
	case "which":
		s.put(holder, "%s\n", s.active)
		return s.end(exitOK, "")
	case "file":
		holder.CreateAttr("file", file)
		s.put(holder, "%s\n", file)
		return s.end(exitOK, "")
	}
	if what == "diff" {
		if real, code := s.real(ctx); real == nil {
			return code // without the one there is nothing to compare the other with
		}
	}
	doc, code := s.read(s.active)
	if doc == nil {
		return code
	}
	switch what {
	case "display":
		holder.AddChild(within(cib.NewElement("content")))
		holder.ChildElements()[0].CreateCData(string(doc.Bytes()))
		s.put(holder, "%s", doc.Bytes())
	case "edit":
		return s.edit(ctx, file)
	case "diff":
		return s.compare(ctx, doc, holder)
	}
	return s.end(exitOK, "")
}

func (s *shadow) compare(ctx context.Context, doc *cib.Document, holder *cib.Element) int {
	real, code := s.real(ctx)
	if real == nil {
		return code
	}
	diff := cib.FieldDiff(real, doc, true)
	if cib.DiffEmpty(diff) {
		s.put(holder, "")
		return s.end(exitOK, "")
	}
	patch := cib.NewElement("xml-patchset")
	patch.CreateCData(string(cib.Print(diff)))
	s.put(within(holder, patch), "%s", cib.DiffText(diff))
	return s.end(exitError, "")
}

// read returns a shadow copy, or nil with the exit status after it has said
// what is wrong.
func (s *shadow) read(name string) (*cib.Document, int) {
	data, err := os.ReadFile(s.shadowFile(name))
	if err != nil {
		return nil, s.end(exitNoSuch, "Could not access shadow instance '%s': %s", name, plainError(err))
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return nil, s.end(exitDataError, "Could not parse shadow instance '%s': %v", name, err)
	}
	return doc, exitOK
}

// plainError is the system's words for an error of a file.
func plainError(err error) string {
	var path *os.PathError
	if !errors.As(err, &path) {
		return err.Error()
	}
	text := path.Err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// real returns the document of which copies are made: the cluster's, or that
// in CIB_file.
func (s *shadow) real(ctx context.Context) (*cib.Document, int) {
	var doc *cib.Document
	err := s.asReal(func() (err error) {
		if name := os.Getenv("CIB_file"); name != "" {
			if _, err := os.Stat(name); err != nil {
				return err
			}
		}
		doc, err = s.document(ctx)
		return err
	})
	if err != nil {
		return nil, s.end(exitNoSuch, "Could not connect to CIB: No such device or address")
	}
	return doc, exitOK
}

// asReal does something as if no shadow copy were in use.
func (s *shadow) asReal(do func() error) error {
	s.noShadow = true
	defer func() { s.noShadow = false }()
	return do()
}

func (s *shadow) edit(ctx context.Context, file string) int {
	editor := os.Getenv("EDITOR")
	if editor == "" {
		return s.end(exitError, "No value for EDITOR defined")
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", editor+` "$0"`, file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Stdin, s.Stdout, s.Stderr
	if err := cmd.Run(); err != nil {
		return s.end(exitError, "Could not invoke EDITOR (%s %s): %v", editor, file, err)
	}
	return s.end(exitOK, "")
}

// instruct tells what to type to work on a copy.
func (s *shadow) instruct(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.put(textElement("instruction", text), "%s\n", text)
}
