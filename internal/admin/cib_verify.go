package admin

import (
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
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
	section := doc.Find("crm_config")
	for _, name := range []string{"fencing-enabled", "stonith-enabled"} {
		if section == nil {
			break
		}
		if v, set := nvsetValue(section, propertySet, name); set && value.IsBool(v) && !value.True(v) {
			return false
		}
	}
	for _, r := range allResources(doc) {
		if isStonith(r) {
			return false
		}
	}
	return true
}

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
