package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

var crmFailcountOptions = []toolOption{
	{'G', "query", noValue}, {0, "get-value", noValue}, {'D', "delete", noValue}, {0, "delete-attr", noValue},
	{'r', "resource", needsValue}, {0, "resource-id", needsValue}, {'n', "operation", needsValue},
	{'I', "interval", needsValue}, {'N', "node", needsValue}, {'U', "uname", needsValue}, {'q', "quiet", noValue},
	{'Q', "quiet-old", noValue}, {'v', "attr-value", needsValue}, {'i', "attr-id", needsValue},
	{'l', "lifetime", needsValue}, {'V', "verbose", noValue}, {0, "version", noValue}, {0, "help", noValue},
}

// infinity is where counts of failures end.
const infinity = 1000000

// crmFailcount tells how often a resource failed on a node, or forgets it:
// crm_failcount(8).
func crmFailcount(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmFailcountOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	t.rename(map[string]string{"get-value": "query", "delete-attr": "delete", "resource-id": "resource", "uname": "node", "quiet-old": "quiet"})
	value, set := t.value("attr-value")
	rsc, _ := t.value("resource")
	switch {
	case !t.has("query") && !t.has("delete") && !(set && value == "0"):
		fmt.Fprintln(t.Stderr, "error: must specify a command")
		return exitUsage
	case rsc == "":
		fmt.Fprintln(t.Stderr, "error: resource name required")
		return exitUsage
	}
	doc, err := t.document(ctx)
	if err != nil {
		return t.failed(err)
	}
	node, _ := t.value("node")
	place, err := t.onNode(ctx, doc, attrPlace{scope: "status"}, node)
	if err != nil {
		return t.fails(exitNoSuch, "%v", err)
	}
	operation, _ := t.value("operation")
	text, _ := t.value("interval")
	interval, ok := intervalMS(text)
	if !ok {
		return t.fails(exitUsage, "'%s' is not an interval", text)
	}
	if t.has("query") {
		name, count := failcount(doc, place, rsc, operation, interval)
		if t.has("quiet") {
			fmt.Fprintln(t.Stdout, count)
		} else {
			fmt.Fprintf(t.Stdout, "scope=status  name=%s value=%s\n", name, count)
		}
		return exitOK
	}
	t.given = []toolWord{{"cleanup", ""}, {"resource", rsc}, {"node", place.nodeName}}
	if operation != "" {
		t.given = append(t.given, toolWord{"operation", operation}, toolWord{"interval", fmt.Sprint(interval) + "ms"})
	}
	t.name = "crm_resource"
	return t.cleanup(ctx)
}

// failcount returns the name and the value of the count that is meant.
func failcount(doc *cib.Document, place attrPlace, rsc, operation string, interval int64) (name, count string) {
	name = "fail-count-" + rsc
	if operation != "" {
		name += fmt.Sprintf("#%s_%d", operation, interval)
		if pair := place.find(doc, name); pair != nil {
			return name, pair.SelectAttrValue("value", "0")
		}
		return name, "0"
	}
	sum := 0
	for _, pair := range place.pairs(doc) {
		if key := pair.SelectAttrValue("name", ""); key != name && !strings.HasPrefix(key, name+"#") {
			continue
		}
		value := pair.SelectAttrValue("value", "0")
		n, err := strconv.Atoi(value)
		if value == "INFINITY" {
			n, err = infinity, nil
		}
		if err == nil {
			sum += n
		}
	}
	if sum >= infinity {
		return name, "INFINITY"
	}
	return name, strconv.Itoa(sum)
}
