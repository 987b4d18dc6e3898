package cli

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib/value"
	"gpcs/internal/status"
)

var crmMonOptions = []toolOption{
	{'1', "one-shot", noValue}, {'r', "inactive", noValue}, {'A', "show-node-attributes", noValue},
	{'f', "failcounts", noValue}, {'n', "group-by-node", noValue}, {'X', "as-xml", noValue},
	{'o', "operations", noValue}, {'t', "timing-details", noValue}, {'c', "tickets", noValue},
	{'m', "fence-history", mayHaveValue}, {'L', "neg-locations", mayHaveValue}, {'D', "hide-headers", noValue},
	{'R', "show-detail", noValue}, {'b', "brief", noValue}, {'s', "simple-status", noValue}, {'I', "include", needsValue},
	{'U', "exclude", needsValue}, {0, "node", needsValue}, {0, "resource", needsValue},
	{'N', "disable-ncurses", noValue}, {'j', "pending", noValue}, {'i', "interval", needsValue},
	{0, "html-title", needsValue}, {0, "html-cgi", noValue}, {0, "html-stylesheet", needsValue}, {0, "show-description", noValue},
	{'d', "daemonize", noValue}, {'p', "pid-file", needsValue}, {'E', "external-agent", needsValue}, {'e', "external-recipient", needsValue},
	{'W', "watch-fencing", noValue}, {'w', "web-cgi", noValue},
}

// showCluster shows the cluster once, as crm_mon --one-shot does.
func (t *toolCall) showCluster(ctx context.Context) int {
	a, code, done := t.start(crmMonOptions, "html", "console")
	if done {
		return code
	}
	if text := a.monMisuse(); text != "" {
		return a.end(exitUsage, "%s", text)
	}
	show, err := a.monShow(a.xml || a.has("as-xml"))
	if err != nil {
		return a.end(exitUsage, "%v", err)
	}
	stopped := errors.New("stopped")
	s, err := a.lookTool(ctx, stopped)
	switch {
	case err == stopped:
		a.errs = notConnected
		return a.end(exitDisconnected, "")
	case err != nil:
		return a.end(exitError, "%v", err)
	}
	view, err := s.view()
	if err != nil {
		return a.end(exitError, "%v", err)
	}
	if name, ok := a.value("node"); ok {
		show.OnlyNode = nodesNamed(s.doc, name)
	}
	if name, ok := a.value("resource"); ok {
		if show.OnlyResource = resourcesNamed(s.doc, view, name); show.OnlyResource == nil {
			show.OnlyResource = []string{}
		}
	}
	return a.monitor(view, show)
}

// monMisuse says what is wrong with the values of options, "" if nothing is.
func (a *answer) monMisuse() string {
	if level, err := strconv.Atoi(a.last("fence-history")); err == nil && (level < 0 || level > 3) {
		return "Fence history must be 0-3"
	}
	if span, given := a.value("interval"); given {
		if _, ok := value.Milliseconds(span); !ok {
			return "Invalid value for -i: " + span
		}
	}
	return ""
}

// monitor prints the view in the form asked for.
func (a *answer) monitor(view *status.View, show status.Show) int {
	if view.Summary.DC == nil {
		show.Sections |= status.DC // that there is none is never left out
	}
	switch {
	case a.has("as-xml"):
		show.Release3 = false
		fmt.Fprint(a.Stdout, view.OldXML(show))
	case a.has("simple-status"):
		line, ok := view.Simple()
		fmt.Fprintln(a.Stdout, line)
		if !ok {
			return exitError
		}
	case a.format == "html":
		title, _ := a.value("html-title")
		fmt.Fprint(a.Stdout, view.HTML(show, title))
	case a.xml:
		a.body = view.Elements(show)
		return a.end(exitOK, "")
	default:
		a.put(nil, "%s", view.Text(show))
		return a.end(exitOK, "")
	}
	return exitOK
}

// monSections are the names that --include and --exclude take.
var monSections = map[string]status.Section{
	"attributes": status.Attributes, "bans": status.Bans, "counts": status.Counts, "dc": status.DC,
	"failcounts": status.Failcounts, "failures": status.Failures, "nodes": status.Nodes,
	"operations": status.Operations, "options": status.Props, "resources": status.Resources, "stack": status.Stack,
	"summary": status.Headers, "tickets": status.Tickets, "times": status.Times,
	"all": status.All &^ status.Props, "default": status.Default,
	"fencing": status.Fencing, "fencing-succeeded": status.Fencing,
	// Failed fencing belongs to the failures, and what is under way is not in the document.
	"fencing-failed": 0, "fencing-pending": 0, "maint-mode": 0, "none": 0,
}

// sectionNames lists what an option takes, as its error does.
func sectionNames(option string) string {
	var names []string
	for name := range monSections {
		switch {
		case option == "include" && name == "bans":
			name = "bans[:PREFIX]"
		case option == "exclude" && name == "default":
			continue
		}
		if name != "all" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return "all, " + strings.Join(names, ", ")
}

func (t *toolCall) monShow(xml bool) (status.Show, error) {
	show := status.Show{
		Sections: status.Default, Inactive: t.has("inactive") || xml, Detail: t.has("show-detail"),
		ByNode: t.has("group-by-node"), Brief: t.has("brief"), Timing: t.has("timing-details"), Release3: true,
		Describe: t.has("show-description"),
	}
	if xml {
		show.Sections = status.All
		if t.has("quiet") {
			show.Sections &^= status.Times
		}
	}
	usual := show.Sections
	for _, o := range t.given {
		switch o.name {
		case "show-node-attributes":
			show.Sections |= status.Attributes
		case "failcounts":
			show.Sections |= status.Failcounts
		case "operations", "timing-details":
			show.Sections |= status.Operations
		case "tickets":
			show.Sections |= status.Tickets
		case "neg-locations":
			show.Sections |= status.Bans
		case "fence-history":
			if o.value != "0" {
				show.Sections |= status.Fencing
			}
		case "hide-headers":
			show.Sections &^= status.Headers
		case "include", "exclude":
			if err := t.selectSections(&show, o, usual); err != nil {
				return show, err
			}
		}
	}
	return show, nil
}

// selectSections carries one --include or --exclude out; usual is what is shown
// without any.
func (t *toolCall) selectSections(show *status.Show, o toolWord, usual status.Section) error {
	include := o.name == "include"
	for _, name := range strings.Split(o.value, ",") {
		section, ok := monSections[name]
		switch {
		case name == "": // as from a list that is empty
		case !ok, !include && name == "default":
			return fmt.Errorf("--%s options: %s", o.name, sectionNames(o.name))
		case include && name == "default":
			show.Sections = usual
		case include && name == "none", !include && name == "all":
			show.Sections = 0
		case !include && name == "none":
			show.Sections = monSections["all"]
		case include:
			show.Sections |= section
		default:
			show.Sections &^= section
		}
	}
	return nil
}
