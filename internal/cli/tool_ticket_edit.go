package cli

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"gpcs/internal/cib"
)

// edit changes attributes of a ticket's state. Granting and revoking by hand
// may bring a resource up at two sites, so they take --force.
func (k *ticketTool) edit(ctx context.Context) int {
	set, drop := map[string]string{}, []string{}
	if k.has("grant") {
		set["granted"] = "true"
	}
	if k.has("revoke") {
		set["granted"] = "false"
	}
	if k.has("standby") {
		set["standby"] = "true"
	}
	if k.has("activate") {
		set["standby"] = "false"
	}
	for _, w := range k.given {
		switch w.name {
		case "set-attr":
			value, ok := k.value("attr-value")
			if !ok {
				return k.end(exitUsage, "Must supply attribute value with -v for -S %s", w.value)
			}
			set[w.value] = value
		case "delete-attr":
			drop = append(drop, w.value)
		}
	}
	if len(set)+len(drop) == 0 {
		return k.end(exitUsage, "Must supply a command")
	}
	if value, touches := set["granted"]; (touches || slices.Contains(drop, "granted")) && !k.has("force") {
		if value == "true" {
			return k.refuseGrant()
		}
		return k.refuseRevoke()
	}
	state := cib.NewElement("ticket_state", "id", k.id)
	if k.state != nil {
		state = k.state.Copy()
	}
	for _, name := range drop {
		state.RemoveAttr(name)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		state.CreateAttr(name, set[name])
	}
	if set["granted"] == "true" {
		state.CreateAttr("last-granted", strconv.FormatInt(time.Now().Unix(), 10))
	}
	if err := k.change(ctx, k.store(state)...); err != nil {
		return k.failed(err)
	}
	return k.end(exitOK, "")
}

// store are the operations that put a ticket's state into the document.
func (k *ticketTool) store(state *cib.Element) []cib.Op {
	if k.state != nil {
		return []cib.Op{{Kind: cib.Replace, Path: "/cib/status/tickets/ticket_state[@id=" + xpathText(k.id) + "]", XML: string(cib.Print(state))}}
	}
	root := within(cib.NewElement("cib"), within(cib.NewElement("status"), within(cib.NewElement("tickets"), state)))
	return []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(root))}}
}

func (k *ticketTool) refuseGrant() int {
	k.blame("This command cannot help you verify whether '%s' has been already granted elsewhere.\n"+
		"If you really want to grant '%s' to this site now, and you know what you are doing,\nplease specify --force.", k.id, k.id)
	return k.refuse()
}

func (k *ticketTool) refuseRevoke() int {
	k.blame("Revoking '%[1]s' can trigger the specified 'loss-policy'(s) relating to '%[1]s'.\n\n"+
		"You can check that with:\ncrm_ticket --ticket %[1]s --constraints\n\n"+
		"Otherwise before revoking '%[1]s', you may want to make '%[1]s' standby with:\ncrm_ticket --ticket %[1]s --standby\n\n"+
		"If you really want to revoke '%[1]s' from this site now, and you know what you are doing,\nplease specify --force.", k.id)
	return k.refuse()
}

// refuse puts the refusal before what explains it.
func (k *ticketTool) refuse() int {
	k.errs = append([]string{k.name + ": Ticket modification not allowed"}, k.errs...)
	return k.end(exitDenied, "")
}
