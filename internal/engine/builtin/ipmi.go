package builtin

import (
	"fmt"
	"strings"
)

// IPMIAgent tells whether a fence agent is one of those that speak IPMI over LAN
// with ipmitool, which are built in for IPMI 2.0, and whether it does so by IPMI
// 2.0 (lanplus) unless told otherwise.
func IPMIAgent(typ string) (lanplus, known bool) {
	switch typ {
	case "fence_ipmilan":
		return false, true
	case "fence_ipmilanplus", "fence_idrac", "fence_ilo3", "fence_ilo4", "fence_ilo5", "fence_imm":
		return true, true
	}
	return false, false
}

// ipmiParameters are the parameters of fence_ipmilan that the built-in one
// carries out: name, type, default and what it is. Names in parentheses are
// older spellings.
var ipmiParameters = []struct{ name, kind, value, short string }{
	{"action", "string", "reboot", "What to do: on, off, reboot, status, monitor or metadata"},
	{"cipher", "integer", "", "Cipher suite; 17 and then 3 are tried where none is named"},
	{"ip", "string", "", "Address or host name of the BMC"},
	{"ipaddr", "string", "", "Address or host name of the BMC"},
	{"ipport", "integer", "623", "UDP port of the BMC"},
	{"lanplus", "boolean", "", "Speak IPMI 2.0"},
	{"login", "string", "", "User name on the BMC"},
	{"method", "select", "onoff", "How to reboot: off, seen to be off, and on again"},
	{"passwd", "string", "", "Password on the BMC"},
	{"passwd_script", "string", "", "Program that prints the password"},
	{"password", "string", "", "Password on the BMC"},
	{"password_script", "string", "", "Program that prints the password"},
	{"plug", "string", "", "Not used: a BMC has one machine"},
	{"port", "string", "", "Not used: a BMC has one machine"},
	{"privlvl", "select", "administrator", "Privilege level of the session: user, operator or administrator"},
	{"username", "string", "", "User name on the BMC"},
	{"power_timeout", "second", "20", "Seconds within which the power must have changed"},
	{"power_wait", "second", "2", "Seconds to wait after the power was switched"},
}

// ipmiOlder maps older names of parameters to today's.
var ipmiOlder = map[string]string{"ipaddr": "ip", "login": "username", "passwd": "password", "passwd_script": "password_script", "port": "plug"}

// ipmiMetadata describes a built-in IPMI fence agent, in the form of the
// fence agents' API.
func ipmiMetadata(typ string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" ?>
<resource-agent name="%s" shortdesc="Fence agent for IPMI 2.0 over LAN">
<longdesc>Switches the power of a machine by its BMC, without ipmitool. Off is reported when the BMC says that the power is off.</longdesc>
<vendor-url/>
<parameters>
`, typ)
	for _, p := range ipmiParameters {
		value, marks := p.value, ""
		if p.name == "lanplus" {
			value = "0"
			if lanplus, _ := IPMIAgent(typ); lanplus {
				value = "1"
			}
		}
		if newer := ipmiOlder[p.name]; newer != "" {
			marks = ` deprecated="1"`
		}
		for older, newer := range ipmiOlder {
			if newer == p.name {
				marks = fmt.Sprintf(` obsoletes="%s"`, older)
			}
		}
		fmt.Fprintf(&b, "\t<parameter name=\"%s\" unique=\"0\" required=\"0\"%s>\n", p.name, marks)
		if value == "" {
			fmt.Fprintf(&b, "\t\t<content type=\"%s\"/>\n", p.kind)
		} else {
			fmt.Fprintf(&b, "\t\t<content type=\"%s\" default=\"%s\"/>\n", p.kind, value)
		}
		fmt.Fprintf(&b, "\t\t<shortdesc lang=\"en\">%s</shortdesc>\n\t</parameter>\n", p.short)
	}
	b.WriteString("</parameters>\n<actions>\n")
	for _, a := range []string{`name="on" automatic="0"`, `name="off"`, `name="reboot"`, `name="status"`, `name="monitor"`,
		`name="metadata"`, `name="validate-all"`, `name="stop" timeout="20s"`, `name="start" timeout="20s"`} {
		fmt.Fprintf(&b, "\t<action %s/>\n", a)
	}
	b.WriteString("</actions>\n</resource-agent>\n")
	return b.String()
}
