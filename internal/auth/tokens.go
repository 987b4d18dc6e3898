package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"gpcs/internal/durable"
)

// MaxToken bounds a token, in bytes, as pcsd does.
const MaxToken = 512

// Tokens is the list of tokens that this node gave out, kept in
// pcs_users.conf. It is read from the file on every use: pcs and an
// administrator may change it too.
type Tokens struct {
	file string
	mu   sync.Mutex
}

// NewTokens returns the list that is kept in file.
func NewTokens(file string) *Tokens { return &Tokens{file: file} }

// tokenEntry is one entry as pcsd writes it.
type tokenEntry struct {
	CreationDate string `json:"creation_date"`
	Token        string `json:"token"`
	Username     string `json:"username"`
}

// Create gives out a new token for a user and saves it.
func (t *Tokens) Create(user string, now time.Time) (string, error) {
	token := NewUUID()
	return token, t.change(func(list []tokenEntry) []tokenEntry {
		return append(list, tokenEntry{now.UTC().Format("2006-01-02 15:04:05 -0700"), token, user})
	})
}

// Add saves a token that somebody else made for a user.
func (t *Tokens) Add(user, token string, now time.Time) error {
	return t.change(func(list []tokenEntry) []tokenEntry {
		return append(list, tokenEntry{now.UTC().Format("2006-01-02 15:04:05 -0700"), token, user})
	})
}

// User returns the user of a token. All entries are compared, in the same time.
func (t *Tokens) User(token string) (string, bool) {
	if token == "" || len(token) > MaxToken {
		return "", false
	}
	t.mu.Lock()
	list, err := t.read()
	t.mu.Unlock()
	if err != nil {
		return "", false
	}
	want := sha256.Sum256([]byte(token))
	user, found := "", false
	for _, e := range list {
		have := sha256.Sum256([]byte(e.Token))
		if subtle.ConstantTimeCompare(want[:], have[:]) == 1 {
			user, found = e.Username, true
		}
	}
	return user, found
}

// Remove takes tokens back; all of them if none is named. It returns those
// that were not there.
func (t *Tokens) Remove(tokens ...string) (missing []string, err error) {
	gone := map[string]bool{}
	for _, x := range tokens {
		gone[x] = true
	}
	err = t.change(func(list []tokenEntry) []tokenEntry {
		kept := []tokenEntry{}
		for _, e := range list {
			if len(tokens) > 0 && !gone[e.Token] {
				kept = append(kept, e)
			}
			delete(gone, e.Token)
		}
		return kept
	})
	for _, x := range tokens {
		if gone[x] {
			missing = append(missing, x)
		}
	}
	return missing, err
}

func (t *Tokens) change(edit func([]tokenEntry) []tokenEntry) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	list, err := t.read()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(edit(list), "", "    ")
	if err != nil {
		return err
	}
	return durable.Write(t.file, data, 0o600)
}

func (t *Tokens) read() ([]tokenEntry, error) {
	data, err := os.ReadFile(t.file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []tokenEntry
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", t.file, err)
	}
	return list, nil
}

// NewUUID returns a random UUID, version 4, in its text form. crypto/rand never
// fails.
func NewUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
