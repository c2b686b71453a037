import CCurl

/// A curl handle with the connections it keeps.
///
/// One exchange at a time uses it: the client's pool lends it to one caller, which is why it may go from thread to thread.
final class CurlHandle: @unchecked Sendable {
    let library: CurlLibrary
    let easy: UnsafeMutableRawPointer
    let multi: UnsafeMutableRawPointer

    init(library: CurlLibrary) throws(HTTPError) {
        guard let easy = ccurl_easy_new(library.functions) else { throw HTTPError(.invalidRequest, "libcurl has no memory for a connection") }
        guard let multi = ccurl_multi_new(library.functions) else {
            ccurl_easy_free(library.functions, easy)
            throw HTTPError(.invalidRequest, "libcurl has no memory for a connection")
        }
        self.library = library
        self.easy = easy
        self.multi = multi
    }

    deinit {
        ccurl_easy_free(library.functions, easy)
        ccurl_multi_free(library.functions, multi)
    }

    func set(_ option: Int, _ value: Int) { _ = ccurl_set_number(library.functions, easy, Int32(option), value) }
    func set(_ option: Int, size: Int) { _ = ccurl_set_size(library.functions, easy, Int32(option), Int64(size)) }
    func set(_ option: Int, _ text: String) { _ = ccurl_set_text(library.functions, easy, Int32(option), text) }
    func set(_ option: Int, _ pointer: UnsafeMutableRawPointer?) { _ = ccurl_set_pointer(library.functions, easy, Int32(option), pointer) }
    func set(_ option: Int, _ function: @escaping ccurl_data_function) {
        _ = ccurl_set_data_function(library.functions, easy, Int32(option), function)
    }
}
