import ApusSystem
import Glibc
import Testing

@Suite struct ProcessSecretsTests {
    @Test func `a hidden variable is gone, and its former memory holds nothing of it`() throws {
        setenv("APUS_TEST_SECRET", "a marker", 1)
        let former = try #require(getenv("APUS_TEST_SECRET"))
        ProcessSecrets.hideVariable("APUS_TEST_SECRET")
        #expect(getenv("APUS_TEST_SECRET") == nil)
        #expect((0..<8).allSatisfy { former[$0] == 0 })
        ProcessSecrets.hideVariable("APUS_TEST_SECRET")
    }
}
