import ApusJSON
import ApusSession
import ApusThreads

/// SourceKit-LSP with one document, whose text is replaced for each question; cells that see something else get another document.
///
/// A document is in no package and on no disk; how it is compiled is told by the settings for files without a build system.
final class SwiftServer {
    private let server: LanguageServer
    private let folder: String
    private var documents = 0
    private var preamble: String?
    private var version = 0

    /// - Parameters:
    ///   - folder: Where the document seems to be.
    ///   - arguments: Of the compiler.
    ///   - stop: Ends every wait once it is signalled.
    init(program: String, folder: String, arguments: [String], stop: Wakeup, until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        let options: JSON = [
            "fallbackBuildSystem": ["swiftCompilerFlags": .array(arguments.map(JSON.string))], "backgroundIndexing": false,
            "completion": ["maxResults": 1000],
        ]
        let capabilities: JSON = [
            "textDocument": [
                "completion": ["completionItem": ["snippetSupport": false]], "hover": ["contentFormat": ["markdown"]],
                "signatureHelp": ["signatureInformation": ["documentationFormat": ["markdown"]]],
                // Diagnostics are not asked for; a server that knows so does not make them by itself.
                "diagnostic": ["dynamicRegistration": true],
            ]
        ]
        // A crash needs no backtrace, which takes the better part of a minute to make.
        server = try LanguageServer(
            program, environment: ["SWIFT_BACKTRACE": "enable=no"], options: options, capabilities: capabilities, stop: stop, until: deadline)
        self.folder = "file://" + Self.escaped(folder)
    }

    private var uri: JSON { .string("\(folder)/Question\(documents).swift") }

    /// When the oldest request without an answer was sent.
    var oldestOpenRequest: ContinuousClock.Instant? { server.oldestOpenRequest }

    /// Takes in what it has said meanwhile.
    ///
    /// - Throws: When it is gone.
    func catchUp(until deadline: ContinuousClock.Instant) throws(ServerFailure) { try server.catchUp(until: deadline) }

    func complete(_ question: SwiftQuestion, _ view: SwiftView, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> Completions {
        let document = try show(question, view, until: deadline)
        let answer = try ask("textDocument/completion", document, question.cursor, until: deadline)
        return CompletionReading(answer, in: document, cursor: question.cursor).completions
    }

    func inspect(_ question: SwiftQuestion, _ view: SwiftView, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> MIMEBundle? {
        let document = try show(question, view, until: deadline)
        let place = InspectedPlace(question.source, cursor: question.cursor)
        if let word = place.word, let found = InspectionReading.hover(try ask("textDocument/hover", document, word, until: deadline)) { return found }
        return InspectionReading.signatures(try ask("textDocument/signatureHelp", document, place.call, until: deadline))
    }

    private func ask(
        _ method: String, _ document: AskedDocument, _ offset: Int, until deadline: ContinuousClock.Instant
    ) throws(ServerFailure) -> JSON {
        try server.request(method, ["textDocument": ["uri": uri], "position": document.position(of: offset)], until: deadline)
    }

    private func show(_ question: SwiftQuestion, _ view: SwiftView, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> AskedDocument {
        let isNew = view.preamble != preamble
        if isNew { try open(for: view.preamble, until: deadline) }
        version += 1
        // SourceKit-LSP 6.3 answers a completion at the place of the one before from what it found then, whatever stands there now.
        let document = AskedDocument(question.source, preamble: view.preamble, blankLines: version % 2)
        var item: JSONObject = ["uri": uri, "version": .int(version)]
        if isNew {
            item["languageId"] = "swift"
            item["text"] = .string(document.text)
            try server.notify("textDocument/didOpen", ["textDocument": .object(item)], until: deadline)
        } else {
            let changes: JSON = [["text": .string(document.text)]]
            try server.notify("textDocument/didChange", ["textDocument": .object(item), "contentChanges": changes], until: deadline)
        }
        return document
    }

    /// Begins another document: modules that did not exist when a document was read first are not found for it later.
    private func open(for preamble: String, until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        if self.preamble != nil { try server.notify("textDocument/didClose", ["textDocument": ["uri": uri]], until: deadline) }
        documents += 1
        self.preamble = preamble
    }

    /// A path in a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
            if isPlain || "/-_.~".utf8.contains(byte) { return String(Character(Unicode.Scalar(byte))) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
