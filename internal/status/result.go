package status

import (
	"strconv"

	"gpcs/internal/cib"
)

// Result is an answer in the form of --output-as=xml: parts, and how it went.
type Result struct {
	Version string // of the XML's form
	Request string // the command line that asked for it
	Body    []*cib.Element
	Code    int // the exit status
	Message string
	Errors  []string
}

// XML prints the answer.
func (r Result) XML() string {
	root := cib.NewElement("pacemaker-result", "api-version", r.Version, "request", r.Request)
	for _, e := range r.Body {
		root.AddChild(e)
	}
	status := add(root, "status", "code", strconv.Itoa(r.Code), "message", r.Message)
	if len(r.Errors) > 0 {
		list := add(status, "errors")
		for _, e := range r.Errors {
			add(list, "error").SetText(e)
		}
	}
	return string(cib.Print(root))
}
