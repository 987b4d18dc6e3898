package helper

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// chain is a document where b follows a, c follows b, and a follows c.
const chain = `<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes><node id="1" uname="n1"/></nodes><resources>
<primitive id="a" class="ocf" provider="p" type="t"><meta_attributes id="am"><nvpair id="am-t" name="target-role" value="Stopped"/></meta_attributes></primitive>
<primitive id="b" class="ocf" provider="p" type="t"/><primitive id="c" class="ocf" provider="p" type="t"/>
</resources><constraints>
<rsc_colocation id="b-a" rsc="b" with-rsc="a" score="INFINITY"/><rsc_colocation id="c-b" rsc="c" with-rsc="b" score="5"/>
<rsc_colocation id="a-c" rsc="a" with-rsc="c" score="INFINITY"/><rsc_location id="b-n1" rsc="b" node="n1" score="-7"/>
</constraints></configuration><status/></cib>`

func load(t *testing.T, text string) *cib.Document {
	t.Helper()
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestConstraintsStopAtALoop(t *testing.T) {
	ties, err := sched.Constraints(load(t, chain), sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := ties.Cluster.Find("a")
	for all, want := range map[bool]string{
		false: `Resources colocated with a:
  * b (score=INFINITY, id=b-a)
    * Locations:
      * Node n1 (score=-7, id=b-n1, rsc=b)
Resources a is colocated with:
  * c (score=INFINITY, id=a-c)
`,
		true: `Resources colocated with a:
  * b (score=INFINITY, id=b-a)
    * Locations:
      * Node n1 (score=-7, id=b-n1, rsc=b)
    * Resources colocated with b:
      * c (score=5, id=c-b)
        * Resources colocated with c:
          * a (id=a-c - loop)
Resources a is colocated with:
  * c (score=INFINITY, id=a-c)
    * Resources c is colocated with:
      * b (score=5, id=c-b)
        * Locations:
          * Node n1 (score=-7, id=b-n1, rsc=b)
        * Resources b is colocated with:
          * a (id=b-a - loop)
`,
	} {
		if diff := cmp.Diff(want, Constraints{Ties: ties, Resource: a, All: all}.Text()); diff != "" {
			t.Errorf("all=%v: %s", all, diff)
		}
	}
	if got := strings.Join(Followers(ties, a), " "); got != "b c" {
		t.Errorf("followers of a: %s", got)
	}
}

func TestReasons(t *testing.T) {
	cluster, err := sched.Unpack(load(t, chain), sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := Reasons{Cluster: cluster, Resource: cluster.Find("a")}
	if got, want := r.Text(), "Resource a is not running\nConfiguration specifies 'a' should remain stopped\n"; got != want {
		t.Errorf("got %q", got)
	}
	const want = "<reason running=\"false\">\n  <check id=\"a\" remain_stopped=\"true\"/>\n</reason>\n"
	if got := string(cib.Print(r.XML())); got != want {
		t.Errorf("got %s", got)
	}
}

func TestParamsFindTheirPlace(t *testing.T) {
	doc := load(t, chain)
	e := doc.Find("resources").SelectElement("primitive")
	for _, c := range []struct{ param, want Param }{
		{Param{Kind: "meta_attributes", Name: "target-role"}, Param{Kind: "meta_attributes", Name: "target-role", Set: "am", ID: "am-t"}},
		{Param{Kind: "meta_attributes", Name: "x y"}, Param{Kind: "meta_attributes", Name: "x y", Set: "am", ID: "am-x.y"}},
		{Param{Kind: "utilization", Name: "cpu"}, Param{Kind: "utilization", Name: "cpu", Set: "a-utilization", ID: "a-utilization-cpu"}},
	} {
		if got := c.param.Placed(e); got != c.want {
			t.Errorf("%+v: got %+v", c.param, got)
		}
	}
}

func TestOptionListsHideWhatFewNeed(t *testing.T) {
	few, all := ClusterOptions().Lines(false), ClusterOptions().Lines(true)
	for _, name := range []string{"* election-timeout: ", "* stonith-enabled: "} {
		if strings.Contains(few, name) || !strings.Contains(all, name) {
			t.Errorf("%s belongs into the list of all options only", name)
		}
	}
	if xml := string(cib.Print(FencingOptions().XML("v"))); !strings.Contains(xml, `<parameter name="pcmk_host_map" advanced="0" generated="0">`) {
		t.Errorf("no pcmk_host_map in %s", xml)
	}
}
