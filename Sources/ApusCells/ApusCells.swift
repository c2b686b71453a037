// What cells of Swift see without an import: the engine, and the session's workspace.
@_exported public import ApusNN
@_exported public import ApusSession
@_exported public import ApusTensor
@_exported public import ApusTraining
@_exported public import CellSupport
