package admin

import (
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

// RuleCheck is the verdict on one rule; see crm_rule(8).
type RuleCheck struct {
	Effect  rule.Effect
	Missing bool   // there is no such rule
	Spec    bool   // the rule names a date_spec
	Why     string // why Effect is rule.Unknown
}

// CheckRule judges the rule of that id at a time.
func CheckRule(doc *cib.Document, id string, now time.Time) RuleCheck {
	e := ruleByID(doc.Configuration(), id)
	if e == nil {
		return RuleCheck{Effect: rule.Unknown, Missing: true, Why: "Rule not found"}
	}
	dates := rule.DateExpressions(e)
	c := RuleCheck{Effect: rule.EffectAt(e, now)}
	switch {
	case len(dates) == 0:
		c.Why = "Rule does not have a date expression"
	case len(dates) > 1:
		c.Why = "Rule has more than one date expression"
	default:
		if c.Spec = dates[0].SelectAttrValue("operation", "in_range") == "date_spec"; c.Spec {
			c.Why = "Rule must either not use date_spec, or use date_spec with years="
		} else {
			c.Why = "Rule has a date expression that cannot be read"
		}
	}
	return c
}

func ruleByID(e *cib.Element, id string) *cib.Element {
	if e.Tag == "rule" && e.SelectAttrValue("id", "") == id {
		return e
	}
	for _, c := range e.ChildElements() {
		if found := ruleByID(c, id); found != nil {
			return found
		}
	}
	return nil
}
