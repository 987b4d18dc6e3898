package lost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/paths"
)

func with(t *testing.T, ids ...string) *cib.Document {
	t.Helper()
	doc := cib.New("pacemaker-3.9", "3.16.2")
	for _, id := range ids {
		doc.Section("resources").AddChild(cib.NewElement("primitive", "id", id, "class", "ocf", "provider", "heartbeat", "type", "Dummy"))
	}
	doc.SetVersion(cib.Version{Epoch: int64(len(ids))})
	return doc
}

func lostBetween(old, new *cib.Document) replica.Lost {
	return replica.Lost{Changes: replica.Unshared{{Diff: string(cib.Print(cib.Diff(old, new))), IDs: []string{"r"}}},
		Version: new.Version(), Winner: cib.Version{Epoch: 9}}
}

func TestKeptAndTakenUpAgain(t *testing.T) {
	root := paths.Root(t.TempDir())
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if names, err := Names(root); err != nil || names != nil {
		t.Fatal(names, err)
	}
	l := lostBetween(with(t, "a"), with(t, "a", "b"))
	for range 2 {
		if err := Save(root, at, l); err != nil {
			t.Fatal(err)
		}
	}
	names, err := Names(root)
	if err != nil || !slices.Equal(names, []string{"20261123-090000", "20261123-090000-2"}) {
		t.Fatal(names, err)
	}
	c, err := Load(root, names[0])
	if err != nil || !c.At.Equal(at) || c.Version.Epoch != 2 || c.Winner.Epoch != 9 || c.Requests != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	next, err := c.Apply(with(t, "a", "other"))
	if err != nil || !strings.Contains(string(next.Bytes()), `id="b"`) || !strings.Contains(string(next.Bytes()), `id="other"`) {
		t.Fatalf("%v\n%s", err, next.Bytes())
	}
	if err := Remove(root, names[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(root, names[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

func TestApply(t *testing.T) {
	changed := with(t, "a")
	changed.Section("resources").ChildElements()[0].CreateAttr("type", "Stateful")
	for _, tc := range []struct {
		name     string
		old, new *cib.Document
		to       *cib.Document
		want     string // "" = refused
	}{
		{"created there already", with(t, "a"), with(t, "a", "b"), with(t, "a", "b"), "b"},
		{"deleted there already", with(t, "a", "b"), with(t, "a"), with(t, "a"), "a"},
		{"changed there, deleted here", with(t, "a", "b"), with(t, "a"), with(t, "b", "c"), "c"},
		{"changes what is gone", with(t, "a"), changed, with(t, "b"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := paths.Root(t.TempDir())
			if err := Save(root, time.Now(), lostBetween(tc.old, tc.new)); err != nil {
				t.Fatal(err)
			}
			names, _ := Names(root)
			c, err := Load(root, names[0])
			if err != nil {
				t.Fatal(err)
			}
			next, err := c.Apply(tc.to)
			if tc.want == "" {
				if !errors.Is(err, cib.ErrPatch) {
					t.Fatal(err)
				}
				return
			}
			if err != nil || strings.Count(string(next.Bytes()), `id="`+tc.want+`"`) != 1 {
				t.Fatalf("%v\n%s", err, next.Bytes())
			}
		})
	}
}

func TestAnIDInUseIsNotTakenTwice(t *testing.T) {
	to := with(t)
	to.Section("resources").AddChild(cib.NewElement("group", "id", "b"))
	root := paths.Root(t.TempDir())
	if err := Save(root, time.Now(), lostBetween(with(t), with(t, "b"))); err != nil {
		t.Fatal(err)
	}
	names, _ := Names(root)
	c, err := Load(root, names[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(to); !errors.Is(err, cib.ErrPatch) {
		t.Fatal(err)
	}
}

func TestDamagedFiles(t *testing.T) {
	root := paths.Root(t.TempDir())
	if err := os.MkdirAll(Dir(root), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "<a/>", "<lost-changes", `<lost-changes at="x"/>`, `<lost-changes at="2026-11-23T09:00:00Z" version="1" winner="2"/>`} {
		if err := os.WriteFile(filepath.Join(Dir(root), "x.xml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Load(root, "x"); err == nil {
			t.Errorf("%q was read as %+v", text, c)
		}
	}
	if _, err := Load(root, "../x"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// What was put there by somebody else is read without harm.
func FuzzLoad(f *testing.F) {
	data, err := encode(time.Unix(0, 0), lostBetween(cib.New("pacemaker-3.9", "3.16.2"), cib.New("pacemaker-3.8", "3.16.2")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`<lost-changes at="2026-11-23T09:00:00Z" version="0.2.0" winner="0.3.0" requests="1"><diff format="2">` +
		`<change operation="create" path="/cib/configuration"><resources/></change><change operation="delete" path="//*[["/></diff></lost-changes>`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if c, err := parse(data); err == nil {
			_, _ = c.Apply(cib.New("pacemaker-3.9", "3.16.2"))
		}
	})
}
