import ApusMagics
import ApusSession
import Testing

@Suite struct ThreadCountTests {
    private func count(_ text: String?) -> Int {
        ThreadCount.automatic(SessionEnvironment(workingDirectory: "/", variables: text.map { [ThreadCount.variable: $0] } ?? [:]))
    }

    @Test func `the environment says how many threads compute, else the processors do`() {
        #expect(count("3") == 3 && count("256") == 256)
        for text in [nil, "", "0", "-1", "257", "two"] { #expect(count(text) == MachineResources.processorCount, "\(text ?? "nil")") }
    }

    @Test func `notebooks that run at once share the processors, and each has one thread at least`() {
        let processors = MachineResources.processorCount
        #expect(ThreadCount.share(of: 1) == processors)
        #expect(ThreadCount.share(of: processors) == 1 && ThreadCount.share(of: processors * 3) == 1)
    }
}
