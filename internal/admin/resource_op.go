package admin

import (
	"fmt"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// notForStonith says that fence devices have a command of their own.
func notForStonith(command string) report.List {
	return stopf("This command does not accept stonith resources. Please use 'pcs stonith %s' instead.", command)
}

// onlyPrimitive finds a primitive of the kind that a command is for.
func onlyPrimitive(doc *cib.Document, id string, stonith bool, command string) (*cib.Element, report.List) {
	e := findResource(doc, id, "primitive")
	switch {
	case e == nil && stonith:
		return nil, stopf("Unable to find resource: %s", id)
	case e == nil:
		return nil, stopf("Unable to find resource: %s", id)
	case isStonith(e) && !stonith:
		return nil, notForStonith(command)
	case !isStonith(e) && stonith:
		return nil, stopf("This command does not accept resources. Please use 'pcs resource %s' instead.", command)
	}
	return e, nil
}

// AddOperation adds an operation to a primitive.
func AddOperation(doc *cib.Document, id string, op Pairs, agents Agents, stonith, force bool) report.List {
	e, out := onlyPrimitive(doc, id, stonith, "op add")
	if out.Failed() {
		return out
	}
	return addOneOperation(doc, e, op, agents, nil, true, force)
}

// addOneOperation adds an operation before another, or at the end. strict
// refuses a second one of the same name, role and check level unless forced.
func addOneOperation(doc *cib.Document, e *cib.Element, op Pairs, agents Agents, before *cib.Element, strict, force bool) report.List {
	agent := agents(agentName(e))
	allowed := agent.ActionNames()
	if agent.Void {
		allowed = nil
	}
	out := checkOperation(op, allowed, force)
	if out.Failed() {
		return out.Alone()
	}
	name, _ := op.Get("name")
	op = normalOperation(op)
	if v, given := op.Get("interval"); !given || v == "" {
		op = op.Without("interval").With("interval", completeOperationInterval(name))
	}
	if v, _ := op.Get("on-fail"); v == "demote" {
		out = append(out, ensureSchema(doc, 3, 4)...)
	}
	ids := newIDs(doc)
	made, bad := ids.operationElement(doc, elementID(e), op)
	if bad != nil {
		return append(out, bad...)
	}
	operations := e.SelectElement("operations")
	if operations != nil {
		if same := twins(operations, made, strict && !force); same != nil {
			return append(out, same...)
		}
	} else {
		operations = cib.NewElement("operations")
		e.AddChild(operations)
	}
	if before != nil {
		operations.InsertChildAt(before.Index(), made)
	} else {
		operations.AddChild(made)
	}
	return out
}

func completeOperationInterval(name string) string {
	interval, _ := completeOperation(Pairs{{"name", name}}).Get("interval")
	return interval
}

// operationElement builds an operation in the way of op add.
func (b *idBook) operationElement(doc *cib.Document, rscID string, op Pairs) (*cib.Element, report.List) {
	name, _ := op.Get("name")
	interval, _ := op.Get("interval")
	id, given := op.Get("id")
	if given {
		if !b.book(id) {
			return nil, stopf("id '%s' is already in use, please specify another one", id)
		}
	} else {
		id = b.unique(fmt.Sprintf("%s-%s-interval-%s", rscID, name, interval))
	}
	e := cib.NewElement("op", "id", id)
	for _, p := range op.Without("id") {
		switch p.Name {
		case checkLevel:
			set := cib.NewElement("instance_attributes", "id", b.unique("params-"+id))
			set.AddChild(cib.NewElement("nvpair", "name", p.Name, "value", p.Value, "id", b.unique(id+"-"+p.Name+"-"+p.Value)))
			e.AddChild(set)
		case "role":
			e.CreateAttr("role", roleFor(doc, p.Value))
		default:
			e.CreateAttr(p.Name, p.Value)
		}
	}
	return e, nil
}

// twins reports operations that cannot stand beside a new one: those of its
// name and interval, and if strict those of its name, role and check level.
func twins(operations, made *cib.Element, strict bool) report.List {
	name := made.SelectAttrValue("name", "")
	interval := made.SelectAttrValue("interval", "")
	s, timed := seconds(interval)
	var sameInterval, sameName []string
	for _, op := range operations.SelectElements("op") {
		if op.SelectAttrValue("name", "") != name {
			continue
		}
		if old, ok := seconds(op.SelectAttrValue("interval", "")); ok && timed && old == s {
			sameInterval = append(sameInterval, operationLine(op))
		}
		if operationRole(op) == operationRole(made) && operationLevel(op) == operationLevel(made) {
			sameName = append(sameName, operationLine(op))
		}
	}
	if sameInterval != nil {
		return stopf("operation %s with interval %ds already specified for %s:\n%s", name, s, rscOf(operations), strings.Join(sameInterval, "\n"))
	}
	if strict && sameName != nil {
		return stopf("operation %s already specified for %s, use --force to override:\n%s", name, rscOf(operations), strings.Join(sameName, "\n"))
	}
	return nil
}

func rscOf(operations *cib.Element) string { return elementID(operations.Parent()) }

func operationRole(op *cib.Element) string {
	role := newRoleName(op.SelectAttrValue("role", "Started"))
	return strings.ToLower(role)
}

func operationLevel(op *cib.Element) string {
	level, _ := nvsetValue(op, "instance_attributes", checkLevel)
	return level
}

// operationLine shows an operation in a message.
func operationLine(op *cib.Element) string {
	pairs := attributesBut(op, "id", "name").Sorted()
	words := []string{op.SelectAttrValue("name", "")}
	for _, p := range pairs {
		words = append(words, p.Name+"="+p.Value)
	}
	if level := operationLevel(op); level != "" {
		words = append(words, checkLevel+"="+level)
	}
	return strings.Join(words, " ") + " (" + elementID(op) + ")"
}

// DeleteOperation removes operations. With one word it is the id of an
// operation, else a primitive's id, the operation's name and all its options.
func DeleteOperation(doc *cib.Document, words []string, stonith bool) report.List {
	if len(words) == 1 {
		return deleteOperationByID(doc, words[0], stonith)
	}
	e, out := onlyPrimitive(doc, words[0], stonith, "op delete")
	if out.Failed() {
		return out
	}
	found := 0
	for _, set := range e.SelectElements("operations") {
		for _, op := range set.SelectElements("op") {
			if operationIs(op, words[1], words[2:]) {
				set.RemoveChild(op)
				found++
			}
		}
	}
	if found == 0 {
		return stopf("Unable to find operation matching: %s", strings.Join(words[1:], " "))
	}
	return nil
}

func deleteOperationByID(doc *cib.Document, id string, stonith bool) report.List {
	if e := findResource(doc, id, "primitive"); e != nil && isStonith(e) && !stonith {
		return notForStonith("op delete")
	}
	e := findElement(doc, id)
	if !isTag(e, "op") {
		return stopf("unable to find operation id: %s", id)
	}
	e.Parent().RemoveChild(e)
	return nil
}

// operationIs tells whether an operation has a name and, if any options are
// given, just these.
func operationIs(op *cib.Element, name string, options []string) bool {
	if op.SelectAttrValue("name", "") != name {
		return false
	}
	if len(options) == 0 {
		return true
	}
	var have []string
	for _, p := range attributesBut(op, "id", "name") {
		have = append(have, p.Name+"="+p.Value)
	}
	want := append([]string{}, options...)
	sort.Strings(have)
	sort.Strings(want)
	return strings.Join(have, "\x00") == strings.Join(want, "\x00")
}

// CheckFailcountFilter checks which operation fail counts are asked for.
func CheckFailcountFilter(operation, interval string) report.List {
	var out report.List
	if interval == "" {
		return nil
	}
	if operation == "" {
		out = append(out, report.Stop("PREREQUISITE_OPTION_IS_MISSING", "If option 'interval' is specified, option 'operation' must be specified as well"))
	}
	return append(out, checkValues(Pairs{{"interval", interval}}, report.Never, false, timeRule("interval"))...).Alone()
}
