package fence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
	"gpcs/internal/redact"
)

// Every member tests every device that it may run, whether or not the cluster
// has chosen it for the device's monitor: a device that the one member reaches
// which is about to be lost is of no use. What the members found is the matrix.

// Test is what a member knows of a device.
type Test struct {
	Device  string `json:"device"`
	Node    string `json:"node"`   // that tested it
	Config  string `json:"config"` // ConfigOf the device that was tested, "" = it is the present one
	GoodMS  int64  `json:"good"`   // when it worked last, epoch ms, 0 = never
	TriedMS int64  `json:"tried"`  // when it was tested last, epoch ms
	Error   string `json:"error,omitempty"`
}

// ConfigOf names a device's configuration without telling it.
func ConfigOf(d Device) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", d.Agent)
	names := make([]string, 0, len(d.Params))
	for name := range d.Params {
		if !strings.HasPrefix(name, "CRM_meta_") && name != "crm_feature_set" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(h, " %q=%q", name, d.Params[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Disabled tells that the cluster does not fence, at a time in s since 1970.
func Disabled(doc *cib.Document, now int64) bool {
	return !option.Read(doc, now).Flag("fencing-enabled", true)
}

// Soon is the time in ms within which a device that is new, or new to a member,
// is tested by all members.
const Soon = 10_000

// NextTest is when a device is to be tested next, in epoch ms. Devices and
// members have slots, so that no two test at one moment: in each interval, for
// a device that was tested, within Soon for another. lastMS is 0 for these.
func NextTest(nowMS, lastMS, intervalMS int64, slot, slots int) int64 {
	part := int64(slot) * intervalMS / int64(slots)
	if lastMS == 0 {
		return nowMS + int64(slot)*min(Soon, intervalMS)/int64(slots)
	}
	next := lastMS - (lastMS-part)%intervalMS
	for next <= lastMS+intervalMS/2 { // a test by the resource's own monitor counts as one
		next += intervalMS
	}
	return max(next, nowMS)
}

// Cell is a device as seen from a node.
type Cell struct {
	Node   string
	Banned bool // by a constraint
	Online bool
	Tested bool
	Test
}

// Works tells that the last test was good.
func (c Cell) Works() bool { return c.Tested && c.Error == "" }

// fails tells that a test from a member failed.
func (c Cell) fails() bool { return c.Online && !c.Banned && c.Tested && c.Error != "" }

// Row is a device with what each node knows of it.
type Row struct {
	Device  string
	Targets []string // nodes that it is known to fence
	Cells   []Cell   // by the order of the nodes in the configuration
}

// Matrix puts together what the members know; tests of devices that are gone
// or were other ones at that time do not count. now is in s since 1970.
func Matrix(doc *cib.Document, online []string, tests []Test, now int64) []Row {
	var rows []Row
	nodes, sites := nodeNames(doc), NewSites(doc, now)
	for _, seen := range Devices(doc, Site{Now: now}) {
		row := Row{Device: seen.ID}
		for _, node := range nodes {
			d := sites.From(node, seen)
			config := ConfigOf(d)
			if d.CanFence(node) == Yes {
				row.Targets = append(row.Targets, node)
			}
			cell := Cell{Node: node, Banned: d.Banned[node], Online: slices.Contains(online, node)}
			for _, t := range tests {
				if t.Device == d.ID && t.Node == node && (t.Config == config || t.Config == "") {
					cell.Test, cell.Tested = t, true
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Device, b.Device) })
	return rows
}

// Tested tells whether any member has tested the device.
func (r Row) Tested() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Tested && c.Online })
}

// Nowhere tells that all members that may run the device have tested it, and
// that it works on none.
func (r Row) Nowhere() bool { return r.without("") }

// Helpless returns the nodes that the device fences and that alone can reach
// it: a node that is lost does not fence itself.
func (r Row) Helpless() []string {
	if r.Nowhere() {
		return nil
	}
	var list []string
	for _, c := range r.Cells {
		if c.Online && c.Works() && slices.Contains(r.Targets, c.Node) && r.without(c.Node) {
			list = append(list, c.Node)
		}
	}
	return list
}

// without tells that the device failed on all members but one that may run it.
func (r Row) without(node string) bool {
	failed := 0
	for _, c := range r.Cells {
		switch {
		case c.Node == node || c.Banned || !c.Online:
		case !c.fails():
			return false
		default:
			failed++
		}
	}
	return failed > 0
}

// nodeNames are the cluster's nodes in the order of the configuration.
func nodeNames(doc *cib.Document) []string {
	var names []string
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			if kind := n.SelectAttrValue("type", "member"); kind == "member" || kind == "normal" {
				names = append(names, n.SelectAttrValue("uname", ""))
			}
		}
	}
	return names
}

// Hide takes the device's secrets out of a text, such as what its agent said.
func (d Device) Hide(text string) string {
	for name, value := range d.Params {
		if len(value) > 2 && redact.IsName(name) {
			text = strings.ReplaceAll(text, value, redact.Mark)
		}
	}
	return text
}
