package agent

import (
	"context"
	"testing"

	"gpcs/internal/engine/history"
)

// What running an agent costs on top of the agent itself.
func BenchmarkAgent(b *testing.B) {
	n := newNode(b)
	n.agent("true", "exit 0")
	req := ocf("true", history.Monitor)
	for b.Loop() {
		if out := n.Run(context.Background(), req); out.RC != 0 {
			b.Fatalf("%+v", out)
		}
	}
}
