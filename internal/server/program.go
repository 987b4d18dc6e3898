package server

import (
	"context"
	"encoding/json"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/auth"
)

// Program runs the command line of this node on behalf of a user, as pcsd runs
// pcs. With reports it is to say them as api.ReportLines. The error is that it
// could not be run.
type Program func(ctx context.Context, run Invocation) (Output, error)

// Invocation is one run of the command line.
type Invocation struct {
	User    auth.User
	Args    []string
	Stdin   string
	Reports bool
}

// Output is what came of it.
type Output struct {
	Stdout, Stderr string
	Code           int
}

// reportDTO is a report in pcs's form (API v1 and v2).
type reportDTO struct {
	Severity severityDTO       `json:"severity"`
	Message  messageDTO        `json:"message"`
	Context  map[string]string `json:"context"`
}

type severityDTO struct {
	Level     string  `json:"level"`
	ForceCode *string `json:"force_code"`
}

type messageDTO struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Payload map[string]any `json:"payload"`
}

func errorDTO(code, text string, payload map[string]any) reportDTO {
	return reportDTO{Severity: severityDTO{Level: "ERROR"}, Message: messageDTO{code, text, payload}}
}

// forceCodes are pcs's words for the options that pass an error by.
var forceCodes = map[string]string{"--force": "FORCE", "--skip-offline": "SKIP_OFFLINE_NODES"}

// closing is what the command line says last where it failed; the reports
// themselves say so in an API.
const closing = "Errors have occurred, therefore pcs is unable to continue"

// reports reads what the command line said: reports, and lines of text that
// have no code of their own.
func (o Output) reports() []reportDTO {
	list := []reportDTO{}
	var text []string
	flush := func() {
		if said := strings.TrimSpace(strings.Join(text, "\n")); said != "" {
			list = append(list, textDTO(said))
		}
		text = nil
	}
	for _, line := range strings.Split(o.Stderr, "\n") {
		var r api.ReportLine
		if strings.HasPrefix(line, `{"gpcs_report":`) && json.Unmarshal([]byte(line), &r) == nil {
			flush()
			if !ofTheCommandLine(r.Report) {
				list = append(list, itemDTO(r.Report))
			}
			continue
		}
		if strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ") || strings.HasPrefix(line, "Deprecation Warning: ") {
			flush()
		}
		if line != "Error: "+closing {
			text = append(text, line)
		}
	}
	flush()
	if o.Code != 0 && !hasError(list) {
		list = append(list, errorDTO("COMMAND_FAILED", "the command failed without saying why", map[string]any{}))
	}
	return list
}

// ofTheCommandLine tells that a report is about options of the command line,
// which who calls an API has not typed.
func ofTheCommandLine(r api.ReportItem) bool {
	return r.Severity == "DEPRECATION" && strings.HasPrefix(r.Text, "Using '--")
}

func itemDTO(r api.ReportItem) reportDTO {
	d := reportDTO{Severity: severityDTO{Level: r.Severity}, Message: messageDTO{r.Code, r.Text, map[string]any{}}}
	if code, ok := forceCodes[r.Force]; ok {
		d.Severity.ForceCode = &code
	}
	if r.Node != "" {
		d.Context = map[string]string{"node": r.Node}
	}
	return d
}

// textDTO is a line of text as a report.
func textDTO(said string) reportDTO {
	for prefix, level := range map[string]string{"Error: ": "ERROR", "Warning: ": "WARNING", "Deprecation Warning: ": "DEPRECATION"} {
		if text, ok := strings.CutPrefix(said, prefix); ok {
			return reportDTO{Severity: severityDTO{Level: level}, Message: messageDTO{"COMMAND_SAID", text, map[string]any{}}}
		}
	}
	return reportDTO{Severity: severityDTO{Level: "INFO"}, Message: messageDTO{"COMMAND_SAID", said, map[string]any{}}}
}

func hasError(list []reportDTO) bool {
	for _, r := range list {
		if r.Severity.Level == "ERROR" {
			return true
		}
	}
	return false
}
