@_exported public import ApusSession

/// A value that knows how it is shown in a notebook.
///
/// ```swift
/// struct Candle: Displayable {
///     var open, close: Double
///     var mimeBundle: MIMEBundle { MIMEBundle(text: "\(open) → \(close)", html: "<b>\(open)</b> → \(close)") }
/// }
/// ```
public protocol Displayable {
    /// The value by MIME type; a front end shows the richest that it understands.
    var mimeBundle: MIMEBundle { get }
}

extension MIMEBundle: Displayable {
    public var mimeBundle: MIMEBundle { self }
}

extension TableView: Displayable {
    public var mimeBundle: MIMEBundle { bundle }
}

extension MIMEBundle {
    /// What is shown for any value: its own bundle, or its text.
    package init(showing value: Any) {
        if let value = value as? any Displayable { self = value.mimeBundle } else { self.init(text: ReadableText(value).text) }
    }
}
