package history

// Return codes of resource agents (OCF 1.1, section "Return codes") and those
// that Pacemaker adds for results no agent gave.
const (
	RCOK             = 0
	RCError          = 1
	RCArgs           = 2
	RCUnimplemented  = 3
	RCPermission     = 4
	RCInstalled      = 5
	RCConfigured     = 6
	RCNotRunning     = 7
	RCPromoted       = 8
	RCFailedPromoted = 9
	RCDegraded       = 190
	RCDegradedProm   = 191
	RCUnknown        = 193 // the operation has not ended
)

// Status says how the execution of an operation ended, apart from what the
// agent said: attribute op-status.
type Status int

// The statuses with Pacemaker's numbers.
const (
	Pending      Status = -1
	Done         Status = 0
	Cancelled    Status = 1
	TimedOut     Status = 2
	NotSupported Status = 3
	Error        Status = 4
	ErrorHard    Status = 5
	ErrorFatal   Status = 6
	NotInstalled Status = 7
	NotConnected Status = 8
	Invalid      Status = 9
)

// String is the status as status displays name it.
func (s Status) String() string {
	switch s {
	case Pending:
		return "pending"
	case Done:
		return "complete"
	case Cancelled:
		return "Cancelled"
	case TimedOut:
		return "Timed Out"
	case NotSupported:
		return "NOT SUPPORTED"
	case Error, ErrorHard, ErrorFatal:
		return "Error"
	case NotInstalled:
		return "Not installed"
	case NotConnected:
		return "Internal communication failure"
	case Invalid:
		return "Cannot execute now"
	}
	return "UNKNOWN!"
}
