import ApusJSON
import JupyterProtocol
import Testing

@Suite struct RequestContentTests {
    @Test func `an execute request has the defaults of the protocol`() throws {
        let request = try ExecuteRequest(["code": "a"])
        #expect(!request.silent && request.storeHistory && request.allowStdin && request.stopOnError && request.userExpressions.isEmpty)
        #expect(try !ExecuteRequest(["code": "a", "silent": true]).storeHistory, "silent never stores")
    }

    @Test(
        arguments: [
            [:], ["code": 1], ["code": "a", "silent": "yes"], ["code": "a", "user_expressions": []], ["code": "a", "user_expressions": ["x": 1]],
        ] as [JSONObject])
    func `an execute request with wrong members is refused`(content: JSONObject) {
        #expect(throws: InvalidContent.self) { try ExecuteRequest(content) }
    }

    @Test func `cursors count Unicode scalars and stay within the code`() throws {
        #expect(try CompleteRequest(["code": "😀é", "cursor_pos": 2]).cursor == 2)
        #expect(try CompleteRequest(["code": "😀é", "cursor_pos": 99]).cursor == 2)
        #expect(try CompleteRequest(["code": "👨‍👩‍👧"]).cursor == 5, "one character, five scalars")
        #expect(try InspectRequest(["code": "a", "cursor_pos": -4, "detail_level": 1]).cursor == 0)
    }

    @Test func `history requests are read by kind`() throws {
        #expect(try HistoryRequest(["hist_access_type": "tail", "n": 3]).access == .tail(count: 3))
        #expect(
            try HistoryRequest(["hist_access_type": "range", "session": -1, "start": 2, "stop": nil]).access
                == .range(session: -1, start: 2, stop: nil))
        #expect(
            try HistoryRequest(["hist_access_type": "search", "pattern": "a*", "unique": true]).access
                == .search(pattern: "a*", count: nil, unique: true))
        #expect(throws: InvalidContent.self) { try HistoryRequest(["hist_access_type": "all"]) }
    }
}
