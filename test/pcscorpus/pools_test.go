package pcscorpus

import (
	"encoding/xml"
	"io"
	"strings"
)

// fixedPools are values that do not depend on the document. Each has right and
// wrong ones; "~" is a blank inside a word.
var fixedPools = map[string]string{
	"new":            "N1 N1 N1 new-2 new.3 _n A G C-clone TAG1 F1 1bad a:b a#b n1 fl-n1-1 A-monitor-interval-10s",
	"wrong":          "nonexistent '' x~y = a= =b 1 -1 INFINITY # a,b set op meta then with to x@y",
	"agent":          "ocf:pacemaker:Dummy ocf:pacemaker:Dummy ocf:pacemaker:Stateful ocf:heartbeat:IPaddr2 ocf:heartbeat:Filesystem Dummy Stateful IPaddr2 ocf:nothing:Dummy ocf:heartbeat:Nothing systemd:cron systemd:nothing lsb:nothing service:cron ocf:pacemaker stonith:fence_xvm ocf::Dummy a:b:c:d nothing ocf:pacemaker:remote ocf:pacemaker:HealthCPU",
	"param":          "fake=x fake= ip=192.0.2.77 cidr_netmask=24 state=/x/y~z op_sleep=1 nonsense=1 trace_ra=1 device=/dev/a directory=/d fstype=ext4 fake=a fake=b novalue envfile=a",
	"op":             "monitor~interval=10s monitor~interval=20s~timeout=30s monitor~interval=10s~role=Promoted monitor~interval=11s~role=Started start~timeout=30s stop~on-fail=block monitor monitor~interval=10s~OCF_CHECK_LEVEL=10 monitor~interval=abc monitor~timeout=abc monitor~interval=10s~on-fail=fence monitor~role=Foo monitor~interval=10~enabled=maybe monitor~nonsense=1 nonsense~timeout=3 start~id=A monitor~interval=5s~id=op-x monitor~interval=1m monitor~interval=60s start~interval=0 promote~timeout=3s monitor~interval=10s~record-pending=true monitor~interval=3s~start-delay=4s monitor~interval=2s~interval-origin=x~start-delay=1 monitor~interval=9s~description=a",
	"opname":         "monitor start stop promote nonsense",
	"interval":       "10s 20s 60s 11s 0s 10 1min abc",
	"meta":           "target-role=Started target-role=Stopped is-managed=true is-managed=false resource-stickiness=100 migration-threshold=3 priority=5 nonsense=1 target-role= remote-node=r1 resource-stickiness= allow-migrate=true priority=abc novalue critical=false a=b=c",
	"clonemeta":      "interleave=true clone-max=2 clone-node-max=1 promoted-max=1 promotable=true promotable=false globally-unique=true notify=true ordered= nonsense=1 clone-max=abc novalue target-role=Stopped",
	"opdefault":      "timeout=30s interval=10s on-fail=block nonsense=1 timeout= novalue record-pending=true enabled=false",
	"score":          "10 -10 0 INFINITY -INFINITY +INFINITY abc 1.5 +5 1000001",
	"lifetime":       "PT1H P1D 1h 2030-01-01 abc '' PT",
	"format":         "text json cmd xml",
	"rsrule":         "resource~ocf:pacemaker:Dummy resource~::Dummy op~monitor op~monitor~interval=10s date~gt~2020-01-01 (resource~::Dummy~or~date~lt~2030-01-01) #uname~eq~n1 resource nonsense date~in_range~2020-01-01~to~2021-01-01 date-spec~hours=1-5 resource~::Dummy~and~(date~gt~2020-01-01~or~date~lt~2019-01-01)",
	"rule":           "#uname~eq~n1 site~eq~east defined~site not_defined~site site~lt~integer~5 site~gt~version~1.0 site~eq~string~5 date~gt~2020-01-01 date~lt~nonsense date~in_range~2020-01-01~to~2021-01-01 date~in_range~2020-01-01~to~duration~years=1 date~in_range~to~2021-01-01 date-spec~hours=1-5~weekdays=1-5 date-spec~hours=99 date-spec~operation=x #uname~eq~n1~and~site~ne~east (~site~eq~a~or~site~eq~b~)~and~date~gt~2019-01-01 eq~n1 site~eq (~site~eq~a site~lt~integer~abc resource~::Dummy site~like~x duration~hours=1 #uname~eq site~gt~number~1.5 date~eq~2020-01-01 date~in_range~2021-01-01~to~2020-01-01 defined a~b~c~d",
	"container":      "docker podman podman rkt nonsense type=docker",
	"containeropt":   "image=pcs:x image=pcs:x replicas=2 replicas=0 promoted-max=1 promoted-max=-1 masters=1 network=host options=a run-command=b nonsense=1 replicas= replicas-per-host=2",
	"networkopt":     "control-port=3121 control-port=0 host-interface=eth0 host-netmask=24 host-netmask=abc ip-range-start=192.0.2.50 ip-range-start=bad nonsense=1 control-port= ip-range-start= add-host=true add-host=x",
	"portopt":        "port=80 port=81 range=90-91 internal-port=8080 id=pm-1 id=A port=abc nonsense=1 range=abc",
	"storageopt":     "source-dir=/a target-dir=/b source-dir-root=/c options=rw id=sm-1 id=A nonsense=1 target-dir=/t source-dir=/s",
	"mapid":          "U-port-map-80 U-storage-map nonexistent A pm-1",
	"fenceagent":     "fence_xvm fence_ipmilan fence_apc fence_sbd fence_nothing fence_xvm ocf:pacemaker:Dummy fence_a:b stonith:fence_xvm",
	"fenceparam":     "ip=192.0.2.1 ipaddr=192.0.2.1 username=u login=u password=p passwd=p pcmk_host_list=n1 pcmk_host_map=n1:1 nonsense=1 action=off method=cycle ip= ipaddr= debug=x lanplus=1 plug=1 port=1 debug_file=d pcmk_delay_max=5 novalue devices=/dev/a",
	"level":          "1 2 9 10 0 -1 abc 01 1",
	"target":         "n1 n2 n9 regexp%n.* regexp%n[ attrib%site=east attrib%site node%n1 nonsense%x regexp%x1",
	"discovery":      "always never exclusive nonsense",
	"role":           "Promoted Unpromoted Started Stopped promoted nonsense started",
	"word":           "site cpu value1 east standby",
	"action":         "start stop promote demote Start nonsense",
	"orderopt":       "kind=Mandatory kind=Optional kind=Serialize kind=nonsense symmetrical=true symmetrical=false symmetrical=maybe id=order-x id=A score=10 nonsense=1 require-all=true kind=mandatory",
	"setopt":         "sequential=true sequential=false require-all=true action=start action=nonsense role=Promoted role=x nonsense=1 sequential=maybe role=started",
	"setoption":      "kind=Mandatory kind=Optional symmetrical=false id=set-x id=A kind=x nonsense=1 score=5",
	"colopt":         "id=col-x node-attribute=site nonsense=1 influence=true influence=x score=7 rsc-role=Promoted",
	"colset":         "score=100 score=INFINITY score=abc id=colset-x id=A nonsense=1",
	"ticketopt":      "loss-policy=stop loss-policy=fence loss-policy=demote loss-policy=x id=t-x id=A nonsense=1 ticket=T3",
	"ticket":         "T T T2 newticket bad~ticket",
	"property":       "maintenance-mode=true maintenance-mode=maybe stonith-enabled=false stonith-enabled=x batch-limit=5 batch-limit=x no-quorum-policy=ignore no-quorum-policy=foo stonith-timeout=30s stonith-timeout=x nonsense=1 cluster-name=x nonsense= maintenance-mode= placement-strategy=default stonith-watchdog-timeout=10 novalue enable-acl=true default-resource-stickiness=3 cluster-delay=10 symmetric-cluster=off node-health-strategy=x concurrent-fencing=false have-watchdog=true",
	"propname":       "stonith-enabled maintenance-mode placement-strategy nonsense batch-limit cluster-infrastructure have-watchdog",
	"path":           "/usr/bin/x /usr/bin/alert '' a~b",
	"text":           "some~text other '' root@example.com /dev/null",
	"option":         "a=b c=d a= standby=off site=west e novalue a=x~y path=/x maintenance=on",
	"alertmeta":      "timeout=5s timestamp-format=%H a= nonsense=1 enabled=false novalue",
	"permission":     "read~xpath~/cib write~xpath~//resources deny~id~A read~id~G write~id~nonexistent read~foo~x foo~xpath~/a read~xpath read read~id READ~xpath~/cib deny~xpath~''",
	"utilization":    "cpu=2 memory=100 cpu= cpu=x cpu=-1 nonsense novalue cpu=1.5 ram=5",
	"quorumopt":      "auto_tie_breaker=1 auto_tie_breaker=x last_man_standing=1 last_man_standing=0 last_man_standing_window=10000 last_man_standing_window=x wait_for_all=1 wait_for_all=0 wait_for_all= wait_for_all=true nonsense=1 novalue two_node=1",
	"devicegeneric":  "timeout=12345 timeout=x sync_timeout=30000 sync_timeout= timeout= votes=2 nonsense=1 model=net novalue",
	"devicemodel":    "host=192.0.2.9 host=q host= algorithm=ffsplit algorithm=lms algorithm=x port=1234 port=x port=0 tie_breaker=lowest tie_breaker=1 tie_breaker=x connect_timeout=5000 connect_timeout=5 force_ip_version=4 force_ip_version=5 nonsense=1 nonsense= port= novalue",
	"heuristics":     "mode=on mode=sync mode=off mode=x exec_ls=test~-f~/tmp/test exec_ls= exec_a.b=x exec_=x interval=1000 interval=x sync_timeout=15 timeout=5 nonsense=1 mode= novalue",
	"algorithm":      "ffsplit lms lms ffsplit x test",
	"transportopt":   "ip_version=ipv4 ip_version=x knet_pmtud_interval=60 link_mode=active link_mode=rr link_mode=x netmtu=1400 netmtu=x nonsense=1 ip_version= novalue",
	"transport":      "knet knet udp udpu x",
	"compressionopt": "level=5 level=x model=zlib threshold=100 threshold=x nonsense=1 model= novalue",
	"cryptoopt":      "cipher=aes256 cipher=none cipher=x hash=sha256 hash=none hash=x model=nss model=openssl model=x nonsense=1 cipher= novalue",
	"totemopt":       "token=5000 token=x join=50 consensus=6000 downcheck=1000 fail_recv_const=10 max_messages=17 block_unlisted_ips=yes block_unlisted_ips=x token_coefficient=650 nonsense=1 token= novalue",
	"linkopt":        "linknumber=0 linknumber=1 linknumber=9 link_priority=10 link_priority=x mcastport=5405 mcastport=x ping_interval=100 ping_timeout=200 pong_count=2 transport=sctp transport=udp transport=x bindnetaddr=192.0.2.0 broadcast=1 broadcast=0 mcastaddr=225.0.0.1 ttl=12 ttl=256 nonsense=1 mcastport= novalue",
	"clustername":    "c plain a-cluster-name-of-many-letters '' a/b",
	"scope":          "configuration nodes resources constraints crm_config rsc_defaults op_defaults status fencing-topology tags acls alerts nonsense",
}

// poolsOf are all pools for a document: its ids by what they are.
func poolsOf(document string) map[string][]string {
	pools := map[string][]string{}
	for _, name := range strings.Fields("any stonith primitive rsc locrsc enablable tagged member clonish group groupish clone bundle " +
		"node tag alert recipient aclrole aclsubject aclpermission constraint opid setid") {
		pools[name] = nil
	}
	for name, values := range fixedPools {
		pools[name] = strings.Fields(values)
		if name != "wrong" && name != "rsrule" && name != "new" {
			pools[name] = spread(pools[name], name)
		}
	}
	add := func(id string, names ...string) {
		for _, name := range names {
			pools[name] = append(pools[name], id)
		}
	}
	var open []string
	inside := func(name string) bool { return len(open) > 1 && open[len(open)-2] == name }
	dec := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		switch token := token.(type) {
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.StartElement:
			open = append(open, token.Name.Local)
			attr := map[string]string{}
			for _, a := range token.Attr {
				attr[a.Name.Local] = a.Value
			}
			id := attr["id"]
			if id != "" {
				add(id, "any")
			}
			switch kind := token.Name.Local; {
			case kind == "primitive" && attr["class"] == "stonith":
				add(id, "stonith", "stonith")
			case kind == "primitive":
				add(id, "primitive", "primitive", "rsc", "rsc", "locrsc", "enablable", "tagged")
				if inside("group") {
					add(id, "member", "member", "member")
				}
				if inside("clone") {
					add(id, "clonish")
				}
			case kind == "group":
				add(id, "group", "groupish", "rsc", "rsc", "locrsc", "enablable", "member")
			case kind == "clone":
				add(id, "clone", "clonish", "rsc", "rsc", "locrsc", "enablable")
			case kind == "bundle":
				add(id, "bundle", "rsc", "locrsc", "enablable")
			case kind == "node":
				add(attr["uname"], "node", "node")
			case kind == "tag":
				add(id, "tag", "enablable")
			case kind == "alert":
				add(id, "alert")
			case kind == "recipient":
				add(id, "recipient")
			case kind == "acl_role":
				add(id, "aclrole")
			case kind == "acl_target", kind == "acl_group":
				add(id, "aclsubject")
			case kind == "acl_permission":
				add(id, "aclpermission")
			case strings.HasPrefix(kind, "rsc_") && inside("constraints"), kind == "rule":
				add(id, "constraint")
			case kind == "op":
				add(id, "opid")
			case kind == "meta_attributes" && (inside("rsc_defaults") || inside("op_defaults")):
				add(id, "setid")
			}
		}
	}
	add("n9", "node")
	add("newgroup", "groupish")
	add("regexp%^A", "locrsc")
	add("resource%A", "locrsc")
	return pools
}

// spread lets values of several words be several words, besides being one: a
// rule may be said either way.
func spread(values []string, pool string) []string {
	many := strings.Contains("op permission rule", pool)
	var list []string
	for _, v := range values {
		switch {
		case pool == "rule":
			list = append(list, v, strings.ReplaceAll(v, "~", " "))
		case many:
			list = append(list, strings.ReplaceAll(v, "~", " "))
		default:
			list = append(list, v)
		}
	}
	return list
}
