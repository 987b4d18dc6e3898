package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceConfig() *cobra.Command {
	return verb("config [--show-secrets] [--output-format text|cmd|json] [<resource id>]...",
		"Show how resources are configured: all of them or those named. 'cmd' prints the commands that make them "+
			"again, 'json' a form for programs.", resourceConfig, "-f", "--output-format", "--show-secrets")
}

func resourceConfig(ctx context.Context, c *Call) error {
	format, doc, err := c.toShow(ctx)
	if err != nil {
		return err
	}
	all, reports := admin.ReadResources(doc, time.Now())
	c.say(reports...)
	ids := c.Args
	if len(ids) > 0 {
		known, unknown := all.Known(ids)
		for _, id := range unknown {
			c.say(report.NewWarning("RESOURCE_NOT_FOUND", fmt.Sprintf("Unable to find resource '%s'", id)))
		}
		if ids = known; len(ids) == 0 {
			return fail("No resource found")
		}
	}
	if format == "text" {
		c.printLines(admin.View{All: all, Only: ids, Secrets: c.Has("--show-secrets")}.Text())
		return nil
	}
	chosen, reports := all.Filter(ids).WithoutStonith()
	if format == "json" {
		fmt.Fprintln(c.Stdout, admin.JSONLine(chosen))
		return nil
	}
	c.say(reports...)
	c.printLines([]string{strings.Join(chosen.Commands(), ";\n")})
	return nil
}

// printLines prints lines, nothing for none.
func (c *Call) printLines(lines []string) {
	if text := strings.Join(lines, "\n"); text != "" {
		fmt.Fprintln(c.Stdout, text)
	}
}

// toShow reads what a command that shows configuration begins with: the output
// format and the document.
func (c *Call) toShow(ctx context.Context) (format string, doc *cib.Document, err error) {
	if format, err = c.outputFormat(); err != nil {
		return "", nil, err
	}
	doc, err = c.readCIB(ctx)
	return format, doc, err
}

// outputFormat reads --output-format, which defaults to text.
func (c *Call) outputFormat() (string, error) {
	format, given := c.Value("--output-format")
	switch {
	case !given:
		return "text", nil
	case format == "text" || format == "cmd" || format == "json":
		return format, nil
	}
	return "", fail("Unknown value '%s' for '--output-format' option. Supported values are: 'cmd', 'json', 'text'", format)
}
