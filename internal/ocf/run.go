package ocf

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"gpcs/internal/paths"
)

// action carries out one action and returns the agent's exit status.
type action func(context.Context, *Call) int

// agent is what an agent says of itself and what it does.
type agent struct {
	describe func(*Call) meta
	actions  map[string]action
}

func agents() map[string]agent {
	return map[string]agent{
		"ClusterMon":   clusterMon(),
		"Dummy":        dummy(),
		"HealthCPU":    healthCPU(),
		"HealthIOWait": healthIOWait(),
		"HealthSMART":  healthSMART(),
		"Stateful":     stateful(),
		"SysInfo":      sysInfo(),
		"attribute":    attribute(),
		"ifspeed":      ifspeed(),
		"ping":         ping(),
		"remote":       remote(),
	}
}

// Called returns the agent that a program was called as, by the path in its
// first word: resource.d/pacemaker/TYPE.
func Called(program string) (typ string, ok bool) {
	dir, typ := path.Split(program)
	if !strings.HasSuffix(dir, "/resource.d/"+paths.OCFProvider+"/") {
		return "", false
	}
	return typ, slices.Contains(paths.OCFAgents(), typ)
}

// Run carries out the action and returns the agent's exit status.
func (c *Call) Run(ctx context.Context) int {
	a, ok := agents()[c.Type]
	if !ok {
		return errInstalled
	}
	switch c.Action {
	case "meta-data":
		a.describe(c).print(c.Stdout, c.Type)
		return success
	case "usage", "help":
		c.usage(a)
		return success
	}
	do, ok := a.actions[c.Action]
	if !ok {
		c.usage(a)
		return errUnimplemented
	}
	return do(ctx, c)
}

func (c *Call) usage(a agent) {
	names := []string{"meta-data"}
	for name := range a.actions {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(c.Stdout, "usage: %s {%s}\n\nParameters are taken from the environment, as OCF 1.1 has it.\n", c.Type, strings.Join(names, "|"))
}

// nothing is for actions that have nothing to do.
func nothing(context.Context, *Call) int { return success }
