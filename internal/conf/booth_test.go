package conf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBooth(t *testing.T) {
	b, err := ParseBooth([]byte("# sites\nsite=1.1.1.1\nticket = 'A' # first\n expire = 10\nport = 9929\n\nticket=\"B\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if out := b.ValidateAddTicket("A", nil, false); len(out) != 1 || out[0].Code != "BOOTH_TICKET_DUPLICATE" {
		t.Errorf("a ticket that is there: %v", out)
	}
	b.AddTicket("C", map[string]string{"timeout": "5", "mode": "MANUAL"})
	if out := b.RemoveTicket("B"); out != nil {
		t.Errorf("B cannot be removed: %v", out)
	}
	b.EnableAuthfile(true)
	want := "enable-authfile = yes\nsite = 1.1.1.1\nport = 9929\nticket = \"A\"\n  expire = 10\nticket = \"C\"\n  mode = manual\n  timeout = 5\n"
	if diff := cmp.Diff(want, string(b.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestBoothRefusesLines(t *testing.T) {
	_, err := ParseBooth([]byte("site = 1.1.1.1\nwhat is this\nticket = \"A\n"))
	want := "unexpected lines in booth config 'f':\nwhat is this\nticket = \"A"
	lines, ok := err.(BoothLinesError)
	if !ok || lines.In("f") != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestBoothTicketOptions(t *testing.T) {
	b := NewBooth([]string{"1", "2"}, []string{"3"}, "/etc/booth/booth.key")
	out := b.ValidateAddTicket("T", map[string]string{"site": "x", "other": "y", "retries": " ", "mode": "never"}, true)
	var codes []string
	for _, r := range out {
		codes = append(codes, r.String())
	}
	want := []string{"Warning: invalid booth ticket option 'other'", "Error: invalid booth ticket option 'site'",
		"Error: retries cannot be empty", "Warning: 'never' is not a valid mode value"}
	if len(codes) != len(want) {
		t.Fatalf("got %q", codes)
	}
	for i := range want {
		if !strings.HasPrefix(codes[i], want[i]) {
			t.Errorf("got %q, want %q", codes[i], want[i])
		}
	}
}
