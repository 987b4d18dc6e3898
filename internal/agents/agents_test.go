package agents

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/agentmeta"
	"gpcs/internal/paths"
	"gpcs/test/filetest"
)

// machine lays agents out under a root directory.
func machine(t *testing.T, files map[string]string) Finder {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		filetest.Write(t, filepath.Join(root, name), text, 0o755)
	}
	return Finder{Root: paths.Root(root)}
}

// agent is a program that prints metadata with a short description, and notes
// in a file beside it that it was asked.
func agent(short string) string {
	return `#!/bin/sh
echo asked >> "$0.asked"
case "$1" in
meta-data) echo '<resource-agent><shortdesc>` + short + `</shortdesc></resource-agent>' ;;
validate-all) [ "$OCF_RESKEY_port" = 80 ] || { echo "port $OCF_RESKEY_port is taken" >&2; exit 6; } ;;
esac
`
}

func asked(t *testing.T, f Finder, path string) int {
	t.Helper()
	text, err := os.ReadFile(f.Root.Join(path) + ".asked")
	if err != nil {
		return 0
	}
	return strings.Count(string(text), "\n")
}

func TestFind(t *testing.T) {
	f := machine(t, map[string]string{
		"usr/lib/ocf/resource.d/acme/web":         agent("web"),
		"usr/lib/ocf/resource.d/acme/Api":         agent("api"),
		"usr/lib/ocf/resource.d/acme/.hidden":     agent("hidden"),
		"usr/lib/ocf/resource.d/zeta/web":         agent("web"),
		"usr/sbin/fence_a":                        "#!/bin/sh\n",
		"usr/sbin/fence_ack_manual":               "#!/bin/sh\n",
		"usr/sbin/useradd":                        "#!/bin/sh\n",
		"etc/init.d/old":                          "#!/bin/sh\n",
		"usr/lib/systemd/system/nginx.service":    "[Unit]\nDescription=web\n",
		"etc/systemd/system/nginx.service":        "[Unit]\nDescription=mine\n",
		"usr/lib/systemd/system/getty@.service":   "[Unit]\nDescription=tty\n",
		"usr/lib/systemd/system/nginx.socket":     "[Unit]\n",
		"usr/lib/ocf/resource.d/acme/README.text": "",
	})
	if err := os.Chmod(f.Root.Join("/usr/lib/ocf/resource.d/acme/README.text"), 0o644); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range f.Resources() {
		names = append(names, n.String())
	}
	want := []string{
		"lsb:old", "ocf:acme:Api", "ocf:acme:web", "ocf:zeta:web", "service:getty@", "service:nginx", "service:old",
		"systemd:getty@", "systemd:nginx",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("agents (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"lsb", "ocf", "service", "systemd"}, f.Standards()); d != "" {
		t.Errorf("standards (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"fence_a"}, f.Fence()); d != "" {
		t.Errorf("fence agents (-want +got):\n%s", d)
	}
	if got := f.ByType("WEB"); len(got) != 2 {
		t.Errorf("by type: %v", got)
	}
}

func TestListIsKeptUntilAgentsChange(t *testing.T) {
	const path = "/usr/lib/ocf/resource.d/acme/web"
	f := machine(t, map[string]string{path[1:]: agent("first"), "usr/lib/ocf/resource.d/acme/broken": "#!/bin/sh\nexit 1\n"})
	names := []agentmeta.Name{{Standard: "ocf", Provider: "acme", Type: "web"}, {Standard: "ocf", Provider: "acme", Type: "broken"}}
	for range 2 {
		if got := f.Short(context.Background(), names); !cmp.Equal(got, []string{"first", ""}) {
			t.Fatalf("got %q", got)
		}
	}
	if n := asked(t, f, path); n != 1 {
		t.Errorf("asked %d times, the second list should come from the cache", n)
	}
	if err := os.WriteFile(f.Root.Join(path), []byte(agent("second")), 0o755); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(f.Root.Join(path), later, later); err != nil {
		t.Fatal(err)
	}
	if got := f.Short(context.Background(), names); got[0] != "second" {
		t.Errorf("a changed agent is asked again, got %q", got)
	}
}

func TestDamagedCacheIsNoHindrance(t *testing.T) {
	f := machine(t, map[string]string{"usr/lib/ocf/resource.d/acme/web": agent("web"), "var/lib/gpcs/agents.json": "{ no json"})
	got := f.Short(context.Background(), []agentmeta.Name{{Standard: "ocf", Provider: "acme", Type: "web"}})
	if !cmp.Equal(got, []string{"web"}) {
		t.Errorf("got %q", got)
	}
}

func TestMetadataErrors(t *testing.T) {
	f := machine(t, map[string]string{
		"usr/lib/ocf/resource.d/acme/fails":  "#!/bin/sh\necho 'no library' >&2\nexit 5\n",
		"usr/lib/ocf/resource.d/acme/silent": "#!/bin/sh\n",
	})
	ctx := context.Background()
	name := agentmeta.Name{Standard: "ocf", Provider: "acme", Type: "absent"}
	if _, err := f.Metadata(ctx, name); !errors.Is(err, ErrNotInstalled) ||
		!strings.Contains(Describe(name, err), "Metadata query for ocf:acme:absent failed: No such device or address") {
		t.Errorf("absent: %v", err)
	}
	name.Type = "fails"
	_, err := f.Metadata(ctx, name)
	var run *RunError
	if !errors.As(err, &run) || run.Output != "no library" || !strings.Contains(Describe(name, err), "no library") {
		t.Errorf("fails: %v", err)
	}
	name.Type = "silent"
	if _, err := f.Metadata(ctx, name); !errors.Is(err, agentmeta.ErrMetadata) {
		t.Errorf("silent: %v", err)
	}
	name.Type = "../acme/fails"
	if _, err := f.Metadata(ctx, name); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("a type is no path: %v", err)
	}
}

func TestBuiltinStandsInForMissingIPaddr2(t *testing.T) {
	a, err := machine(t, nil).Metadata(context.Background(), agentmeta.Name{Standard: "ocf", Provider: "heartbeat", Type: "IPaddr2"})
	if err != nil || a.Parameter("ip") == nil || !a.Parameter("ip").Required {
		t.Errorf("%v, %+v", err, a)
	}
}

func TestBuiltinStandsInForMissingIPMI(t *testing.T) {
	a, err := machine(t, nil).Metadata(context.Background(), agentmeta.Name{Standard: "stonith", Type: "fence_ipmilan"})
	if err != nil || a.Parameter("ip") == nil || a.Parameter("lanplus") == nil || a.Parameter("password") == nil {
		t.Errorf("%v, %+v", err, a)
	}
	if _, err := machine(t, nil).Metadata(context.Background(), agentmeta.Name{Standard: "stonith", Type: "fence_apc"}); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("%v", err)
	}
}

func TestServices(t *testing.T) {
	f := machine(t, map[string]string{
		"etc/init.d/old":                        "#!/bin/sh\n### BEGIN INIT INFO\n# Short-Description: an old one\n# Description: starts\n#  and stops\n### END INIT INFO\n",
		"usr/lib/systemd/system/getty@.service": "[Unit]\nDescription=a terminal\n",
	})
	ctx := context.Background()
	old, err := f.Metadata(ctx, agentmeta.Name{Standard: "lsb", Type: "old"})
	if err != nil || old.ShortDesc != "an old one" || old.LongDesc != "starts\nand stops" {
		t.Errorf("%v, %+v", err, old)
	}
	unit, err := f.Metadata(ctx, agentmeta.Name{Standard: "systemd", Type: "getty@tty1"})
	if err != nil || unit.LongDesc != "a terminal" || unit.DefaultOperations(true)[0].Timeout != "100s" {
		t.Errorf("%v, %+v", err, unit)
	}
	if _, err := f.Metadata(ctx, agentmeta.Name{Standard: "service", Type: "none"}); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	f := machine(t, map[string]string{
		"usr/lib/ocf/resource.d/acme/web": agent("web"),
		"usr/sbin/fence_a":                "#!/bin/sh\nin=$(cat)\necho \"$*|$in\" | tr '\\n' ' '\nexit 1\n",
	})
	ctx := context.Background()
	web := agentmeta.Name{Standard: "ocf", Provider: "acme", Type: "web"}
	if ok, output := f.Check(ctx, web, []string{"port=80"}); !ok {
		t.Errorf("refused: %s", output)
	}
	if ok, output := f.Check(ctx, web, []string{"port=81"}); ok || output != "port 81 is taken" {
		t.Errorf("%v, %q", ok, output)
	}
	ok, output := f.Check(ctx, agentmeta.Name{Standard: "stonith", Type: "fence_a"}, []string{"password=secret"})
	if ok || output != "|action=validate-all password=secret" {
		t.Errorf("options of devices go by standard input alone: %v, %q", ok, output)
	}
}

func TestRun(t *testing.T) {
	f := machine(t, map[string]string{"usr/lib/ocf/resource.d/acme/web": `#!/bin/sh
case "$1" in
start) echo "on port $OCF_RESKEY_port"; echo careful >&2; sleep 3 & ;;
monitor) exit 7 ;;
stop) exec sleep 60 ;;
esac
`})
	ctx := context.Background()
	web := agentmeta.Name{Standard: "ocf", Provider: "acme", Type: "web"}
	o, err := f.Run(ctx, web, "start", []string{"OCF_RESKEY_port=80"}, time.Minute)
	if err != nil || o.Code != 0 || o.Word() != "ok" || o.Output != "on port 80\ncareful\n" {
		t.Errorf("a service that goes on with the agent's output is no failure: %+v, %v", o, err)
	}
	if o, err := f.Run(ctx, web, "monitor", nil, time.Minute); err != nil || o.Code != 7 || o.Word() != "not running" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := f.Run(ctx, web, "stop", nil, 50*time.Millisecond); err == nil {
		t.Errorf("an action has its limit: %+v", o)
	}
	web.Type = "absent"
	if _, err := f.Run(ctx, web, "start", nil, time.Minute); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("%v", err)
	}
}
