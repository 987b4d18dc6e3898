package cli

import (
	"context"
	"errors"
	"os"

	"gpcs/internal/cib"
)

// create copies the document that is in use.
func (s *shadow) create(ctx context.Context, name string) int {
	if code, there := s.exists(name); there {
		return code
	}
	return s.copy(ctx, name)
}

func (s *shadow) copy(ctx context.Context, name string) int {
	doc, code := s.real(ctx)
	if doc == nil {
		return code
	}
	return s.made(name, doc)
}

// reset makes a copy anew.
func (s *shadow) reset(ctx context.Context, name string) int {
	if code, ok := s.sure(name, "The reset command overwrites the active shadow configuration.", "shadow file"); !ok {
		return code
	}
	return s.copy(ctx, name)
}

func (s *shadow) createEmpty(_ context.Context, name string) int {
	if code, there := s.exists(name); there {
		return code
	}
	schema, ok := s.value("validate-with")
	if !ok {
		schema = newestSchema
	}
	doc := emptyCIB(schema)
	s.put(nil, "Created new pacemaker configuration\n")
	return s.made(name, doc)
}

// exists refuses to overwrite a copy without --force.
func (s *shadow) exists(name string) (code int, there bool) {
	if _, err := os.Stat(s.shadowFile(name)); err != nil || s.has("force") {
		return exitOK, false
	}
	return s.end(exitCantCreate, "A shadow instance '%s' already exists.\nTo prevent accidental destruction of the shadow file, "+
		"the --force flag is required in order to proceed.", name), true
}

func (s *shadow) made(name string, doc *cib.Document) int {
	if err := writeFile(s.shadowFile(name), doc.Bytes()); err != nil {
		return s.end(exitCantCreate, "%v", err)
	}
	s.instruct("A new shadow instance was created. To begin using it, enter the following into your shell:\n\texport CIB_shadow=%s", name)
	return s.end(exitOK, "")
}

// sure asks for --force before something is lost.
func (s *shadow) sure(name, danger, lost string) (code int, ok bool) {
	if s.has("force") {
		return exitOK, true
	}
	if s.active != "" && s.active != name {
		danger += "\nAdditionally, the supplied shadow instance (" + name + ") is not the same as the active one (" + s.active + ")."
	}
	return s.end(exitUsage, "%s\nTo prevent accidental destruction of the %s, the --force flag is required in order to proceed.", danger, lost), false
}

// commit puts a copy's configuration, with --all its status too, in the place
// of the document's.
func (s *shadow) commit(ctx context.Context, name string) int {
	if code, ok := s.sure(name, "The commit command overwrites the active cluster configuration.", "cluster"); !ok {
		return code
	}
	if real, code := s.real(ctx); real == nil {
		return code
	}
	doc, code := s.read(name)
	if doc == nil {
		return code
	}
	ops := []cib.Op{{Kind: cib.Replace, Path: "/cib/configuration", XML: string(cib.Print(doc.Configuration()))}}
	if s.has("all") {
		ops[0] = cib.Op{Kind: cib.Replace, XML: string(doc.Bytes())}
		ops = append(ops, cib.Op{Kind: cib.Replace, Path: "/cib/status", XML: string(cib.Print(doc.Section("status")))})
	}
	err := s.asReal(func() error {
		for _, op := range ops {
			if err := s.change(ctx, op); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.end(exitError, "Could not commit shadow instance '%s' to the CIB: %s", name, why(err))
	}
	return s.end(exitOK, "")
}

func (s *shadow) remove(_ context.Context, name string) int {
	if code, ok := s.sure(name, "The delete command removes the specified shadow file.", "shadow file"); !ok {
		return code
	}
	if err := os.Remove(s.shadowFile(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return s.end(exitError, "Could not remove shadow instance '%s': %s", name, plainError(err))
	}
	if s.active == name {
		s.instruct("Remember to unset the CIB_shadow variable by entering the following into your shell:\n\tunset CIB_shadow")
	}
	return s.end(exitOK, "")
}

func (s *shadow) use(_ context.Context, name string) int {
	if _, err := os.Stat(s.shadowFile(name)); err != nil {
		return s.end(exitNoSuch, "Could not access shadow instance '%s': %s", name, plainError(err))
	}
	s.instruct("To switch to the named shadow instance, enter the following into your shell:\n\texport CIB_shadow=%s", name)
	return s.end(exitOK, "")
}
