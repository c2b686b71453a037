public import ApusJSON

/// `kernel_info_reply`: who the kernel is and what language its cells are in.
public struct KernelInfoReply: MessageContent {
    public static let type = "kernel_info_reply"
    public var implementation: String
    public var implementationVersion: String
    public var languageInfo: JSONObject
    /// Shown by consoles when they start.
    public var banner: String
    /// Title and URL of the entries of the Help menu.
    public var helpLinks: [(String, String)]
    /// Optional features by the names that Jupyter gives them, such as `kernel subshells`.
    public var supportedFeatures: [String]

    public init(
        implementation: String, implementationVersion: String, languageInfo: JSONObject, banner: String, helpLinks: [(String, String)] = [],
        supportedFeatures: [String] = []
    ) {
        self.implementation = implementation
        self.implementationVersion = implementationVersion
        self.languageInfo = languageInfo
        self.banner = banner
        self.helpLinks = helpLinks
        self.supportedFeatures = supportedFeatures
    }

    public var json: JSONObject {
        [
            "status": "ok",
            "protocol_version": .string(MessageHeader.protocolVersion),
            "implementation": .string(implementation),
            "implementation_version": .string(implementationVersion),
            "language_info": .object(languageInfo),
            "banner": .string(banner),
            "debugger": false,
            "help_links": .array(helpLinks.map { ["text": .string($0.0), "url": .string($0.1)] }),
            "supported_features": .array(supportedFeatures.map(JSON.string)),
        ]
    }
}
