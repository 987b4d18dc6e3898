package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
)

// Replace is what goes with pcsd's set_corosync_conf between our nodes, so that
// two administrators who change the configuration at the same moment are kept
// apart. pcsd passes over it.
type Replace struct {
	// Digest is that of the file that the new one was made from.
	Digest string
	// Strict says that no other file is to be replaced. All changes go to one
	// node first in this way; at most one of several that were made from the
	// same file is taken there.
	Strict bool
}

// Fields of set_corosync_conf.
const (
	FieldReplaces = "gpcs_replaces"
	FieldStrict   = "gpcs_strict"
)

// ReplacedMeanwhile is the answer to a strict change of another file.
const ReplacedMeanwhile = "corosync.conf is not the one that this change was made from"

// Digest names the content of a configuration file.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Put adds the fields to a form.
func (r Replace) Put(form url.Values) {
	form.Set(FieldReplaces, r.Digest)
	if r.Strict {
		form.Set(FieldStrict, "1")
	}
}

// GetReplace reads the fields of a form; without them it is the zero value.
func GetReplace(form url.Values) Replace {
	return Replace{form.Get(FieldReplaces), form.Get(FieldStrict) == "1"}
}
