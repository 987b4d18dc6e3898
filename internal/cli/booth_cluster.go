package cli

import (
	"context"
	"fmt"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// boothProgram speaks with booth's daemons; their package brings it.
var boothProgram = foreign{"booth", "/usr/sbin/booth"}

// boothUses reports what still uses an instance of booth.
func (c *Call) boothUses(ctx context.Context, b boothFiles, doc *cib.Document) report.List {
	var out report.List
	used := func(how string) {
		out = append(out, report.NewError("BOOTH_CONFIG_IS_USED", fmt.Sprintf("booth instance '%s' is used %s", b.instance, how)))
	}
	if ids := admin.BoothResources(doc, b.onNode); len(ids) > 0 {
		used("in cluster resource '" + ids[0] + "'")
	}
	unit := "booth@" + b.instance
	if c.unitIs(ctx, "is-active", unit) {
		used("- it is running by systemd")
	}
	if c.unitIs(ctx, "is-enabled", unit) {
		used("- it is enabled in systemd")
	}
	return out
}

// boothCreate carries out "booth create ip".
func boothCreate(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 || c.Args[0] != "ip" {
		return errUsage
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	if len(admin.BoothResources(doc, b.onNode)) > 0 {
		return c.conclude(report.List{report.NewError("BOOTH_ALREADY_IN_CIB",
			fmt.Sprintf("booth instance '%s' is already created as cluster resource", b.instance))})
	}
	if _, err := c.readBooth(b); err != nil {
		return err
	}
	address, reports := c.agent(ctx, agentmeta.Name{Standard: "ocf", Provider: "heartbeat", Type: "IPaddr2"}, true)
	service, more := c.agent(ctx, agentmeta.Name{Standard: "ocf", Provider: "pacemaker", Type: "booth-site"}, true)
	if err := c.conclude(append(reports, more...)); err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.CreateBooth(doc, admin.NewBooth{Instance: b.instance, Config: b.onNode, IP: c.Args[1],
			AddressAgent: address, SiteAgent: service})
	})
}

// boothDelete carries out "booth delete" and "remove".
func boothDelete(ctx context.Context, c *Call) error {
	doc, ids, err := c.boothResources(ctx)
	if err != nil {
		return err
	}
	return c.deleteResources(ctx, admin.WithBoothAddresses(doc, ids), false)
}

// boothResources finds the resources that run an instance of booth.
func (c *Call) boothResources(ctx context.Context) (*cib.Document, []string, error) {
	b, err := c.booth()
	if err != nil {
		return nil, nil, err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return nil, nil, err
	}
	var out report.List
	ids := admin.BoothResources(doc, b.onNode)
	switch {
	case len(ids) == 0:
		if c.Has("-f") {
			out = append(out, report.NewWarning("STOPPING_RESOURCES_BEFORE_DELETING_SKIPPED",
				"Resources are not going to be stopped before deletion because the command does not run on a live cluster"))
		}
		out = append(out, report.NewError("BOOTH_NOT_EXISTS_IN_CIB", fmt.Sprintf("booth instance '%s' not found in cib", b.instance)))
	case len(ids) > 1:
		out = append(out, report.Passed("BOOTH_MULTIPLE_TIMES_IN_CIB",
			fmt.Sprintf("found more than one booth instance '%s' in cib", b.instance), report.Force, c.Has("--force")))
	}
	return doc, ids, c.conclude(out)
}

// boothRestart carries out "booth restart".
func boothRestart(ctx context.Context, c *Call) error {
	_, ids, err := c.boothResources(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c.Args = []string{id}
		if err := resourceRestart(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// boothService carries out "booth start", "stop", "enable" and "disable".
func (c *Call) boothService(ctx context.Context, action string) error {
	b, err := c.booth()
	if err != nil {
		return err
	}
	unit := "booth@" + b.instance
	return c.manageUnit(ctx, action, unit, unit)
}

// boothStatus carries out "booth status".
func boothStatus(ctx context.Context, c *Call) error {
	b, err := c.booth()
	if err != nil {
		return err
	}
	var of []string
	if c.Has("--name") {
		of = []string{"-c", b.instance}
	}
	var text strings.Builder
	for _, part := range []struct{ title, verb, what string }{
		{"TICKETS:", "list", "booth tickets"}, {"PEERS:", "peers", "booth peers"}, {"DAEMON STATUS:", "status", "booth daemon"}} {
		out, errs, code, err := c.runForeign(ctx, boothProgram, append([]string{part.verb}, of...)...)
		notRunning := part.verb == "status" && code == 7 // OCF_NOT_RUNNING
		switch {
		case err != nil:
			return fail("unable to get status of %s: %v", part.what, err)
		case code != 0 && !notRunning:
			return fail("unable to get status of %s: %s", part.what, reason(out, errs))
		case out != "":
			fmt.Fprintf(&text, "%s\n%s\n", part.title, out)
		}
	}
	_, err = fmt.Fprint(c.Stdout, text.String())
	return err
}
