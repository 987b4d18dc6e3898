package sim

import "gpcs/internal/cib"

type command struct{}
type engine struct{}
type plan struct{}
type machine struct{}

func newMachine(*host) *machine                { return &machine{} }
func (m *machine) off()                        {}
func (m *machine) resumed()                    {}
func (m *machine) abandoned()                  {}
func newPlan(w *world) *plan                   { return &plan{} }
func (p *plan) configure(*cib.Document)        {}
func (p *plan) heal(*world)                    {}
func (p *plan) unsettled(*world) string        { return "" }
func newEngine(*daemon, *cib.Document) *engine { return nil }
func (e *engine) documentChanged()             {}
func (e *engine) stateChanged()                {}
func (e *engine) unsettled() string            { return "" }
func (e *engine) leave(d *daemon)              { d.leave() }
func (w *world) agentFails(*host)              {}
func (w *world) standby(*host)                 {}
func (d *daemon) command(command)              {}
