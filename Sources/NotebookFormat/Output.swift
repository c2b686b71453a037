public import ApusJSON

extension Notebook {
    /// One output of a code cell: its members as in the file, with line lists joined to texts.
    public struct Output: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case stream, displayData, executeResult, error
            /// An `output_type` of some later format, kept as it is.
            case other(String)
        }

        public var members: JSONObject

        /// An output with these members, unchecked.
        public init(members: JSONObject) {
            self.members = members
        }

        /// Text that the cell wrote to `stdout` or `stderr`.
        public static func stream(_ name: String, _ text: String) -> Output {
            Output(members: ["name": .string(name), "output_type": "stream", "text": .string(text)])
        }

        /// Something shown: `data` by MIME type.
        public static func displayData(_ data: JSONObject, metadata: JSONObject = [:]) -> Output {
            Output(members: ["data": .object(data), "metadata": .object(metadata), "output_type": "display_data"])
        }

        /// The value of the cell.
        public static func executeResult(_ data: JSONObject, metadata: JSONObject = [:], executionCount: Int?) -> Output {
            Output(members: [
                "data": .object(data), "execution_count": executionCount.map(JSON.int) ?? .null, "metadata": .object(metadata),
                "output_type": "execute_result",
            ])
        }

        /// Why the cell failed; `traceback` is the report, one line each.
        public static func error(name: String, value: String, traceback: [String]) -> Output {
            Output(members: [
                "ename": .string(name), "evalue": .string(value), "output_type": "error", "traceback": .array(traceback.map(JSON.string)),
            ])
        }

        public var kind: Kind {
            switch members["output_type"]?.string ?? "" {
            case "stream": .stream
            case "display_data": .displayData
            case "execute_result": .executeResult
            case "error": .error
            case let type: .other(type)
            }
        }

        /// `stdout` or `stderr` of a stream.
        public var streamName: String? { kind == .stream ? members["name"]?.string : nil }

        /// What a terminal can show: a stream's text, a display's `text/plain`, an error's report.
        public var plainText: String? {
            switch kind {
            case .stream: members["text"]?.string
            case .displayData, .executeResult: members["data"]?["text/plain"]?.string
            case .error: (members["traceback"]?.array ?? []).compactMap(\.string).joined(separator: "\n")
            case .other: nil
            }
        }
    }
}
