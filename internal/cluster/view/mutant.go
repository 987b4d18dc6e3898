package view

// Mutant names a safety rule that is switched off, in view, replica or member,
// to show that a simulator notices. It is the empty string everywhere but
// there: no configuration leads to it, and a test watches over that.
type Mutant string

// The rules that can be switched off.
const (
	LowerBallot       Mutant = "promise to a lower ballot than before"
	ForgetBallots     Mutant = "forget over a restart which ballots were used"
	WithoutPromises   Mutant = "install without the promises of the others"
	KeepPromise       Mutant = "take an INSTALL promised to before standing still"
	BestByVersion     Mutant = "take the document of the highest version, whatever it grew from"
	WithoutAgreed     Mutant = "compare documents without the version agreed on"
	IgnoreIncarnation Mutant = "take a peer that has started again for the one before"
	BothHalves        Mutant = "let both halves win a tie"
	ForgetViews       Mutant = "forget over a restart what quorum remembers"
	ForgetWaiting     Mutant = "forget that wait_for_all waits"
	SkipDisk          Mutant = "count a change as stored before it is on the disk"
	AckAlone          Mutant = "acknowledge when the DC alone has it"
	ApplyTwice        Mutant = "apply a request that was applied before"
	PatchAnything     Mutant = "apply a patch without looking at number, version and digest"
	ReadAlone         Mutant = "answer a read without asking whether this is still the DC"
	SharedAlways      Mutant = "call what was written without quorum shared"
	DropLosing        Mutant = "throw away what a losing side wrote"
)
