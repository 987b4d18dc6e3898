package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"gpcs/internal/cib"
	"gpcs/internal/durable"
)

// A change is on disk once it is in the journal: one file that is written on
// at its end and forced to the disk by one call, where cib.xml with all that
// belongs to it takes eight. Settle writes those files when there is time.
//
// A record is a whole document with its lineage. All numbers are big endian.
//
//	magic 8 | number u64 | lengths of base, lineage, document 3 x u32 | crc32c u32 of all else | base | lineage | document
//
// Base is the digest that cib.xml had when the record was written. The file is
// begun anew when what is in it is settled; that a record behind the last one is
// left from before shows in its number, which begins anywhere.
type journal struct {
	name   string
	file   *os.File
	end    int64
	number uint64  // of the last record
	last   *record // not settled yet, nil = none
}

// record is what one Save is about.
type record struct {
	base          string
	lineage, text []byte
	doc           *cib.Document // what text says; nil after a restart
}

const (
	journalMagic  = "gpcs-cib"
	journalHeader = 8 + 8 + 3*4 + 4
	// journalSize is where the journal is begun anew, if it is settled.
	journalSize = 4 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// recover reads what an earlier process left in the journal: the last record
// of a row without a gap.
func (j *journal) recover() error {
	j.number = rand.Uint64() / 2
	data, err := os.ReadFile(j.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for at := 0; ; {
		r, number, size := parseRecord(data[at:])
		if r == nil || (j.last != nil && number != j.number+1) {
			return nil
		}
		at += size
		j.last, j.number, j.end = r, number, int64(at)
	}
}

func parseRecord(b []byte) (r *record, number uint64, size int) {
	if len(b) < journalHeader || string(b[:8]) != journalMagic {
		return nil, 0, 0
	}
	number = binary.BigEndian.Uint64(b[8:])
	sizes := [3]uint64{}
	total := uint64(journalHeader)
	for i := range sizes {
		sizes[i] = uint64(binary.BigEndian.Uint32(b[16+4*i:]))
		total += sizes[i]
	}
	if total > uint64(len(b)) || crc(b[:journalHeader-4], b[journalHeader:total]) != binary.BigEndian.Uint32(b[journalHeader-4:]) {
		return nil, 0, 0
	}
	rest := b[journalHeader:total]
	base, rest := rest[:sizes[0]], rest[sizes[0]:]
	return &record{base: string(base), lineage: rest[:sizes[1]], text: rest[sizes[1]:]}, number, int(total)
}

func crc(parts ...[]byte) uint32 {
	var sum uint32
	for _, p := range parts {
		sum = crc32.Update(sum, castagnoli, p)
	}
	return sum
}

// add makes a record durable.
func (j *journal) add(r record) error {
	if j.file == nil {
		var err error
		if j.file, err = os.OpenFile(j.name, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return err
		}
		if err := durable.SyncDir(filepath.Dir(j.name)); err != nil {
			return err
		}
	}
	b := append(make([]byte, 0, journalHeader+len(r.base)+len(r.lineage)+len(r.text)), journalMagic...)
	b = binary.BigEndian.AppendUint64(b, j.number+1)
	for _, part := range []int{len(r.base), len(r.lineage), len(r.text)} {
		b = binary.BigEndian.AppendUint32(b, uint32(part))
	}
	sum := crc(b, []byte(r.base), r.lineage, r.text)
	b = append(append(append(binary.BigEndian.AppendUint32(b, sum), r.base...), r.lineage...), r.text...)
	if _, err := j.file.WriteAt(b, j.end); err != nil {
		return err
	}
	if err := unix.Fdatasync(int(j.file.Fd())); err != nil {
		return err
	}
	j.end, j.number, j.last = j.end+int64(len(b)), j.number+1, &r
	return nil
}

// settled begins the journal anew. That it must not be read any more need not
// be on the disk: what is read is what was settled, or does not fit to it.
func (j *journal) settled() error {
	j.last, j.end = nil, 0
	if j.file == nil {
		return nil
	}
	_, err := j.file.WriteAt(make([]byte, journalHeader), 0)
	return err
}

// fits tells whether the record follows what cib.xml holds, or is that.
func (r *record) fits(cibXML []byte) bool {
	if len(cibXML) == 0 {
		return r.base == ""
	}
	digest := cib.DigestBytes(cibXML)
	return digest == r.base || digest == cib.DigestBytes(r.text)
}

// fromJournal is the document of the journal with its lineage, nil if cib.xml
// is as new or was changed by somebody else.
func (s *Store) fromJournal(damaged bool) (*cib.Document, []byte, error) {
	r := s.journal.last
	if r == nil {
		return nil, nil, nil
	}
	data, err := os.ReadFile(s.path("cib.xml"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("cannot read cib.xml: %w", err)
	}
	if !damaged && !r.fits(data) {
		s.journal.last, s.journal.end = nil, 0
		return nil, nil, nil
	}
	doc, err := cib.Parse(r.text)
	if err != nil {
		return nil, nil, fmt.Errorf("cib.journal holds no document: %w", err)
	}
	return doc, r.lineage, nil
}
