package conf

import (
	"testing"

	"pgregory.net/rapid"
)

func sections(depth int) *rapid.Generator[*Section] {
	word := rapid.StringMatching(`[a-z_]{1,8}`)
	value := rapid.StringMatching(`[a-z0-9:./ -]{0,12}`)
	return rapid.Custom(func(t *rapid.T) *Section {
		s := &Section{}
		for range rapid.IntRange(0, 3).Draw(t, "attributes") {
			s.Add(word.Draw(t, "name"), value.Draw(t, "value"))
		}
		if depth > 0 {
			for range rapid.IntRange(0, 2).Draw(t, "sections") {
				sub := sections(depth-1).Draw(t, "section")
				sub.Name = word.Draw(t, "title")
				s.Sections = append(s.Sections, sub)
			}
		}
		return s
	})
}

// What is printed reads back as what it was: printing it again changes nothing.
func TestPrintedSectionsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		printed := sections(3).Draw(t, "file").String()
		back, err := ParseSections([]byte(printed))
		if err != nil {
			t.Fatalf("%v in\n%s", err, printed)
		}
		again, err := ParseSections([]byte(back.String()))
		if err != nil || again.String() != back.String() {
			t.Fatalf("%v\n%s\nbecame\n%s", err, back, again)
		}
	})
}

// No value that passes validation can add a line of its own to the file.
func TestNoOptionBreaksOutOfItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune("a0{}\n\r:# "))).Draw(t, "value")
		name := rapid.SampledFrom([]string{"token", "join", "block_unlisted_ips"}).Draw(t, "name")
		s := Setup{Name: "c", Nodes: []NewNode{{"a", []string{"10.0.0.1"}}, {"b", []string{value}}},
			Totem: map[string]string{name: value}, Compression: map[string]string{"model": value}}
		if s.Validate(func(string) bool { return true }, true).Failed() {
			return
		}
		c, err := ParseCorosync(s.Create().Bytes())
		if err != nil || len(c.Nodes()) != 2 || len(c.root.Sections) != 4 {
			t.Fatalf("%q in the file: %v\n%s", value, err, s.Create().Bytes())
		}
	})
}

// Any text is read or refused, never worse.
func TestParserSurvivesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab:{}#\n \t"))).Draw(t, "text")
		c, err := ParseCorosync([]byte(text))
		if err != nil {
			return
		}
		_, _, _, _, _ = c.Nodes(), c.Quorum(), c.LinkOptions(), c.JSON(), c.Text()
		if _, err := ParseCorosync(c.Bytes()); err != nil {
			t.Fatalf("%q was read but its print is refused: %v", text, err)
		}
	})
}
