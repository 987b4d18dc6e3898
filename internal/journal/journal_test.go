package journal

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"

	systemd "github.com/coreos/go-systemd/v22/journal"
)

func TestEntriesHaveFieldsAndTheOldNames(t *testing.T) {
	type entry struct {
		text     string
		priority systemd.Priority
		fields   map[string]string
	}
	var got entry
	log := slog.New(&handler{level: slog.LevelInfo, send: func(text string, p systemd.Priority, f map[string]string) error {
		got = entry{text, p, f}
		return nil
	}})
	for _, c := range []struct {
		log  func()
		want entry
	}{
		{func() {
			log.With(Key, Execd).With("node", "n1").Warn("operation failed", "rsc", "web", "rc", 7, "err", errors.New(`no "x"`))
		},
			entry{`operation failed node=n1 rsc=web rc=7 err="no \"x\""`, systemd.PriWarning, map[string]string{"SYSLOG_IDENTIFIER": "pacemaker-execd",
				"OBJECT_SYSTEMD_UNIT": "pacemaker.service", "GPCS_NODE": "n1", "GPCS_RSC": "web", "GPCS_RC": "7", "GPCS_ERR": `no "x"`}}},
		{func() { log.With(Key, Corosync).Error("view installed") },
			entry{"view installed", systemd.PriErr, map[string]string{"SYSLOG_IDENTIFIER": "corosync", "OBJECT_SYSTEMD_UNIT": "corosync.service"}}},
		{func() { log.WithGroup("a").Info("x", "b-c", "") },
			entry{`x a_b-c=""`, systemd.PriInfo, map[string]string{"SYSLOG_IDENTIFIER": "pcsd", "GPCS_A_B_C": ""}}},
	} {
		got = entry{}
		c.log()
		if got.text != c.want.text || got.priority != c.want.priority || !maps.Equal(got.fields, c.want.fields) {
			t.Errorf("got  %+v\nwant %+v", got, c.want)
		}
	}
	got = entry{}
	log.Debug("not at this level")
	if got.text != "" {
		t.Errorf("logged %+v", got)
	}
}

// Loggers that come from one do not see each other's attributes.
func TestAttributesAreNotShared(t *testing.T) {
	var texts []string
	log := slog.New(&handler{send: func(text string, _ systemd.Priority, _ map[string]string) error {
		texts = append(texts, text)
		return nil
	}}).With("a", 1).With("b", 2)
	one, two := log.With("one", 1), log.With("two", 2)
	one.Info("x")
	two.Info("x")
	one.Info("x", "y", 1)
	two.Info("x", "z", 1)
	if got, want := strings.Join(texts, "; "), "x a=1 b=2 one=1; x a=1 b=2 two=2; x a=1 b=2 one=1 y=1; x a=1 b=2 two=2 z=1"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestWithoutAJournalLinesAreWritten(t *testing.T) {
	var b bytes.Buffer
	New(&b, slog.LevelInfo).With(Key, Controld).Info("hello", "node", "n1")
	if got := b.String(); !strings.Contains(got, "level=INFO msg=hello part=pacemaker-controld node=n1\n") {
		t.Error(got)
	}
}
