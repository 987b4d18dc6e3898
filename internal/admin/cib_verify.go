package admin

import (
	"fmt"
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
)

// VerifyCIB says what is wrong with a configuration that could be read, and
// as the last thing that it is; nothing where nothing is wrong.
func VerifyCIB(doc *cib.Document) []string {
	var faults []string
	if fencingMissing(doc) {
		faults = append(faults, "error: Resource start-up disabled since no fencing resources have been defined. Either configure some or disable "+
			"fencing with the fencing-enabled option. NOTE: Clusters with shared data need fencing to ensure data integrity.")
	}
	for _, r := range allResources(doc) {
		faults = append(faults, notPromotable(r)...)
	}
	if faults == nil {
		return nil
	}
	return append(faults, "error: CIB did not pass schema validation", "Configuration invalid")
}

// fencingMissing tells that nodes are to be fenced and there is nothing to do it with.
func fencingMissing(doc *cib.Document) bool {
	return fencingOn(doc) && !slices.ContainsFunc(allResources(doc), isStonith)
}

// fencingOn tells that nothing but the time may keep the cluster from fencing.
func fencingOn(doc *cib.Document) bool { return option.Read(doc, 0).Flag("fencing-enabled", true) }

// notPromotable says of a promotable clone that its agents cannot promote:
// only those of OCF can.
func notPromotable(clone *cib.Element) []string {
	if !isPromotable(clone) {
		return nil
	}
	for _, p := range primitives(clone) {
		class := p.SelectAttrValue("class", "")
		if class == "ocf" || class == "" {
			continue // that of a template is not known here
		}
		return []string{
			fmt.Sprintf("error: Resource %s:0 is of type %s and therefore cannot be used as a promotable clone resource", elementID(p), class),
			fmt.Sprintf("error: Ignoring <%s> resource '%s' because configuration is invalid", clone.Tag, elementID(clone)),
		}
	}
	return nil
}
