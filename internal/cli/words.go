package cli

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Words is a command line taken apart as pcs does it: options may stand
// anywhere before "--", long ones may be abbreviated, everything else is an
// argument in its order.
type Words struct {
	Args  []string
	Notes []string // deprecation warnings to be said once

	values map[string][]string // "--force" -> {""}, "--name" -> {"x"}
}

// valueKind is how an option takes its value.
type valueKind int

const (
	noValue valueKind = iota
	needsValue
	mayHaveValue // only as --wait=n
)

// longOptions is every long option that pcs knows, without dashes. Which verb
// takes which is the verb's business.
var longOptions = map[string]valueKind{
	"after": needsValue, "agent-validation": noValue, "all": noValue, "autodelete": noValue,
	"before": needsValue, "booth-conf": needsValue, "booth-key": needsValue, "brief": noValue,
	"config": noValue, "corosync": noValue, "corosync_conf": needsValue, "debug": noValue,
	"defaults": noValue, "disabled": noValue, "enable": noValue, "expired": noValue,
	"force": noValue, "from": needsValue, "full": noValue, "fullhelp": noValue,
	"future": noValue, "group": needsValue, "help": noValue, "hide-inactive": noValue,
	"local": noValue, "master": noValue, "monitor": noValue, "name": needsValue,
	"no-cluster-uuid": noValue, "no-default-ops": noValue, "no-expire-check": noValue,
	"no-keys-sync": noValue, "no-stop": noValue, "no-strict": noValue,
	"no-watchdog-validation": noValue, "nodesc": noValue, "off": noValue,
	"output-format": needsValue, "overwrite": noValue, "pacemaker": noValue, "promoted": noValue,
	"quiet": noValue, "request-timeout": needsValue, "safe": noValue, "show-secrets": noValue,
	"simulate": noValue, "skip-offline": noValue, "start": noValue, "strict": noValue,
	"to": needsValue, "token": needsValue, "verify": noValue, "version": noValue, "wait": mayHaveValue, "yes": noValue,
	"node": needsValue, "interactive": noValue,
}

// shortOptions are the one-letter options and whether they take a value.
var shortOptions = map[byte]valueKind{'f': needsValue, 'h': noValue, 'p': needsValue, 'u': needsValue}

var negativeNumber = regexp.MustCompile(`^-([0-9.]+|(?i:infinity))$`)

// ParseWords takes a command line apart. An error is a whole message such as
// "option --bogus not recognized".
func ParseWords(argv []string) (*Words, error) {
	w := &Words{values: map[string][]string{}}
	for i := 0; i < len(argv); i++ {
		word := argv[i]
		var err error
		switch {
		case word == "--":
			w.Args = append(w.Args, argv[i+1:]...)
			return w, nil
		case strings.HasPrefix(word, "--"):
			i, err = w.long(argv, i)
		case negativeNumber.MatchString(word):
			w.Args = append(w.Args, word)
			w.Notes = append(w.Notes, fmt.Sprintf("Using '%s' without '--' is deprecated, those parameters will be "+
				"considered position independent options in future pcs versions", word))
		case len(word) > 1 && word[0] == '-':
			i, err = w.short(argv, i)
		default:
			w.Args = append(w.Args, word)
		}
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *Words) long(argv []string, i int) (int, error) {
	name, value, hasValue := strings.Cut(argv[i][2:], "=")
	full, err := completeOption(name)
	if err != nil {
		return i, err
	}
	switch kind := longOptions[full]; {
	case kind == noValue && hasValue:
		return i, fmt.Errorf("option --%s must not have an argument", full)
	case kind == needsValue && !hasValue:
		if i++; i == len(argv) {
			return i, fmt.Errorf("option --%s requires argument", full)
		}
		value = argv[i]
	}
	return i, w.add("--"+full, value)
}

func (w *Words) short(argv []string, i int) (int, error) {
	for letters := argv[i][1:]; letters != ""; {
		c := letters[0]
		letters = letters[1:]
		kind, known := shortOptions[c]
		if !known {
			return i, fmt.Errorf("option -%c not recognized", c)
		}
		value := ""
		if kind == needsValue {
			if value = letters; value == "" {
				if i++; i == len(argv) {
					return i, fmt.Errorf("option -%c requires argument", c)
				}
				value = argv[i]
			}
			letters = ""
		}
		if err := w.add("-"+string(c), value); err != nil {
			return i, err
		}
	}
	return i, nil
}

func completeOption(name string) (string, error) {
	if _, ok := longOptions[name]; ok {
		return name, nil
	}
	var found []string
	for o := range longOptions {
		if strings.HasPrefix(o, name) {
			found = append(found, o)
		}
	}
	sort.Strings(found)
	switch len(found) {
	case 0:
		return "", fmt.Errorf("option --%s not recognized", name)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("option --%s not a unique prefix", name)
}

// onceOnly is the error of an option that was given again.
type onceOnly string

func (o onceOnly) Error() string { return string(o) + " can only be used once" }

func (w *Words) add(option, value string) error {
	if option == "--help" {
		option = "-h"
	}
	if len(w.values[option]) > 0 && option != "-h" {
		return onceOnly(option)
	}
	w.values[option] = append(w.values[option], value)
	return nil
}

// Has tells whether an option was given, by its full name: "--force", "-f".
func (w *Words) Has(option string) bool { return len(w.values[option]) > 0 }

// Value returns an option's value and whether it was given.
func (w *Words) Value(option string) (string, bool) {
	v := w.values[option]
	if len(v) == 0 {
		return "", false
	}
	return v[0], true
}

// Given lists the options given, sorted.
func (w *Words) Given() []string {
	var given []string
	for o := range w.values {
		given = append(given, o)
	}
	sort.Strings(given)
	return given
}
