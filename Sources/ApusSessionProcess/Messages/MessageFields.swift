import ApusJSON
import ApusSession

/// The members of a message; reading one that is missing or of another kind is an error, because the other process may be broken.
struct MessageFields {
    let object: JSONObject

    init(_ json: JSON?) throws(FrameError) {
        guard let object = json?.object else { throw .notAMessage("a message that is no object") }
        self.object = object
    }

    func string(_ key: String) throws(FrameError) -> String { try value(key, object[key]?.string) }
    func int(_ key: String) throws(FrameError) -> Int { try value(key, object[key]?.int) }
    func bool(_ key: String) throws(FrameError) -> Bool { try value(key, object[key]?.bool) }
    func array(_ key: String) throws(FrameError) -> [JSON] { try value(key, object[key]?.array) }
    func members(_ key: String) throws(FrameError) -> JSONObject { try value(key, object[key]?.object) }
    func fields(_ key: String) throws(FrameError) -> MessageFields { try MessageFields(object[key]) }

    /// The member under `key` as one of the cases of `Value`.
    func choice<Value: RawRepresentable>(_ key: String, _: Value.Type) throws(FrameError) -> Value where Value.RawValue == String {
        try value(key, Value(rawValue: try string(key)))
    }

    private func value<Value>(_ key: String, _ value: Value?) throws(FrameError) -> Value {
        guard let value else { throw .notAMessage("a message without a proper '\(key)'") }
        return value
    }
}
