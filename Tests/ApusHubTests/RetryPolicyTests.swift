import ApusHTTP
import ApusHub
import ApusJSON
import HubTestServer
import Testing

@Suite struct RetryPolicyTests {
    @Test func `the wait doubles up to a limit and is spread`() {
        let policy = RetryPolicy.standard
        for (count, whole) in [1.0, 2, 4, 8, 8, 8].enumerated() {
            let waits = (0..<200).map { _ in policy.backOff(count) }
            #expect(waits.allSatisfy { .seconds(whole / 2) <= $0 && $0 <= .seconds(whole) })
            #expect(Set(waits).count > 100, "clients that failed together come back one by one")
        }
        #expect(policy.backOff(1000) <= policy.longest)
    }

    @Test(
        arguments: [
            (503, ["Retry-After": "7"], 7), (429, ["Retry-After": "0"], 0), (503, ["Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"], nil),
            (503, ["Retry-After": "-1"], nil), (503, ["Retry-After": "99999999999999999999"], nil), (503, ["Retry-After": "9999999"], 86400),
            (429, ["RateLimit": "\"api\";r=0;t=55"], 55), (429, ["RateLimit": "\"api\"; r=0; t=5"], 5), (429, ["RateLimit": "\"api\";r=3;t=55"], nil),
            (200, ["RateLimit": "\"api\";r=0;t=55"], nil), (429, ["RateLimit": "nonsense;r=0;t=x"], nil), (500, [:], nil),
        ] as [(Int, [String: String], Int?)])
    func `what the hub asks for is understood`(status: Int, headers: [String: String], seconds: Int?) {
        let response = HTTPResponse(status: status, headers: headers.map { HTTPHeader($0.key, $0.value) })
        #expect(RetryPolicy.requestedWait(response) == seconds.map { .seconds($0) })
    }

    @Test func `a wait that is asked for is kept`() throws {
        let world = try HubTestServer.shared.get().world()
        let hub = try world.hub()
        try hub.createRepository(RepositoryID(.model, "ann/m"))
        try world.faults(["kind": "status", "status": 429, "headers": ["Retry-After": "1"]])
        let start = ContinuousClock.now
        _ = try hub.listFiles(RepositoryID(.model, "ann/m"))
        #expect(ContinuousClock.now - start >= .seconds(1))
        try world.faults(["kind": "status", "status": 429, "headers": ["Retry-After": "1"]])
        var questions = 0
        let error = try hubError {
            _ = try hub.listFiles(
                RepositoryID(.model, "ann/m"), revision: .main, prefix: "",
                shouldStop: {
                    questions += 1
                    return questions > 6
                })
        }
        #expect(error.code == .cancelled)
    }

    /// What a user is told for every kind of answer; the codes are what cells show as the error's name.
    @Test(
        arguments: [
            (400, "", "", .rejected, "status 400"), (401, "", "Invalid credentials in Authorization header", .unauthorised, "settings/tokens"),
            (401, "RepoNotFound", "", .repositoryNotFound, "Check the name"), (401, "", "", .repositoryNotFound, "private"),
            (403, "GatedRepo", "", .gated, "Ask for access"), (403, "", "Forbidden: no", .unauthorised, "role 'write'"),
            (404, "RevisionNotFound", "", .revisionNotFound, "branch"), (404, "", "", .repositoryNotFound, "HF_ENDPOINT"),
            (408, "", "", .rejected, "408"), (409, "", "", .alreadyExists, "already"), (412, "", "", .conflict, "moved"),
            (413, "", "too big", .rejected, "too big"),
            (418, "", "", .rejected, "418"), (429, "", "", .rateLimited, "minutes"), (500, "", "boom", .serverFailure, "boom"),
            (503, "", "", .serverFailure, "status.huggingface.co"), (599, "", "", .serverFailure, "599"),
        ] as [(Int, String, String, HubError.Code, String)])
    func `every refusal is an error that says what to do`(status: Int, code: String, message: String, expected: HubError.Code, words: String) throws {
        let world = try HubTestServer.shared.get().world()
        let hub = try world.hub(retries: 1)
        var headers: JSONObject = ["X-Error-Message": .string(message)]
        if !code.isEmpty { headers["X-Error-Code"] = .string(code) }
        try world.faults(["kind": "status", "status": .int(status), "times": 99, "headers": .object(headers)])
        let error = try hubError { _ = try hub.listFiles(RepositoryID(.model, "ann/m")) }
        #expect(error.code == expected && error.description.contains(words), "\(error)")
        #expect(!error.description.contains("\n"))
    }
}
