import CCurl
import Glibc

/// libcurl, loaded when the first client is made.
final class CurlLibrary: Sendable {
    /// The functions never change once they are looked up, so that any thread may call them.
    nonisolated(unsafe) let functions: OpaquePointer

    static let names = ["libcurl.so.4"]

    /// - Parameter names: what to try to load, in this order.
    /// - Throws: `.libraryMissing` with the Debian package to install.
    init(names: [String]) throws(HTTPError) {
        var reason = [CChar](repeating: 0, count: 512)
        let strings = names.map { strdup($0) }
        defer { for string in strings { free(string) } }
        let candidates = strings.map { $0.map { UnsafePointer($0) } } + [nil]
        guard let functions = ccurl_load(candidates, &reason, reason.count) else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw HTTPError(
                .libraryMissing, "the HTTP library libcurl cannot be loaded (\(text)): install it with `apt-get install libcurl4`")
        }
        self.functions = functions
    }

    deinit { ccurl_free_library(functions) }

    var version: String { String(cString: ccurl_version(functions)) }

    func describe(_ result: Int32) -> String { String(cString: ccurl_describe(functions, result)) }
}
