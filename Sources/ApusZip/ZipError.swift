/// Why a zip archive could not be read.
package struct ZipError: Error, Equatable {
    package enum Code: Sendable {
        /// The bytes are not what the format says.
        case malformed
        /// Well formed, but a feature that is refused on purpose.
        case unsupported
    }

    package let code: Code
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
