import ApusMagics
import ApusSession
import ApusSessionProcess
import Glibc

/// Puts together what runs cells: the one place that knows both the fronts and the magics.
enum SessionFactory {
    /// The magics beside the generic ones.
    static var magics: [any Magic.Type] { StandardMagics.all }

    /// A session in a process of its own, which starts with the first cell.
    ///
    /// - Parameters:
    ///   - workingFolder: Where cells run; nil for this process's folder.
    ///   - threads: How many threads cells compute with unless they say otherwise; nil for one for each processor.
    static func makeSession(workingFolder: String? = nil, threads: Int? = nil) -> any Session {
        let environment = environment(threads: threads)
        return ProcessSession(
            launch: { number in
                // The same program, also when its file has been replaced meanwhile.
                SessionLaunch(
                    executable: "/proc/self/exe", arguments: SessionCommand(number: number).arguments, environment: environment,
                    workingFolder: workingFolder)
            }, language: .swift, substitute: { CellSession(magics: magics) }, advice: LostTraining.advice)
    }

    /// The session that such a process serves.
    ///
    /// - Parameter number: Which one it is of its front, from 1.
    static func makeServedSession(number: Int) -> CellSession {
        CellSession(magics: magics, displayPrefix: "apus-\(number)")
    }

    /// This process's environment. A crash is reported by the front at once; the backtrace of a release build would say little.
    private static func environment(threads: Int?) -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        if getenv("SWIFT_BACKTRACE") == nil { variables.append("SWIFT_BACKTRACE=enable=no") }
        if let threads, getenv(ThreadCount.variable) == nil { variables.append("\(ThreadCount.variable)=\(threads)") }
        return variables
    }

    static func makeChecker() -> CellChecker { CellChecker(magics: magics) }
}
