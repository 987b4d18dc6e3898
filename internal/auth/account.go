package auth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/paths"
)

// Superuser is the account that may do everything, and Group the group whose
// members may use the cluster at all, as in pacemaker and pcsd.
const (
	Superuser = "hacluster"
	Group     = "haclient"
)

// shadowEntry is one line of shadow(5). Days count from 1 January 1970; -1
// stands for an empty field.
type shadowEntry struct {
	hash                       string
	changed, maxAge, expiresOn int
}

// readShadow returns a user's entry, or nil if there is none.
func readShadow(root paths.Root, user string) (*shadowEntry, error) {
	f, err := findLine(root.Join("/etc/shadow"), user)
	if err != nil || f == nil {
		return nil, err
	}
	for len(f) < 9 {
		f = append(f, "")
	}
	return &shadowEntry{hash: f[1], changed: days(f[2]), maxAge: days(f[4]), expiresOn: days(f[7])}, nil
}

func days(field string) int {
	n, err := strconv.Atoi(field)
	if err != nil {
		return -1
	}
	return n
}

// Reasons to refuse an account, for the log; the network is never told which.
var (
	errLocked       = errors.New("the account is locked")
	errNoPassword   = errors.New("the account has no password")
	errExpired      = errors.New("the account has expired")
	errPasswordAged = errors.New("the password has expired and must be changed")
	errUnknownUser  = errors.New("no such user")
)

// usable tells why the account cannot be used today, or nil.
func (e *shadowEntry) usable(now time.Time) error {
	today := int(now.Unix() / 86400)
	switch {
	case e.hash == "":
		return errNoPassword
	case e.hash[0] == '!' || e.hash[0] == '*':
		return errLocked
	case e.expiresOn >= 0 && today >= e.expiresOn:
		return errExpired
	case e.changed == 0, e.changed > 0 && e.maxAge >= 0 && e.maxAge < 99999 && today > e.changed+e.maxAge:
		return errPasswordAged
	}
	return nil
}

// groupsOf returns the names of a user's groups, the primary one included.
func groupsOf(root paths.Root, user string) ([]string, error) {
	account, err := findLine(root.Join("/etc/passwd"), user)
	if err != nil {
		return nil, err
	}
	primary := ""
	if len(account) > 3 {
		primary = account[3]
	}
	var groups []string
	err = eachLine(root.Join("/etc/group"), func(f []string) {
		if len(f) < 4 {
			return
		}
		member := f[2] == primary && primary != ""
		for _, m := range strings.Split(f[3], ",") {
			member = member || m == user
		}
		if member {
			groups = append(groups, f[0])
		}
	})
	return groups, err
}

// UserByID returns the name of a user id and the user's groups.
func UserByID(root paths.Root, uid uint32) (string, []string, error) {
	name, want := "", strconv.FormatUint(uint64(uid), 10)
	err := eachLine(root.Join("/etc/passwd"), func(f []string) {
		if len(f) > 2 && f[2] == want && name == "" {
			name = f[0]
		}
	})
	if err != nil {
		return "", nil, err
	}
	if name == "" {
		return "", nil, fmt.Errorf("user id %d: %w", uid, errUnknownUser)
	}
	groups, err := groupsOf(root, name)
	return name, groups, err
}

// IDs returns the numeric ids of hacluster and haclient, for the owner of
// files; ok is false where the accounts do not exist.
func IDs(root paths.Root) (uid, gid int, ok bool) {
	user, err := findLine(root.Join("/etc/passwd"), Superuser)
	if err != nil || len(user) < 3 {
		return 0, 0, false
	}
	group, err := findLine(root.Join("/etc/group"), Group)
	if err != nil || len(group) < 3 {
		return 0, 0, false
	}
	uid, err1 := strconv.Atoi(user[2])
	gid, err2 := strconv.Atoi(group[2])
	return uid, gid, err1 == nil && err2 == nil
}

// findLine returns the fields of the line that begins with name, or nil.
func findLine(file, name string) ([]string, error) {
	var found []string
	err := eachLine(file, func(f []string) {
		if f[0] == name && found == nil {
			found = f
		}
	})
	return found, err
}

func eachLine(file string, visit func([]string)) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(data), "\n") {
		if line != "" && line[0] != '#' {
			visit(strings.Split(line, ":"))
		}
	}
	return nil
}
