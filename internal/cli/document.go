package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// readCIB returns the document that the command is about: the file of -f, or
// the running cluster's.
func (c *Call) readCIB(ctx context.Context) (*cib.Document, error) {
	if c.plan != nil {
		return c.plan.doc.Copy(), nil
	}
	if name, ok := c.Value("-f"); ok {
		return readCIBFile(name)
	}
	return liveCIB(ctx, c)
}

// editCIB lets edit change the document that the command is about and stores
// the outcome: in the file of -f, or in the running cluster, where the edit is
// made again on a newer document if somebody else was faster. edit must
// depend on the document alone. Reports are printed; nothing is stored when
// one of them is an error.
func (c *Call) editCIB(ctx context.Context, edit func(*cib.Document) report.List) error {
	edit = keepSchema(edit)
	if c.plan != nil {
		return c.plan.edit(c, edit)
	}
	if name, ok := c.Value("-f"); ok {
		doc, err := readCIBFile(name)
		if err != nil {
			return err
		}
		old, before := doc.Copy(), string(doc.Bytes())
		if err := c.conclude(edit(doc)); err != nil {
			return err
		}
		if after := doc.Bytes(); string(after) != before {
			c.say(admin.Doubts(old, doc, false)...)
			return writeFile(name, after)
		}
		return nil
	}
	return editLiveCIB(ctx, c, edit)
}

// keepSchema lets edit fail where it turns a CIB of its schema into one that is
// against it: what was forced need not be what a cluster can read.
func keepSchema(edit func(*cib.Document) report.List) func(*cib.Document) report.List {
	return func(doc *cib.Document) report.List {
		before := doc.Bytes()
		out := edit(doc)
		if out.Failed() {
			return out
		}
		return append(out, checkSchema(before, doc, "Unable to update cib")...)
	}
}

// checkSchema refuses what would be a CIB against its schema, unless it has
// been one before.
func checkSchema(before []byte, doc *cib.Document, doing string) report.List {
	faults := cib.Validate(doc.Bytes())
	if faults == nil || before != nil && cib.Validate(before) != nil {
		return nil
	}
	return report.List{report.Stop("CIB_PUSH_ERROR", doing+"\n"+strings.Join(schemaFaults(faults), "\n")+
		"\nCall failed: Update does not conform to the configured schema\n")}
}

// schemaFaults says where a document is against its schema.
func schemaFaults(faults []cib.Fault) []string {
	var out []string
	for _, f := range faults {
		out = append(out, "error: "+f.String())
	}
	return out
}

// emptyFileSchema is what pcs names in a CIB that it makes for a file of -f
// that is not there yet.
const emptyFileSchema = "pacemaker-3.1"

func readCIBFile(name string) (*cib.Document, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return cib.New(emptyFileSchema, "3.1.0"), nil
	}
	if err != nil {
		return nil, fail("unable to read the CIB file '%s': %v", name, err)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return nil, fail("unable to get cib: '%s' is not a valid CIB: %v", name, err)
	}
	return doc, nil
}

// writeFile replaces a file of the user's in place: it may be a link or have
// an owner and mode of its own.
func writeFile(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return fail("unable to write '%s': %v", name, err)
	}
	return nil
}
