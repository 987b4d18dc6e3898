// Package history turns the result of an operation into what the CIB's status
// section keeps of it: the <lrm_rsc_op> entry, the <node_state> around it and
// the fail count, each as Pacemaker 2.1.5 writes them, so that the scheduler
// and every tool that reads cib.xml find what they know.
//
// It also owns the vocabulary of results: operation, return codes of OCF 1.1,
// execution status. It runs nothing and knows no clock; engine/executor runs
// the operations, the daemon sends what is written here to the document.
//
// It stands for the history half of pacemaker-controld (lib/pacemaker's
// pcmk__create_history_xml, the controller's fail counts).
package history
