package builtin

// IPaddr2Metadata is the metadata of the built-in ocf:heartbeat:IPaddr2: the
// parameters, defaults and actions of the agent in resource-agents. It serves
// where that agent is not installed.
const IPaddr2Metadata = `<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="IPaddr2" version="1.0">
  <version>1.0</version>
  <longdesc lang="en">
Puts a virtual IPv4 or IPv6 address on an interface of the node and takes it
away again. After a start the neighbours are told where the address is now, by
gratuitous ARP (IPv4) or unsolicited neighbour advertisements (IPv6).

A plain address is handled by the cluster daemon itself. Shared addresses of
clones, IPv6 address labels, namespaces and options for a program that sends
ARP need the agent of the package resource-agents.
  </longdesc>
  <shortdesc lang="en">Manages virtual IPv4 and IPv6 addresses (Linux specific version)</shortdesc>
  <parameters>
` + addressParameters + arpParameters + lvsParameters + `  </parameters>
  <actions>
    <action name="start" timeout="20s"/>
    <action name="stop" timeout="20s"/>
    <action name="status" depth="0" timeout="20s" interval="10s"/>
    <action name="monitor" depth="0" timeout="20s" interval="10s"/>
    <action name="meta-data" timeout="5s"/>
    <action name="validate-all" timeout="20s"/>
  </actions>
</resource-agent>
`

// Metadata returns the metadata of a built-in agent, "" for all others.
func Metadata(class, provider, typ string) string {
	if Has(class, provider, typ) {
		return IPaddr2Metadata
	}
	if _, known := IPMIAgent(typ); known && class == "stonith" {
		return ipmiMetadata(typ)
	}
	return ""
}

const addressParameters = `    <parameter name="ip" unique="1" required="1">
      <longdesc lang="en">The address, IPv4 as four numbers ("192.168.1.1") or IPv6 in hexadecimal ("2001:db8::1").</longdesc>
      <shortdesc lang="en">IPv4 or IPv6 address</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="nic" unique="0">
      <longdesc lang="en">The interface that gets the address. Left empty, it is the one whose network covers the address.
Name the interface itself here, no alias such as eth0:1; see iflabel for that. The interface must have an
address of its own that the cluster does not manage.</longdesc>
      <shortdesc lang="en">Network interface</shortdesc>
      <content type="string"/>
    </parameter>
    <parameter name="cidr_netmask">
      <longdesc lang="en">Length of the network's prefix: 24, not 255.255.255.0. Left empty, it is that of the route that covers the address.</longdesc>
      <shortdesc lang="en">CIDR netmask</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="broadcast">
      <longdesc lang="en">Broadcast address. "+" sets all host bits of the address, "-" clears them. Left empty, it is that of
the interface's own address.</longdesc>
      <shortdesc lang="en">Broadcast address</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="iflabel">
      <longdesc lang="en">A label for the address, added to the name of the interface. Both with the colon between them
may have 15 characters.</longdesc>
      <shortdesc lang="en">Interface label</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="noprefixroute">
      <longdesc lang="en">Makes no route to the network for this address.</longdesc>
      <shortdesc lang="en">Use noprefixroute flag</shortdesc>
      <content type="string" default="false"/>
    </parameter>
    <parameter name="nodad">
      <longdesc lang="en">IPv6: does not wait for duplicate address detection.</longdesc>
      <shortdesc lang="en">Use nodad flag</shortdesc>
      <content type="string" default="false"/>
    </parameter>
    <parameter name="preferred_lft">
      <longdesc lang="en">IPv6: preferred lifetime of the address in seconds, or "forever". With 0 the node does not use it as
source of its own connections (RFC 4862, section 5.5.4).</longdesc>
      <shortdesc lang="en">IPv6 preferred lifetime</shortdesc>
      <content type="string" default="forever"/>
    </parameter>
    <parameter name="flush_routes">
      <longdesc lang="en">Flushes the kernel's routing cache after a stop.</longdesc>
      <shortdesc lang="en">Flush kernel routing table on stop</shortdesc>
      <content type="boolean" default="false"/>
    </parameter>
    <parameter name="network_namespace">
      <longdesc lang="en">Network namespace, which must exist and hold the interface. Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Network namespace to use</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="run_arping">
      <longdesc lang="en">IPv4: asks before the start whether another host has the address, which takes two seconds.</longdesc>
      <shortdesc lang="en">Run arping for IPv4 collision detection check</shortdesc>
      <content type="string" default="false"/>
    </parameter>
`

const arpParameters = `    <parameter name="arp_interval">
      <longdesc lang="en">Time between two announcements in milliseconds.</longdesc>
      <shortdesc lang="en">ARP/NA packet interval in ms (deprecated)</shortdesc>
      <content type="integer" default="200"/>
    </parameter>
    <parameter name="arp_count">
      <longdesc lang="en">How many times the address is announced after a start.</longdesc>
      <shortdesc lang="en">ARP/NA packet count sent during initialization</shortdesc>
      <content type="integer" default="5"/>
    </parameter>
    <parameter name="arp_count_refresh">
      <longdesc lang="en">How many times the address is announced at each monitor, against neighbours that keep an old
entry after a split.</longdesc>
      <shortdesc lang="en">ARP packet count sent during monitoring</shortdesc>
      <content type="integer" default="0"/>
    </parameter>
    <parameter name="arp_bg">
      <longdesc lang="en">Whether the start returns after the first announcement (the default) or after the last.</longdesc>
      <shortdesc lang="en">ARP/NA from background</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="arp_sender">
      <longdesc lang="en">Program of the agent of resource-agents that sends ARP: send_arp, ipoibarping, iputils_arping or
libnet_arping. The daemon needs none of them for Ethernet.</longdesc>
      <shortdesc lang="en">ARP sender</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="send_arp_opts">
      <longdesc lang="en">Options for that program. Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Options for ARP sender</shortdesc>
      <content type="string" default=""/>
    </parameter>
`

const lvsParameters = `    <parameter name="lvs_support">
      <longdesc lang="en">LVS direct routing: an address of this value on the loopback device is taken away for the start and put
back after the stop.</longdesc>
      <shortdesc lang="en">Enable support for LVS DR</shortdesc>
      <content type="boolean" default="false"/>
    </parameter>
    <parameter name="lvs_ipv6_addrlabel">
      <longdesc lang="en">LVS direct routing with IPv6: labels the address so that it is no source of the node's own traffic.
Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Enable adding IPv6 address label.</shortdesc>
      <content type="boolean" default="false"/>
    </parameter>
    <parameter name="lvs_ipv6_addrlabel_value">
      <longdesc lang="en">The label for lvs_ipv6_addrlabel, one that the policy table does not use.</longdesc>
      <shortdesc lang="en">IPv6 address label value.</shortdesc>
      <content type="integer" default="99"/>
    </parameter>
    <parameter name="mac">
      <longdesc lang="en">Hardware address of a shared address of a clone. Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Cluster IP MAC address</shortdesc>
      <content type="string" default=""/>
    </parameter>
    <parameter name="clusterip_hash">
      <longdesc lang="en">Hash by which clone instances share the connections. Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Cluster IP hashing function</shortdesc>
      <content type="string" default="sourceip-sourceport"/>
    </parameter>
    <parameter name="unique_clone_address">
      <longdesc lang="en">Adds the number of the clone instance to the address. Needs the agent of resource-agents.</longdesc>
      <shortdesc lang="en">Create a unique address for cloned instances</shortdesc>
      <content type="boolean" default="false"/>
    </parameter>
`
