// Package controller is the DC's duty as a pure machine: it keeps the
// membership part of the CIB true to the view, has the scheduler decide
// whenever the document calls for it, and walks the resulting transition.
// Events go in (a view, a document, a tick, the fate of an earlier effect),
// effects come out (submit a change, have a node act, wake me at).
//
// On nodes that are not the DC it does nothing. It knows results only from the
// document, where the executors write them. It stands for the DC half of
// pacemaker-controld.
package controller
