package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-crypt/crypt"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/scrypt"
	"github.com/go-crypt/crypt/algorithm/shacrypt"

	"gpcs/internal/paths"
)

// ErrRefused wraps every reason not to let somebody in.
var ErrRefused = errors.New("refused")

// MaxPassword bounds a password, in bytes: longer ones are refused unread.
const MaxPassword = 512

// Passwords checks passwords of the system's accounts. The zero value is not
// usable; see NewPasswords.
type Passwords struct {
	root    paths.Root
	decoder *crypt.Decoder
	limiter limiter
	slots   chan struct{}
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
}

// NewPasswords returns a checker of the account files under root that knows
// yescrypt, sha512crypt, sha256crypt and bcrypt. now is the clock; sleep waits
// or returns the context's error.
func NewPasswords(root paths.Root, now func() time.Time, sleep func(context.Context, time.Duration) error) (*Passwords, error) {
	d := crypt.NewDecoder()
	if err := errors.Join(scrypt.RegisterDecoderYescrypt(d), shacrypt.RegisterDecoder(d), bcrypt.RegisterDecoder(d)); err != nil {
		return nil, err
	}
	// A hash costs 100 ms of a core; no more than two at a time.
	return &Passwords{root: root, decoder: d, slots: make(chan struct{}, 2), now: now, sleep: sleep}, nil
}

// Sleep waits for d or until ctx is done.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Check lets a member of haclient in whose password is right and whose account
// is neither locked nor expired. source is the caller's address, "ip:port".
// An error wraps ErrRefused with the reason, which is for the log only: the
// caller must not be told whether it was the name or the password.
func (p *Passwords) Check(ctx context.Context, user, password, source string) error {
	source = sourceOf(source)
	wait, ok := p.limiter.begin(source, p.now())
	if !ok {
		return fmt.Errorf("%w: too many failed attempts from %s", ErrRefused, source)
	}
	if wait > 0 {
		if err := p.sleep(ctx, wait); err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrRefused, ctx.Err())
	}
	if err := p.check(user, password); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	p.limiter.succeeded(source)
	return nil
}

var errWrongPassword = errors.New("wrong password")

func (p *Passwords) check(user, password string) error {
	if password == "" || len(password) > MaxPassword {
		return errWrongPassword
	}
	entry, err := readShadow(p.root, user)
	if err != nil {
		return err
	}
	var unusable error
	if entry == nil {
		unusable = errUnknownUser
	} else {
		unusable = entry.usable(p.now())
	}
	// Whatever is wrong with the account, a hash is computed, so that the time
	// taken tells nothing about which names exist.
	hash := p.spareHash()
	if unusable == nil {
		hash = entry.hash
	}
	digest, err := p.decoder.Decode(hash)
	if err != nil {
		return fmt.Errorf("the password of %s in /etc/shadow has a format that is not supported "+
			"(yescrypt, sha512crypt, sha256crypt and bcrypt are); set it again with passwd: %w", user, err)
	}
	match, err := digest.MatchBytesAdvanced([]byte(password))
	switch {
	case unusable != nil:
		return unusable
	case err != nil:
		return err
	case !match:
		return errWrongPassword
	}
	groups, err := groupsOf(p.root, user)
	if err != nil {
		return err
	}
	if !slices.Contains(groups, Group) {
		return fmt.Errorf("user %s is not in group %s", user, Group)
	}
	return nil
}

// spareHash is what a password is compared with where there is no account:
// hacluster's own, so that it takes as long, else one that nothing matches.
func (p *Passwords) spareHash() string {
	if e, err := readShadow(p.root, Superuser); err == nil && e != nil && e.usable(p.now()) == nil {
		if _, err := p.decoder.Decode(e.hash); err == nil {
			return e.hash
		}
	}
	return "$y$j9T$........................$..........................................."
}
