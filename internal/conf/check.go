package conf

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/report"
)

// check says what is wrong with one option's value.
type check func(name, value string) report.List

// optionSet is what may be set in one place: which names, which values.
type optionSet struct {
	kind   string // "link", "totem", "knet transport", ...
	names  []string
	checks []namedCheck
}

type namedCheck struct {
	name string
	is   check
}

// validate checks options against the set. With emptyOK an empty value, which
// removes an option, is right.
func (s optionSet) validate(options map[string]string, emptyOK bool) report.List {
	var out report.List
	allowed := map[string]bool{}
	for _, n := range s.names {
		allowed[n] = true
	}
	var unknown []string
	for _, n := range slices.Sorted(maps.Keys(options)) {
		if !allowed[n] {
			unknown = append(unknown, n)
		}
	}
	if len(unknown) > 0 {
		out = append(out, invalidOptions(unknown, s.names, s.kind))
	}
	out = append(out, badNames(options, s.kind)...)
	for _, n := range slices.Sorted(maps.Keys(options)) {
		out = append(out, cleanValue(n, options[n])...)
	}
	for _, c := range s.checks {
		if v, ok := options[c.name]; ok && !(emptyOK && v == "") {
			out = append(out, c.is(c.name, v)...)
		}
	}
	return out
}

func invalidOptions(unknown, allowed []string, kind string) report.Report {
	plural := "option"
	if len(unknown) > 1 {
		plural = "options:"
	}
	are := "allowed option is"
	if len(allowed) > 1 {
		are = "allowed options are:"
	}
	return report.NewError("INVALID_OPTIONS", fmt.Sprintf("invalid %s %s %s, %s %s",
		kind, plural, report.Quote(unknown), are, report.Quote(allowed)))
}

var optionName = regexp.MustCompile(`^[-_/a-zA-Z0-9]+$`)

// badNames refuses names that would break the file's structure.
func badNames(options map[string]string, kind string) report.List {
	var bad []string
	for _, n := range slices.Sorted(maps.Keys(options)) {
		if !optionName.MatchString(n) {
			bad = append(bad, n)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	plural := "option"
	if len(bad) > 1 {
		plural = "options"
	}
	return report.List{report.NewError("INVALID_USERDEFINED_OPTIONS", fmt.Sprintf(
		"invalid %s %s %s, %s options may contain a-z A-Z 0-9 /_- characters only", kind, plural, report.Quote(bad), kind))}
}

// cleanValue refuses characters that would break the file's structure.
func cleanValue(name, value string) report.List {
	if strings.ContainsAny(value, "{}\n\r") {
		return report.List{report.NewError("INVALID_OPTION_VALUE", name+` cannot contain {}\n\r characters`)}
	}
	return nil
}

// invalidValue words a wrong value; hint says what is right.
func invalidValue(name, value, hint string) report.List {
	return report.List{report.NewError("INVALID_OPTION_VALUE",
		fmt.Sprintf("'%s' is not a valid %s value, use %s", value, name, hint))}
}

func oneOf(values ...string) check {
	return func(name, value string) report.List {
		for _, v := range values {
			if v == value {
				return nil
			}
		}
		return invalidValue(name, value, report.Quote(sorted(values)))
	}
}

func isInteger(value string, least, most int) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n >= least && n <= most
}

const maxInt = int(^uint(0) >> 1)

func nonNegative(name, value string) report.List {
	if isInteger(value, 0, maxInt) {
		return nil
	}
	return invalidValue(name, value, "a non-negative integer")
}

func positive(name, value string) report.List {
	if isInteger(value, 1, maxInt) {
		return nil
	}
	return invalidValue(name, value, "a positive integer")
}

func inRange(least, most int) check {
	return func(name, value string) report.List {
		if isInteger(value, least, most) {
			return nil
		}
		return invalidValue(name, value, fmt.Sprintf("%d..%d", least, most))
	}
}

func portNumber(name, value string) report.List {
	if isInteger(value, 1, 65535) {
		return nil
	}
	return invalidValue(name, value, "a port number (1..65535)")
}

func ipAddress(name, value string) report.List {
	if _, err := netip.ParseAddr(value); err == nil {
		return nil
	}
	return invalidValue(name, value, "an IP address")
}

func notEmpty(hint string) check {
	return func(name, value string) report.List {
		if value != "" {
			return nil
		}
		return report.List{report.NewError("INVALID_OPTION_VALUE", name+" cannot be empty, use "+hint)}
	}
}

// deprecatedValue warns of a value that goes away.
func deprecatedValue(old string) check {
	return func(name, value string) report.List {
		if value != old {
			return nil
		}
		return report.List{report.NewDeprecation("DEPRECATED_OPTION_VALUE", fmt.Sprintf(
			"Value '%s' of option %s is deprecated and might be removed in a future release, therefore it should not be used",
			value, name))}
	}
}

// mustBeEnabled words an option that needs another one.
func mustBeEnabled(kind, option, prerequisite string) report.Report {
	return report.NewError("PREREQUISITE_OPTION_MUST_BE_ENABLED_AS_WELL", fmt.Sprintf(
		"If %[1]s option '%[2]s' is enabled, %[1]s option '%[3]s' must be enabled as well", kind, option, prerequisite))
}

func mustBeDisabled(kind, option, prerequisite string) report.Report {
	return report.NewError("PREREQUISITE_OPTION_MUST_BE_DISABLED", fmt.Sprintf(
		"If %[1]s option '%[2]s' is enabled, %[1]s option '%[3]s' must be disabled", kind, option, prerequisite))
}

func mustBeGiven(kind, option, prerequisite string) report.Report {
	return report.NewError("PREREQUISITE_OPTION_IS_MISSING", fmt.Sprintf(
		"If %[1]s option '%[2]s' is specified, %[1]s option '%[3]s' must be specified as well", kind, option, prerequisite))
}
