// The session process of `apus kernel` and `apus run` where a Swift toolchain is at hand: cells of magics, and of Swift code.
import ApusCells
import ApusMagics
import ApusSession
import ApusSessionProcess
import Glibc
import SwiftCellCompiler
import SwiftCells

func fail(_ reason: String) -> Never {
    let line = "apus-swift: \(reason)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(64)
}

let arguments = CommandLine.arguments
guard arguments.count == 2, let number = Int(arguments[1]) else {
    fail("it is started by `apus kernel` and `apus run`, not by hand")
}
let environment = SessionEnvironment.takingTokens()
let swift = SwiftSession(modules: .besideThisProgram, imports: ["ApusCells"], cache: CellModules.userCache)
do {
    try SessionService.run(
        {
            CellSession(
                magics: StandardMagics.all, environment: environment, displayPrefix: "apus-\(number)", swift: swift?.cells,
                swiftAssistant: swift?.assistant)
        },
        beside: swift.map { swift in MainLoop(run: { swift.serveMainThread() }, stop: { swift.stop() }) })
} catch {
    fail("\(error)")
}
// Cells that do not stop, and what libraries do at exit, must not keep the process.
_exit(0)
