package admin

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// checkLevel is the one option of an operation that is an instance attribute.
const checkLevel = "OCF_CHECK_LEVEL"

var operationOptions = []string{
	"description", "enabled", "id", "interval", "interval-origin", "name", checkLevel,
	"on-fail", "record-pending", "role", "start-delay", "timeout",
}

var roles = []string{"Promoted", "Started", "Stopped", "Unpromoted"}

var onFail = []string{"block", "demote", "fence", "ignore", "restart", "restart-container", "standby", "stop"}

// normalOperation brings words of fixed lists into the case of the list.
func normalOperation(op Pairs) Pairs {
	out := append(Pairs{}, op...)
	for i, p := range out {
		switch p.Name {
		case "on-fail", "record-pending", "enabled":
			out[i].Value = strings.ToLower(p.Value)
		case "role":
			if p.Value != "" {
				out[i].Value = strings.ToUpper(p.Value[:1]) + strings.ToLower(p.Value[1:])
			}
		}
	}
	return out
}

// checkOperation checks the options of one operation, name among them.
func checkOperation(op Pairs, allowed []string, force bool) report.List {
	normal := normalOperation(op)
	out := checkNames("resource operation", op, operationOptions, report.Never, false)
	if name, ok := op.Get("name"); !ok {
		out = append(out, missingOptions("resource operation", []string{"name"}, report.Never, false))
	} else if allowed != nil && !oneOf("", allowed...).ok(name) {
		out = append(out, invalidValue("operation name", name, quoteSorted(allowed), report.Force, force))
	}
	for _, r := range []valueRule{oneOf("role", roles...), oneOf("on-fail", onFail...), boolRule("record-pending"), boolRule("enabled")} {
		if v, given := normal.Get(r.name); given && !r.ok(v) {
			said, _ := op.Get(r.name)
			out = append(out, invalidValue(r.name, said, r.hint, report.Never, false))
		}
	}
	_, delay := op.Get("start-delay")
	if _, origin := op.Get("interval-origin"); origin && delay {
		out = append(out, exclusiveOptions("resource operation", []string{"interval-origin", "start-delay"}))
	}
	if id, given := op.Get("id"); given {
		out = append(out, checkID(id, "operation id")...)
	}
	return append(out, checkValues(op, report.Never, false, timeRule("interval"), timeRule("timeout"))...)
}

// completeOperation adds the interval that an operation has if none is said
// and drops options without a value.
func completeOperation(op Pairs) Pairs {
	var out Pairs
	for _, p := range normalOperation(op) {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	if _, given := out.Get("interval"); !given {
		name, _ := out.Get("name")
		out = append(out, Pair{"interval", agentmeta.DefaultInterval(name)})
	}
	return out
}

// checkIntervals reports operations of one name that have the same interval,
// however it is written: Pacemaker could not tell their results apart.
func checkIntervals(ops []Pairs) report.List {
	type key struct {
		name     string
		interval int64
	}
	written := map[key][]string{}
	var order []key
	for _, op := range ops {
		name, _ := op.Get("name")
		interval, _ := op.Get("interval")
		s, ok := seconds(interval)
		if !ok {
			continue
		}
		k := key{name, s}
		if written[k] == nil {
			order = append(order, k)
		}
		written[k] = append(written[k], interval)
	}
	var lines []string
	for _, k := range order {
		if len(written[k]) > 1 {
			lines = append(lines, fmt.Sprintf("%s with intervals %s", k.name, strings.Join(written[k], ", ")))
		}
	}
	if lines == nil {
		return nil
	}
	sort.Strings(lines)
	return report.List{report.NewError("RESOURCE_OPERATION_INTERVAL_DUPLICATION",
		"multiple specification of the same operation with the same interval:\n"+strings.Join(lines, "\n"))}
}

// newOperations checks the operations said for a new resource and returns
// them with those that the agent advises of other names, ordered by name.
func newOperations(said []Pairs, agent agentmeta.Agent, monitorsOnly, force bool) ([]Pairs, report.List) {
	var out report.List
	allowed := agent.ActionNames()
	if agent.Void {
		allowed = nil
	}
	var ops []Pairs
	have := map[string]bool{}
	for _, op := range said {
		out = append(out, checkOperation(op, allowed, force)...)
		ops = append(ops, completeOperation(op))
		name, _ := op.Get("name")
		have[name] = true
	}
	out = append(out, checkIntervals(ops)...)
	if out.Failed() {
		return nil, out
	}
	missing := slices.DeleteFunc(agent.DefaultOperations(monitorsOnly), func(op agentmeta.Operation) bool { return have[op.Name] })
	advised, notes := uniqueIntervals(missing)
	out = append(out, notes...)
	for _, op := range advised {
		ops = append(ops, advisedPairs(op))
	}
	sort.SliceStable(ops, func(i, j int) bool {
		a, _ := ops[i].Get("name")
		b, _ := ops[j].Get("name")
		return a < b
	})
	return ops, out
}

// uniqueIntervals makes the intervals of advised operations of one name
// differ: agents give two monitors the same one.
func uniqueIntervals(ops []agentmeta.Operation) ([]agentmeta.Operation, report.List) {
	used := map[string]map[int64]bool{}
	var out report.List
	for i, op := range ops {
		if used[op.Name] == nil {
			used[op.Name] = map[int64]bool{}
		}
		s, ok := seconds(op.Interval)
		if !ok {
			continue
		}
		if used[op.Name][s] {
			for used[op.Name][s] {
				s++
			}
			ops[i].Interval = strconv.FormatInt(s, 10)
			out = append(out, report.NewWarning("RESOURCE_OPERATION_INTERVAL_ADAPTED", fmt.Sprintf(
				"changing a %s operation interval from %s to %s to make the operation unique", op.Name, op.Interval, ops[i].Interval)))
		}
		used[op.Name][s] = true
	}
	return ops, out
}

func advisedPairs(op agentmeta.Operation) Pairs {
	var out Pairs
	for _, p := range []Pair{
		{"name", op.Name}, {"interval", op.Interval}, {"start-delay", op.StartDelay}, {"timeout", op.Timeout},
		{"role", op.Role}, {checkLevel, op.CheckLevel},
	} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

// addOperation appends an operation to the operations of a primitive. An id
// that is taken stops it.
func (b *idBook) addOperation(doc *cib.Document, operations *cib.Element, rscID string, op Pairs) report.List {
	e := cib.NewElement("op")
	for _, p := range op {
		switch p.Name {
		case checkLevel:
		case "role":
			e.CreateAttr("role", roleFor(doc, p.Value))
		default:
			e.CreateAttr(p.Name, p.Value)
		}
	}
	if id, given := op.Get("id"); !given {
		name, _ := op.Get("name")
		interval, _ := op.Get("interval")
		e.CreateAttr("id", b.unique(fmt.Sprintf("%s-%s-interval-%s", rscID, name, interval)))
	} else if !b.book(id) {
		return report.List{report.Stop("ID_ALREADY_EXISTS", fmt.Sprintf("'%s' already exists", id))}
	}
	operations.AddChild(e)
	if level, given := op.Get(checkLevel); given {
		b.newNvset(e, "instance_attributes", Pairs{{checkLevel, level}})
	}
	return nil
}
