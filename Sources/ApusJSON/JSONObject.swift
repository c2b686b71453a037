/// The members of a JSON object in the order in which they were written; of repeated names the last value counts, as in Python.
public struct JSONObject: Sendable {
    private var entries: [(key: String, value: JSON)] = []
    /// Positions by key, kept only once the object is large enough for a linear search to hurt.
    private var positions: [String: Int]?

    private static let linearSearchLimit = 16

    public init() {}

    public init(_ members: some Sequence<(String, JSON)>) {
        entries.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { self[key] = value }
    }

    public var keys: [String] { entries.map(\.key) }

    public subscript(key: String) -> JSON? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (nil, let value?): append(key, value)
            case (let position?, nil):
                entries.remove(at: position)
                positions = nil
                indexIfLarge()
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let positions { positions[key] } else { entries.firstIndex { $0.key == key } }
    }

    private mutating func append(_ key: String, _ value: JSON) {
        positions?[key] = entries.count
        entries.append((key, value))
        if positions == nil { indexIfLarge() }
    }

    private mutating func indexIfLarge() {
        guard entries.count > Self.linearSearchLimit else { return }
        positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($0.element.key, $0.offset) })
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.count }
    public subscript(position: Int) -> (key: String, value: JSON) { entries[position] }
}

extension JSONObject: Hashable {
    /// Equal when the members are equal, whatever their order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(Set(keys))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
