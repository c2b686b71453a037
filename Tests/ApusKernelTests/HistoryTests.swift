import ApusJSON
import ApusKernel
import Glibc
import JupyterProtocol
import TestSupport
import Testing

@Suite struct HistoryTests {
    /// A folder for one test, removed afterwards.
    static func withFolder(_ body: (HistoryFolder, String) -> Void) throws {
        let folder = try TemporaryFolder()
        body(HistoryFolder(path: folder.path + "/a/b"), folder.path)
        withExtendedLifetime(folder) {}
    }

    func history(_ conversation: Conversation, _ content: JSONObject) -> JSON? {
        conversation.reply(to: conversation.send("history_request", content))?.message.content["history"]
    }

    func run(_ conversation: Conversation, _ cells: [String]) {
        for cell in cells {
            let request = conversation.execute(cell)
            // The history is written after idle; the next cell, or a silent one, comes after that.
            _ = conversation.published(for: request)
        }
        _ = conversation.reply(to: conversation.execute("x", ["silent": true]))
    }

    @Test func `tail, range and search find what ran, with results where asked`() {
        let conversation = Conversation()
        run(conversation, ["alpha", "say b", "beta", "alpha"])
        #expect(history(conversation, ["hist_access_type": "tail", "n": 2]) == [[1, 3, "beta"], [1, 4, "alpha"]])
        #expect(
            history(conversation, ["hist_access_type": "tail", "n": 3, "output": true])
                == [[1, 2, ["say b", nil]], [1, 3, ["beta", "beta"]], [1, 4, ["alpha", "alpha"]]])
        #expect(history(conversation, ["hist_access_type": "range", "start": 1, "stop": 3]) == [[1, 1, "alpha"], [1, 2, "say b"]])
        #expect(
            history(conversation, ["hist_access_type": "search", "pattern": "al*"]) == [[1, 1, "alpha"], [1, 4, "alpha"]])
        #expect(history(conversation, ["hist_access_type": "search", "pattern": "a?pha", "unique": true]) == [[1, 4, "alpha"]])
        #expect(history(conversation, ["hist_access_type": "search", "pattern": "*", "n": 1]) == [[1, 4, "alpha"]])
    }

    @Test func `a later kernel finds the inputs of earlier ones`() throws {
        try Self.withFolder { folder, _ in
            run(Conversation(history: folder), ["one\nmore", "two"])
            let second = Conversation(history: folder)
            #expect(history(second, ["hist_access_type": "tail", "n": 5]) == [[1, 1, "one\nmore"], [1, 2, "two"]])
            run(second, ["three"])
            #expect(history(second, ["hist_access_type": "tail", "n": 2]) == [[1, 2, "two"], [2, 1, "three"]])
            #expect(history(second, ["hist_access_type": "range", "session": -1, "start": 2]) == [[1, 2, "two"]])
            #expect(history(second, ["hist_access_type": "range", "session": 0]) == [[2, 1, "three"]])
        }
    }

    @Test func `tokens are masked and damaged lines left out`() throws {
        try Self.withFolder { folder, path in
            run(Conversation(history: folder), ["%%auth --token hf_abcDEF0123456789 # hf_ok"])
            let file = fopen(path + "/a/b/000001.jsonl", "a")
            fputs("[2,\"cut", file)
            fclose(file)
            let second = Conversation(history: folder)
            #expect(history(second, ["hist_access_type": "tail", "n": 9]) == [[1, 1, "%%auth --token hf_*** # hf_ok"]])
        }
    }

    @Test func `a folder that cannot be written leaves the history in memory`() {
        let conversation = Conversation(history: HistoryFolder(path: "/proc/nowhere/apus"))
        run(conversation, ["alpha"])
        #expect(history(conversation, ["hist_access_type": "tail", "n": 9]) == [[1, 1, "alpha"]])
    }

    @Test func `large cells leave the memory, and are found in the file`() throws {
        let cells = (0..<60).map { "say \($0) " + String(repeating: "x", count: 100_000) }
        let wanted: JSONObject = ["hist_access_type": "tail", "n": 99, "output": true]
        try Self.withFolder { folder, _ in
            let conversation = Conversation(history: folder)
            run(conversation, cells)
            let lines = cells.enumerated().map { JSON.array([1, .int($0.offset + 1), [.string($0.element), nil]]) }
            #expect(history(conversation, wanted) == .array(lines))
            #expect(
                history(conversation, ["hist_access_type": "range", "session": 0, "start": 2, "stop": 4])
                    == .array([[1, 2, .string(cells[1])], [1, 3, .string(cells[2])]]))
        }
        let forgetful = Conversation()
        run(forgetful, cells)
        let kept = history(forgetful, wanted)?.array ?? []
        #expect(kept.last == [1, 60, [.string(cells[59]), nil]])
        #expect(kept.count >= 10 && kept.count <= 21, "\(kept.count) of 100 KB each in 2 MB")
        run(forgetful, ["say " + String(repeating: "y", count: 3_000_000)])
        #expect(history(forgetful, ["hist_access_type": "tail", "n": 99])?.array?.count == 1, "larger than all of it, and the latest")
    }

    @Test func `a search goes from the memory into the file, and from there into earlier ones`() throws {
        let padding = String(repeating: " ", count: 1000)
        try Self.withFolder { folder, _ in
            run(Conversation(history: folder), ["old", "say a"])
            let conversation = Conversation(history: folder)
            // Half a megabyte: the first ones are in the file only.
            run(conversation, (0..<500).map { $0 % 100 == 0 ? "say \($0 / 100 % 2)" : "let n = \($0)" + padding })
            func search(_ options: JSONObject) -> [String]? {
                let content = JSONObject([("hist_access_type", "search"), ("pattern", "say*")] + options.map { ($0.key, $0.value) })
                return history(conversation, content)?.array?.map { "\($0[0]?.int ?? 0).\($0[1]?.int ?? 0) \($0[2]?.string ?? "")" }
            }
            #expect(search([:]) == ["1.2 say a", "2.1 say 0", "2.101 say 1", "2.201 say 0", "2.301 say 1", "2.401 say 0"])
            #expect(search(["n": 4]) == ["2.101 say 1", "2.201 say 0", "2.301 say 1", "2.401 say 0"])
            #expect(search(["unique": true]) == ["1.2 say a", "2.301 say 1", "2.401 say 0"])
            #expect(search(["unique": true, "n": 2]) == ["2.301 say 1", "2.401 say 0"])
            #expect(search(["n": 0]) == [])
            #expect(history(conversation, ["hist_access_type": "tail", "n": 600])?.array?.count == 502)
            #expect(history(conversation, ["hist_access_type": "tail", "n": 0]) == [])
        }
    }

    @Test func `patterns match as in a shell`() {
        let conversation = Conversation()
        run(conversation, ["ab[c", "a.c", "%%train --epochs 3"])
        func matches(_ pattern: String) -> Int? {
            history(conversation, ["hist_access_type": "search", "pattern": .string(pattern)])?.array?.count
        }
        #expect(matches("a*c") == 2)
        #expect(matches("a[.x-z]c") == 1)
        #expect(matches("a[!.]c") == 0)
        #expect(matches("ab[c") == 1)
        #expect(matches("%%train*") == 1)
        #expect(matches("%%train") == 0)
        #expect(matches(String(repeating: "*a", count: 40)) == 0, "no exponential time")
    }
}
