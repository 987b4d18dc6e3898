// Package journal writes gpcsd's log to systemd's journal as structured fields,
// or as lines to a file or terminal where there is no journal.
//
// The parts of gpcsd sign with the names of the daemons that they stand for:
// SYSLOG_IDENTIFIER is corosync, pacemaker-controld and so on, and 'journalctl -u
// corosync' and '-u pacemaker' show what belongs to those. What a line is
// about is in the fields GPCS_NODE, GPCS_RSC, GPCS_OP and others besides the
// text. It decides nothing about what is logged.
package journal

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	systemd "github.com/coreos/go-systemd/v22/journal"
)

// Key is the attribute that says which part speaks.
const Key = "part"

// The parts, by the names that their daemons had.
const (
	Pcsd       = "pcsd"
	Corosync   = "corosync"
	Pacemakerd = "pacemakerd"
	Controld   = "pacemaker-controld"
	Execd      = "pacemaker-execd"
	Fenced     = "pacemaker-fenced"
)

// New returns a logger that writes to the journal where stderr goes there, else
// lines to stderr.
func New(stderr io.Writer, level slog.Level) *slog.Logger {
	if there, err := systemd.StderrIsJournalStream(); err == nil && there {
		return slog.New(&handler{level: level, send: systemd.Send})
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
}

// sender is systemd.Send.
type sender func(message string, priority systemd.Priority, fields map[string]string) error

// handler makes journal entries of records.
type handler struct {
	level slog.Level
	send  sender
	attrs []slog.Attr
	group string // prefix of attributes to come
}

// Enabled tells whether a level is logged.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// WithAttrs returns a handler that adds attributes to each entry.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.attrs = append(next.attrs[:len(next.attrs):len(next.attrs)], h.grouped(attrs)...)
	return &next
}

// WithGroup returns a handler that puts a name before those of attributes to come.
func (h *handler) WithGroup(name string) slog.Handler {
	next := *h
	next.group += name + "_"
	return &next
}

func (h *handler) grouped(attrs []slog.Attr) []slog.Attr {
	var list []slog.Attr
	for _, a := range attrs {
		list = append(list, slog.Attr{Key: h.group + a.Key, Value: a.Value.Resolve()})
	}
	return list
}

// Handle writes an entry. Its text has the attributes too, as people read the
// journal without its fields.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	attrs := h.attrs[:len(h.attrs):len(h.attrs)]
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, h.grouped([]slog.Attr{a})...)
		return true
	})
	part, text, fields := Pcsd, r.Message, map[string]string{}
	for _, a := range attrs {
		value := printed(a.Value)
		if a.Key == Key {
			part = value
			continue
		}
		fields["GPCS_"+fieldName(a.Key)] = value
		if strings.ContainsAny(value, " \"\n=") || value == "" {
			value = fmt.Sprintf("%q", value)
		}
		text += " " + a.Key + "=" + value
	}
	fields["SYSLOG_IDENTIFIER"] = part
	if unit := unitOf(part); unit != "" {
		fields["OBJECT_SYSTEMD_UNIT"] = unit // journalctl -u shows it, as the unit's own
	}
	return h.send(text, priority(r.Level), fields)
}

// unitOf is the unit in whose log a part stood.
func unitOf(part string) string {
	switch {
	case part == Corosync:
		return "corosync.service"
	case strings.HasPrefix(part, "pacemaker"):
		return "pacemaker.service"
	}
	return ""
}

func printed(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().Format(time.RFC3339Nano)
	}
	return v.String()
}

// fieldName is a key as the journal takes it: capital letters, digits and _.
func fieldName(key string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, key)
}

func priority(l slog.Level) systemd.Priority {
	switch {
	case l >= slog.LevelError:
		return systemd.PriErr
	case l >= slog.LevelWarn:
		return systemd.PriWarning
	case l >= slog.LevelInfo:
		return systemd.PriInfo
	}
	return systemd.PriDebug
}
