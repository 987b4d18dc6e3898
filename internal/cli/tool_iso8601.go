package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

var isoOptions = []toolOption{
	{'n', "now", noValue}, {'d', "date", needsValue}, {'p', "period", needsValue}, {'D', "duration", needsValue},
	{'E', "expected", needsValue}, {'s', "seconds", noValue}, {'S', "epoch", noValue}, {'L', "local", noValue},
	{'O', "ordinal", noValue}, {'W', "week", noValue},
}

// exitInvalid is the exit status for a value that is none (crm_error(8)).
const exitInvalid = 2

// iso8601 reads dates, durations and periods and prints them: iso8601(8).
func iso8601(_ context.Context, t *toolCall) int {
	a, code, done := t.start(isoOptions)
	if done {
		return code
	}
	iso := isoForm{seconds: a.has("seconds"), epoch: a.has("epoch"), local: a.has("local"), ordinal: a.has("ordinal"), week: a.has("week")}
	var date time.Time
	text, dated := a.isoDateWord()
	if dated {
		var ok bool
		if date, ok = isoDate(text); !ok {
			return a.end(exitInvalid, "Invalid date/time specified: %s", text)
		}
		label := "Date"
		if strings.EqualFold(text, "now") {
			label = "Current date/time"
		}
		a.put(textElement("date", iso.print(date)), "%s: %s\n", label, iso.print(date))
	}
	if text, ok := a.value("duration"); ok {
		d, ok := value.ReadDuration(text)
		if !ok {
			return a.end(exitInvalid, "Invalid duration specified: %s", text)
		}
		a.put(textElement("duration", d.String()), "Duration: %s\n", d)
		if dated {
			date = d.After(date)
			local := isoForm{seconds: iso.seconds, epoch: iso.epoch, local: true, ordinal: iso.ordinal, week: iso.week}
			a.put(textElement("duration_ends", local.print(date)), "Duration ends at: %s\n", local.print(date))
		}
	}
	if text, ok := a.value("period"); ok {
		start, end, ok := value.Period(text, time.Now())
		if !ok {
			return a.end(exitInvalid, "Invalid interval specified: %s", text)
		}
		a.put(within(cib.NewElement("period"), textElement("start", iso.print(start)), textElement("end", iso.print(end))),
			"Period: %s to %s\n", iso.print(start), iso.print(end))
	}
	if want, ok := a.value("expected"); ok && dated {
		iso.local = false
		if iso.print(date) != want {
			return a.end(exitError, "")
		}
	}
	return a.end(exitOK, "")
}

// isoDateWord is the date asked for, the last of --date and --now.
func (a *answer) isoDateWord() (text string, given bool) {
	for _, w := range a.given {
		switch w.name {
		case "now":
			text, given = "now", true
		case "date":
			text, given = w.value, true
		}
	}
	return text, given
}

func isoDate(text string) (time.Time, bool) {
	if strings.EqualFold(text, "now") {
		return time.Now(), true
	}
	return value.Date(text, time.Now())
}

// isoForm is how a date is printed.
type isoForm struct{ seconds, epoch, local, ordinal, week bool }

// sinceYearOne is the time from the year 1 to the epoch, in seconds.
const sinceYearOne = 62135596800

func (f isoForm) print(t time.Time) string {
	switch {
	case f.seconds:
		return strconv.FormatInt(t.Unix()+sinceYearOne, 10)
	case f.epoch:
		return strconv.FormatInt(t.Unix(), 10)
	}
	if !f.local {
		t = t.UTC()
	}
	day := t.Format(time.DateOnly)
	if f.week {
		year, week := t.ISOWeek()
		day = fmt.Sprintf("%d-W%02d-%d", year, week, (int(t.Weekday())+6)%7+1)
	} else if f.ordinal {
		day = fmt.Sprintf("%d-%03d", t.Year(), t.YearDay())
	}
	if _, offset := t.Zone(); offset == 0 {
		return day + t.Format(" 15:04:05Z")
	}
	return day + t.Format(" 15:04:05 -07:00")
}
