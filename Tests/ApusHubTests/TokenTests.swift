import ApusHTTP
import ApusHub
import Foundation
import TestSupport
import Testing

@Suite struct TokenTests {
    private let folder: TemporaryFolder
    private let secret = "hf_MarkerSecret123"

    init() throws { folder = try TemporaryFolder() }

    private func environment(_ variables: [String: String] = [:]) -> HubEnvironment {
        HubEnvironment(["HOME": folder.path].merging(variables) { $1 })
    }

    @Test func `a token shows nowhere`() throws {
        let token = try HubToken(secret)
        var dumped = ""
        dump(token, to: &dumped)
        dump(FoundToken(token: token, source: .explicit), to: &dumped)
        dump(FileHub(folder: "/x", token: token), to: &dumped)
        dump(try HTTPHub("https://hub.invalid", token: token), to: &dumped)
        dump([HTTPHeader("Authorization", "Bearer \(secret)")], to: &dumped)
        let texts = ["\(token)", String(reflecting: token), String(describing: [token]), "\(FoundToken(token: token, source: .explicit))", dumped]
        for text in texts { #expect(!text.contains("Marker")) }
        #expect(token.redact("Bearer \(secret), again \(secret)!") == "Bearer [hidden token], again [hidden token]!")
        #expect(token.withSecret { $0 } == secret)
    }

    @Test(arguments: ["", " \r\n", "hf_MarkerSecret with space", "hf_Marker\nSecret\nmiddle", "hf_Markerü", "api_org_Marker"])
    func `an unusable token is refused without repeating it`(text: String) throws {
        let error = try hubError { _ = try HubToken(text) }
        #expect(error.code == .invalidToken && !error.description.contains("Marker"))
    }

    @Test func `sources are asked in the order of the Python client`() throws {
        _ = try folder.write("hf_file\r\n".utf8, to: ".cache/huggingface/token")
        _ = try folder.write("hf_home".utf8, to: "home/token")
        _ = try folder.write("hf_path".utf8, to: "elsewhere")
        func found(_ variables: [String: String], explicit: String? = nil) throws -> String? {
            try environment(variables).findToken(explicit: explicit).map { found in "\(found.token.withSecret { $0 }) \(found.source)" }
        }
        let file = "\(folder.path)/.cache/huggingface/token"
        #expect(try found([:]) == "hf_file token file \(file)")
        #expect(try found(["HF_HOME": "$HOME/home"]) == "hf_home token file \(folder.path)/home/token")
        #expect(try found(["HF_HOME": "$HOME/home", "HF_TOKEN_PATH": "~/elsewhere"]) == "hf_path token file \(folder.path)/elsewhere")
        #expect(try found(["HUGGING_FACE_HUB_TOKEN": "hf_old"]) == "hf_old environment variable HUGGING_FACE_HUB_TOKEN")
        #expect(try found(["HUGGING_FACE_HUB_TOKEN": "hf_old", "HF_TOKEN": "hf_\r\nnew\n"]) == "hf_new environment variable HF_TOKEN")
        #expect(try found(["HF_TOKEN": "hf_new"], explicit: "hf_mine") == "hf_mine given explicitly")
        #expect(try found(["HF_TOKEN": " \n"]) == "hf_file token file \(file)")
        #expect(try found(["HF_TOKEN": "hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) == nil)
        #expect(try found(["HF_TOKEN": "hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "yes"], explicit: "hf_mine") == "hf_mine given explicitly")
        #expect(try HubEnvironment([:]).findToken() == nil)
    }

    @Test func `a stored token is private, is found again and keeps the others`() throws {
        let environment = environment()
        #expect(try environment.store(HubToken(secret), name: "laptop") == "\(folder.path)/.cache/huggingface/token")
        try environment.store(HubToken("hf_second"), name: "a]\n[b")
        try environment.store(HubToken("hf_third"), name: "laptop")
        func mode(_ name: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: "\(folder.path)/.cache/huggingface/\(name)")[.posixPermissions] as? Int)
        }
        #expect(try mode("token") == 0o600)
        #expect(try mode("stored_tokens") == 0o600)
        #expect(try mode("") == 0o700)
        #expect(try folder.read(".cache/huggingface/token") == Array("hf_third".utf8))
        let stored = String(decoding: try folder.read(".cache/huggingface/stored_tokens"), as: UTF8.self)
        #expect(stored == "[a___b]\nhf_token = hf_second\n\n[laptop]\nhf_token = hf_third\n\n")
        #expect(try environment.findToken()?.token == HubToken("hf_third"))
        #expect(folder.leftovers.isEmpty)
    }

    @Test func `folders follow the variables of the Python client`() throws {
        #expect(try environment().cacheFolder == "\(folder.path)/.cache/huggingface/hub")
        #expect(try environment(["XDG_CACHE_HOME": "/x"]).cacheFolder == "/x/huggingface/hub")
        #expect(try environment(["HF_HOME": "~/h", "XDG_CACHE_HOME": "/x"]).cacheFolder == "\(folder.path)/h/hub")
        #expect(try environment(["HUGGINGFACE_HUB_CACHE": "/old"]).cacheFolder == "/old")
        #expect(try environment(["HF_HUB_CACHE": "${HOME}/c/$UNSET/$", "HUGGINGFACE_HUB_CACHE": "/old"]).cacheFolder == "\(folder.path)/c/$UNSET/$")
        #expect(environment().endpointText == "https://huggingface.co")
        #expect(environment(["HF_ENDPOINT": "file:./hub"]).endpointText == "file:./hub")
        #expect(environment(["HF_HUB_OFFLINE": "True"]).isOffline)
        #expect(!environment(["HF_HUB_OFFLINE": "0"]).isOffline)
        #expect(try hubError { _ = try HubEnvironment([:]).cacheFolder }.description.contains("HOME"))
    }
}
