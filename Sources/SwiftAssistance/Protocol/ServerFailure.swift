/// Why a language server gives no answer.
package enum ServerFailure: Error, Equatable {
    /// The system cannot start it: an error number.
    case notStarted(errno: Int32)
    /// It has ended, or closed its output.
    case ended
    /// It sent what is no message.
    case garbage(String)
    /// There was no answer in time; one that comes later is thrown away.
    case late
    /// It answered with an error.
    case refused(String)
    /// It failed again and again, and is left alone for a while.
    case givenUp
}
