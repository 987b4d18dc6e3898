package admin

import (
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// FindForDelete finds resources to be deleted. stonith tells which command
// asks: each deletes its own kind only.
func FindForDelete(doc *cib.Document, ids []string, stonith bool) ([]*cib.Element, report.List) {
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

// DeleteResources deletes resources with all that cannot be without them.
// offline tells that no cluster runs the document, so that nobody can see
// whether they are stopped.
func DeleteResources(doc *cib.Document, ids []string, stonith, offline bool) report.List {
	found, out := FindForDelete(doc, ids, stonith)
	if out.Failed() {
		return out
	}
	r := newRemoval(doc, found)
	if offline {
		out = append(out, notStopped(r)...)
	}
	out = append(out, r.dependents()...)
	r.apply()
	return out
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
