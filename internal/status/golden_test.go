package status

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/cib"
)

var update = flag.Bool("update", false, "write the golden files anew")

// moment is when all views of these tests are made.
var moment = time.Date(2023, time.November, 14, 22, 20, 0, 0, time.UTC)

func loadView(t *testing.T, name string) (*View, *cib.Document) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	view, err := New(doc, moment)
	if err != nil {
		t.Fatal(err)
	}
	return view, doc
}

// TestGolden prints each document of testdata in all forms.
func TestGolden(t *testing.T) {
	forms := []struct {
		name  string
		print func(*View) string
	}{
		{"as pcs status", func(v *View) string { return v.Text(Show{Sections: Default, Inactive: true}) }},
		{"as pcs status --full", func(v *View) string {
			return v.Text(Show{Sections: Default | Attributes | Failcounts, Inactive: true, Detail: true})
		}},
		{"only what is active", func(v *View) string { return v.Text(Show{Sections: Resources}) }},
		{"by node", func(v *View) string { return v.Text(Show{Sections: Nodes | Resources, Inactive: true, ByNode: true}) }},
		{"in brief", func(v *View) string { return v.Text(Show{Sections: Resources, Inactive: true, Brief: true}) }},
		{"the rest", func(v *View) string {
			return v.Text(Show{Sections: Props | Operations | Tickets | Bans, Timing: true})
		}},
		{"in the words of release 3", func(v *View) string { return v.Lists(Show{Inactive: true, Release3: true}) }},
		{"nodes by condition", (*View).NodesText},
		{"tickets", func(v *View) string { return v.TicketLines("  ") }},
		{"one line", func(v *View) string { line, _ := v.Simple(); return line + "\n" }},
		{"XML", func(v *View) string { return v.XML("crm_mon -X", Show{Sections: All, Inactive: true}) }},
		{"old XML", func(v *View) string { return v.OldXML(Show{Sections: Counts}) }},
		{"JSON", func(v *View) string { return string(v.JSON()) }},
	}
	for _, name := range []string{"plain", "many", "upkeep", "empty"} {
		t.Run(name, func(t *testing.T) {
			view, _ := loadView(t, name)
			view.Live = true
			var b strings.Builder
			for _, f := range forms {
				b.WriteString("======== " + f.name + "\n" + f.print(view))
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
