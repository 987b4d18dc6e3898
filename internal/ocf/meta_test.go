package ocf

import (
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/agentmeta"
	"gpcs/internal/paths"
)

// described is what scripts read of an agent: all but the texts.
type described struct {
	Name    string `xml:"name,attr"`
	Version string `xml:"version,attr"`
	OCF     string `xml:"version"`
	Short   string `xml:"shortdesc"`
	Params  []struct {
		Name       string `xml:"name,attr"`
		Group      string `xml:"unique-group,attr"`
		Required   string `xml:"required,attr"`
		Reloadable string `xml:"reloadable,attr"`
		Content    struct {
			Type    string  `xml:"type,attr"`
			Default *string `xml:"default,attr"`
			Options []struct {
				Value string `xml:"value,attr"`
			} `xml:"option"`
		} `xml:"content"`
	} `xml:"parameters>parameter"`
	Actions []struct {
		Name     string `xml:"name,attr"`
		Timeout  string `xml:"timeout,attr"`
		Interval string `xml:"interval,attr"`
		Depth    string `xml:"depth,attr"`
		Role     string `xml:"role,attr"`
		Delay    string `xml:"start-delay,attr"`
	} `xml:"actions>action"`
}

func parse(t *testing.T, text []byte) described {
	t.Helper()
	var d described
	if err := xml.Unmarshal(text, &d); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for i := range d.Params {
		if d.Params[i].Required == "0" {
			d.Params[i].Required = ""
		}
	}
	sort.Slice(d.Params, func(i, j int) bool { return d.Params[i].Name < d.Params[j].Name })
	sort.Slice(d.Actions, func(i, j int) bool {
		return d.Actions[i].Name+d.Actions[i].Role < d.Actions[j].Name+d.Actions[j].Role
	})
	return d
}

func ours(t *testing.T, typ string) []byte {
	t.Helper()
	var out bytes.Buffer
	c := Call{Type: typ, Action: "meta-data", Vars: map[string]string{}, Stdout: &out, Stderr: &out}
	if status := c.Run(context.Background()); status != success {
		t.Fatalf("%s: exit status %d, %s", typ, status, out.String())
	}
	return out.Bytes()
}

func TestMetadataEqualsPacemakers(t *testing.T) {
	for _, typ := range paths.OCFAgents() {
		t.Run(typ, func(t *testing.T) {
			program := filepath.Join("/usr/lib/ocf/resource.d/pacemaker", typ)
			if info, err := os.Lstat(program); err != nil || info.Mode()&os.ModeSymlink != 0 {
				t.Skip("NOT RUN: Pacemaker's own agents are not installed here")
			}
			cmd := exec.Command(program, "meta-data")
			cmd.Env = []string{"OCF_ROOT=/usr/lib/ocf", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
			theirs, err := cmd.Output()
			if err != nil {
				t.Skipf("NOT RUN: Pacemaker's agent does not run here: %v", err)
			}
			if diff := cmp.Diff(parse(t, theirs), parse(t, ours(t, typ))); diff != "" {
				t.Errorf("-Pacemaker +ours\n%s", diff)
			}
		})
	}
}

// pcs refuses agents whose metadata it cannot make sense of.
func TestMetadataIsSound(t *testing.T) {
	for _, typ := range paths.OCFAgents() {
		a, err := agentmeta.Parse(agentmeta.Name{Standard: "ocf", Provider: "pacemaker", Type: typ}, ours(t, typ))
		if err != nil || len(a.Parameters) == 0 || a.ShortDesc == "" {
			t.Errorf("%s: %v, %+v", typ, err, a)
		}
		// What an agent describes it does, and the other way round.
		for _, action := range parse(t, ours(t, typ)).Actions {
			if _, ok := agents()[typ].actions[action.Name]; !ok && action.Name != "meta-data" {
				t.Errorf("%s has no action %s", typ, action.Name)
			}
		}
	}
}
