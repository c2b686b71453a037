/// The bytes of one frame of a multipart message.
public typealias Frame = ContiguousArray<UInt8>

extension Frame {
    public init(text: String) { self.init(text.utf8) }

    static let emptyObject = Frame(text: "{}")
}
