package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// needAgents skips a test whose agents or their programs are not installed.
func needAgents(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("NOT RUN: %v; Debian has it in resource-agents, pacemaker-resource-agents or iputils-ping", err)
		}
	}
}

// promoted returns the node whose crm_attribute speaks of the higher promotion
// score, as the agent has set it from inside its own operations.
func promoted(t *testing.T, c *failover.Cluster) (string, error) {
	t.Helper()
	var at []string
	for _, node := range c.Nodes() {
		score := sh(t, c, "node1", "crm_attribute --promotion=db --node "+node+" --query --quiet || true")
		switch score {
		case "10":
			at = append(at, node)
		case "5":
		default:
			return "", fmt.Errorf("promotion score of %s is %q", node, score)
		}
	}
	if len(at) != 1 {
		return "", fmt.Errorf("promoted on %q", at)
	}
	return at[0], nil
}

// An agent that tells the cluster with crm_attribute how well each of its
// instances would do as the promoted one is promoted once, demoted when it has
// to go, and the other instance takes over.
func TestAnAgentSetsItsPromotionScore(t *testing.T) {
	needAgents(t, "/usr/lib/ocf/resource.d/pacemaker/Stateful")
	c := members(t, 2)
	must(t, c, "node1", "pcs", "property", "set", "stonith-enabled=false")
	must(t, c, "node1", "pcs", "resource", "create", "db", "ocf:pacemaker:Stateful", "promotable", "--wait=30")
	var first string
	eventually(t, func() (err error) {
		first, err = promoted(t, c)
		return err
	})
	must(t, c, "node1", "pcs", "node", "standby", first, "--wait=30")
	other := map[string]string{"node1": "node2", "node2": "node1"}[first]
	eventually(t, func() error {
		out := must(t, c, other, "crm_resource", "--resource", "db-clone", "--locate")
		if strings.TrimSpace(out) != "resource db-clone is running on: "+other+" Promoted" {
			return fmt.Errorf("after the standby of %s: %s", first, out)
		}
		return nil
	})
	says(t, c, "crm_attribute --promotion=db --node "+other+" --query", "scope=status name=master-db value=10")
	if r := do(t, c, "node1", "crm_attribute", "--promotion=db", "--node", first, "--query"); r.Code != 105 {
		t.Errorf("the stopped instance left its score: status %d, %s", r.Code, r.Stdout)
	}
	must(t, c, "node1", "pcs", "node", "unstandby", first, "--wait=30")
	eventually(t, func() error {
		again, err := promoted(t, c)
		if err == nil && again != other {
			err = fmt.Errorf("promoted on %s, want it to stay on %s", again, other)
		}
		return err
	})
}

// An agent that counts with attrd_updater what its node reaches moves what is
// bound by a rule on that count.
func TestAnAgentCountsWhatItReaches(t *testing.T) {
	needAgents(t, "/usr/lib/ocf/resource.d/pacemaker/ping", "/usr/bin/ping")
	const router = "192.168.1.200"
	c := members(t, 2)
	sh(t, c, sandbox.Client, "ip addr add "+router+"/24 dev $(ip -o -4 addr show | awk '/192.168.1.1\\// {print $2}')")
	must(t, c, "node1", "pcs", "property", "set", "stonith-enabled=false")
	must(t, c, "node1", "pcs", "resource", "create", "reach", "ocf:pacemaker:ping",
		"host_list="+router, "multiplier=1000", "dampen=1s", "attempts=1", "timeout=1", "op", "monitor", "interval=1s", "clone", "--wait=30")
	must(t, c, "node1", "pcs", "resource", "create", "app", "ocf:pacemaker:Dummy")
	must(t, c, "node1", "pcs", "constraint", "location", "app", "rule", "score=-INFINITY", "pingd", "lt", "1000", "or", "not_defined", "pingd")
	// The attribute is not there before its first value has waited for dampen.
	counted := func(node, want string) func() error {
		return func() error {
			if out := sh(t, c, "node2", "attrd_updater -Q -n pingd -N "+node+" || true"); !strings.Contains(out, `value="`+want+`"`) {
				return fmt.Errorf("%s, want %s", out, want)
			}
			return nil
		}
	}
	for _, node := range c.Nodes() {
		eventually(t, counted(node, "1000"))
	}
	var at string
	eventually(t, func() error {
		at = sh(t, c, "node1", "crm_resource -r app -W -Q 2>/dev/null || true")
		if at == "" {
			return fmt.Errorf("app runs nowhere")
		}
		return nil
	})
	sh(t, c, at, "ip route add unreachable "+router+"/32")
	eventually(t, counted(at, "0"))
	eventually(t, func() error {
		if now := sh(t, c, at, "crm_resource -r app -W -Q 2>/dev/null || true"); now == "" || now == at {
			return fmt.Errorf("app is on %q, and %s reaches nothing", now, at)
		}
		return nil
	})
}
