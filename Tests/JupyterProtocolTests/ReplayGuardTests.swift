import JupyterProtocol
import Testing

@Suite struct ReplayGuardTests {
    @Test func `a signature is admitted once, as long as the last capacity ones are remembered`() {
        let replays = ReplayGuard(capacity: 100)
        let signatures = (0..<1000).map { Frame(text: "\($0)") }
        for (index, signature) in signatures.enumerated() {
            #expect(replays.admit(signature))
            for earlier in signatures[max(0, index - 99)...index] { #expect(!replays.admit(earlier)) }
        }
        #expect(replays.admit(signatures[0]), "memory is bounded: the oldest are forgotten")
    }
}
