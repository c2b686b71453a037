import ApusMagics
import ApusSession
import ApusSessionProcess
import Glibc
import SwiftCellCompiler

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
                if let swift = SwiftProgram.find() {
                    return SessionLaunch(
                        executable: swift.path, arguments: [swift.path, String(number)], environment: swiftEnvironment(environment, swift),
                        workingFolder: workingFolder)
                }
                // The same program, also when its file has been replaced meanwhile.
                return SessionLaunch(
                    executable: "/proc/self/exe", arguments: SessionCommand(number: number).arguments, environment: environment,
                    workingFolder: workingFolder)
            }, language: .swift, substitute: { CellSession(magics: magics) }, advice: LostTraining.advice,
            startsForQuestions: { SwiftProgram.find() != nil })
    }

    /// The session that such a process serves.
    ///
    /// - Parameter number: Which one it is of its front, from 1.
    static func makeServedSession(number: Int) -> CellSession {
        CellSession(magics: magics, environment: .takingTokens(), displayPrefix: "apus-\(number)")
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

    /// With the libraries of the toolchain. A failed check of a cell is told by the cell; where the runtime has no program for backtraces,
    /// it would print one of its own.
    private static func swiftEnvironment(_ environment: [String], _ swift: SwiftProgram) -> [String] {
        let before = getenv("LD_LIBRARY_PATH").map { ":" + String(cString: $0) } ?? ""
        return environment.filter { !$0.hasPrefix("SWIFT_BACKTRACE=") && !$0.hasPrefix("LD_LIBRARY_PATH=") }
            + ["SWIFT_BACKTRACE=enable=yes,warnings=suppressed", "LD_LIBRARY_PATH=\(swift.libraryPath)\(before)"]
    }

    static func makeChecker() -> CellChecker {
        CellChecker(magics: magics) {
            guard let swift = SwiftProgram.find() else { return nil }
            let modules = CellModules(beside: swift.path)
            return try? SwiftCellCheck(
                toolchain: Toolchain(root: swift.toolchain), modules: modules, search: ModuleSearch(modules: modules, cache: CellModules.userCache),
                imports: SwiftProgram.imports)
        }
    }
}
