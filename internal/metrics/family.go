package metrics

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Family is a metric with its samples.
type Family struct {
	Name, Help string
	Kind       string // "gauge", "counter", "untyped"
	Samples    []Sample
}

// Sample is one value; labels are name and value by turns.
type Sample struct {
	Labels []string
	Value  float64
}

// add adds a sample.
func (f *Family) add(value float64, labels ...string) {
	f.Samples = append(f.Samples, Sample{labels, value})
}

// flag adds a sample that is 1 for true.
func (f *Family) flag(is bool, labels ...string) { f.add(one(is), labels...) }

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func gauge(name, help string) *Family { return &Family{Name: name, Help: help, Kind: "gauge"} }

// Print writes families in Prometheus's text format, version 0.0.4, in the
// order of their names. Those without samples are left out; of two samples with
// the same labels the first counts.
func Print(families []*Family) []byte {
	list := slices.Clone(families)
	slices.SortStableFunc(list, func(a, b *Family) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, f := range list {
		if len(f.Samples) == 0 {
			continue
		}
		b.WriteString("# HELP " + f.Name + " " + escape(f.Help, false) + "\n# TYPE " + f.Name + " " + f.Kind + "\n")
		seen := map[string]bool{}
		for _, s := range f.Samples {
			labels := printLabels(s.Labels)
			if seen[labels] {
				continue
			}
			seen[labels] = true
			b.WriteString(f.Name + labels + " " + number(s.Value) + "\n")
		}
	}
	return []byte(b.String())
}

func printLabels(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	var words []string
	for i := 0; i+1 < len(pairs); i += 2 {
		words = append(words, pairs[i]+`="`+escape(pairs[i+1], true)+`"`)
	}
	slices.Sort(words)
	return "{" + strings.Join(words, ",") + "}"
}

func escape(s string, label bool) string {
	s = strings.ToValidUTF8(s, "?")
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(s)
	if label {
		s = strings.ReplaceAll(s, `"`, `\"`)
	}
	return s
}

func number(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
