package api

import (
	"errors"

	"gpcs/internal/cib"
)

// faults are the refusals of a change that programs tell apart, with their codes.
var faults = []struct {
	code string
	is   error
}{
	{CodeConflict, cib.ErrConflict},
	{CodeDenied, cib.ErrDenied},
	{CodeNotFound, cib.ErrNotFound},
	{CodeExists, cib.ErrExists},
	{CodeOlder, cib.ErrOlder},
}

// FaultCode returns the code of a refusal by the document; "" for other errors.
func FaultCode(err error) string {
	for _, f := range faults {
		if errors.Is(err, f.is) {
			return f.code
		}
	}
	return ""
}

// Fault returns the refusal that a code stands for; nil for other codes.
func Fault(code string) error {
	for _, f := range faults {
		if f.code == code {
			return f.is
		}
	}
	return nil
}
