// A session process with cells of Swift and no engine, for the tests of SwiftCells.
import ApusSession
import ApusSessionProcess
import Glibc
import SwiftCellCompiler
import SwiftCells

let swift = SwiftSession(
    modules: .besideThisProgram, imports: ["CellSupport"], cache: CommandLine.arguments[1])!
try SessionService.run(
    { CellSession(magics: [], displayPrefix: "probe", swift: swift.cells) },
    beside: MainLoop(run: { swift.serveMainThread() }, stop: { swift.stop() }))
_exit(0)
