import ApusSystem
import NotebookFormat

/// The run as JUnit XML: one test case for each code cell, as CI servers read it.
public enum JUnitReport {
    /// The report of a run of the notebook at the path `name`, whose file name without its ending is the class name.
    public static func text(_ report: RunReport, name: String) -> String {
        let failures = report.cells.count { if case .failed = $0.outcome { true } else { false } }
        let errors = report.cells.count { cell in
            switch cell.outcome {
            case .timedOut, .interrupted: true
            default: false
            }
        }
        let skipped = report.cells.count { cell in
            switch cell.outcome {
            case .skipped, .notRun: true
            default: false
            }
        }
        let counts = #"tests="\#(report.cells.count)" failures="\#(failures)" errors="\#(errors)" skipped="\#(skipped)""#
        let time = #"time="\#(report.duration.decimalSeconds)""#
        // Without the fraction and the zone, as the schema of the format has it.
        let timestamp = report.started.prefix(19)
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts) \(time)>\n"
        xml += "  <testsuite name=\"\(XML.escaped(name))\" \(counts) \(time) timestamp=\"\(timestamp)\">\n"
        for cell in report.cells { xml += testCase(cell, classname: className(name)) }
        return xml + "  </testsuite>\n</testsuites>\n"
    }

    private static func className(_ path: String) -> String {
        let file = FilePath.name(of: path)
        return (file.hasSuffix(".ipynb") ? String(file.dropLast(".ipynb".count)) : file)
    }

    private static func testCase(_ cell: CellReport, classname: String) -> String {
        var xml =
            "    <testcase classname=\"\(XML.escaped(classname))\" name=\"\(XML.escaped("cell \(cell.number): \(cell.title)"))\" "
            + "time=\"\(cell.duration.decimalSeconds)\">\n"
        switch cell.outcome {
        case .passed: break
        case .failedAsExpected(let error): xml += property("expected \(error.name): \(error.message)")
        case .failed(let error): xml += element("failure", type: error.name, message: error.message, text: cell.failureText)
        case .timedOut(let error), .interrupted(let error):
            xml += element("error", type: error.name, message: error.message, text: cell.failureText)
        case .skipped(let reason): xml += "      <skipped message=\"\(XML.escaped(reason))\"/>\n"
        case .notRun: xml += "      <skipped message=\"the run ended before this cell\"/>\n"
        }
        xml += stream("system-out", cell.outputs.filter { $0.kind != .error && $0.streamName != "stderr" })
        xml += stream("system-err", cell.outputs.filter { $0.streamName == "stderr" })
        return xml + "    </testcase>\n"
    }

    private static func property(_ value: String) -> String {
        "      <properties><property name=\"outcome\" value=\"\(XML.escaped(value))\"/></properties>\n"
    }

    private static func element(_ name: String, type: String, message: String, text: String) -> String {
        "      <\(name) type=\"\(XML.escaped(type))\" message=\"\(XML.escaped(message))\">\(XML.escaped(text))</\(name)>\n"
    }

    private static func stream(_ name: String, _ outputs: [Notebook.Output]) -> String {
        let text = outputs.compactMap(\.plainText).map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        return text.isEmpty ? "" : "      <\(name)>\(XML.escaped(text))</\(name)>\n"
    }
}

extension CellReport {
    /// The cell's source and its error report.
    fileprivate var failureText: String {
        "\(source)\n\n\((error?.report ?? []).joined(separator: "\n"))\n"
    }
}
