package cli

import (
	"context"
	"fmt"
	"strconv"

	"gpcs/internal/cib"
)

var crmErrorOptions = []toolOption{
	{'n', "name", noValue}, {'l', "list", noValue}, {'X', "exit", noValue}, {'r', "rc", noValue},
}

// crmError explains result codes: crm_error(8).
func crmError(_ context.Context, t *toolCall) int {
	a, code, done := t.start(crmErrorOptions)
	if done {
		return code
	}
	known, unknown := codeTable(a)
	if a.has("list") {
		for _, c := range known {
			a.putCode(c, true)
		}
		return a.end(exitOK, "")
	}
	if len(a.rest) == 0 {
		return a.end(exitUsage, "Requires one or more error codes")
	}
	for _, word := range a.rest {
		n, err := strconv.Atoi(word)
		if err != nil {
			return a.end(exitInvalid, "Invalid error code '%s'", word)
		}
		found := unknown
		found.code = n
		for _, c := range known {
			if c.code == n || c.code == -n && c.code > 0 && !a.has("exit") {
				found.name, found.text = c.name, c.text
			}
		}
		a.putCode(found, false)
	}
	return a.end(exitOK, "")
}

// codeTable returns the codes of the kind asked for, and what any other is called.
func codeTable(a *answer) (known []errorCode, unknown errorCode) {
	switch {
	case a.has("exit"):
		return exitCodes, errorCode{0, "CRM_EX_UNKNOWN", "Unknown exit status"}
	case a.has("rc"):
		return append(append([]errorCode{}, returnCodes...), systemCodes()...), errorCode{0, "Unknown", "Error"}
	}
	list := append([]errorCode{{0, "pcmk_rc_ok", "OK"}}, systemCodes()...)
	return append(list, legacyCodes...), errorCode{0, "Unknown", "Unknown error"}
}

func (a *answer) putCode(c errorCode, listed bool) {
	e := cib.NewElement("result-code", "code", strconv.Itoa(c.code))
	if a.has("name") {
		e.CreateAttr("name", c.name)
	}
	e.CreateAttr("description", c.text)
	text := c.text
	switch {
	case a.has("name") && listed:
		text = fmt.Sprintf("%5d: %-26s  %s", c.code, c.name, c.text)
	case a.has("name"):
		text = c.name + " - " + c.text
	case listed:
		text = fmt.Sprintf("%5d: %s", c.code, c.text)
	}
	a.put(e, "%s\n", text)
}
