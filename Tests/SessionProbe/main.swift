// A session process with the magics of the tests, for the tests of ApusSessionProcess.
import ApusSession
import ApusSessionProcess
import Glibc
import SessionTestSupport

try SessionService.run { CellSession(magics: TestMagics.all, displayPrefix: "probe-\(CommandLine.arguments[1])") }
_exit(0)
