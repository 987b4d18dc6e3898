package device

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bougou/go-ipmi/pkg/client"
	"github.com/bougou/go-ipmi/pkg/command/chassis"
	"github.com/bougou/go-ipmi/pkg/types"

	"gpcs/internal/cib/value"
	"gpcs/internal/engine/builtin"
	"gpcs/internal/fence"
)

// ipmiParameters are those that the built-in agent carries out, or that mean
// nothing to it. With any other the installed agent is run.
var ipmiParameters = map[string]bool{"ip": true, "ipaddr": true, "ipport": true, "username": true, "login": true,
	"password": true, "passwd": true, "password_script": true, "passwd_script": true, "lanplus": true, "cipher": true,
	"privlvl": true, "power_wait": true, "method": true, "plug": true, "port": true, "quiet": true, "verbose": true,
	"verbose_level": true, "power_timeout": true, "shell_timeout": true, "login_timeout": true, "retry_on": true,
	"stonith_status_sleep": true, "disable_timeout": true, "inet4_only": true, "timeout": true, "ipmitool_timeout": true}

// ipmi is a BMC as a device's parameters name it.
type ipmi struct {
	host           string
	port           int
	user, password string
	script         string // prints the password
	ciphers        []types.CipherSuiteID
	privilege      types.PrivilegeLevel
	wait           time.Duration
}

// Patience with a BMC: one try takes this long, and there are so many more.
const (
	ipmiTimeout = time.Second
	ipmiRetries = 2
	ipmiPort    = 623
)

// ipmiOf returns the BMC of a device that the built-in agent can handle.
func ipmiOf(d fence.Device) (ipmi, bool) {
	plus, known := builtin.IPMIAgent(d.Agent)
	if v, given := d.Params["lanplus"]; given {
		plus = truth(v)
	}
	if !known || !plus || d.Params["pcmk_reboot_action"] == fence.Reboot {
		return ipmi{}, false
	}
	for name := range d.Params {
		if !ipmiParameters[name] && !strings.HasPrefix(name, "pcmk_") && !strings.HasPrefix(name, "CRM_meta_") && name != "crm_feature_set" {
			return ipmi{}, false
		}
	}
	either := func(names ...string) string {
		for _, n := range names {
			if v := d.Params[n]; v != "" {
				return v
			}
		}
		return ""
	}
	b := ipmi{host: either("ip", "ipaddr"), port: ipmiPort, user: either("username", "login"), password: either("password", "passwd"),
		script: either("password_script", "passwd_script"), ciphers: []types.CipherSuiteID{types.CipherSuiteID17, types.CipherSuiteID3},
		privilege: types.PrivilegeLevelAdministrator}
	if m := d.Params["method"]; b.host == "" || m != "" && m != "onoff" {
		return ipmi{}, false
	}
	if ms, ok := value.Milliseconds(d.Params["power_wait"]); ok {
		b.wait = time.Duration(ms) * time.Millisecond
	}
	if n, err := strconv.Atoi(d.Params["ipport"]); err == nil {
		b.port = n
	}
	if n, err := strconv.Atoi(d.Params["cipher"]); err == nil {
		b.ciphers = []types.CipherSuiteID{types.CipherSuiteID(n)}
	}
	switch strings.ToLower(d.Params["privlvl"]) {
	case "operator":
		b.privilege = types.PrivilegeLevelOperator
	case "user":
		b.privilege = types.PrivilegeLevelUser
	}
	return b, true
}

func truth(v string) bool {
	switch strings.ToLower(v) {
	case "1", "on", "true", "yes":
		return true
	}
	return false
}

// ipmiActions are those that the built-in agent has.
var ipmiActions = []string{fence.Off, fence.On, "cycle", fence.Status, "monitor"}

// session is a session with a BMC that is opened when it is needed first, and
// goes on from one action to the next: to open one takes longer than to use it.
type session struct {
	bmc    ipmi
	client *client.Client
}

func (s *session) close(ctx context.Context) {
	if s.client != nil {
		_ = s.client.Close(ctx) // the BMC forgets the session by itself
		s.client = nil
	}
}

// call does what fence_ipmilan does for an action, with its exit statuses.
func (s *session) call(ctx context.Context, action string) result {
	failed := func(err error) result {
		s.close(ctx)
		return result{code: exitFailed, reason: fmt.Sprintf("BMC %s: %v", s.bmc.host, err)}
	}
	if !slices.Contains(ipmiActions, action) {
		return result{code: exitFailed, reason: fmt.Sprintf("the built-in agent has no action %q", action)}
	}
	var err error
	if s.client == nil {
		if s.client, err = s.bmc.connect(ctx); err != nil {
			s.client = nil
			return failed(err)
		}
	}
	switch action {
	case fence.Off:
		err = s.bmc.control(ctx, s.client, chassis.ChassisControlPowerDown)
	case fence.On:
		err = s.bmc.control(ctx, s.client, chassis.ChassisControlPowerUp)
	case "cycle":
		err = s.bmc.control(ctx, s.client, chassis.ChassisControlPowerCycle)
	default:
		var status *chassis.GetChassisStatusResponse
		if status, err = s.client.GetChassisStatus(ctx); err == nil && !status.PowerIsOn && action == fence.Status {
			return result{code: exitOff, reason: "the machine is off"}
		}
	}
	if err != nil {
		return failed(err)
	}
	return result{}
}

func (b ipmi) control(ctx context.Context, c *client.Client, what chassis.ChassisControl) error {
	if _, err := c.ChassisControl(ctx, what); err != nil {
		return err
	}
	if !wait(ctx, b.wait) {
		return ctx.Err()
	}
	return nil
}

// connect opens a session, with the first cipher suite that the BMC takes. A
// BMC that does not answer at all is not asked again with the next one.
func (b ipmi) connect(ctx context.Context) (*client.Client, error) {
	password := b.password
	if b.script != "" {
		out, err := exec.CommandContext(ctx, b.script).Output()
		if err != nil {
			return nil, fmt.Errorf("the script that gives the password failed: %w", err)
		}
		password, _, _ = strings.Cut(string(out), "\n")
	}
	var last error
	for _, suite := range b.ciphers {
		c, err := client.NewClient(b.host, b.port, b.user, password)
		if err != nil {
			return nil, err
		}
		c.WithInterface(client.InterfaceLanplus).WithTimeout(ipmiTimeout).WithRetry(ipmiRetries).
			WithCipherSuiteID(suite).WithMaxPrivilegeLevel(b.privilege)
		if err = c.Connect(ctx); err == nil {
			return c, nil
		}
		last = reasonOf(err, suite)
		over, cancel := context.WithCancel(ctx)
		cancel()
		_ = c.Close(over) // the socket; there is no session to be closed
		if silent(err) || ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

// silent tells the errors of a BMC that is not there.
func silent(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout() || strings.Contains(err.Error(), "timeout") ||
		strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "no route") || strings.Contains(err.Error(), "unreachable")
}

// reasonOf puts the library's errors in words for an administrator.
func reasonOf(err error, suite types.CipherSuiteID) error {
	switch text := err.Error(); {
	case silent(err):
		return fmt.Errorf("no answer from it")
	case strings.Contains(text, "too short"):
		return fmt.Errorf("it refuses cipher suite %d", suite)
	case strings.Contains(text, "rakp") || strings.Contains(text, "RAKP") || strings.Contains(text, "auth"):
		return fmt.Errorf("it refuses user or password (cipher suite %d)", suite)
	}
	return err
}
