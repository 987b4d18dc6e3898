package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gpcs/internal/status"
)

var crmMonOptions = []toolOption{
	{'1', "one-shot", noValue}, {'r', "inactive", noValue}, {'A', "show-node-attributes", noValue},
	{'f', "failcounts", noValue}, {'n', "group-by-node", noValue}, {'X', "as-xml", noValue},
	{0, "output-as", needsValue}, {0, "output-to", needsValue}, {'o', "operations", noValue},
	{'t', "timing-details", noValue}, {'c', "tickets", noValue}, {'m', "fence-history", mayHaveValue},
	{'L', "neg-locations", mayHaveValue}, {'D', "hide-headers", noValue}, {'R', "show-detail", noValue},
	{'b', "brief", noValue}, {'s', "simple-status", noValue}, {'I', "include", needsValue},
	{'U', "exclude", needsValue}, {0, "node", needsValue}, {0, "resource", needsValue},
	{'N', "disable-ncurses", noValue}, {'Q', "quiet", noValue}, {'V', "verbose", noValue},
	{'j', "pending", noValue}, {'i', "interval", needsValue}, {'$', "version", noValue},
}

// crmMon shows the cluster once, as crm_mon --one-shot does.
func crmMon(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmMonOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	format, _ := t.value("output-as")
	show, err := t.monShow(format == "xml" || t.has("as-xml"))
	if err != nil {
		return t.fails(exitUsage, "%v", err)
	}
	stopped := errors.New("stopped")
	s, err := t.lookTool(ctx, stopped)
	request := strings.Join(append([]string{t.name}, t.argv...), " ")
	switch {
	case err == stopped && format == "xml":
		fmt.Fprint(t.Stdout, status.XMLError(request, "102", "Not connected", notConnected...))
		return exitDisconnected
	case err == stopped:
		fmt.Fprintln(t.Stderr, strings.Join(notConnected, "\n"))
		return exitDisconnected
	case err != nil:
		return t.fails(exitError, "%v", err)
	}
	view, err := s.view()
	if err != nil {
		return t.fails(exitError, "%v", err)
	}
	if name, ok := t.value("node"); ok {
		show.OnlyNode = nodesNamed(s.doc, name)
	}
	if name, ok := t.value("resource"); ok {
		if show.OnlyResource = resourcesNamed(s.doc, view, name); show.OnlyResource == nil {
			show.OnlyResource = []string{}
		}
	}
	switch {
	case t.has("as-xml"):
		fmt.Fprint(t.Stdout, view.OldXML(show))
	case t.has("simple-status"):
		line, ok := view.Simple()
		fmt.Fprintln(t.Stdout, line)
		if !ok {
			return exitError
		}
	case format == "", format == "text", format == "console":
		fmt.Fprint(t.Stdout, view.Text(show))
	case format == "xml":
		fmt.Fprint(t.Stdout, view.XML(request, show))
	default:
		return t.fails(exitUsage, "Invalid value for --output-as: %s", format)
	}
	return exitOK
}

// monSections are the names that --include and --exclude take.
var monSections = map[string]status.Section{
	"attributes": status.Attributes, "bans": status.Bans, "counts": status.Counts, "dc": status.DC,
	"failcounts": status.Failcounts, "failures": status.Failures, "nodes": status.Nodes,
	"operations": status.Operations, "options": status.Props, "resources": status.Resources, "stack": status.Stack,
	"summary": status.Headers | status.Props, "tickets": status.Tickets, "times": status.Times,
	"all": status.All &^ status.Props, "default": status.Default,
	"fencing": status.Fencing, "fencing-succeeded": status.Fencing,
	// Failed fencing belongs to the failures, and what is under way is not in the document.
	"fencing-failed": 0, "fencing-pending": 0, "maint-mode": 0, "none": 0,
}

func (t *toolCall) monShow(xml bool) (status.Show, error) {
	show := status.Show{
		Sections: status.Default, Inactive: t.has("inactive") || xml, Detail: t.has("show-detail"),
		ByNode: t.has("group-by-node"), Brief: t.has("brief"), Timing: t.has("timing-details"), Release3: true,
	}
	if xml {
		show.Sections = status.All
	}
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
			show.Sections &^= status.Headers | status.Props
		case "include", "exclude":
			for _, name := range strings.Split(o.value, ",") {
				section, ok := monSections[name]
				switch {
				case !ok:
					return show, fmt.Errorf("--%s: unknown section %s", o.name, name)
				case o.name == "include" && (name == "none" || name == "default"):
					show.Sections = section
				case o.name == "include":
					show.Sections |= section
				default:
					show.Sections &^= section
				}
			}
		}
	}
	return show, nil
}
