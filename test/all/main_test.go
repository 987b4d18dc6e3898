package main

import (
	"strings"
	"testing"
)

func TestFailuresAndWhatDidNotRunAreTold(t *testing.T) {
	var out strings.Builder
	l := &listener{out: &out, said: map[[2]string][]string{}}
	l.listen(strings.NewReader(`{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"    a_test.go:3: all is well\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    a_test.go:5: broken\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestRoot","Output":"=== RUN   TestRoot\n"}
{"Action":"output","Package":"p","Test":"TestRoot","Output":"    a_test.go:7: NOT RUN: needs root\n"}
{"Action":"output","Package":"p","Test":"TestRoot","Output":"--- SKIP: TestRoot (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestRoot"}
{"Action":"skip","Package":"p","Test":"FuzzWords/seed#1"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`))
	l.conclude()
	const want = `    a_test.go:5: broken
FAIL	p	0.1s
NOT RUN: p TestRoot: needs root
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
