package agentmeta

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrVersion is returned for metadata of an OCF version that nobody here knows.
var ErrVersion = errors.New("unsupported OCF version")

// ErrMetadata is returned for text that is no metadata.
var ErrMetadata = errors.New("not valid metadata")

type xmlAgent struct {
	XMLName    xml.Name       `xml:"resource-agent"`
	ShortAttr  string         `xml:"shortdesc,attr"`
	Version    *string        `xml:"version"`
	Long       []string       `xml:"longdesc"`
	Short      []string       `xml:"shortdesc"`
	Parameters []xmlParameter `xml:"parameters>parameter"`
	Actions    []xmlAction    `xml:"actions>action"`
}

type xmlParameter struct {
	Name        string   `xml:"name,attr"`
	Required    string   `xml:"required,attr"`
	Unique      string   `xml:"unique,attr"`
	UniqueGroup string   `xml:"unique-group,attr"`
	Reloadable  string   `xml:"reloadable,attr"`
	Private     string   `xml:"private,attr"`
	Advanced    string   `xml:"advanced,attr"`
	Deprecated  string   `xml:"deprecated,attr"`
	Obsoletes   string   `xml:"obsoletes,attr"`
	Long        []string `xml:"longdesc"`
	Short       []string `xml:"shortdesc"`
	Content     *struct {
		Type    string  `xml:"type,attr"`
		Default *string `xml:"default,attr"`
		Options []struct {
			Value string `xml:"value,attr"`
		} `xml:"option"`
	} `xml:"content"`
	DeprecatedElement *struct {
		ReplacedWith []struct {
			Name string `xml:"name,attr"`
		} `xml:"replaced-with"`
		Desc []string `xml:"desc"`
	} `xml:"deprecated"`
}

type xmlAction struct {
	Name       string `xml:"name,attr"`
	Timeout    string `xml:"timeout,attr"`
	Interval   string `xml:"interval,attr"`
	Role       string `xml:"role,attr"`
	StartDelay string `xml:"start-delay,attr"`
	Depth      string `xml:"depth,attr"`
	Automatic  string `xml:"automatic,attr"`
	OnTarget   string `xml:"on_target,attr"`
}

// Parse reads the metadata that the agent of the given name printed. Errors
// are ErrMetadata and ErrVersion, wrapped with the reason.
func Parse(name Name, text []byte) (Agent, error) {
	var x xmlAgent
	dec := xml.NewDecoder(bytes.NewReader(text))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if err := dec.Decode(&x); err != nil {
		return Agent{}, fmt.Errorf("%w: %v", ErrMetadata, err)
	}
	a := Agent{Name: name, OCFVersion: "1.0", ShortDesc: strings.TrimSpace(x.ShortAttr), LongDesc: first(x.Long)}
	if x.Version != nil && name.IsOCF() {
		a.OCFVersion = strings.TrimSpace(*x.Version)
	}
	if a.OCFVersion != "1.0" && a.OCFVersion != "1.1" {
		return Agent{}, fmt.Errorf("%w '%s'", ErrVersion, a.OCFVersion)
	}
	if s := first(x.Short); s != "" {
		a.ShortDesc = s
	}
	for _, p := range x.Parameters {
		a.Parameters = append(a.Parameters, p.parameter(a.OCFVersion))
	}
	obsolete(a.Parameters, x.Parameters)
	for _, act := range x.Actions {
		a.Actions = append(a.Actions, act.action())
	}
	addTracing(&a)
	if name.IsStonith() {
		asStonith(&a)
	}
	return a, nil
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return strings.TrimSpace(texts[0])
}

func isSet(v string) bool { return v != "" && v != "0" && !strings.EqualFold(v, "false") }

func (x xmlParameter) parameter(version string) Parameter {
	p := Parameter{
		Name: x.Name, ShortDesc: first(x.Short), LongDesc: first(x.Long), Type: "string",
		Required: isSet(x.Required), Advanced: isSet(x.Advanced), Deprecated: isSet(x.Deprecated),
		Reloadable: isSet(x.Reloadable), Private: isSet(x.Private), UniqueGroup: x.UniqueGroup,
	}
	// OCF 1.0 has unique only; it meant reloadable as well, the other way round.
	if version == "1.0" && isSet(x.Unique) && p.UniqueGroup == "" {
		p.UniqueGroup = LoneGroup + x.Name
	}
	if c := x.Content; c != nil {
		if c.Type != "" {
			p.Type = c.Type
		}
		if c.Default != nil {
			p.Default, p.HasDefault = *c.Default, true
		}
		for _, o := range c.Options {
			p.Enum = append(p.Enum, o.Value)
		}
	}
	if d := x.DeprecatedElement; d != nil {
		p.Deprecated, p.DeprecatedDesc = true, first(d.Desc)
		for _, r := range d.ReplacedWith {
			p.DeprecatedBy = append(p.DeprecatedBy, r.Name)
		}
	}
	return p
}

// obsolete applies the fence agents' way of deprecation: the new parameter
// names the one that it replaces.
func obsolete(params []Parameter, xs []xmlParameter) {
	for _, x := range xs {
		if x.Obsoletes == "" || x.Obsoletes == x.Name {
			continue
		}
		for i := range params {
			if params[i].Name == x.Obsoletes {
				params[i].Deprecated = true
				params[i].DeprecatedBy = append(params[i].DeprecatedBy, x.Name)
			}
		}
	}
}

func (x xmlAction) action() Action {
	return Action{
		Name: x.Name, Timeout: x.Timeout, Interval: x.Interval, Role: newRole(x.Role),
		StartDelay: x.StartDelay, Depth: x.Depth, Automatic: isSet(x.Automatic), OnTarget: isSet(x.OnTarget),
	}
}

// newRole returns a role's name of OCF 1.1 for that of OCF 1.0.
func newRole(role string) string {
	switch role {
	case "Master":
		return "Promoted"
	case "Slave":
		return "Unpromoted"
	}
	return role
}

// addTracing adds the parameters that the shell libraries of two providers
// take for all their agents.
func addTracing(a *Agent) {
	if !a.Name.IsOCF() || a.Name.Provider != "heartbeat" && a.Name.Provider != "pacemaker" {
		return
	}
	for _, p := range []Parameter{{
		Name: "trace_ra", Type: "integer", Default: "0", HasDefault: true, Advanced: true,
		ShortDesc: "Set to 1 to turn on resource agent tracing (expect large output)",
		LongDesc: "Set to 1 to turn on resource agent tracing (expect large output) The trace output will be saved to trace_file, " +
			"if set, or by default to $HA_VARRUN/ra_trace/<type>/<id>.<action>.<timestamp> e.g. $HA_VARRUN/ra_trace/oracle/db.start.2012-11-27.08:37:08",
	}, {
		Name: "trace_file", Type: "string", Default: "", HasDefault: true, Advanced: true,
		ShortDesc: "Path to a file to store resource agent tracing log",
		LongDesc:  "Path to a file to store resource agent tracing log",
	}} {
		if a.Parameter(p.Name) == nil {
			a.Parameters = append(a.Parameters, p)
		}
	}
}
