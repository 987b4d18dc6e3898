package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/durable"
)

// Keep is how many earlier versions stay on disk.
const Keep = 100

// Store is the CIB directory of one node. It is not safe for use by several
// goroutines at once.
type Store struct {
	dir  string
	last int // number of the newest earlier version, from the file cib.last

	owner   Owner
	journal journal
	base    string // digest of cib.xml as it is, once known
	known   bool
}

// Loaded is what was found on disk.
type Loaded struct {
	Doc     *cib.Document // nil if there was none at all
	Lineage []byte        // as given to Save, nil if none
	// Trouble says, for an administrator, that cib.xml was damaged and what
	// was used in its place; "" if all was well.
	Trouble string
}

// Owner is who the directory and its files are to belong to. Pacemaker, which
// may be installed in gpcs's place, reads them as hacluster.
type Owner struct{ UID, GID int }

// Anybody leaves the files to whoever writes them.
var Anybody = Owner{-1, -1}

// Open prepares a store in dir, which is made if missing (mode 0750).
func Open(dir string, owner Owner) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("cannot make the CIB directory: %w", err)
	}
	s := &Store{dir: dir, owner: owner}
	if err := s.own(); err != nil {
		return nil, fmt.Errorf("cannot give the CIB directory to the cluster's user: %w", err)
	}
	if text, err := os.ReadFile(s.path("cib.last")); err == nil {
		s.last, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	s.journal.name = s.path("cib.journal")
	if err := s.journal.recover(); err != nil {
		return nil, fmt.Errorf("cannot read the journal of the CIB: %w", err)
	}
	return s, nil
}

// LineageFile is where Save puts the lineage.
func (s *Store) LineageFile() string { return s.path("cib.lineage") }

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// Load reads the newest good version. A damaged cib.xml is put aside, never
// deleted, and the newest good earlier version is used. The error is about
// the disk only; a directory without any document is no error.
func (s *Store) Load() (Loaded, error) {
	var l Loaded
	l.Lineage, _ = os.ReadFile(s.LineageFile())
	doc, damage, err := s.read("cib.xml")
	if err != nil {
		return l, err
	}
	newer, lineage, err := s.fromJournal(damage != nil)
	if err != nil {
		return l, err
	}
	if newer != nil {
		l.Doc, l.Lineage = newer, lineage
	}
	if damage == nil {
		if newer == nil {
			l.Doc = doc
		}
		return l, nil
	}
	aside := s.path("cib.damaged")
	if err := os.Rename(s.path("cib.xml"), aside); err != nil {
		return l, fmt.Errorf("cannot put the damaged cib.xml aside: %w", err)
	}
	if newer != nil {
		l.Trouble = fmt.Sprintf("cib.xml was damaged (%v): version %s from cib.journal is used until the other nodes "+
			"send the present one; the damaged file is kept as %s", damage, newer.Version(), aside)
		return l, nil
	}
	for n := s.last; n > s.last-Keep && n > 0; n-- {
		if doc, bad, err := s.read(raw(n)); err == nil && bad == nil && doc != nil {
			l.Doc = doc
			l.Trouble = fmt.Sprintf("cib.xml was damaged (%v): version %s from %s is used until the other nodes "+
				"send the present one; the damaged file is kept as %s", damage, doc.Version(), raw(n), aside)
			return l, nil
		}
	}
	l.Trouble = fmt.Sprintf("cib.xml was damaged (%v) and no earlier version is good: the configuration is taken "+
		"from the other nodes; the damaged file is kept as %s", damage, aside)
	return l, nil
}

// read returns a document, or nil if the file does not exist; damage says
// what is wrong with its content.
func (s *Store) read(name string) (doc *cib.Document, damage, err error) {
	data, err := os.ReadFile(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	if doc, damage = cib.Parse(data); damage != nil {
		return nil, damage, nil
	}
	// A file without a digest beside it was put there by hand; that is allowed.
	if sig, err := os.ReadFile(s.path(name + ".sig")); err == nil {
		// Early versions of gpcs kept the digest of the bytes.
		if want := strings.TrimSpace(string(sig)); want != cib.FileDigest(doc.Root()) && want != cib.DigestBytes(data) {
			return nil, errors.New("its digest does not match cib.xml.sig"), nil
		}
	}
	return doc, nil, nil
}

// Save makes doc, which must not be changed any more, the version on disk,
// durably: it is in the journal, and in cib.xml after the next Settle. An error means that the version before is
// still whole.
func (s *Store) Save(doc *cib.Document, lineage []byte) error {
	if s.journal.end > journalSize {
		if err := s.Settle(); err != nil {
			return err
		}
	}
	if !s.known {
		data, err := os.ReadFile(s.path("cib.xml"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if s.known = true; len(data) > 0 {
			s.base = cib.DigestBytes(data)
		}
	}
	if err := s.journal.add(record{s.base, lineage, doc.Final(), doc}); err != nil {
		return fmt.Errorf("cannot save the configuration: %w", err)
	}
	return nil
}

// Settle makes what was saved last the content of cib.xml, durably; what that
// was before becomes cib-N.raw. It is to be called when no Save has come for a
// while, and at the end.
func (s *Store) Settle() error {
	r := s.journal.last
	if r == nil {
		return nil
	}
	data, lineage := r.text, r.lineage
	doc := r.doc
	if doc == nil {
		var err error
		if doc, err = cib.Parse(data); err != nil {
			return fmt.Errorf("cib.journal holds no document: %w", err)
		}
	}
	if err := s.archive(); err != nil {
		return err
	}
	// The digest is written first under a name of its own: a crash between
	// the two renames leaves a document without a digest, never a wrong pair.
	if err := os.Remove(s.path("cib.xml.sig")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"cib.xml", data}, {"cib.lineage", lineage}, {"cib.xml.sig", []byte(cib.FileDigest(doc.Root()))}} {
		if err := s.write(f.name, f.data); err != nil {
			return fmt.Errorf("cannot save the configuration: %w", err)
		}
	}
	s.base, s.known = cib.DigestBytes(data), true
	return s.journal.settled()
}

// write replaces a file durably.
func (s *Store) write(name string, data []byte) error {
	if err := durable.Write(s.path(name), data, 0o600); err != nil {
		return err
	}
	return os.Chown(s.path(name), s.owner.UID, s.owner.GID)
}

// own gives the directory and what is in it to the owner.
func (s *Store) own() error {
	if s.owner == Anybody {
		return nil
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Lchown(s.path(e.Name()), s.owner.UID, s.owner.GID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Chown(s.dir, s.owner.UID, s.owner.GID)
}

func raw(n int) string { return fmt.Sprintf("cib-%d.raw", n) }

// archive gives the present cib.xml a second name, so that it survives being
// replaced, and forgets the oldest version.
func (s *Store) archive() error {
	if _, err := os.Lstat(s.path("cib.xml")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	n := s.last + 1
	for _, suffix := range []string{"", ".sig"} {
		to := s.path(raw(n) + suffix)
		_ = os.Remove(to)
		if err := os.Link(s.path("cib.xml"+suffix), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot keep the present version as %s: %w", raw(n), err)
		}
	}
	if err := s.write("cib.last", []byte(strconv.Itoa(n))); err != nil {
		return fmt.Errorf("cannot keep the present version as %s: %w", raw(n), err)
	}
	s.last = n
	for _, suffix := range []string{"", ".sig"} {
		_ = os.Remove(s.path(raw(n-Keep) + suffix))
	}
	return nil
}
