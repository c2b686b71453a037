package import ApusHTTP

/// When and how often a hub is asked again.
package struct RetryPolicy: Sendable {
    /// How often after the first time.
    package var retries: Int
    /// The wait before the first repetition; it doubles with each, up to `longest`.
    package var first: Duration
    package var longest: Duration
    /// The longest wait that a hub may ask for; beyond it the user is told instead.
    package var patience: Duration
    /// How long a hub may be silent while it works: on a commit of large files, or on what it was just sent.
    package var work: Duration

    package init(retries: Int, first: Duration, longest: Duration, patience: Duration, work: Duration) {
        self.retries = retries
        self.first = first
        self.longest = longest
        self.patience = patience
        self.work = work
    }

    /// As huggingface_hub 2.4 does, except for the jitter, which keeps clients that failed together from returning together.
    package static let standard = RetryPolicy(retries: 5, first: .seconds(1), longest: .seconds(8), patience: .seconds(300), work: .seconds(120))

    /// The wait before repetition `count` (from 0), between half and all of the back-off.
    package func backOff(_ count: Int) -> Duration {
        let whole = min(longest, first * (1 << min(count, 20)))
        return whole * Double.random(in: 0.5...1)
    }

    /// What a hub asks for: `Retry-After` in seconds, or the `t` of a `RateLimit` header whose rest `r` is 0; nil when nothing.
    package static func requestedWait(_ response: HTTPResponse) -> Duration? {
        if let text = response["Retry-After"], let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86400)) }
        // `RateLimit: "api";r=0;t=55` (draft-ietf-httpapi-ratelimit-headers)
        guard response.status == 429, let limit = response["RateLimit"] else { return nil }
        let parameters = limit.split(separator: ";").map { $0.filter { $0 != " " } }
        guard parameters.contains("r=0"), let seconds = parameters.compactMap({ $0.hasPrefix("t=") ? Int($0.dropFirst(2)) : nil }).first, seconds >= 0
        else { return nil }
        return .seconds(min(seconds, 86400))
    }
}
