/// Why a pickle could not be read.
package struct PickleError: Error, Equatable {
    package enum Code: Sendable {
        /// The bytes are not what the format says.
        case malformed
        /// Well formed, but a feature that is refused on purpose.
        case unsupported
        /// The pickle names a function or class that is never loaded.
        case forbidden
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
