package api

// The environment in which the daemon runs the command line for somebody who
// asked it over the network. That is how pcsd's ways in share their code with
// the commands that a person types.
const (
	EnvReports = "GPCS_REPORTS"    // "json": each report is a ReportLine on standard error
	EnvUser    = "CIB_user"        // on whose behalf
	EnvGroups  = "CIB_user_groups" // that user's groups, parted by blanks
)

// ReportLine is a report as a line of standard error, beside lines of text.
type ReportLine struct {
	Report ReportItem `json:"gpcs_report"`
}

// ReportItem is a report as it travels.
type ReportItem struct {
	Severity string `json:"severity"` // "ERROR", "WARNING", "DEPRECATION" or "INFO"
	Code     string `json:"code"`
	Text     string `json:"text"`
	Node     string `json:"node,omitempty"`
	Force    string `json:"force,omitempty"` // the option that passes an error by
}
