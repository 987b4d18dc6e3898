// Package docs reads the commands out of README.md and docs/, for the tests that
// run them: test/e2e on nodes of a sandbox, test/lab on nodes with a systemd. So
// the documents cannot say what does not work.
//
// Commands stand in fenced blocks of language sh. Comments of HTML, which readers
// do not see, say how a block is run:
//
//	<!-- page: nodes=2 start=tutorial bmc -->  the nodes for the blocks that follow
//	<!-- on: node2 -->       where: a node (node1 if nothing is said), client, host, make, lab NODE
//	<!-- on: node1 fails --> the block must not succeed
//	<!-- do: kill node2 -->  before the block: kill, boot, cut, heal, pause, resume, settle NODE, or NODE: LINE
//	<!-- type: y -->         what is typed at its prompts; hacluster, the password, if nothing is said
//	<!-- expect: words -->   after the block: its output has these words
//
// start is what is there: nothing (the default), members (a cluster without
// resources), tutorial (with the tutorial's). The machine itself (host) has gpcs,
// with a sandbox of the test's own; of make only whether the target is there is looked at.
package docs
