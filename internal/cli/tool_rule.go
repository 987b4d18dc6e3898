package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
)

var crmRuleOptions = []toolOption{
	{'c', "check", noValue}, {'X', "xml-text", needsValue}, {'d', "date", needsValue}, {'r', "rule", needsValue},
}

// Exit statuses that tell how a rule or a document stands (crm_error(8)).
const (
	exitUnimplemented = 3
	exitDataError     = 65
	exitNoInput       = 66
	exitCantCreate    = 73
	exitConfig        = 78
	exitUnsafe        = 107
	exitExpired       = 110
	exitNotYet        = 111
)

// crmRule tells whether rules of the configuration are in effect: crm_rule(8).
func crmRule(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmRuleOptions)
	switch {
	case done:
		return code
	case !a.has("check"):
		return a.end(exitUsage, "No mode operation given")
	case !a.has("rule"):
		return a.end(exitUsage, "--check requires use of --rule=")
	}
	now := time.Now()
	if text, ok := a.value("date"); ok {
		if now, ok = value.Date(text, now); !ok {
			return a.end(exitDataError, "Invalid date specified: '%s'", text)
		}
	}
	doc, code := a.ruleDocument(ctx)
	if doc == nil {
		return code
	}
	for _, w := range a.given {
		if w.name != "rule" {
			continue
		}
		if rc := a.checkRule(doc, w.value, now); rc != exitOK {
			code = rc
		}
	}
	return a.end(code, "")
}

// ruleDocument returns the document to look for rules in, or nil with the exit
// status after it has said why there is none.
func (a *answer) ruleDocument(ctx context.Context) (*cib.Document, int) {
	text, given := a.value("xml-text")
	if !given {
		doc, err := a.document(ctx)
		if err != nil {
			return nil, a.failed(err)
		}
		return doc, exitOK
	}
	from := "input string: " + text
	if text == "-" {
		from = "input from STDIN"
		data, err := io.ReadAll(io.LimitReader(a.Stdin, cib.MaxSize))
		if err != nil {
			return nil, a.end(exitNoInput, "Couldn't read %s: %v", from, err)
		}
		text = string(data)
	}
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		return nil, a.end(exitDataError, "Couldn't parse %s", from)
	}
	return doc, exitOK
}

func (a *answer) checkRule(doc *cib.Document, id string, now time.Time) int {
	check := admin.CheckRule(doc, id, now)
	code := exitOK
	switch check.Effect {
	case rule.Unknown:
		if code = exitUnimplemented; check.Missing {
			code = exitNoSuch
		}
		a.blame("Could not determine whether rule %s is in effect: %s", id, check.Why)
	case rule.Expired:
		code = exitExpired
		a.put(nil, "Rule %s is expired\n", id)
	case rule.NotYet:
		code = exitNotYet
		a.put(nil, "Rule %s has not yet taken effect\n", id)
	default:
		words := "is still in effect"
		if check.Spec {
			words = "satisfies conditions"
		}
		a.put(nil, "Rule %s %s\n", id, words)
	}
	if a.xml {
		a.put(cib.NewElement("rule-check", "rule-id", id, "rc", fmt.Sprint(code)), "")
	}
	return code
}
