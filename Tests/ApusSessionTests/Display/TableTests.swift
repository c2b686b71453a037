import ApusSession
import Testing

@Suite struct TableTests {
    let table = TableView(
        title: "Metrics", headers: ["class", "F1", "note"], rows: [["HH", "0.913", "a|b"], ["日本", "-1.5", "<i>\nx"], ["e\u{301}", "", "*"]])

    @Test func `text columns are aligned by what they take on a terminal`() {
        #expect(
            table.text == """
                Metrics
                class     F1  note
                ─────  ─────  ─────
                HH     0.913  a|b
                日本    -1.5  <i> x
                e\u{301}             *
                """)
    }

    @Test func `HTML is escaped and Markdown too`() {
        #expect(table.html.contains("<td style=\"text-align:left;padding:2px 10px\">&lt;i&gt;\nx</td>"))
        #expect(table.html.contains("<td style=\"text-align:right;padding:2px 10px\">0.913</td>"))
        #expect(
            table.markdown == """
                **Metrics**

                | class | F1 | note |
                | ----- | ----: | ---- |
                | HH | 0.913 | a\\|b |
                | 日本 | -1.5 | \\<i> x |
                | e\u{301} |  | \\* |
                """)
    }

    @Test func `ragged and empty tables are fine`() {
        #expect(TableView(headers: [], rows: []).text == "")
        #expect(TableView(headers: ["a"], rows: [["1", "2"], []]).text == "a\n─  ─\n1  2\n")
    }
}

@Suite struct HeaderlessTableTests {
    @Test func `a table whose headers are empty shows its rows alone`() {
        let table = TableView(headers: ["", ""], rows: [["user", "ann"], ["role", "write"]])
        #expect(table.text == "user  ann\nrole  write")
        #expect(!table.html.contains("<thead>"))
    }
}
