package helper

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
)

func TestDecisionXML(t *testing.T) {
	const stopped, started, un, promoted = sched.RoleStopped, sched.RoleStarted, sched.RoleUnpromoted, sched.RolePromoted
	for want, d := range map[string]sched.Decision{
		`<node_action task="Fence (off)" node="n1" reason="it is lost"/>`: {Node: true, Change: "Fence (off)", Resource: "n1", Reason: "it is lost"},
		`<rsc_action action="start" resource="a" node="n1"/>`:             {Change: "Start", Resource: "a", To: "n1", Role: stopped, NextRole: started},
		`<rsc_action action="stop" resource="a" node="n1" reason="no quorum" blocked="true"/>`: {Change: "Stop", Resource: "a", From: "n1",
			Role: started, NextRole: stopped, Reason: "no quorum", Blocked: true},
		`<rsc_action action="stop" resource="a" role="Promoted" node="n1"/>`:                                 {Change: "Stop", Resource: "a", From: "n1", Role: promoted, NextRole: stopped},
		`<rsc_action action="recover" resource="a" node="n1"/>`:                                              {Change: "Recover", Resource: "a", From: "n1", To: "n1", Role: started, NextRole: started},
		`<rsc_action action="recover" resource="a" source="n1" dest="n2"/>`:                                  {Change: "Recover", Resource: "a", From: "n1", To: "n2", Role: started, NextRole: started},
		`<rsc_action action="restart" resource="a" source="n1"/>`:                                            {Change: "Restart", Resource: "a", From: "n1", To: "n1", Role: started, NextRole: started},
		`<rsc_action action="re-promote" resource="a" role="Promoted" source="n1"/>`:                         {Change: "Re-promote", Resource: "a", From: "n1", To: "n1", Role: promoted, NextRole: promoted},
		`<rsc_action action="promote" resource="a" role="Stopped" next-role="Promoted" dest="n1"/>`:          {Change: "Promote", Resource: "a", To: "n1", Role: stopped, NextRole: promoted},
		`<rsc_action action="demote" resource="a" role="Promoted" next-role="Unpromoted" source="n1"/>`:      {Change: "Demote", Resource: "a", From: "n1", To: "n1", Role: promoted, NextRole: un},
		`<rsc_action action="move" resource="a" role="Promoted" source="n1" next-role="Started" dest="n2"/>`: {Change: "Move", Resource: "a", From: "n1", To: "n2", Role: promoted, NextRole: started},
	} {
		if got := strings.TrimSpace(string(cib.Print(DecisionXML(d)))); got != want {
			t.Errorf("%s\nwanted %s", got, want)
		}
	}
}

func TestReckoningXML(t *testing.T) {
	for want, r := range map[string]sched.Reckoning{
		`<node_weight function="pcmk__clone_assign" node="n1" score="-INFINITY" id="a"/>`: {Stage: "pcmk__clone_assign", Resource: "a", Node: "n1", Score: -sched.Infinity},
		`<promotion_score id="a:0" score="9" node="n1"/>`:                                 {Kind: sched.PromotionScore, Resource: "a:0", Node: "n1", Score: 9},
		`<promotion_score id="a:1" score="-1"/>`:                                          {Kind: sched.PromotionScore, Resource: "a:1", Score: -1},
		`<capacity node="n1" comment="Original" cpu="4"/>`:                                {Kind: sched.Capacity, Stage: "Original", Node: "n1", Amounts: []graph.Attr{{Name: "cpu", Value: "4"}}},
		`<utilization resource="a" node="n1" function="pcmk__assign_resource"/>`:          {Kind: sched.Use, Stage: "pcmk__assign_resource", Resource: "a", Node: "n1"},
	} {
		if got := strings.TrimSpace(string(cib.Print(ReckoningXML(r)))); got != want {
			t.Errorf("%s\nwanted %s", got, want)
		}
	}
}
