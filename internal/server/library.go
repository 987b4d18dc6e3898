package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/auth"
)

// libraryCommand is one of the commands that API v1 and v2 carry out: what it
// takes, who may, and the words of the command line that do the same.
type libraryCommand struct {
	name   string // of API v2: "acl.create_role"
	v1     string // its path in API v1, "" = none
	need   auth.Level
	old    bool   // of API v1 only
	fields string // parameters in order; "?" may be left out
	words  func(*params) []string
	// result makes the answer of what was printed, nil = there is none.
	result func(stdout string) (any, error)
	// direct answers without the command line, where words is nil.
	direct func(context.Context, *Server, *params) (any, error)
}

// findCommand finds a command by its name in API v2, or by its path in v1.
func findCommand(name string, v1 bool) (libraryCommand, bool) {
	i := slices.IndexFunc(libraryCommands(), func(c libraryCommand) bool {
		if v1 {
			return c.v1 != "" && c.v1 == name
		}
		return c.name == name && !c.old
	})
	if i < 0 {
		return libraryCommand{}, false
	}
	return libraryCommands()[i], true
}

// outcome is what carrying a command out gave.
type outcome struct {
	finish  string // task_finish_type
	reports []reportDTO
	result  any
}

// The ends of a task.
const (
	finishNone      = "UNFINISHED"
	finishSuccess   = "SUCCESS"
	finishFail      = "FAIL"
	finishException = "UNHANDLED_EXCEPTION"
	finishKill      = "KILL"
)

func failedWith(code, text string, payload map[string]any) outcome {
	return outcome{finish: finishFail, reports: []reportDTO{errorDTO(code, text, payload)}}
}

func unknownCommand(name string) outcome {
	return failedWith("COMMAND_UNKNOWN", "Unknown command '"+name+"'", map[string]any{"command": name})
}

const codeNotAuthorized = "NOT_AUTHORIZED"

// carryOut runs a command for a user.
func (s *Server) carryOut(ctx context.Context, u auth.User, c libraryCommand, values map[string]json.RawMessage, timeout int) outcome {
	if !s.allowed(u, c.need) {
		return failedWith(codeNotAuthorized, "Current user is not authorized for this operation", map[string]any{})
	}
	p, err := readParams(c.fields, values)
	if err == nil && c.direct != nil {
		return s.answerDirectly(ctx, c, p)
	}
	var words []string
	if err == nil {
		words = c.words(p)
		err = p.err
	}
	if err != nil {
		return invalidPayload(err)
	}
	if timeout > 0 {
		p.flags = append(p.flags, fmt.Sprintf("--request-timeout=%d", timeout))
	}
	s.Log.Info("library command", "command", c.name, "user", u.Name)
	slices.Sort(p.flags)
	out, err := s.Program(ctx, Invocation{User: u, Args: slices.Concat(slices.Compact(p.flags), []string{"--"}, words), Reports: true})
	if err != nil {
		s.Log.Error("the command line cannot be run", "command", c.name, "err", err)
		return outcome{finish: finishException, reports: []reportDTO{}}
	}
	done := outcome{finish: finishSuccess, reports: out.reports()}
	if out.Code != 0 {
		done.finish = finishFail
		return done
	}
	if c.result != nil {
		if done.result, err = c.result(out.Stdout); err != nil {
			s.Log.Error("the answer of the command line cannot be read", "command", c.name, "err", err)
			return outcome{finish: finishException, reports: done.reports}
		}
	}
	return done
}

func invalidPayload(err error) outcome {
	return failedWith("COMMAND_INVALID_PAYLOAD", "Invalid command payload: "+err.Error(), map[string]any{"reason": err.Error()})
}

func (s *Server) answerDirectly(ctx context.Context, c libraryCommand, p *params) outcome {
	result, err := c.direct(ctx, s, p)
	var failed *reportError
	switch {
	case p.err != nil:
		return invalidPayload(p.err)
	case errors.As(err, &failed):
		return outcome{finish: finishFail, reports: []reportDTO{reportDTO(*failed)}}
	case err != nil:
		s.Log.Error("library command failed", "command", c.name, "err", err)
		return outcome{finish: finishException, reports: []reportDTO{}}
	}
	return outcome{finish: finishSuccess, reports: []reportDTO{}, result: result}
}

// reportError is an error that is a report.
type reportError reportDTO

func (e *reportError) Error() string { return e.Message.Message }

// params are the parameters of a command. What is not as it should be is kept
// as err, so that words can be put together without asking each time.
type params struct {
	values map[string]any
	flags  []string
	err    error
}

// readParams checks that what was sent is what the fields say.
func readParams(fields string, values map[string]json.RawMessage) (*params, error) {
	p := &params{values: map[string]any{}}
	known := map[string]bool{}
	var missing string
	for _, f := range strings.Fields(fields) {
		name, optional := strings.CutSuffix(f, "?")
		known[name] = true
		if _, given := values[name]; !given && !optional && missing == "" {
			missing = name
		}
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !known[name] {
			return nil, fmt.Errorf("can not match %q to any data class field", name)
		}
		var v any
		if err := json.Unmarshal(values[name], &v); err != nil {
			return nil, err
		}
		p.values[name] = v
	}
	if missing != "" {
		return nil, fmt.Errorf("missing value for field %q", missing)
	}
	return p, nil
}

func (p *params) wrong(name, kind string) {
	if p.err == nil {
		p.err = fmt.Errorf("wrong value type for field %q - should be %q", name, kind)
	}
}

// asText is a value as a word: numbers are words, too.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, !strings.ContainsRune(v, 0)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// text is a parameter that is one word; "" where it is null or left out.
func (p *params) text(name string) string {
	v := p.values[name]
	if v == nil {
		return ""
	}
	s, ok := asText(v)
	if !ok {
		p.wrong(name, "str")
	}
	return s
}

// id is a text that must not be empty: one that is would shift the words after it.
func (p *params) id(name string) string {
	s := p.text(name)
	if s == "" && p.err == nil {
		p.err = fmt.Errorf("field %q is empty", name)
	}
	return s
}

// pair is NAME=VALUE, nothing where there is no value.
func (p *params) pair(word, name string) []string {
	if p.values[name] == nil {
		return nil
	}
	return []string{word + "=" + p.text(name)}
}

// on tells whether a boolean is true.
func (p *params) on(name string) bool {
	v := p.values[name]
	b, ok := v.(bool)
	if v != nil && !ok {
		p.wrong(name, "bool")
	}
	return b
}

// flag adds an option where a boolean is true.
func (p *params) flag(option, name string) {
	if p.on(name) {
		p.flags = append(p.flags, option)
	}
}

// option adds an option with a value, where there is one.
func (p *params) option(option, name string) {
	if v := p.text(name); v != "" {
		p.flags = append(p.flags, option+"="+v)
	}
}

// wait is --wait: true and null are without limit, false is not at all.
func (p *params) wait(name string) {
	v, given := p.values[name]
	switch {
	case !given || v == false:
	case v == nil || v == true:
		p.flags = append(p.flags, "--wait")
	default:
		p.option("--wait", name)
	}
}

// force are force_flags.
func (p *params) force() {
	for _, code := range p.list("force_flags") {
		for option, of := range forceCodes {
			if of == code {
				p.flags = append(p.flags, option)
			}
		}
	}
}

// list is a list of words.
func (p *params) list(name string) []string {
	items := p.items(name)
	var words []string
	for _, v := range items {
		s, ok := asText(v)
		if !ok || s == "" {
			p.wrong(name, "list of str")
		}
		words = append(words, s)
	}
	return words
}

func (p *params) items(name string) []any {
	v := p.values[name]
	items, ok := v.([]any)
	if v != nil && !ok {
		p.wrong(name, "list")
	}
	return items
}

// pairs are the NAME=VALUE of an object, by name.
func (p *params) pairs(name string) []string {
	v := p.values[name]
	object, ok := v.(map[string]any)
	if v != nil && !ok {
		p.wrong(name, "dict")
	}
	return p.pairsOf(name, object)
}

func (p *params) pairsOf(name string, object map[string]any) []string {
	var words []string
	for key, v := range object {
		s, ok := asText(v)
		if !ok || key == "" || strings.ContainsAny(key, "=\x00") {
			p.wrong(name, "dict of str")
		}
		words = append(words, key+"="+s)
	}
	slices.Sort(words)
	return words
}

// section is a word with what follows it, nothing where nothing does.
func section(word string, words []string) []string {
	if len(words) == 0 {
		return nil
	}
	return append([]string{word}, words...)
}
