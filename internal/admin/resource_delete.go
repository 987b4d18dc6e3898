package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// findForDelete finds resources to be deleted. stonith tells which command
// asks: each deletes its own kind only.
func findForDelete(doc *cib.Document, ids []string, stonith bool) ([]*cib.Element, report.List) {
	var found []*cib.Element
	var missing, other []string
	for _, id := range ids {
		e := findResource(doc, id)
		switch {
		case e == nil:
			missing = append(missing, id)
		case isStonith(e) != stonith:
			other = append(other, id)
		default:
			found = append(found, e)
		}
	}
	noun, command := "resource", "stonith"
	if stonith {
		noun, command = "stonith resource", "resource"
	}
	switch {
	case missing != nil:
		return nil, report.List{report.Stop("NOT_FOUND", fmt.Sprintf("Unable to find %s: %s", plural(len(missing), noun), report.Quote(missing)))}
	case other != nil:
		kind := "stonith resource"
		if stonith {
			kind = "resource"
		}
		return nil, report.List{report.Stop("COMMAND_ARGUMENT_TYPE_MISMATCH", fmt.Sprintf(
			"This command cannot remove %s: %s. Use 'pcs %s remove' instead.", plural(len(other), kind), report.Quote(other), command))}
	}
	return found, nil
}

// Deletion says how resources are deleted.
type Deletion struct {
	Stonith bool // asked by the command for fence devices
	Offline bool // no cluster runs the document, so nobody can see what is stopped
	Force   bool
}

// DeleteResources deletes resources with all that cannot be without them.
func DeleteResources(doc *cib.Document, ids []string, d Deletion) report.List {
	found, out := findForDelete(doc, ids, d.Stonith)
	if out.Failed() {
		return out
	}
	if d.Stonith {
		if out = noFencing(doc, ids, d.Force); out.Failed() {
			return out
		}
	}
	r := newRemoval(doc, found)
	if d.Offline && !d.Stonith {
		out = append(out, notStopped(r)...)
	}
	out = append(out, r.dependents()...)
	r.apply()
	return out
}

// PrimitivesOf lists the primitives that go when resources are deleted.
func PrimitivesOf(doc *cib.Document, ids []string) ([]string, report.List) {
	found, out := findForDelete(doc, ids, false)
	if out.Failed() {
		return nil, out
	}
	var going []string
	for _, e := range newRemoval(doc, found).sorted(func(e *cib.Element) bool { return e.Tag == "primitive" }) {
		going = append(going, elementID(e))
	}
	return going, out
}

// noFencing says that no enabled fence device is left without those of ids.
func noFencing(doc *cib.Document, without []string, force bool) report.List {
	enabled := func(e *cib.Element) bool {
		role, _ := nvsetValue(e, "meta_attributes", "target-role")
		return isStonith(e) && !strings.EqualFold(role, "Stopped")
	}
	had := false
	for _, e := range allResources(doc) {
		if !enabled(e) {
			continue
		}
		if !slices.Contains(without, elementID(e)) {
			return nil
		}
		had = true
	}
	if !had {
		return nil
	}
	return report.List{report.Passed("NO_STONITH_MEANS_WOULD_BE_LEFT", "Requested action leaves the cluster with no enabled means to "+
		"fence nodes, resulting in the cluster not being able to recover from certain failure conditions", report.Force, force)}
}

// notStopped warns that nothing is stopped where no cluster runs.
func notStopped(r *removal) report.List {
	var ids []string
	for _, e := range r.sorted(isResource) {
		ids = append(ids, elementID(e))
	}
	return report.List{
		report.NewWarning("STOPPING_RESOURCES_BEFORE_DELETING_SKIPPED",
			"Resources are not going to be stopped before deletion because the command does not run on a live cluster"),
		report.NewWarning("STOPPED_RESOURCES_BEFORE_DELETE_CHECK_SKIPPED", fmt.Sprintf(
			"Not checking if %s %s %s stopped before deletion because the command does not run on a live cluster. "+
				"Deleting unstopped resources may result in orphaned resources being present in the cluster.",
			plural(len(ids), "resource"), quoteSorted(ids), isAre(len(ids)))),
	}
}
