package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// tinyAgents are agents as small as can be, by their place under a root.
var tinyAgents = map[string]string{
	"usr/lib/ocf/resource.d/acme/web": `#!/bin/sh
case "$1" in
meta-data) cat <<'XML' ;;
<resource-agent name="web"><version>1.1</version>
<longdesc>Serves pages
to those who ask.</longdesc><shortdesc>A web server</shortdesc>
<parameters>
<parameter name="port" required="1" unique-group="port"><longdesc>Where it listens.</longdesc><content type="integer"/></parameter>
<parameter name="mode"><shortdesc>How it serves</shortdesc><content type="select" default="fast"><option value="fast"/><option value="slow"/></content></parameter>
<parameter name="debug" advanced="1"><content type="boolean" default="false"/></parameter>
</parameters>
<actions><action name="start" timeout="20s"/><action name="stop" timeout="20s"/>
<action name="monitor" timeout="10s" interval="15s"/><action name="meta-data" timeout="5s"/><action name="validate-all" timeout="5s"/></actions>
</resource-agent>
XML
validate-all) [ "$OCF_RESKEY_port" -gt 0 ] 2>/dev/null || { echo "port $OCF_RESKEY_port is no number" >&2; exit 6; } ;;
esac
`,
	"usr/lib/ocf/resource.d/acme/db": `#!/bin/sh
echo '<resource-agent name="db"><version>1.1</version><shortdesc>A database</shortdesc><actions>
<action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="promote" timeout="5s"/><action name="demote" timeout="5s"/>
<action name="monitor" timeout="10s" interval="15s" role="Promoted"/><action name="monitor" timeout="10s" interval="16s" role="Unpromoted"/>
</actions></resource-agent>'
`,
	"usr/sbin/fence_acme": `#!/bin/sh
echo '<resource-agent name="fence_acme" shortdesc="Fences"><longdesc>By post.</longdesc><parameters>
<parameter name="ip" required="1"><content type="string"/></parameter></parameters><actions><action name="off"/><action name="monitor"/></actions></resource-agent>'
`,
}

// TestResource runs scripts on files with tiny agents under GPCS_ROOT; no
// daemon is asked.
func TestResource(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/resource",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GPCS_ROOT", env.WorkDir)
			for name, text := range tinyAgents {
				path := filepath.Join(env.WorkDir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
