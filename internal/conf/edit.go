package conf

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
)

// Options that users set, by their own names. In the file link options of
// knet carry a prefix, see linkFileNames.
var (
	totemNames = []string{"block_unlisted_ips", "consensus", "downcheck", "fail_recv_const",
		"heartbeat_failures_allowed", "hold", "join", "max_messages", "max_network_delay", "merge",
		"miss_count_const", "send_join", "seqno_unchanged_const", "token", "token_coefficient",
		"token_retransmit", "token_retransmits_before_loss_const", "window_size"}
	cryptoNames        = []string{"cipher", "hash", "model"}
	compressionNames   = []string{"level", "model", "threshold"}
	knetTransportNames = []string{"ip_version", "knet_pmtud_interval", "link_mode"}
	udpTransportNames  = []string{"ip_version", "netmtu"}
	quorumNames        = []string{"auto_tie_breaker", "last_man_standing", "last_man_standing_window", "wait_for_all"}
	knetLinkNames      = []string{"link_priority", "linknumber", "mcastport", "ping_interval",
		"ping_precision", "ping_timeout", "pong_count", "transport"}
	udpLinkNames = []string{"bindnetaddr", "broadcast", "mcastaddr", "mcastport", "ttl"}
)

// linkFileNames maps a knet link option to its name in corosync.conf.
var linkFileNames = map[string]string{"linknumber": "linknumber", "mcastport": "mcastport",
	"link_priority": "knet_link_priority", "ping_interval": "knet_ping_interval",
	"ping_precision": "knet_ping_precision", "ping_timeout": "knet_ping_timeout",
	"pong_count": "knet_pong_count", "transport": "knet_transport"}

func linkOptionForUsers(fileName string, knet bool) (string, bool) {
	if !knet {
		for _, n := range udpLinkNames {
			if n == fileName {
				return n, true
			}
		}
		return "", false
	}
	for user, file := range linkFileNames {
		if file == fileName {
			return user, true
		}
	}
	return "", false
}

// NewNode is a node of a cluster to be set up.
type NewNode struct {
	Name  string
	Addrs []string // one for each link
}

// Setup is all that `cluster setup` can be told about corosync.conf.
type Setup struct {
	Name        string
	Nodes       []NewNode
	Transport   string // "" = knet
	TransportOp map[string]string
	Links       []map[string]string
	Compression map[string]string
	Crypto      map[string]string
	Totem       map[string]string
	Quorum      map[string]string
	UUID        string // "" = none
}

// fill puts pcs's defaults in: knet, and with knet encryption where nothing is
// said about it.
func (s Setup) fill() Setup {
	if s.Transport == "" {
		s.Transport = "knet"
	}
	if s.Transport == "knet" && len(s.Crypto) == 0 {
		s.Crypto = map[string]string{"cipher": "aes256", "hash": "sha256"}
	}
	return s
}

// Create writes the corosync.conf of a new cluster. The setup must have passed
// Validate.
func (s Setup) Create() *Corosync {
	s = s.fill()
	c := &Corosync{root: &Section{}}
	totem := c.root.Child("totem")
	totem.Add("version", "2")
	totem.Add("cluster_name", s.Name)
	totem.Add("transport", s.Transport)
	list := c.root.Child("nodelist")
	for i, n := range s.Nodes {
		addNode(list, n, i+1, allLinks)
	}
	c.root.Child("quorum").Add("provider", "corosync_votequorum")
	logging := c.root.Child("logging")
	for _, a := range []Attr{{"to_logfile", "yes"}, {"logfile", "/var/log/corosync/corosync.log"},
		{"to_syslog", "yes"}, {"timestamp", "on"}} {
		logging.Add(a.Name, a.Value)
	}
	c.SetTotemOptions(s.Totem)
	c.SetQuorumOptions(s.Quorum)
	c.createLinks(s.Links)
	c.SetTransportOptions(s.TransportOp, s.Compression, s.Crypto)
	if s.UUID != "" {
		c.SetUUID(s.UUID)
	}
	return c
}

var allLinks = []int{0, 1, 2, 3, 4, 5, 6, 7}

func addNode(list *Section, n NewNode, id int, links []int) {
	s := list.Child("node")
	for i, a := range n.Addrs {
		if i < len(links) {
			s.Add(fmt.Sprintf("ring%d_addr", links[i]), a)
		}
	}
	s.Add("name", n.Name)
	s.Add("nodeid", strconv.Itoa(id))
}

// AddNodes adds nodes with the lowest free ids.
func (c *Corosync) AddNodes(nodes []NewNode) {
	used := map[uint32]bool{}
	var links []int
	for i, n := range c.Nodes() {
		used[n.ID] = true
		for _, a := range n.Addrs {
			if i == 0 {
				links = append(links, a.Link)
			}
		}
	}
	lists := c.root.ensure("nodelist")
	id := 1
	for _, n := range nodes {
		for used[uint32(id)] {
			id++
		}
		used[uint32(id)] = true
		addNode(lists[len(lists)-1], n, id, links)
	}
	c.updateTwoNode()
}

// RemoveNodes takes nodes out of the nodelist.
func (c *Corosync) RemoveNodes(names []string) {
	gone := map[string]bool{}
	for _, n := range names {
		gone[n] = true
	}
	for _, list := range c.root.All("nodelist") {
		for _, s := range list.All("node") {
			if name, _ := s.Get("name"); gone[name] {
				list.remove(s)
			}
		}
	}
	c.root.prune()
	c.updateTwoNode()
}

// updateTwoNode keeps quorum.two_node right: on with two nodes and no device
// or tie breaker, else not there.
func (c *Corosync) updateTwoNode() {
	want := len(c.nodeSections()) == 2 && c.optionOr("quorum", "auto_tie_breaker", "0") != "1" && c.Device() == nil
	value := ""
	if want {
		value = "1"
	}
	setOptions(c.root.ensure("quorum"), "two_node", value)
}

// SetTotemOptions sets options of totem; an empty value removes the option.
func (c *Corosync) SetTotemOptions(options map[string]string) {
	setAll(c.root.ensure("totem"), "", options)
	c.root.prune()
}

// SetQuorumOptions sets options of quorum; an empty value removes the option.
func (c *Corosync) SetQuorumOptions(options map[string]string) {
	setAll(c.root.ensure("quorum"), "", options)
	c.updateTwoNode()
	c.root.prune()
}

// SetTransportOptions sets options of the transport in use; an empty value
// removes the option.
func (c *Corosync) SetTransportOptions(transport, compression, crypto map[string]string) {
	totem := c.root.ensure("totem")
	setAll(totem, "", transport)
	if c.Transport() == "knet" {
		setAll(totem, "knet_compression_", compression)
		setAll(totem, "crypto_", crypto)
	}
	c.root.prune()
}

func setAll(sections []*Section, prefix string, options map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		setOptions(sections, prefix+name, options[name])
	}
}

// setOptions writes one option into the last of several sections of one name
// and takes it out of the others.
func setOptions(sections []*Section, name, value string) {
	for _, s := range sections[:len(sections)-1] {
		s.Unset(name)
	}
	last := sections[len(sections)-1]
	if value == "" {
		last.Unset(name)
		return
	}
	last.Set(name, value)
}

// createLinks writes interface sections; a link without a number gets the
// lowest free one.
func (c *Corosync) createLinks(links []map[string]string) {
	free := map[int]bool{}
	for _, n := range allLinks {
		free[n] = true
	}
	for _, l := range links {
		if n, err := strconv.Atoi(l["linknumber"]); err == nil {
			delete(free, n)
		}
	}
	byNumber := map[int]map[string]string{}
	for _, l := range links {
		n, err := strconv.Atoi(l["linknumber"])
		if err != nil {
			n = lowest(free)
			delete(free, n)
		}
		byNumber[n] = l
	}
	var numbers []int
	for n := range byNumber {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	for _, n := range numbers {
		c.addInterface(n, byNumber[n])
	}
}

func lowest(free map[int]bool) int {
	for _, n := range allLinks {
		if free[n] {
			return n
		}
	}
	return 0
}

// addInterface writes one interface section; nothing where no option but the
// link's number is given.
func (c *Corosync) addInterface(number int, options map[string]string) {
	if len(options) == 0 || len(options) == 1 && options["linknumber"] != "" {
		return
	}
	file := c.fileOptions(options)
	file["linknumber"] = strconv.Itoa(number)
	totem := c.root.ensure("totem")
	s := totem[len(totem)-1].Child("interface")
	for _, name := range slices.Sorted(maps.Keys(file)) {
		if file[name] != "" {
			s.Add(name, file[name])
		}
	}
}

// fileOptions gives a link's options the names and values of the file.
func (c *Corosync) fileOptions(options map[string]string) map[string]string {
	file := map[string]string{}
	for name, value := range options {
		switch {
		case name == "linknumber":
		case name == "broadcast": // the file knows only "yes", corosync.conf(5)
			file[name] = map[bool]string{true: "yes"}[value == "1"]
		case c.Transport() == "knet":
			file[linkFileNames[name]] = value
		default:
			file[name] = value
		}
	}
	return file
}
