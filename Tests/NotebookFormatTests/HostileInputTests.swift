import ApusJSON
import NotebookFormat
import TestSupport
import Testing

/// Whatever a file holds, reading it ends in a notebook or an error.
@Suite struct HostileInputTests {
    @Test(arguments: ["outputs", "unicode"])
    func `a notebook cut off at any byte is refused`(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        // The last byte is the line feed after the closing brace.
        for length in 0..<bytes.count - 1 {
            #expect(throws: NotebookError.self, "\(length) bytes") { try Notebook(parsing: bytes[..<length]) }
        }
    }

    @Test func `random damage ends in a notebook that can be written, or in an error`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let original = try Fixtures.bytes("unknown-members")
        var refused = 0
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            do {
                let notebook = try Notebook(parsing: bytes)
                let text = notebook.fileText()
                #expect(try Notebook(parsing: text.utf8).fileText() == text, "seed \(seed)")
            } catch {
                refused += 1
            }
        }
        #expect(refused > 500, "seed \(seed)")
    }

    @Test func `a member of any wrong type is kept or refused, never a trap`() throws {
        let json = try JSON(parsing: try Fixtures.bytes("unknown-members"))
        let wrong: [JSON] = [nil, true, -7, 1.5, "text", ["a", 1], [], ["a"], ["a": 1], [:]]
        var refused = 0
        for path in json.paths {
            for value in wrong {
                do {
                    _ = try Notebook(json: json.replacing(path[...], with: value)).fileText()
                } catch {
                    refused += 1
                    #expect(!error.description.isEmpty)
                }
            }
        }
        #expect(refused > 200)
    }

    @Test func `deep nesting is refused`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: NotebookError.self) { try Notebook(parsing: deep.utf8) }
        #expect(throws: NotebookError.self) { try Notebook(parsing: #"{"nbformat":4,"cells":[],"metadata":{"a":\#(deep)"#.utf8) }
    }

    @Test(arguments: [
        ("", "not a notebook: invalid JSON at byte 0"),
        ("[]", "the file holds a list, not an object"),
        ("{}", "it has no 'nbformat' member"),
        (#"{"nbformat": 3, "worksheets": []}"#, "this is a notebook of format 3, and only format 4 is read: convert it with"),
        (#"{"nbformat": 5, "cells": []}"#, "newer than format 4"),
        (#"{"nbformat": "4"}"#, "nbformat: expected a number, found a string"),
        (#"{"nbformat": 4, "nbformat_minor": -1, "cells": []}"#, "nbformat_minor: expected a number from 0 up, found -1"),
        (#"{"nbformat": 4}"#, "cells: the notebook has no cells"),
        (
            #"{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}"#,
            "cells[0].cell_type: expected 'code', 'markdown' or 'raw', found 'heading'"
        ),
        (
            #"{"nbformat": 4, "cells": [{"cell_type": "raw", "source": [1]}]}"#,
            "cells[0].source: expected a string or a list of strings, found a list"
        ),
        (
            #"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "stream", "name": "stdout"}]}]}"#,
            "cells[0].outputs[0].text: the stream has no text"
        ),
    ])
    func `the error says what is wrong and where`(text: String, expected: String) throws {
        let error = #expect(throws: NotebookError.self) { try Notebook(parsing: text.utf8) }
        #expect(try #require(error).description.contains(expected))
    }
}

private enum Step {
    case key(String)
    case index(Int)
}

extension JSON {
    /// Where every value inside this one is.
    fileprivate var paths: [[Step]] {
        switch self {
        case .object(let object): object.flatMap { member in [[.key(member.key)]] + member.value.paths.map { [.key(member.key)] + $0 } }
        case .array(let array):
            array.enumerated().flatMap { entry in [[.index(entry.offset)]] + entry.element.paths.map { [.index(entry.offset)] + $0 } }
        default: []
        }
    }

    fileprivate func replacing(_ path: ArraySlice<Step>, with value: JSON) -> JSON {
        switch (path.first, self) {
        case (.key(let key)?, .object(var object)):
            object[key] = object[key]?.replacing(path.dropFirst(), with: value)
            return .object(object)
        case (.index(let index)?, .array(var array)):
            array[index] = array[index].replacing(path.dropFirst(), with: value)
            return .array(array)
        default: return value
        }
    }
}
