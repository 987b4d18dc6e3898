package admin

import (
	"fmt"
	"regexp"
	"strings"

	"gpcs/internal/report"
)

// ruleNode is a rule expression as the administrator wrote it: either a
// boolean of parts, or one simple expression.
type ruleNode struct {
	op    string // "and", "or"; "" for a simple expression
	parts []*ruleNode

	kind      string // "attribute", "defined", "compare", "range", "spec", "resource", "op"
	attribute string // defined, compare
	operation string // defined: defined|not_defined; compare: lt, ...; date compare: gt, lt
	valueType string
	value     string // compare; date compare: the date
	start     string // range
	end       string
	hasSpan   bool // range: a duration instead of an end
	parameter Pairs
	class     string
	provider  string
	agent     string
	interval  string
}

// The kinds of simple expressions.
const (
	nodeDefined  = "defined"
	nodeCompare  = "compare"
	nodeDate     = "date"
	nodeRange    = "range"
	nodeSpec     = "spec"
	nodeResource = "resource"
	nodeOp       = "op"
)

// ruleParser reads the rule language of pcs: simple expressions joined by
// "and" and "or" of one priority from left to right, and parentheses.
// Keywords may be in any case. far is how far any attempt got.
type ruleParser struct {
	text string
	far  int
}

var (
	ruleWord    = regexp.MustCompile(`^[^()\s]+`)
	ruleOption  = regexp.MustCompile(`^([^()\s=]+)=([^()\s]+)`)
	ruleAgent   = regexp.MustCompile(`^([A-Za-z0-9_.-]*):([A-Za-z0-9_.-]*):([A-Za-z0-9_.@-]*)|^([A-Za-z0-9_.-]*):([A-Za-z0-9_.@-]*)`)
	ruleDate    = regexp.MustCompile(`^[^()\s]+`)
	opInterval  = regexp.MustCompile(`^(?i:interval)=(\d+(?:ms|msec|us|usec|s|sec|m|min|h|hr|d)?)(?:[()\s]|$)`)
	valueTypes  = []string{"string", "integer", "number", "version"}
	comparisons = []string{"eq", "ne", "gte", "gt", "lte", "lt"}
)

// parseRule reads a rule expression. An error names the place where reading
// came to an end.
func parseRule(text string) (*ruleNode, report.List) {
	if strings.TrimSpace(text) == "" {
		return &ruleNode{op: ruleBooleanAnd}, nil
	}
	p := &ruleParser{text: text}
	node, pos, ok := p.expression(0)
	if ok {
		if pos = p.skip(pos); pos == len(text) {
			return node, nil
		}
		p.far = pos
	}
	return nil, report.List{ruleSyntax(text, p.far)}
}

// ruleSyntax says where a rule expression cannot be read.
func ruleSyntax(text string, at int) report.Report {
	line, start := 1, 0
	for i := 0; i < at && i < len(text); i++ {
		if text[i] == '\n' {
			line, start = line+1, i+1
		}
	}
	column := at - start + 1
	current, _, _ := strings.Cut(text[start:], "\n")
	return report.NewError("RULE_EXPRESSION_PARSE_ERROR", fmt.Sprintf(
		"'%s' is not a valid rule expression, parse error near or after line %d column %d\n  %s\n  %s^",
		text, line, column, current, strings.Repeat("-", column-1)))
}

func (p *ruleParser) skip(pos int) int {
	for pos < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[pos])) {
		pos++
	}
	return pos
}

// fail notes how far an attempt got.
func (p *ruleParser) fail(pos int) { p.far = max(p.far, pos) }

// match reads a pattern after blanks.
func (p *ruleParser) match(pos int, pattern *regexp.Regexp) ([]string, int, bool) {
	pos = p.skip(pos)
	m := pattern.FindStringSubmatch(p.text[pos:])
	if m == nil {
		p.fail(pos)
		return nil, pos, false
	}
	return m, pos + len(m[0]), true
}

// keyword reads one of the words, whole and in any case; the longest first.
func (p *ruleParser) keyword(pos int, words ...string) (string, int, bool) {
	pos = p.skip(pos)
	found := ruleWord.FindString(p.text[pos:])
	for _, w := range words {
		if strings.EqualFold(found, w) {
			return w, pos + len(w), true
		}
	}
	p.fail(pos)
	return "", pos, false
}

// expression reads operands joined by and/or. Operands of the same operator
// in a row become parts of one node.
func (p *ruleParser) expression(pos int) (*ruleNode, int, bool) {
	left, pos, ok := p.operand(pos)
	if !ok {
		return nil, pos, false
	}
	run := false // whether left was made by this loop and may take more parts
	for {
		reached := p.far
		op, next, ok := p.keyword(pos, "and", "or")
		if !ok {
			return left, pos, true
		}
		right, next, ok := p.operand(next)
		if !ok {
			// Reading goes on as if the operator were not there; the place
			// named in the message is that of the operator.
			p.far = max(reached, p.skip(pos))
			return left, pos, true
		}
		if run && left.op == op {
			left.parts = append(left.parts, right)
		} else {
			left = &ruleNode{op: op, parts: []*ruleNode{left, right}}
		}
		run, pos = true, next
	}
}

func (p *ruleParser) operand(pos int) (*ruleNode, int, bool) {
	pos = p.skip(pos)
	if pos < len(p.text) && p.text[pos] == '(' {
		node, next, ok := p.expression(pos + 1)
		if !ok {
			return nil, next, false
		}
		if next = p.skip(next); next == len(p.text) || p.text[next] != ')' {
			p.fail(next)
			return nil, next, false
		}
		return node, next + 1, true
	}
	for _, read := range []func(int) (*ruleNode, int, bool){
		p.resource, p.operation, p.definedness, p.spec, p.spanRange, p.dateRange, p.dateCompare, p.compare,
	} {
		if node, next, ok := read(pos); ok {
			return node, next, true
		}
	}
	return nil, pos, false
}

func (p *ruleParser) resource(pos int) (*ruleNode, int, bool) {
	_, pos, ok := p.keyword(pos, "resource")
	if !ok {
		return nil, pos, false
	}
	m, next, ok := p.match(pos, ruleAgent)
	if !ok {
		return nil, pos, false
	}
	if m[4]+m[5] != "" {
		return &ruleNode{kind: nodeResource, class: m[4], agent: m[5]}, next, true
	}
	return &ruleNode{kind: nodeResource, class: m[1], provider: m[2], agent: m[3]}, next, true
}

func (p *ruleParser) operation(pos int) (*ruleNode, int, bool) {
	_, pos, ok := p.keyword(pos, "op")
	if !ok {
		return nil, pos, false
	}
	m, pos, ok := p.match(pos, ruleWord)
	if !ok {
		return nil, pos, false
	}
	node := &ruleNode{kind: nodeOp, value: m[0]}
	at := p.skip(pos)
	if m := opInterval.FindStringSubmatch(p.text[at:]); m != nil {
		node.interval = m[1]
		pos = at + len("interval=") + len(m[1])
	}
	return node, pos, true
}

func (p *ruleParser) definedness(pos int) (*ruleNode, int, bool) {
	word, pos, ok := p.keyword(pos, "defined", "not_defined")
	if !ok {
		return nil, pos, false
	}
	m, pos, ok := p.match(pos, ruleWord)
	if !ok {
		return nil, pos, false
	}
	return &ruleNode{kind: nodeDefined, operation: word, attribute: m[0]}, pos, true
}

func (p *ruleParser) spec(pos int) (*ruleNode, int, bool) {
	_, pos, ok := p.keyword(pos, "date-spec")
	if !ok {
		return nil, pos, false
	}
	options, pos, ok := p.options(pos)
	return &ruleNode{kind: nodeSpec, parameter: options}, pos, ok
}

// options reads at least one name=value.
func (p *ruleParser) options(pos int) (Pairs, int, bool) {
	var pairs Pairs
	for {
		m, next, ok := p.match(pos, ruleOption)
		if !ok {
			if at := p.skip(pos); pairs == nil {
				p.fail(at + len(ruleWord.FindString(p.text[at:])))
			}
			return pairs, pos, pairs != nil
		}
		pairs, pos = append(pairs, Pair{m[1], m[2]}), next
	}
}

func (p *ruleParser) rangeStart(pos int) (string, int, bool) {
	_, pos, ok := p.keyword(pos, "date")
	if !ok {
		return "", pos, false
	}
	if _, pos, ok = p.keyword(pos, "in_range"); !ok {
		return "", pos, false
	}
	at := p.skip(pos)
	if _, next, ok := p.keyword(pos, "to"); ok {
		return "", next, true
	}
	m, next, ok := p.match(pos, ruleDate)
	if !ok {
		return "", pos, false
	}
	reached := p.far
	if _, next, ok = p.keyword(next, "to"); !ok {
		p.far = max(reached, at)
		return "", pos, false
	}
	return m[0], next, true
}

func (p *ruleParser) spanRange(pos int) (*ruleNode, int, bool) {
	start, pos, ok := p.rangeStart(pos)
	if !ok || start == "" {
		return nil, pos, false
	}
	if _, pos, ok = p.keyword(pos, "duration"); !ok {
		return nil, pos, false
	}
	options, pos, ok := p.options(pos)
	return &ruleNode{kind: nodeRange, start: start, hasSpan: true, parameter: options}, pos, ok
}

func (p *ruleParser) dateRange(pos int) (*ruleNode, int, bool) {
	start, pos, ok := p.rangeStart(pos)
	if !ok {
		return nil, pos, false
	}
	m, pos, ok := p.match(pos, ruleDate)
	if !ok {
		return nil, pos, false
	}
	return &ruleNode{kind: nodeRange, start: start, end: m[0]}, pos, true
}

func (p *ruleParser) dateCompare(pos int) (*ruleNode, int, bool) {
	_, pos, ok := p.keyword(pos, "date")
	if !ok {
		return nil, pos, false
	}
	op, pos, ok := p.keyword(pos, "gt", "lt")
	if !ok {
		return nil, pos, false
	}
	m, pos, ok := p.match(pos, ruleDate)
	if !ok {
		return nil, pos, false
	}
	return &ruleNode{kind: nodeDate, operation: op, value: m[0]}, pos, true
}

func (p *ruleParser) compare(pos int) (*ruleNode, int, bool) {
	m, pos, ok := p.match(pos, ruleWord)
	if !ok {
		return nil, pos, false
	}
	node := &ruleNode{kind: nodeCompare, attribute: m[0]}
	if node.operation, pos, ok = p.keyword(pos, comparisons...); !ok {
		return nil, pos, false
	}
	if t, next, ok := p.keyword(pos, valueTypes...); ok {
		node.valueType, pos = t, next
	}
	if m, pos, ok = p.match(pos, ruleWord); !ok {
		return nil, pos, false
	}
	node.value = m[0]
	return node, pos, true
}
