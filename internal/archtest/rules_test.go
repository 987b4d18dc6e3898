package archtest

// layers are the rooms by layer: each may import what stands above it. A room
// below internal/ has to be in one of them.
var layers = [][]string{
	{"report", "paths", "durable", "queue", "engine/builtin", "cib/value"},
	{"cib", "redact", "cib/rule", "cib/option", "conf", "agentmeta", "engine/graph", "engine/digest"},
	{"admin", "helper", "status", "cluster/view", "cluster/quorum", "cluster/replica", "cluster/member",
		"fence", "engine/sched", "engine/simulate", "engine/explain", "engine/transition", "engine/history", "engine/controller", "engine/alert", "engine/attr"},
	{"api"},
	{"cib/store", "cluster", "cluster/link", "cluster/lost", "cluster/roster", "engine/executor", "engine/agent", "engine/alerter",
		"agents", "auth", "backup", "ocf", "units", "client", "fence/device", "fence/ledger", "fence/watchdog", "collect", "journal", "metrics"},
	{"server"},
	{"daemon", "cli", "sandbox", "sim", "archtest"},
}

// neighbours are the imports allowed within a layer.
var neighbours = map[string][]string{
	"cib/rule":          {"cib"},
	"cib/option":        {"cib", "cib/rule"},
	"engine/digest":     {"engine/graph"},
	"helper":            {"admin", "engine/sched", "status"},
	"status":            {"engine/sched", "fence"},
	"cluster/view":      {"cluster/quorum"},
	"cluster/replica":   {"cluster/quorum", "cluster/view"},
	"cluster/member":    {"cluster/quorum", "cluster/replica", "cluster/view"},
	"engine/controller": {"engine/transition", "fence"},
	"engine/explain":    {"engine/sched", "engine/simulate", "status"},
	"engine/alert":      {"engine/controller", "engine/history", "engine/sched", "fence", "status"},
	"fence/device":      {"agents"},
	"cluster":           {"cluster/link", "cluster/lost", "cluster/roster"},
	"cluster/roster":    {"cluster/link"},
	"engine/executor":   {"engine/agent"},
	"agents":            {"engine/agent"},
	"engine/agent":      {"fence/device"},
	"client":            {"auth"},
	"redact":            {"cib"},
	"backup":            {"auth"},
	"units":             {"client"},
	"cli":               {"sandbox"},
}

// strangers never import each other, whatever their layers.
var strangers = [][2]string{
	{"cli", "engine/executor"}, {"cli", "engine/agent"}, {"cli", "engine/controller"}, {"cli", "cluster"},
	{"cli", "daemon"}, {"daemon", "cli"}, {"cli", "server"},
}

// pure rooms take values and give values.
var pure = []string{
	"cib", "cib/rule", "cib/option", "cib/value", "conf", "report", "admin", "agentmeta", "helper", "fence", "status", "cluster/view", "cluster/quorum", "cluster/replica",
	"cluster/member", "engine/sched", "engine/simulate", "engine/explain", "engine/transition", "engine/controller", "engine/graph",
	"engine/digest", "engine/history", "engine/builtin", "engine/attr", "engine/alert", "metrics", "redact",
}

// impure are the packages of the standard library that pure rooms do without.
var impure = map[string]bool{
	"os": true, "os/exec": true, "os/signal": true, "os/user": true, "io/ioutil": true, "net": true, "net/http": true,
	"log": true, "log/slog": true, "context": true, "sync": true, "sync/atomic": true, "syscall": true, "math/rand": true,
	"math/rand/v2": true, "crypto/rand": true, "runtime": true,
}

// clock are the functions of package time that read or wait for the clock.
var clock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true, "Tick": true,
	"NewTimer": true, "NewTicker": true,
}

// owners are the rooms in which a third-party library may be imported. What
// is not listed may be imported by no room.
var owners = map[string][]string{
	"github.com/bougou/go-ipmi":                {"internal/fence/device", "internal/sandbox"},
	"github.com/antchfx/xpath":                 {"internal/cib"},
	"github.com/anishathalye/porcupine":        {"internal/sim"},
	"github.com/beevik/etree":                  {"internal/cib"},
	"github.com/coreos/go-systemd/v22/daemon":  {"cmd/gpcsd"},
	"github.com/coreos/go-systemd/v22/journal": {"internal/journal"},
	"github.com/coreos/go-systemd/v22/dbus":    {"internal/engine/agent", "internal/units"},
	"github.com/godbus/dbus/v5":                {"internal/engine/agent"},
	"github.com/go-chi/chi/v5":                 {"internal/server"},
	"github.com/go-crypt/crypt":                {"internal/auth"},
	"github.com/hashicorp/memberlist":          {"internal/cluster/roster"},
	"github.com/spf13/cobra":                   {"internal/cli"},
	"github.com/vishvananda/netlink":           {"internal/engine/agent", "internal/sandbox"},
	"github.com/vishvananda/netns":             {"internal/engine/agent", "internal/sandbox"},
	"golang.org/x/crypto":                      {"internal/auth", "internal/cluster/link"},
	"golang.org/x/term":                        {"internal/cli"},
}

// common are libraries that any room may import that is not pure.
var common = []string{"golang.org/x/sys", "golang.org/x/sync"}

// Bounds in lines: of a file, of a function outside of tests, and of nine
// functions in ten.
const (
	maxLines     = 600
	maxFunction  = 80
	mostFunction = 45
)
