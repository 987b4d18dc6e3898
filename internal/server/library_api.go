package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"gpcs/internal/auth"
)

// answerV1 is the shape of API v1; it is sent with status 200 whatever it says.
type answerV1 struct {
	Status  string      `json:"status"`
	Message *string     `json:"status_msg"`
	Reports []reportDTO `json:"report_list"`
	Data    any         `json:"data"`
}

func faultV1(status, message string) answerV1 {
	return answerV1{Status: status, Message: &message, Reports: []reportDTO{}}
}

const badJSON = "Input is not valid JSON object"

// jsonText answers with a value; what is no success is called HTML, as pcsd does.
func jsonText(w http.ResponseWriter, status int, good bool, v any) {
	data, err := json.Marshal(v)
	if err != nil { // never: these are plain values
		status, data = http.StatusInternalServerError, nil
	}
	if !good {
		text(w, status, string(data))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // a client that went away needs no answer
}

// apiV1 carries out a command and answers when it is done.
func (s *Server) apiV1(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		jsonText(w, http.StatusMethodNotAllowed, false, answerV1{Status: "exception", Reports: []reportDTO{}})
		return
	}
	user, ok := s.who(r)
	if !ok {
		s.notAuthorized(w)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !json.Valid(body) {
		jsonText(w, http.StatusOK, false, faultV1("input_error", badJSON))
		return
	}
	path := chi.URLParam(r, "*")
	command, known := findCommand(path, true)
	if !known {
		jsonText(w, http.StatusOK, false, faultV1("unknown_cmd", "Unknown command '"+path+"'"))
		return
	}
	var params map[string]json.RawMessage
	_ = json.Unmarshal(body, &params) // what is no object has no parameters
	a, good := s.runV1(r.Context(), user, command, params)
	if !good {
		text(w, http.StatusOK, `{"notauthorized": "true"}`)
		return
	}
	jsonText(w, http.StatusOK, true, a)
}

// runV1 is good unless the user may not.
func (s *Server) runV1(ctx context.Context, u auth.User, c libraryCommand, params map[string]json.RawMessage) (a answerV1, good bool) {
	done := s.carryOut(ctx, u, c, params, 0)
	if done.finish == finishFail && done.reports[0].Message.Code == codeNotAuthorized {
		return a, false
	}
	a = answerV1{Status: "exception", Reports: done.reports, Data: done.result}
	switch done.finish {
	case finishSuccess:
		a.Status = "success"
	case finishFail:
		a.Status = "error"
	}
	return a, true
}

// faultV2 is the shape of API v2's errors.
type faultV2 struct {
	Code    int     `json:"http_code"`
	Error   string  `json:"http_error"`
	Message *string `json:"error_message"`
}

func refuseV2(w http.ResponseWriter, code int, message string) {
	f := faultV2{Code: code, Error: http.StatusText(code)}
	if message != "" {
		f.Message = &message
	}
	jsonText(w, code, false, f)
}

const noTask = "Task with this identifier does not exist."

// apiV2 is about tasks: create begins one, run waits for its end, result shows
// it and kill ends it.
func (s *Server) apiV2(w http.ResponseWriter, r *http.Request) {
	verb := chi.URLParam(r, "verb")
	method := map[string]string{"create": http.MethodPost, "run": http.MethodPost, "kill": http.MethodPost, "result": http.MethodGet}[verb]
	switch {
	case method == "":
		s.notFound(w, r)
		return
	case r.Method != method:
		refuseV2(w, http.StatusMethodNotAllowed, "")
		return
	}
	user, ok := s.who(r)
	if !ok {
		refuseV2(w, http.StatusUnauthorized, "")
		return
	}
	body, fault := bodyV2(r)
	if fault != "" {
		refuseV2(w, http.StatusBadRequest, fault)
		return
	}
	if verb == "result" {
		s.taskResult(w, r, user)
		return
	}
	if body == nil {
		refuseV2(w, http.StatusBadRequest, "Request body is missing, has wrong format or wrong/missing headers.")
		return
	}
	if verb == "kill" {
		s.taskKill(w, user, body)
		return
	}
	s.taskStart(w, r, user, body, verb == "run")
}

// bodyV2 is the body of a request, nil where it is not said to be JSON.
func bodyV2(r *http.Request) (body []byte, fault string) {
	if r.Header.Get("Content-Type") != "application/json" {
		return nil, ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !json.Valid(body) {
		return nil, "Malformed JSON data."
	}
	return body, ""
}

func (s *Server) taskResult(w http.ResponseWriter, r *http.Request, user auth.User) {
	if !r.URL.Query().Has("task_ident") {
		refuseV2(w, http.StatusBadRequest, `URL argument "task_ident" is missing.`)
		return
	}
	dto, ok := s.tasks.find(user, r.URL.Query().Get("task_ident"))
	if !ok {
		refuseV2(w, http.StatusNotFound, noTask)
		return
	}
	jsonText(w, http.StatusOK, true, dto)
}

func (s *Server) taskKill(w http.ResponseWriter, user auth.User, body []byte) {
	var request struct {
		Ident string `json:"task_ident"`
	}
	if fault := strictly(body, &request, "task_ident"); fault != "" {
		refuseV2(w, http.StatusBadRequest, fault)
		return
	}
	if !s.tasks.kill(user, request.Ident) {
		refuseV2(w, http.StatusNotFound, noTask)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
}

func (s *Server) taskStart(w http.ResponseWriter, r *http.Request, user auth.User, body []byte, wait bool) {
	command, params, fault := readCommand(body)
	if fault != "" {
		refuseV2(w, http.StatusBadRequest, fault)
		return
	}
	as := effective(user, command.Options)
	k, ok := s.tasks.start(user, command, s.Now(), func(ctx context.Context) outcome {
		c, known := findCommand(command.Name, false)
		if !known {
			return unknownCommand(command.Name)
		}
		timeout := 0
		if t := command.Options.Timeout; t != nil {
			timeout = max(0, *t)
		}
		return s.carryOut(ctx, as, c, params, timeout)
	})
	switch {
	case !ok:
		refuseV2(w, http.StatusServiceUnavailable, "too many tasks are under way")
		return
	case !wait:
		jsonText(w, http.StatusOK, true, map[string]string{"task_ident": k.dto.Ident})
		return
	}
	select {
	case <-k.done:
	case <-r.Context().Done(): // nobody waits for the answer; the task goes on
		return
	}
	dto, _ := s.tasks.find(user, k.dto.Ident)
	jsonText(w, http.StatusOK, true, dto)
}

// readCommand reads the body of a new task.
func readCommand(body []byte) (c commandDTO, params map[string]json.RawMessage, fault string) {
	if fault = strictly(body, &c, "command_name", "params", "options"); fault != "" {
		return c, nil, fault
	}
	var raw struct {
		Params  map[string]json.RawMessage `json:"params"`
		Options json.RawMessage            `json:"options"`
	}
	if json.Unmarshal(body, &raw) != nil || raw.Params == nil {
		return c, nil, malformed
	}
	if fault = strictly(raw.Options, &c.Options, "request_timeout?", "effective_username?", "effective_groups?"); fault != "" {
		return c, nil, fault
	}
	if u := c.Options.User; u != nil && strings.ContainsFunc(*u, func(r rune) bool { return r <= ' ' || strings.ContainsRune(";,\"\\", r) || r > '~' }) {
		return c, nil, malformed // it goes into a cookie
	}
	return c, raw.Params, ""
}

const malformed = "Malformed request body."

// strictly reads an object that has these keys and no others; those with "?"
// may be left out. It returns what is wrong, in pcsd's words.
func strictly(body []byte, into any, keys ...string) string {
	var given map[string]json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		given = map[string]json.RawMessage{} // as pcsd takes one
	} else if json.Unmarshal(body, &given) != nil || given == nil {
		return malformed
	}
	var unexpected []string
	for key := range given {
		if !slices.Contains(keys, key) && !slices.Contains(keys, key+"?") {
			unexpected = append(unexpected, key)
		}
	}
	if len(unexpected) > 0 {
		slices.Sort(unexpected)
		return "Request body contains unexpected keys: " + strings.Join(unexpected, ", ") + "."
	}
	for _, key := range keys {
		if _, ok := given[key]; !ok && !strings.HasSuffix(key, "?") {
			return `Required key "` + key + `" is missing in request body.`
		}
	}
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(body, into); errors.As(err, &wrong) {
		return malformed
	}
	return ""
}

// effective is the user that hacluster wants to be for a task.
func effective(user auth.User, o optionsDTO) auth.User {
	if !user.Super() || o.User == nil || *o.User == "" || *o.User == auth.Superuser {
		return user
	}
	lesser := auth.User{Name: *o.User}
	if o.Groups != nil {
		lesser.Groups = *o.Groups
	}
	return lesser
}
