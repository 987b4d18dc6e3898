package value

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for _, c := range []struct{ text, from, to, words string }{
		{"P2Y5MT6M", "1970-01-01", "1972-06-01 00:06:00Z", "   2 years  5 months 360 seconds (6 minutes)"},
		{"P1M", "20090131T000000Z", "2009-02-28 00:00:00Z", " 1 month "},
		{"P-1M", "2009-03-31", "2009-02-28 00:00:00Z", "-1 months "},
		{"P-1H", "2014-01-01 00:30:00Z", "2013-12-31 23:30:00Z", "-3600 seconds (1 hour)"},
		{"P1W2D", "2024-02-25", "2024-03-05 00:00:00Z", " 9 days "},
		{"P1Y", "2024-02-29", "2025-03-01 00:00:00Z", "   1 year "},
		{"P1Y1M", "2023-12-31", "2025-01-30 00:00:00Z", "   1 year  1 month "},
		{"P2Y1Y1D1D", "2024-01-01", "2025-01-03 00:00:00Z", "   1 year  2 days "},
		{"PT1H1S", "2024-01-01", "2024-01-01 01:00:01Z", "3601 seconds (1 hour 1 seconds)"},
		{"P-9Y", "0005-01-01", "0001-01-01 00:00:00Z", "  -9 years "},
		{"P1D x", "2024-02-28", "2024-02-29 00:00:00Z", " 1 day "},
	} {
		d, ok := ReadDuration(c.text)
		from, _ := Date(c.from, time.Unix(0, 0).UTC())
		if got := d.After(from).Format("2006-01-02 15:04:05Z"); !ok || got != c.to || d.String() != c.words {
			t.Errorf("%s after %s: %s (%q), want %s (%q)", c.text, c.from, got, d, c.to, c.words)
		}
	}
	for _, text := range []string{"", "P", "1Y", "P1", "PY", "P1Z", "P1YM", "P99999999999Y", "PT", "PT0S", "P0Y0D", "PT1S-1S", "P 1D", "P306783379W", "PT596524H"} {
		if d, ok := ReadDuration(text); ok {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestPeriod(t *testing.T) {
	for text, want := range map[string]string{
		"2005-040/2005-043":      "2005-02-09 2005-02-12",
		"2005-01-31/P1M":         "2005-01-31 2005-02-28",
		"P1Y/2020-02-29":         "2019-03-01 2020-02-29",
		"P1D":                    "2024-03-01 2024-03-02",
		"epoch/P1D/P1D":          "1970-01-01 1970-01-02",
		"2024-01-01x/2024-01-02": "2024-01-01 2024-01-02",
		"2024-01-01 /2024-01-02": "",
		"10000-01-01/P1D":        "",
		"9999-12-31/P1D":         "",
		"P1Y/P1M":                "",
		"2019-01-01":             "",
		"2019-01-01/":            "",
		"P1Y/2019-02-29":         "",
		"2019-10-01T25:00Z/P1M":  "",
	} {
		start, end, ok := Period(text, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC))
		got := ""
		if ok {
			got = start.Format(time.DateOnly) + " " + end.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
