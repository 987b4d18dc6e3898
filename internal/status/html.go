package status

import (
	"html"
	"strings"
)

// HTML prints the view as a web page: the lists of the text, as lists.
func (v *View) HTML(show Show, title string) string {
	if title == "" {
		title = "Cluster Status"
	}
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>" + html.EscapeString(title) +
		"</title>\n<meta charset=\"utf-8\">\n</head>\n<body>\n")
	depth := 0
	to := func(want int) {
		for ; depth < want; depth++ {
			b.WriteString("<ul>\n")
		}
		for ; depth > want; depth-- {
			b.WriteString("</ul>\n")
		}
	}
	for _, line := range strings.Split(v.Text(show), "\n") {
		item, indented := strings.CutPrefix(strings.TrimLeft(line, " "), "* ")
		if !indented {
			to(0)
			if text := strings.TrimSpace(line); text != "" {
				b.WriteString("<h2>" + html.EscapeString(strings.TrimSuffix(text, ":")) + "</h2>\n")
			}
			continue
		}
		to((len(line) - len(item) - 2) / 2)
		b.WriteString("<li>" + html.EscapeString(item) + "</li>\n")
	}
	to(0)
	b.WriteString("</body>\n</html>\n")
	return b.String()
}
